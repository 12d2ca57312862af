"""URLs out of a sitemap (sitemaps.org 0.9), also gzipped, also an index; read as bytes, so no entity can grow."""

from __future__ import annotations

import html
import re
import zlib
from dataclasses import dataclass, field

MAX_BYTES = 5 * 1024 * 1024
MAX_URLS = 5_000
MAX_FILES = 4

_TOKEN = re.compile(
    rb"<(url|sitemap)[\s>]|<(loc|lastmod)>\s*+(?:<!\[CDATA\[\s*+)?+([^<\]\s]{4,2000})",  # blanks are read once
    re.I,
)
_INDEX = re.compile(rb"<sitemapindex[\s>]", re.I)


@dataclass(slots=True)
class Sitemap:
    """One file: URL → its lastmod ("" where none is given), of pages, or of further files where it is an index."""

    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def parse(body: bytes) -> Sitemap:
    """What one file lists; broken bytes give what can be read. Plain lists of URLs count as well."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(31).decompress(body, MAX_BYTES)
        except zlib.error:
            return Sitemap()
    body = body[:MAX_BYTES]
    if not body.lstrip().startswith(b"<") and body.lstrip()[:4] == b"http":
        lines = body.decode("utf-8", "replace").split()
        return Sitemap(pages=dict.fromkeys(lines[:MAX_URLS], ""))
    found = _entries(body)
    return Sitemap(files=found) if _INDEX.search(body[:4096]) else Sitemap(pages=found)


def read(body: bytes) -> tuple[list[str], list[str]]:
    """(pages, further sitemaps) of one file."""
    found = parse(body)
    return list(found.pages), list(found.files)


def _entries(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    location, changed = "", ""
    for match in _TOKEN.finditer(body):
        opens, name, value = match[1], (match[2] or b"").lower(), match[3]
        if opens or (name == b"loc" and location):
            _keep(found, location, changed)
            location, changed = "", ""
            if len(found) >= MAX_URLS:
                return found
        if name == b"loc" and len(value) >= 8:
            location = html.unescape(value.decode("utf-8", "replace"))
        elif name == b"lastmod":
            changed = value.decode("ascii", "replace")[:40]
    _keep(found, location, changed)
    return found


def _keep(found: dict[str, str], location: str, changed: str) -> None:
    if location and len(found) < MAX_URLS:
        found[location] = changed
