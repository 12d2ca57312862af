"""A file as a table: its delimiter or sheet, preamble and header, and its rows with the line each starts on."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from leadhouse.connectors import json_lines
from leadhouse.connectors.base import ImportFileError
from leadhouse.connectors.columns import recognised
from leadhouse.connectors.delimited_rows import Row, delimited_rows
from leadhouse.connectors.text_file import TextFile, inspect_text
from leadhouse.connectors.workbook import Workbook, open_workbook

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 1 << 18
SAMPLE_ROWS = 100
HEADER_WITHIN_ROWS = 25
_WANTED = "Add a header row (Company, Email, First Name, Website, Firma, Nachname …), or export the table as CSV."
_FIGURE = re.compile(r"[\d@]")


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is laid out. `header_line` is 0 where there is no header.

    `delimiter` is None for JSON lines and workbooks; these have a `sheet`.
    """

    file: TextFile | Workbook
    delimiter: str | None
    header_line: int
    header: tuple[str, ...]
    sheet: str | None = None

    def rows(self) -> Iterator[Row]:
        """The rows below the header, as a stream; rows whose cells are all empty are left out."""
        if isinstance(self.file, Workbook):
            yield from (row for row in self.file.sheets[self.sheet or ""] if row.line > self.header_line)
            return
        with self.file.open() as text:
            if self.delimiter is None:
                yield from (Row(*each) for each in json_lines.rows(text, self.header))
                return
            for row in delimited_rows(text, self.delimiter, len(self.header)):
                if row.line > self.header_line and (row.fault or any(map(str.strip, row.cells))):
                    yield row

    def sample(self) -> list[list[str]]:
        """The cells of the first rows."""
        return [row.cells for row in islice(self.rows(), SAMPLE_ROWS) if not row.fault]

    @property
    def layout(self) -> str:
        """How cells are told apart, for people."""
        return f"sheet {self.sheet}" if self.sheet is not None else self.delimiter or "JSON lines"


def read_table(path: Path) -> Table:
    """Find delimiter or sheet, and the header.

    Raises:
        ImportFileError: the file cannot be read, is no text and no workbook, or neither a header with known column
            names nor rows of equal width are found.
    """
    book = open_workbook(path)
    return _read_sheets(book) if book is not None else _read_text(inspect_text(path))


def _read_sheets(book: Workbook) -> Table:
    """The sheet whose header names most."""
    if not book.sheets:
        raise ImportFileError(f"{book.path.name} is empty: there is nothing to import.")
    found = {name: _header_among(rows[:SAMPLE_ROWS], name) for name, rows in book.sheets.items()}
    sheet, best = max(found.items(), key=lambda each: (*each[1].score, len(book.sheets[each[0]])))
    if best.is_sure:
        return Table(book, None, best.line, _unique(_padded(best.header, book.sheets[sheet])), sheet)
    sheet, rows = max(book.sheets.items(), key=lambda each: len(each[1]))
    width = max(len(row.cells) for row in rows)
    if _is_like_header(rows[0].cells, rows[1:SAMPLE_ROWS]):
        return Table(book, None, rows[0].line, _unique(_padded(rows[0].cells, rows)), sheet)
    if width < 2:
        raise ImportFileError(f"{book.path.name} is no table: its sheets have one column. {_WANTED}")
    return Table(book, None, 0, tuple(f"column {i}" for i in range(1, width + 1)), sheet)


def _padded(header: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """A sheet's rows are as wide as its widest."""
    return [*header, *[""] * (max(len(row.cells) for row in rows) - len(header))]


def _read_text(file: TextFile) -> Table:
    with file.open() as text:
        sample = text.read(SAMPLE_CHARACTERS)
    if json_lines.is_json_lines(sample):
        with file.open() as text:
            return Table(file, None, 0, json_lines.header(text))
    stated = _stated_delimiter(sample)
    found = [_header_among(_sampled(sample, each), each) for each in stated or DELIMITERS]
    best = max(found, key=lambda each: each.score)
    if best.is_sure:
        return Table(file, best.key, best.line, _unique(best.header))
    return _headless(file, sample, stated or DELIMITERS)


@dataclass(frozen=True, slots=True)
class _Header:
    """The row that names most columns. `key`: the delimiter, or the sheet; `fit`: share of rows of its width."""

    known: int
    fit: float
    line: int
    key: str
    header: Sequence[str]
    is_first: bool

    @property
    def score(self) -> tuple[int, float]:
        return self.known, self.fit

    @property
    def is_sure(self) -> bool:
        """Two known names, or one that is alone or stands among words above rows of the same width."""
        if self.known >= 2 or (self.known == 1 and len(self.header) == 1):
            return True
        plain = len(set(self.header)) == len(self.header) and not _FIGURE.search(" ".join(self.header))
        return self.known == 1 and self.is_first and self.fit >= 0.8 and plain


def _stated_delimiter(sample: str) -> str | None:
    """Excel's own first line: ``sep=;``."""
    first = sample[:20].splitlines()[0].strip() if sample.strip() else ""
    return first[4] if first.lower().startswith("sep=") and len(first) == 5 else None


def _sampled(sample: str, delimiter: str) -> list[Row]:
    whole = sample if len(sample) < SAMPLE_CHARACTERS else sample[: sample.rfind("\n") + 1] or sample
    rows = delimited_rows(io.StringIO(whole, newline=""), delimiter, None)
    return [row for row in islice(rows, SAMPLE_ROWS) if any(map(str.strip, row.cells))]


def _header_among(rows: Sequence[Row], key: str) -> _Header:
    best = _Header(0, 0.0, 0, key, [], is_first=False)
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        known = recognised(row.cells)
        below = rows[number + 1 :]
        fit = sum(len(each.cells) == len(row.cells) for each in below) / max(1, len(below))
        if known > best.known:
            best = _Header(known, fit, row.line, key, row.cells, is_first=number == 0)
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
        f"{file.path.name} is no table: none of its first {HEADER_WITHIN_ROWS} rows names known columns, and its lines "
        f"share no delimiter (comma, semicolon, tab, |). {_WANTED}"
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
