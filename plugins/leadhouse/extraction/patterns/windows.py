"""Stretches of a text that are worth a costly pattern: around anchors that a cheap one finds.

A pattern that opens with a class of characters skips in C to where it may begin; one that opens with alternatives or a
look-behind is tried at every character. So the first says where the second may look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_GAP = 8  # characters: anchors of figures hold no more between two of them, nor behind the last
_FIGURES = bytes(ord("1") if chr(code) in "0123456789" else ord(" ") for code in range(256))
_NO_FIGURES = b" " * (_GAP + 1)
_ASCII = bytes(range(128))
_FIGURE = re.compile(r"\d")


def windows(text: str, anchor: re.Pattern[str], before: int, after: int) -> Iterator[tuple[int, int]]:
    """Start and end of stretches around each match of `anchor`, merged where they overlap, in order.

    An anchor begins with a figure and holds at most eight other characters in a row.
    """
    low, high = 0, -1
    for start, end in _anchored(text, anchor):
        if start - before > high:
            if high >= 0:
                yield low, high
            low = max(0, start - before)
        high = min(len(text), end + after)
    if high >= 0:
        yield low, high


@lru_cache(maxsize=8)  # codes before and behind a town have one anchor
def _anchored(text: str, anchor: re.Pattern[str]) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for low, high in figures(text) for match in anchor.finditer(text, low, high))


@lru_cache(maxsize=4)
def beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII, in order: a class of letters is looked for in them alone."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


@lru_cache(maxsize=8)  # a page's text is asked about by every kind of candidate
def figures(text: str) -> tuple[tuple[int, int], ...]:
    """Where the figures of a text stand: stretches from one over those that follow closely, to eight characters on.

    Found in bytes, at a twentieth of what a pattern takes. Figures of other scripts make it one stretch.
    """
    if not text.isascii() and _FIGURE.search(beyond_ascii(text)):
        return ((0, len(text)),)
    signs = text.encode("ascii", "replace").translate(_FIGURES)
    found = []
    start = signs.find(b"1")
    while start >= 0:
        end = signs.find(_NO_FIGURES, start)
        if end < 0:
            found.append((start, len(text)))
            break
        found.append((start, end + _GAP))
        start = signs.find(b"1", end)
    return tuple(found)


def matches_from(text: str, pattern: re.Pattern[str], openings: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Matches of a pattern that opens with one of some literals: tried only where one stands."""
    places = {opening: text.find(opening) for opening in openings}
    while found := [place for place in places.values() if place >= 0]:
        at = min(found)
        if match := pattern.match(text, at):
            yield match
        start = match.end() if match else at + 1
        for opening, place in places.items():
            if 0 <= place < start:
                places[opening] = text.find(opening, start)


def around_matches(
    text: str, pattern: re.Pattern[str], anchor: re.Pattern[str], before: int, after: int
) -> Iterator[re.Match[str]]:
    """Matches of `pattern` that lie in a stretch around an anchor."""
    for low, high in windows(text, anchor, before, after):
        yield from pattern.finditer(text, low, high)
