"""Where a page leads besides its anchors: frames, image maps, refreshes, and URLs that are named but not linked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin

from leadhouse.extraction.markup.page import Page
from scrapers.base import urls

MAX_FRAMES = 20
MAX_MENTIONS = 60
FEW_LINKS = 10  # own links; a page with more has a menu, and what its comments name is old
SHORTEST_COMMENT, LONGEST_COMMENT = 10, 60_000  # bytes
REFRESH_SECONDS = 10.0  # a page that reloads itself later than that is read first

_FRAME = re.compile(rb"<(?:i?frame|area)\s[^>]{0,500}?\b(?:src|href)\s*=\s*[\"']?([^\"'\s>]{1,500})", re.I)
_REFRESH = re.compile(r"\s*([\d.]+)\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s>]+)", re.I)
_HREF = re.compile(rb"\bhref\s*=\s*[\"']([^\"'#\s<>]{1,300})[\"']", re.I)
_NAMED = re.compile(r"[\"'](/?(?:[\w-]{1,60}/){0,4}[\w-]{1,60}(?:\.html?|\.php|/))[\"']")


def is_nofollow(page: Page, tags: Iterable[str], token: str) -> bool:
    """Whether the page asks that its links are not followed: meta robots, or X-Robots-Tag, for all or for our token.

    `tags` are the values of the header; a name before a colon says for whom the rest of its value is meant.
    """
    ours = token.lower()
    said = [word for name in ("robots", ours) for word in page.meta.get(name, "").lower().split(",")]
    for tag in tags:
        agent = ours
        for part in tag.lower().split(","):
            name, colon, directive = part.partition(":")
            agent = name.strip() if colon else agent
            if agent == ours:
                said.append(directive if colon else part)
    return any(word.strip() in ("nofollow", "none") for word in said)


def refresh_of(page: Page) -> str | None:
    """The absolute URL to which a page sends its readers on within `REFRESH_SECONDS`."""
    found = _REFRESH.match(page.meta.get("refresh", ""))
    try:
        if found is None or float(found[1]) > REFRESH_SECONDS:
            return None
        return str(urljoin(page.url, found[2]))
    except ValueError:
        return None


def frames_of(page: Page, body: bytes) -> Iterator[tuple[str, str]]:
    """(absolute URL, "") of frames and areas of image maps."""
    if b"frame" not in body and b"FRAME" not in body and b"<area" not in body and b"<AREA" not in body:
        return
    lowered, last = body.lower(), 0
    starts = sorted(at for name in (b"<frame", b"<iframe", b"<area") for at in _places(lowered, name))
    found = (match for at in starts if at >= last and (match := _FRAME.match(body, at)))
    for match in islice(found, MAX_FRAMES):
        last = match.end()
        yield from _absolute(page, match[1].decode("utf-8", "replace"))


def mentions_of(page: Page, body: bytes) -> list[tuple[str, str]]:
    """(absolute URL, "") of what comments and scripts of a page with few links name: menus that scripts write."""
    linking = (part for part in _comments(body) if b"href" in part.lower())
    named = [found.decode("utf-8", "replace") for part in linking for found in _HREF.findall(part)]
    named += [found for script in page.scripts for found in _NAMED.findall(script)]
    pages = [text for text in dict.fromkeys(named) if urls.is_page(text)][:MAX_MENTIONS]
    return [found for text in pages for found in _absolute(page, text)]


def _comments(body: bytes) -> Iterator[bytes]:
    """What stands in comments; one that is all but empty counts with what follows, as it is no menu."""
    start = body.find(b"<!--")
    while start >= 0:
        inner = start + len(b"<!--")
        end = body.find(b"-->", inner + SHORTEST_COMMENT, inner + LONGEST_COMMENT + len(b"-->"))
        if end >= 0:
            yield body[inner:end]
        start = body.find(b"<!--", end if end >= 0 else inner)


def _places(body: bytes, name: bytes) -> Iterator[int]:
    at = body.find(name)
    while at >= 0:
        yield at
        at = body.find(name, at + len(name))


def _absolute(page: Page, text: str) -> Iterator[tuple[str, str]]:
    try:
        yield urljoin(page.url, text), ""
    except ValueError:
        return
