"""Answers that no honest server gives, each as the behaviour of a site: name → behaviour."""

from __future__ import annotations

import socket
from collections import Counter

from tests.scrapers.hostile_world import Behaviour, answer, head, not_found, page, redirect

HTML = "Content-Type: text/html; charset=utf-8"
PLACES = {"page": "/", "robots": "/robots.txt", "contact": "/contact", "sitemap": "/sitemap.xml"}
TEXT = "<title>Fine</title><p>An ordinary page, with words enough to be one. <a href='/contact'>Contact</a>"

RETRY_AFTER = {
    "superscript": "\u00b2", "half-a-number": "1\u00b9", "year": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
    "zone": "Wed, 21 Oct 2015 07:28:00 +22222222222222222222", "negative": "-5", "nan": "nan", "inf": "inf",
    "endless": "9" * 500, "empty": "",
}  # fmt: skip
LOCATIONS = {
    "bracket": "http://[broken/", "user-in-bracket": "http://u:p@[::1/", "normalised": "http://a\u2100b.example/",
    "slashes": "//", "three-slashes": "///", "port": "http://x.example:99999999/", "word-port": "http://x.example:ab/",
    "empty": "", "blank": " ", "percent": "http://%00/", "long": f"http://{'a' * 5000}.example/",
    "dots": "http://....../", "fragment": "#", "query": "?", "script": "javascript:1", "zone": "http://[fe80::1%25eth0]/",
    "future": "http://[v1.x]/", "not-latin": "/\u7530", "surrogate": "/%ED%A0%80", "tab": "ht\ttp://x/",
    "control": "/a\x0bb", "nul": "/a\x00b",
}  # fmt: skip
STATUSES = (
    "101", "199", "204", "205", "206", "226", "299", "300", "301", "304", "305", "307", "399", "400", "418", "451",
    "499", "599", "600", "700", "999", "000", "20", "2000", "abc", "-1",
)  # fmt: skip
HEADERS = {
    "etag": 'ETag: "a\x01\xff"', "long-etag": f"ETag: {'x' * 30_000}", "modified": "Last-Modified: 9999-99",
    "type": "Content-Type: text/html; charset=\xff\xfe", "types": f"Content-Type: {';' * 3000}",
    "encodings": "Content-Encoding: ,,,", "robots-tag": f"X-Robots-Tag: {':,' * 3000}", "bare": "no colon here",
    "coded": "Transfer-Encoding: gzip", "coded-twice": "Transfer-Encoding: chunked, chunked",
    "two-lengths": "Content-Length: 3", "negative-length": "Content-Length: -3",
    "link": "Link: <http://[>; rel=canonical",
}  # fmt: skip
ROBOTS = {
    "bracket": "Sitemap: http://[broken/\n", "many-maps": "".join(f"Sitemap: /s{i}.xml\n" for i in range(20_000)),
    "delay-nan": "User-agent: *\nCrawl-delay: nan\n", "delay-inf": "User-agent: *\nCrawl-delay: inf\n",
    "bytes": "\x00\xff" * 500,
    "delay-negative": "User-agent: *\nCrawl-delay: -5\n", "wide": "U\0s\0e\0r\0-\0a\0g\0e\0n\0t\0",
    "percent": "User-agent: *\nDisallow: /%\nDisallow: /%zz\nDisallow: %2F\n", "long": f"Sitemap: {'x' * 100_000}\n",
}  # fmt: skip
SITEMAPS = {
    "bracket": "<urlset><url><loc>http://[broken/</loc></url></urlset>",
    "port": "<urlset><url><loc>http://x:99999/</loc></url></urlset>",
    "no-date": "<urlset><url><loc>/contact</loc><lastmod>9999-99-99T99:99:99+99:99</lastmod></url></urlset>",
    "reference": "<urlset><url><loc>http://x&#99999999999;&#xD800;/</loc></url></urlset>",
    "itself": "<sitemapindex><sitemap><loc>/sitemap.xml</loc></sitemap></sitemapindex>",
    "entities": '<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset>&a;</urlset>',
    "blanks": f"<urlset><loc>{' ' * 3_000_000}",
}
PAGES = {
    "base": "<base href='http://[x'><a href=contact>x</a>", "lang": "<link rel=alternate hreflang=de href='http://[x'>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://[x'>", "canonical": "<link rel=canonical href='http://[x'>",
    "refresh-itself": "<meta http-equiv=refresh content='0;url=/'>", "mention": "<!-- <a href='http://[x'> -->",
    "frames": "<frameset><frame src='http://[x'><frame src='//'></frameset>", "digits": f"<p>{'9' * 6000}",
    "robots-meta": "<meta name=robots content=',,,:'>", "turned": "<p>\u202e\u202d info@fine.example",
    "data-nul": '<script type="application/ld+json">{"@type":"Organization","name":"Acme\\u0000"}</script>',
}  # fmt: skip


def written(status: str, *lines: str, body: bytes = b"<p>x</p>") -> bytes:
    """An answer byte for byte."""
    head_lines = [f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(head_lines).encode("utf-8") + body


def at(place: str, said: bytes) -> Behaviour:
    """An ordinary small site with these bytes at one of its places."""

    def site(connection: socket.socket, path: str) -> None:
        if path == PLACES[place]:
            connection.sendall(said)
        elif path in ("/", "/contact"):
            page(connection, TEXT)
        else:
            not_found(connection)

    return site


def behaviours() -> dict[str, Behaviour]:
    """All of them, each a site."""
    found: dict[str, Behaviour] = {}
    for name, text in RETRY_AFTER.items():
        said = written("503 Busy", f"Retry-After: {text}").replace(text.encode(), text.encode("latin-1"))
        found |= {f"retry-{name}-{place}": at(place, said) for place in ("page", "robots", "contact")}
    for name, location in LOCATIONS.items():
        said = written("302 Found", f"Location: {location}")
        found |= {f"location-{name}-{place}": at(place, said) for place in PLACES}
    for status in STATUSES:
        said = written(f"{status} X", HTML)
        found |= {f"status-{status}-{place}": at(place, said) for place in ("page", "robots")}
    for name, line in HEADERS.items():
        said = written("200 OK", HTML, "X-Here: 1")
        found[f"header-{name}"] = at("page", said.replace(b"X-Here: 1", line.encode("latin-1")))
    for name, text in ROBOTS.items():
        said = head("200 OK", "Content-Type: text/plain", length=len(text)) + text.encode("latin-1")
        found[f"robots-{name}"] = at("robots", said)
    for name, text in SITEMAPS.items():
        found[f"map-{name}"] = at("sitemap", written("200 OK", "Content-Type: text/xml", body=text.encode()))
    for name, text in PAGES.items():
        found[f"page-{name}"] = at("page", written("200 OK", HTML, body=(text + TEXT).encode()))
    return found


def reset_then_redirected(resets: int) -> Behaviour:
    """robots.txt that breaks off so many times, then leads to the next name, which does the same, without an end."""
    asked: Counter[str] = Counter()
    turns: Counter[str] = Counter()

    def site(connection: socket.socket, path: str) -> None:
        if path == "/":
            page(connection, TEXT)
        elif path.startswith("/r"):
            asked[path] += 1
            if asked[path] <= resets:
                return
            turns["all"] += 1
            redirect(connection, f"/r{turns['all']}")
        else:
            answer(connection, b"", status="404 Not Found")

    return site
