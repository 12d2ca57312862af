"""Stretches of a text that are worth a costly pattern: around anchors that a cheap one finds.

A pattern that opens with a class of characters skips in C to where it may begin; one that opens with alternatives or a
look-behind is tried at every character. So the first says where the second may look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


def windows(text: str, anchor: re.Pattern[str], before: int, after: int) -> Iterator[tuple[int, int]]:
    """Start and end of stretches around each match of `anchor`, merged where they overlap, in order."""
    low, high = 0, -1
    for match in anchor.finditer(text):
        if match.start() - before > high:
            if high >= 0:
                yield low, high
            low = max(0, match.start() - before)
        high = min(len(text), match.end() + after)
    if high >= 0:
        yield low, high


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
