"""Which row of a table names its columns, and how: below a preamble, or in two rows, the upper one over groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leadhouse.imports.column_names import field_of, is_group, recognised
from leadhouse.imports.delimited_rows import Row

HEADER_WITHIN_ROWS = 25
FIGURE = re.compile(r"[\d@]")
_MARKS = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\x00"))
RULE = re.compile(r"[-=_+:*~.\s|\u2500-\u257f]{3,}")
_AS_TEXT = re.compile(r'="(.*)"', re.S)


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names most columns. `key`: the delimiter, or the sheet; `fit`: share of rows of its width."""

    known: int
    fit: float
    line: int
    key: str
    names: Sequence[str]
    is_first: bool

    @property
    def score(self) -> tuple[int, float]:
        """The better, the higher."""
        return self.known, self.fit

    @property
    def is_sure(self) -> bool:
        """Two known names, or one that is alone or stands among words above rows of the same width."""
        if self.known >= 2 or (self.known == 1 and len(self.names) == 1):
            return True
        plain = len(set(self.names)) == len(self.names) and not FIGURE.search(" ".join(self.names))
        return self.known == 1 and self.is_first and self.fit >= 0.8 and plain


def header_among(rows: Sequence[Row], key: str) -> Header:
    """The best of the first rows."""
    best = Header(0, 0.0, 0, key, [], is_first=False)
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        names = _with_groups(rows[number - 1].cells if number else [], row.cells)
        known = recognised(map(as_meant, names))
        below = rows[number + 1 :]
        fit = sum(len(each.cells) == len(row.cells) for each in below) / max(1, len(below))
        if known > best.known:
            best = Header(known, fit, row.line, key, names, is_first=number == 0)
    return best


def _with_groups(above: Sequence[str], names: Sequence[str]) -> list[str]:
    """Column names with the group that a merged cell above them states: ``Company`` over *Name* and *City*.

    Only groups that say whose the columns are, two at least: one cell alone is the title of a report.
    """
    groups = [cell.strip() for cell in above]
    if sum(map(is_group, groups)) < 2 or sum(map(bool, groups)) > len(names):
        return list(names)
    found, group = [], ""
    for place, name in enumerate(names):
        group = groups[place] if place < len(groups) and groups[place] else group
        together = f"{group} {name.strip()}"
        says_more = is_group(group) and name.strip() and (field_of(together) or not field_of(f"{name} {group}"))
        found.append(together if says_more else name)
    return found


def is_like_header(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Plain words, each once, above rows that hold figures or addresses."""
    words = {cell.strip() for cell in cells}
    if len(words) < len(cells) or "" in words or FIGURE.search(" ".join(words)):
        return False
    return any(FIGURE.search(cell) for row in below for cell in row.cells)


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names, none twice, none empty, without signs that nobody sees."""
    names: dict[str, None] = {}
    for number, cell in enumerate(header, start=1):
        text = as_meant(cell).encode("utf-8", "replace").decode()
        name = " ".join(text.split()) or f"column {number}"
        free = (f"{name} ({copy})" if copy > 1 else name for copy in range(1, len(header) + 2))
        names[next(each for each in free if each not in names)] = None
    return tuple(names)


def as_meant(cell: str) -> str:
    """A cell without marks that nobody sees (soft hyphens, zero-width blanks) and without ``="…"``.

    A spreadsheet writes ``="04109"`` so that the figure stays a text.
    """
    if not cell.isascii():
        cell = cell.translate(_MARKS)
    if cell[:2] == '="' and (match := _AS_TEXT.fullmatch(cell)):
        return match[1].replace('""', '"')
    return cell
