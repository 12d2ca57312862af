"""A company's site on loopback: 600 pages of our own making (48 KB, 103 links), or saved sites of a folder.

Menu, sidebar and footer stand on every page; text, headings, tables, products and people differ. Half of a made page is
text for people, none of it said twice: saved pages of companies have 3,000 characters of it on the mean, these 23,000.
The server is a protocol of its own in a thread, so that its CPU is neither counted nor large.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

BYTES = 48_000
LINKS = 103
MENU, SIDEBAR, FOOTER = 38, 18, 14  # links of those on every page; the others stand in the text
KINDS = ("products", "services", "news", "projects", "knowledge", "careers")
_TEXT = (
    "we build repair plan supply machine valve pump service customer region quality order delivery experience"
    " team project energy water heat control sensor steel safety inspection training contract partner standard"
    " workshop design measure office visit support answer request offer price year family company engineer"
    " customer's reliable efficient modern local careful precise certified annual technical complete new small"
    " large first second the the the of of and and to to in in for for with with on on our our your is is are"
    " are by at from that which as it"
)
_WORDS = _TEXT.split()
_FIRST = ("Anna", "Peter", "Maria", "Jonas", "Clara", "Paul", "Eva", "Martin", "Lena", "David")
_LAST = ("Berger", "Hoffmann", "Keller", "Lindner", "Moser", "Novak", "Richter", "Sommer", "Vogel", "Winter")


@dataclass
class Site:
    """What is served: path → body. `paths` are the pages in the order in which they are linked."""

    pages: dict[str, bytes]
    types: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    with_validators: bool = False  # ETags, and 304 to who knows them
    by_host: dict[str, dict[str, bytes]] = field(default_factory=dict)  # saved sites: the server is a proxy then
    clock: int | None = None  # of the thread that serves it
    answers: int = 0  # that were given so far

    def seconds(self) -> float:
        """CPU seconds that serving it has taken; it runs in this process and is no part of any crawl."""
        return time.clock_gettime(self.clock) if self.clock is not None else 0.0

    @property
    def paths(self) -> list[str]:
        """The pages, home first."""
        return [path for path in self.pages if path not in ("/robots.txt", "/sitemap.xml")]


def made_site(pages: int) -> Site:
    """A site of our own making, the same every time."""
    names = ["/", "/contact", "/imprint", "/team", *(_path(number) for number in range(pages - 4))]
    site = Site({name: _page(number, name, names) for number, name in enumerate(names)})
    locations = "".join(f"<url><loc>{name}</loc></url>" for name in names[:50])
    site.pages["/sitemap.xml"] = f"<?xml version='1.0'?><urlset>{locations}</urlset>".encode()
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /search\nDisallow: /*?print=\nAllow: /\n"
    site.types = {"/robots.txt": "text/plain", "/sitemap.xml": "application/xml"}
    return site


def saved_sites(folder: Path) -> Site:
    """Saved sites: ``<folder>/<host>/…`` as files, or named by ``<folder>/hosts.json`` (host → name of the folder).

    Links of a site to itself are http here, as what serves them is a proxy for that alone.
    """
    listed = folder / "hosts.json"
    hosts: dict[str, str] = json.loads(listed.read_text()) if listed.is_file() else {}
    if not hosts:
        hosts = {each.name: each.name for each in folder.iterdir() if each.is_dir()}
    site = Site({})
    for host, name in hosts.items():
        root = folder / name / "www" if (folder / name / "www").is_dir() else folder / name
        secure = re.compile(rb"https://(?=(?:www\.)?%s\b)" % re.escape(host.removeprefix("www.").encode()), re.I)
        bodies = {
            f"/{file.relative_to(root).as_posix()}": secure.sub(b"http://", file.read_bytes()) for file in _files(root)
        }
        for path in [each for each in bodies if each.endswith("/index.html")]:
            bodies[path.removesuffix("index.html")] = bodies[path]
        site.by_host[host.removeprefix("www.")] = bodies
    return site


def _files(root: Path) -> Iterator[Path]:
    return (each for each in sorted(root.rglob("*")) if each.is_file())


def _path(number: int) -> str:
    """Letters only: numbers would fall under the budget of a template's pages."""
    letters = "".join(chr(97 + int(digit)) for digit in f"{number:04d}")
    return f"/{KINDS[number % len(KINDS)]}/{letters}-{_WORDS[number % 40]}"


def _page(number: int, path: str, names: list[str]) -> bytes:
    dice = random.Random(number)
    menu = "".join(_item(name, f"menu-{place}") for place, name in enumerate(names[:MENU]))
    side = "".join(_item(names[(place * 31) % len(names)], "side") for place in range(SIDEBAR))
    footer = "".join(_item(names[(place * 17) % len(names)], "foot") for place in range(FOOTER))
    inner = [names[dice.randrange(len(names))] for _ in range(LINKS - MENU - SIDEBAR - FOOTER)]
    body = "".join(_section(dice, link) for link in inner)
    if path in ("/team", "/contact", "/imprint"):
        body = _people(dice) + body
    head = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_sentence(dice, 5)} | Moser Pumps</title>'
        f'<meta name="description" content="{_sentence(dice, 20)}">'
        '<meta property="og:site_name" content="Moser Pumps">'
        f'<script type="application/ld+json">{_JSON_LD}</script><style>{_STYLE}</style>'
        f"<script>{_SCRIPT}</script></head>"
    )
    page = (
        f'{head}<body><header><a class="logo" href="/"><img src="/logo.svg" alt="Moser Pumps"></a>'
        f"<nav><ul>{menu}</ul></nav></header><main><h1>{_sentence(dice, 4)}</h1>{body}{{}}</main>"
        f"<aside><ul>{side}</ul></aside><footer><ul>{footer}</ul>{_IMPRINT}</footer><script>{_SCRIPT}</script></body></html>"
    )
    missing = max(0, BYTES - len(page))
    return page.replace("{}", "".join(f"<p>{_sentence(dice, 60)}</p>" for _ in range(missing // 390))).encode()


def _item(path: str, kind: str) -> str:
    return f'<li class="{kind} item"><a class="{kind}-link" href="{path}">{path.strip("/") or "home"}</a></li>'


def _section(dice: random.Random, link: str) -> str:
    rows = "".join(f"<tr><td>{_sentence(dice, 3)}</td><td>{dice.randrange(10, 99)} mm</td></tr>" for _ in range(3))
    image = f'<img src="/media/{dice.randrange(999)}.jpg" alt="{_sentence(dice, 3)}">'
    text = f'{_sentence(dice, 45)} <a href="{link}">{_sentence(dice, 3)}</a>'
    return (
        f'<section class="teaser"><h2>{_sentence(dice, 4)}</h2><figure>{image}</figure><p>{text}</p>'
        f"<table>{rows}</table></section>"
    )


def _people(dice: random.Random) -> str:
    cards = []
    for first, last in zip(_FIRST, _LAST, strict=True):
        mail = f"{first}.{last}@moser-pumps.example".lower()
        cards.append(
            f'<div class="person"><h3>{first} {last}</h3><p>Head of {_sentence(dice, 1)}</p>'
            f'<a href="mailto:{mail}">{mail}</a> <span>+49 30 9018 2{dice.randrange(100, 999)}</span></div>'
        )
    return f'<div class="team">{"".join(cards)}</div>'


def _sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words)).capitalize()


_JSON_LD = json.dumps(
    {"@context": "https://schema.org", "@type": "Organization", "name": "Moser Pumps", "telephone": "+49 30 901820"}
)
_STYLE = "".join(f".c{number}{{margin:{number}px;color:#{number:06x}}}" for number in range(120))
_SCRIPT = "".join(f"window.q=window.q||[];q.push(['event{number}',{{at:Date.now()}}]);" for number in range(50))
_IMPRINT = (
    "<p>Moser Pumps GmbH, Industriestraße 12, 10115 Berlin</p><p>Phone: +49 30 901820, e-mail:"
    ' <a href="mailto:info@moser-pumps.example">info@moser-pumps.example</a></p><p>VAT ID: DE136695976</p>'
)


@contextmanager
def serve(site: Site, ports: int = 1) -> Iterator[list[str]]:
    """Base URLs of the site (``http://127.0.0.1:<port>``), each a host of its own, while the block runs."""
    loop = asyncio.new_event_loop()
    servers = [
        loop.run_until_complete(loop.create_server(lambda: _Protocol(site), "127.0.0.1", 0)) for _ in range(ports)
    ]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert thread.ident is not None
    site.clock = time.pthread_getcpuclockid(thread.ident)
    try:
        yield [f"http://127.0.0.1:{each.sockets[0].getsockname()[1]}" for each in servers]
    finally:
        site.clock = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for each in servers:
            each.close()


class _Protocol(asyncio.Protocol):
    def __init__(self, site: Site) -> None:
        self._site, self._waiting = site, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._site.answers += 1
            self._transport.write(_answer(self._site, head.decode("latin-1")))


def _answer(site: Site, head: str) -> bytes:
    request, *lines = head.split("\r\n")
    target = urlsplit(request.split(" ")[1])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    pages = site.pages
    if site.by_host:
        host = (target.netloc or headers.get("host", "")).partition(":")[0].lower().removeprefix("www.")
        pages = site.by_host.get(host, {})
    path = unquote(target.path) or "/"
    body = pages.get(path)
    if body is None:
        return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nNot found"
    extra = ""
    if site.with_validators:
        tag = f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324
        if headers.get("if-none-match") == tag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
        extra = f"ETag: {tag}\r\n"
    kind = site.types.get(path) or ("text/html; charset=utf-8" if is_page(path) else "application/octet-stream")
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


def is_page(path: str) -> bool:
    """Whether a path is answered as HTML."""
    return path.endswith(("/", ".html", ".htm")) or "." not in path.rpartition("/")[2]
