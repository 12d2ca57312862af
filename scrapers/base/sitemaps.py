"""URLs out of a sitemap (sitemaps.org 0.9), also gzipped, also an index; read as bytes, so no entity can grow."""

from __future__ import annotations

import html
import re
import zlib

MAX_BYTES = 5 * 1024 * 1024
MAX_URLS = 5_000
MAX_FILES = 3

_LOCATION = re.compile(rb"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{8,2000})", re.I)
_INDEX = re.compile(rb"<sitemapindex[\s>]", re.I)


def read(body: bytes) -> tuple[list[str], list[str]]:
    """(pages, further sitemaps) of one file; broken bytes give what can be read."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(31).decompress(body, MAX_BYTES)
        except zlib.error:
            return [], []
    found = []
    for match in _LOCATION.finditer(body[:MAX_BYTES]):
        found.append(html.unescape(match[1].decode("utf-8", "replace")))
        if len(found) >= MAX_URLS:
            break
    return ([], found) if _INDEX.search(body[:4096]) else (found, [])
