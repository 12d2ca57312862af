"""Tables whose columns stand one below the other, filled up with blanks: printed lists, and what terminals show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TextIO

from leadhouse.imports.delimited_rows import LONGEST_LINE, Row

SAMPLE_LINES = 100
LEAST_GAP = 2  # blanks between two names of the header: one stands within a name


def column_starts(sample: str) -> tuple[int, ...]:
    """Where the columns start, in characters; none where the text is no such table.

    The first of the first lines that names three columns or more, each of which starts where every line below has a
    blank before it.
    """
    lines = [line.expandtabs() for line in sample.splitlines() if line.strip()][:SAMPLE_LINES]
    for number, line in enumerate(lines[:25]):
        starts = _starts(line)
        below = lines[number + 1 :]
        if len(starts) >= 3 and len(below) >= 2 and _fits(starts, below):
            return starts
    return ()


def fixed_rows(text: TextIO, starts: Sequence[int]) -> Iterator[Row]:
    """The rows of the text, cut at the columns."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        plain = line.rstrip("\r\n").expandtabs()
        bounds = [*starts, len(plain)]
        yield Row(number, [plain[low : max(low, high)].strip() for low, high in pairwise(bounds)])


def _starts(line: str) -> tuple[int, ...]:
    gap = " " * LEAST_GAP
    return tuple(
        place
        for place, char in enumerate(line)
        if char != " " and (place == 0 or line[max(0, place - LEAST_GAP) : place] in {gap[:place], gap})
    )


def _fits(starts: Sequence[int], lines: Sequence[str]) -> bool:
    fitting = sum(all(line[start - 1 : start] in {"", " "} for start in starts if start) for line in lines)
    return fitting >= 0.95 * len(lines)
