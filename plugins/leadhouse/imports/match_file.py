"""A file of rows that may be one and the same: a header in its first line, an id in the first cell of each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from leadhouse.imports.delimited_rows import Dialect, Row, delimited_rows
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.header_rows import unique_names
from leadhouse.imports.row_faults import FAULTS
from leadhouse.imports.text_file import inspect_text

MOST_TOLD = 5  # ids, and lines of each
_HOW = "Its first line names the columns, the first of them is the id, and rows follow."


@dataclass(frozen=True, slots=True)
class MatchFile:
    """Rows as wide as the header, the id first; `lines` says where each starts."""

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    @property
    def ids(self) -> list[str]:
        """The rows' ids, each once."""
        return [row[0] for row in self.rows]

    def arranged(self, header: Sequence[str]) -> list[list[str]]:
        """The rows in the order of another file's columns; a column that this one lacks is empty.

        Raises ImportFileError where the two share no column beside the id.
        """
        places = [0, *(self.header.index(name) if name in self.header[1:] else None for name in header[1:])]
        if not any(places[1:]):
            raise ImportFileError(
                f"{self.name} has none of the columns to compare: {', '.join(header[1:])}. It has: "
                f"{', '.join(self.header[1:])}. Give the same names to columns that hold the same."
            )
        return [[row[place] if place is not None else "" for place in places] for row in self.rows]


def read_match_file(path: Path) -> MatchFile:
    """Read it; rows whose cells are all empty are left out.

    Raises:
        ImportFileError: no text, no second column, no rows; a row that cannot be read, or an id that is missing or
            stands twice, with its lines.
    """
    with inspect_text(path).open() as text:
        first = text.readline()
        delimiter = max(",;\t|", key=first.count)
        text.seek(0)
        dialect = Dialect(delimiter)
        names = next((row.cells for row in delimited_rows(text, dialect, None)), [])
        text.seek(0)
        header = unique_names(names)
        filled = (row for row in delimited_rows(text, dialect, len(header)) if any(map(str.strip, row.cells)))
        rows = list(islice(filled, 1, None))
    if len(header) < 2:
        raise ImportFileError(f"{path.name} is no table: it has one column, an id needs something to compare. {_HOW}")
    if not rows:
        raise ImportFileError(f"{path.name} has no rows below its header. {_HOW}")
    _require_whole(path, rows, len(header))
    found = MatchFile(path.name, header, [_padded(row.cells, len(header)) for row in rows], [row.line for row in rows])
    _require_ids(found)
    return found


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _require_whole(path: Path, rows: Sequence[Row], width: int) -> None:
    for row in rows:
        if row.fault:
            raise ImportFileError(f"{path.name}, line {row.line}: {FAULTS[row.fault]}")
        if any(map(str.strip, row.cells[width:])):
            raise ImportFileError(
                f"{path.name}, line {row.line}: the row has {len(row.cells)} cells, the header {width}. Put cells with "
                "delimiters in quotes."
            )


def _require_ids(file: MatchFile) -> None:
    """What is found is told by ids: one that stands twice would tell nothing."""
    lines = defaultdict[str, list[int]](list)
    for each, line in zip(file.ids, file.lines, strict=True):
        lines[each.strip()].append(line)
    if missing := lines.pop("", []):
        raise ImportFileError(f"{file.name} has rows without an id in its column {file.header[0]}, {_told(missing)}.")
    twice = {each: where for each, where in lines.items() if len(where) > 1}
    if twice:
        told = "; ".join(f"{each} {_told(where)}" for each, where in islice(twice.items(), MOST_TOLD))
        more = f"; {len(twice) - MOST_TOLD} more" if len(twice) > MOST_TOLD else ""
        raise ImportFileError(
            f"{file.name}: the first column, {file.header[0]}, is the id of a row, but is not unique: {told}{more}. "
            "Put a column first that is, such as the row's number."
        )


def _told(lines: Sequence[int]) -> str:
    more = f" and {len(lines) - MOST_TOLD} more" if len(lines) > MOST_TOLD else ""
    return f"in line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:MOST_TOLD]))}{more}"
