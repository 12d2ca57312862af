"""A text file as a table: its delimiter, preamble and header, and its rows with the line each starts on.

Rows follow RFC 4180, and forgive what exports really do: a quotation mark that is never closed costs its own line, not
the rest of the file; an endless line is skipped.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from leadhouse.connectors import json_lines
from leadhouse.connectors.base import ImportFileError
from leadhouse.connectors.columns import recognised
from leadhouse.connectors.text_file import TextFile

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 1 << 18
SAMPLE_ROWS = 100
HEADER_WITHIN_ROWS = 25
ROW_LINES = 500  # a quoted cell may hold line breaks; a row of more lines has an unclosed quote
LONGEST_LINE = 1 << 20
_FIGURE = re.compile(r"[\d@]")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row. `line` counts from 1; `fault` names what the reader could make no sense of."""

    line: int
    cells: list[str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is laid out. `header_line` is 0 where there is no header; `delimiter` is None for JSON lines."""

    file: TextFile
    delimiter: str | None
    header_line: int
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """The rows below the header, as a stream; rows whose cells are all empty are left out."""
        with self.file.open() as text:
            if self.delimiter is None:
                yield from (Row(*each) for each in json_lines.rows(text, self.header))
                return
            for row in _rows(text, self.delimiter, len(self.header)):
                if row.line > self.header_line and (row.fault or any(map(str.strip, row.cells))):
                    yield row

    def sample(self) -> list[list[str]]:
        """The cells of the first rows."""
        return [row.cells for row in islice(self.rows(), SAMPLE_ROWS) if not row.fault]


def read_table(file: TextFile) -> Table:
    """Find delimiter and header.

    Raises:
        ImportFileError: neither a header with known column names nor rows of equal width are found.
    """
    with file.open() as text:
        sample = text.read(SAMPLE_CHARACTERS)
    if json_lines.is_json_lines(sample):
        with file.open() as text:
            return Table(file, None, 0, json_lines.header(text))
    stated = _stated_delimiter(sample)
    found = [_find_header(sample, each) for each in stated or DELIMITERS]
    best = max(found, key=lambda each: each.score)
    if best.known >= 2 or (best.known == 1 and len(best.header) == 1):
        return Table(file, best.delimiter, best.line, _unique(best.header))
    return _headless(file, sample, stated or DELIMITERS)


@dataclass(frozen=True, slots=True)
class _Header:
    known: int
    fit: float
    line: int
    delimiter: str
    header: Sequence[str]

    @property
    def score(self) -> tuple[int, float]:
        return self.known, self.fit


def _stated_delimiter(sample: str) -> str | None:
    """Excel's own first line: ``sep=;``."""
    first = sample[:20].splitlines()[0].strip() if sample.strip() else ""
    return first[4] if first.lower().startswith("sep=") and len(first) == 5 else None


def _sampled(sample: str, delimiter: str) -> list[Row]:
    whole = sample if len(sample) < SAMPLE_CHARACTERS else sample[: sample.rfind("\n") + 1] or sample
    rows = _rows(io.StringIO(whole, newline=""), delimiter, None)
    return [row for row in islice(rows, SAMPLE_ROWS) if any(map(str.strip, row.cells))]


def _find_header(sample: str, delimiter: str) -> _Header:
    rows = _sampled(sample, delimiter)
    best = _Header(0, 0.0, 0, delimiter, [])
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        known = recognised(row.cells)
        below = rows[number + 1 :]
        fit = sum(len(each.cells) == len(row.cells) for each in below) / max(1, len(below))
        if known > best.known:
            best = _Header(known, fit, row.line, delimiter, row.cells)
    return best


def _headless(file: TextFile, sample: str, delimiters: str) -> Table:
    """A table without known names: most rows have the same number of cells, two at least, or each is one address."""
    best: tuple[float, int, str] = (0.0, 0, "")
    for delimiter in delimiters:
        widths = [len(row.cells) for row in _sampled(sample, delimiter) if not row.fault]
        width = max(set(widths), key=widths.count) if widths else 0
        share = widths.count(width) / len(widths) if widths else 0.0
        if width > 1 and share >= 0.8:
            best = max(best, (share, width, delimiter))
    if best[1]:
        rows = _sampled(sample, best[2])
        if _is_like_header(rows[0].cells, rows[1:]):
            return Table(file, best[2], rows[0].line, _unique(rows[0].cells))
        return Table(file, best[2], 0, tuple(f"column {i}" for i in range(1, best[1] + 1)))
    lines = [line for line in sample.splitlines() if line.strip()][:SAMPLE_ROWS]
    if lines and sum("@" in line and " " not in line.strip() for line in lines) >= 0.8 * len(lines):
        return Table(file, ",", 0, ("column 1",))
    raise ImportFileError(
        f"{file.path.name} is no table: none of its first {HEADER_WITHIN_ROWS} rows names known columns (Company, "
        "Email, First Name, Website, Firma, Nachname …), and its lines share no delimiter (comma, semicolon, tab, |). "
        "Add a header row, or export the table as CSV."
    )


def _is_like_header(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """Plain words, each once, above rows that hold figures or addresses."""
    words = {cell.strip() for cell in cells}
    if len(words) < len(cells) or "" in words or _FIGURE.search(" ".join(words)):
        return False
    return any(_FIGURE.search(cell) for row in below for cell in row.cells)


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Column names, none twice, none empty."""
    names: dict[str, None] = {}
    for number, cell in enumerate(header, start=1):
        name = " ".join(cell.replace("\x00", "").encode("utf-8", "replace").decode().split()) or f"column {number}"
        free = (f"{name} ({copy})" if copy > 1 else name for copy in range(1, len(header) + 2))
        names[next(each for each in free if each not in names)] = None
    return tuple(names)


class _OpenQuoteError(Exception):
    """A row takes more lines than a row has."""


class _EndlessLineError(Exception):
    """A line is longer than any row."""


class _Lines:
    """The lines of the row being read; they can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._waiting = text, deque[str]()
        self.number = 1  # of the line that the next row starts on
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= ROW_LINES:
            raise _OpenQuoteError
        line = self._waiting.popleft() if self._waiting else self._text.readline(LONGEST_LINE)
        if not line:
            if self.taken:
                raise _OpenQuoteError
            raise StopIteration
        self.taken.append(line)
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise _EndlessLineError
        return line

    def next_row(self) -> None:
        """The row is done."""
        self.number += len(self.taken)
        self.taken = []

    def give_back(self) -> None:
        """All but the first line of the row are to be read again."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.taken = self.taken[:1]

    def skip_line(self) -> None:
        """Forget the rest of an endless line."""
        while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass


def _rows(text: TextIO, delimiter: str, width: int | None) -> Iterator[Row]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            cells = next(reader)
            fault = None
            if (
                len(lines.taken) > 1
                and width
                and len(cells) != width
                and _stands_alone(lines.taken[1], delimiter, width)
            ):
                raise _OpenQuoteError
        except StopIteration:
            return
        except _OpenQuoteError:
            lines.give_back()
            cells, fault = [lines.taken[0].rstrip("\r\n")], "unclosed_quote"
        except _EndlessLineError:
            lines.skip_line()
            cells, fault = [lines.taken[-1][:1000]], "endless_line"
        except csv.Error:
            cells, fault = [lines.taken[0][:1000]], "cell_too_long"
        yield Row(lines.number, cells, fault)
        lines.next_row()


def _stands_alone(line: str, delimiter: str, width: int) -> bool:
    """Whether a line within a quoted cell is a row of its own: then the quote was never closed."""
    return len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])) == width
