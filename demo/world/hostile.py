"""Hosts that answer badly, and what they answer."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from demo.world.model import Answer, HostileSite, Quirk

BOMB_MEGABYTES = 400
# Addresses that stand on hosts without a company: whoever reports them has read what is no source.
BROKER = "sales@domain-broker.example"
HOSTILE_EMAILS = {
    "sperrzone-archiv.example": "verboten@sperrzone-archiv.example",
    "domain-zu-verkaufen.test": BROKER,
}


def _page(title: str, text: str) -> bytes:
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>".encode()
    )


def _bomb() -> Iterator[bytes]:
    """One gzip member: a page's head, then megabytes of blanks (a thousandth of that on the wire)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    yield packer.compress(b"<!doctype html><html><body>")
    blank = b" " * 1_000_000
    for _ in range(BOMB_MEGABYTES):
        yield packer.compress(blank)
    yield packer.flush()


def _endless() -> Iterator[bytes]:
    line = b"<p>" + b"lorem ipsum dolor sit amet " * 400 + b"</p>\n"
    while True:
        yield line


def _robots(text: str) -> Answer:
    return Answer(200, body=text.encode(), content_type="text/plain; charset=utf-8")


def _login(path: str) -> Answer:
    if path != "/login":
        return Answer(302, {"Location": f"/login?next={path}"})
    form = '<form method="post"><input name="user"><input type="password" name="password"><button>Login</button></form>'
    return Answer(200, body=_page("Login", f"<p>Bitte melden Sie sich an.</p>{form}"))


def _parked(host: str) -> Answer:
    text = (
        f"<p>The domain {host} may be for sale. Inquire now.</p><p>Diese Domain steht zum Verkauf.</p>"
        f'<p>Broker: <a href="mailto:{BROKER}">{BROKER}</a></p>'
        '<ul><li><a href="/lp?k=insurance">Insurance</a></li><li><a href="/lp?k=loans">Loans</a></li></ul>'
    )
    return Answer(200, body=_page(host, text))


def quirk_answer(quirk: Quirk, host: str, path: str, internal_url: str) -> Answer | None:
    """What a quirk answers for every path of a host; None where the site itself answers."""
    if path == "/robots.txt" and quirk not in {Quirk.DEAD, Quirk.NXDOMAIN, Quirk.ALWAYS_429}:
        return _robots("User-agent: *\nDisallow: /\n") if quirk is Quirk.ROBOTS_CLOSED else None
    fixed: dict[Quirk, Callable[[], Answer]] = {
        Quirk.DEAD: lambda: Answer(502, body=b"connection refused\n", content_type="text/plain"),
        Quirk.NXDOMAIN: lambda: Answer(504, body=b"name not resolved\n", content_type="text/plain"),
        Quirk.ALWAYS_429: lambda: Answer(429, {"Retry-After": "3600"}, _page("429", "Too many requests")),
        Quirk.REDIRECT_LOOP: lambda: Answer(302, {"Location": "/b" if path == "/a" else "/a"}),
        Quirk.BOMB: lambda: Answer(200, {"Content-Encoding": "gzip"}, stream=_bomb),
        Quirk.OVERSIZED: lambda: Answer(200, stream=_endless),
        Quirk.REDIRECT_LOOPBACK: lambda: Answer(302, {"Location": internal_url}),
        Quirk.REDIRECT_METADATA: lambda: Answer(302, {"Location": "http://169.254.169.254/latest/meta-data/"}),
        Quirk.PARKED: lambda: _parked(host),
        Quirk.LOGIN_WALL: lambda: _login(path),
    }
    make = fixed.get(quirk)
    return make() if make else None


def hostile_answer(site: HostileSite, path: str, internal_url: str) -> Answer:
    """The answer of a host without a company."""
    answer = quirk_answer(site.quirk, site.host, path, internal_url)
    if answer is not None:
        return answer
    if path == "/robots.txt":
        return _robots("User-agent: *\nAllow: /\n")
    # Behind closed robots there is something to find, so that a test can tell who looked.
    address = HOSTILE_EMAILS.get(site.host, "")
    text = f'<p>Archiv, nicht öffentlich. <a href="mailto:{address}">{address}</a></p>'
    return Answer(200, body=_page("Archiv", text))
