"""A file as a table: its delimiter or sheet, preamble and header, and its rows with the line each starts on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from leadhouse.imports import fixed_width, json_array, json_lines, vcards
from leadhouse.imports.delimited_rows import Dialect, Row, delimited_rows
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.header_rows import (
    HEADER_WITHIN_ROWS,
    RULE,
    Header,
    as_meant,
    header_among,
    is_like_header,
    unique_names,
)
from leadhouse.imports.text_file import TextFile, inspect_text, mended
from leadhouse.imports.workbook import Workbook, open_workbook

DELIMITERS = ",;\t|"
RARE_DELIMITERS = "^~\x1f"  # of databases; asked where none of the others tells columns apart
SAMPLE_CHARACTERS = 1 << 18
SAMPLE_ROWS = 100
_WANTED = "Add a header row (Company, Email, First Name, Website, Firma, Nachname …), or export the table as CSV."
_UNSEEN = " \t\r\n\x00\x1a\u00a0\u200b\ufeff"  # what is left of an empty cell; 1A closes a file of CP/M and DOS


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is laid out. `header_line` is 0 where there is no header.

    `delimiter` is None for JSON, vCards, workbooks and columns of fixed width; a workbook has a `sheet`. `more_sheets`
    have the same columns and are read behind it (name, header line); `notes` say in sentences what is left unread.
    """

    file: TextFile | Workbook
    delimiter: str | None
    header_line: int
    header: tuple[str, ...]
    sheet: str | None = None
    quote: str = '"'
    more_sheets: tuple[tuple[str, int], ...] = ()
    starts: tuple[int, ...] = ()  # of columns of fixed width, in characters
    is_json_document: bool = False
    is_vcard: bool = False
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The rows below the header, as a stream; what is empty, or a ruled line, is left out."""
        for row in self._all_rows():
            first = row.cells[0] if row.cells else ""
            if first[:1].isalnum() or row.fault or _says_anything(row.cells):
                yield row

    def _all_rows(self) -> Iterator[Row]:
        if isinstance(self.file, Workbook):
            for sheet, line in ((self.sheet or "", self.header_line), *self.more_sheets):
                yield from (row for row in self.file.sheets[sheet] if row.line > line)
            return
        with self.file.open() as text:
            yield from self._text_rows(text)

    def _text_rows(self, text: TextIO) -> Iterator[Row]:
        assert isinstance(self.file, TextFile)
        if self.is_vcard:
            yield from vcards.card_rows(vcards.read_cards(text), self.header)
            return
        if self.is_json_document:
            yield from json_array.object_rows(json_array.read_objects(text) or [], self.header)
            return
        if self.starts:
            rows = fixed_width.fixed_rows(text, self.starts)
        elif self.delimiter is None:
            rows = (Row(*each) for each in json_lines.rows(text, self.header))
        else:
            rows = delimited_rows(text, Dialect(self.delimiter, self.quote), len(self.header))
        below = (row for row in rows if row.line > self.header_line)
        if self.file.is_doubled:
            below = (Row(row.line, list(map(mended, row.cells)), row.fault) for row in below)
        yield from _without_torn_end(below, len(self.header)) if self.file.ends_open and self.delimiter else below

    def sample(self) -> list[list[str]]:
        """The cells of the first rows."""
        return [row.cells for row in islice(self.rows(), SAMPLE_ROWS) if not row.fault]

    @property
    def layout(self) -> str:
        """How cells are told apart, for people."""
        if self.file.encoding == "xml":
            return f"XML, each {self.sheet}"
        if self.sheet is not None:
            more = "".join(f", {name}" for name, _ in self.more_sheets)
            return f"sheet{'s' if more else ''} {self.sheet}{more}"
        if self.starts:
            return "fixed width"
        if self.is_vcard:
            return "vCard"
        return self.delimiter or ("JSON" if self.is_json_document else "JSON lines")


def _says_anything(cells: Sequence[str]) -> bool:
    return any(cell.strip(_UNSEEN) for cell in cells) and not _is_rule(cells)


def _is_rule(cells: Sequence[str]) -> bool:
    return all(RULE.fullmatch(cell) or not cell.strip() for cell in cells)


def _without_torn_end(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """A last row without line end that is shorter than every other one was cut off: what it says is not whole."""
    former, whole, count = None, True, 0
    for row in rows:
        if former is not None:
            whole, count = whole and len(former.cells) == width, count + 1
            yield former
        former = row
    if former is None:
        return
    is_torn = whole and count >= 2 and len(former.cells) < width and not former.fault
    yield former._replace(fault="cut_off") if is_torn else former


def read_table(path: Path) -> Table:
    """Find delimiter or sheet, and the header.

    Raises:
        ImportFileError: the file cannot be read, is no text and no workbook, or neither a header with known column
            names nor rows of equal width are found.
    """
    book = open_workbook(path)
    return _read_sheets(book) if book is not None else _read_text(inspect_text(path))


def _read_sheets(book: Workbook) -> Table:
    """The sheet whose header names most, and those with the same columns."""
    if not book.sheets:
        raise ImportFileError(f"{book.path.name} is empty: there is nothing to import.")
    if book.encoding == "xml":  # whose columns are named by its elements, known or not
        [(sheet, rows)] = book.sheets.items()
        return Table(book, None, 0, unique_names(rows[0].cells), sheet)
    found = {name: header_among(rows[:SAMPLE_ROWS], name) for name, rows in book.sheets.items()}
    sheet, best = max(found.items(), key=lambda each: (*each[1].score, len(book.sheets[each[0]])))
    if best.is_sure:
        header = unique_names(_padded(best.names, book.sheets[sheet]))
        more = tuple(
            (name, each.line) for name, each in found.items() if name != sheet and _same_columns(each.names, best.names)
        )
        table = Table(book, None, best.line, header, sheet, more_sheets=more)
        return replace(table, notes=_notes_on_others(found, {sheet, *dict(more)}))
    sheet, rows = max(book.sheets.items(), key=lambda each: len(each[1]))
    width = max(len(row.cells) for row in rows)
    if is_like_header(rows[0].cells, rows[1:SAMPLE_ROWS]):
        return Table(book, None, rows[0].line, unique_names(_padded(rows[0].cells, rows)), sheet)
    if width < 2:
        raise ImportFileError(f"{book.path.name} is no table: its sheets have one column. {_WANTED}")
    return Table(book, None, 0, tuple(f"column {i}" for i in range(1, width + 1)), sheet)


def _same_columns(names: Sequence[str], others: Sequence[str]) -> bool:
    first, second = ([as_meant(each).strip().casefold() for each in some] for some in (names, others))
    while first and not first[-1]:
        first.pop()
    while second and not second[-1]:
        second.pop()
    return bool(first) and first == second


def _notes_on_others(found: dict[str, Header], read: set[str]) -> tuple[str, ...]:
    left = [name for name, each in found.items() if name not in read and each.known >= 2]
    return tuple(f"The sheet {name} has other columns and is not read: save it as a file of its own." for name in left)


def _padded(header: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """A sheet's rows are as wide as its widest."""
    return [*header, *[""] * (max(len(row.cells) for row in rows) - len(header))]


def _read_text(file: TextFile) -> Table:
    with file.open() as text:
        sample = text.read(SAMPLE_CHARACTERS)
    if vcards.is_vcard(sample):
        with file.open() as text:
            return Table(file, None, 0, vcards.header_of(vcards.read_cards(text)), is_vcard=True)
    if json_lines.is_json_lines(sample):
        with file.open() as text:
            return Table(file, None, 0, json_lines.header(text))
    if sample.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"} and (table := _json_document(file)) is not None:
        return table
    if file.is_doubled:
        sample = mended(sample)
    stated = _stated_delimiter(sample)
    quote = _quote_of(sample)
    found = [header_among(_sampled(sample, each, quote), each) for each in stated or DELIMITERS + RARE_DELIMITERS]
    best = max(found, key=lambda each: each.score)
    if best.known < 2 and (table := _fixed_width(file, sample, best)) is not None:
        return table
    if best.is_sure:
        return Table(file, best.key, best.line, unique_names(best.names), quote=quote)
    return _headless(file, sample, stated or DELIMITERS)


def _json_document(file: TextFile) -> Table | None:
    with file.open() as text:
        objects = json_array.read_objects(text)
    return Table(file, None, 0, json_array.header_of(objects), is_json_document=True) if objects else None


def _fixed_width(file: TextFile, sample: str, other: Header) -> Table | None:
    starts = fixed_width.column_starts(sample)
    if not starts:
        return None
    rows = fixed_width.fixed_rows(io.StringIO(sample, newline=""), starts)
    found = header_among([row for row in islice(rows, SAMPLE_ROWS) if any(row.cells)], "")
    if found.known < max(2, other.known + 1):
        return None
    return Table(file, None, found.line, unique_names(found.names), starts=starts)


def _stated_delimiter(sample: str) -> str | None:
    """Excel's own first line: ``sep=;``."""
    first = sample[:20].splitlines()[0].strip(' \ufeff\r\n"') if sample.strip() else ""
    return first[4] if first.lower().startswith("sep=") and len(first) == 5 else None


def _quote_of(sample: str) -> str:
    """The apostrophe, where the first line's cells stand between two: some databases' scripts write so."""
    first = next((line.strip() for line in sample.splitlines() if line.strip()), "")
    enclosed = len(first) > 2 and first[0] == first[-1] == "'" and '"' not in first
    return "'" if enclosed and any(f"'{each}'" in first for each in DELIMITERS) else '"'


def _sampled(sample: str, delimiter: str, quote: str = '"') -> list[Row]:
    whole = sample if len(sample) < SAMPLE_CHARACTERS else sample[: sample.rfind("\n") + 1] or sample
    rows = delimited_rows(io.StringIO(whole, newline=""), Dialect(delimiter, quote), None)
    return [row for row in islice(rows, SAMPLE_ROWS) if any(map(str.strip, row.cells)) and not _is_rule(row.cells)]


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
        if is_like_header(rows[0].cells, rows[1:]):
            return Table(file, best[2], rows[0].line, unique_names(rows[0].cells))
        return Table(file, best[2], 0, tuple(f"column {i}" for i in range(1, best[1] + 1)))
    lines = [line for line in sample.splitlines() if line.strip()][:SAMPLE_ROWS]
    if lines and sum("@" in line and " " not in line.strip() for line in lines) >= 0.8 * len(lines):
        return Table(file, ",", 0, ("column 1",))
    raise ImportFileError(
        f"{file.path.name} is no table: none of its first {HEADER_WITHIN_ROWS} rows names known columns, and its lines "
        f"share no delimiter (comma, semicolon, tab, |). {_WANTED}"
    )
