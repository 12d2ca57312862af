"""Rows of delimited text with the line each starts on.

They follow RFC 4180, and forgive what exports really do: a quotation mark that is never closed costs its own line, not
the rest of the file; an endless line is skipped; quotation marks within a cell need not be doubled; a row that was put
into quotation marks as a whole (a table that was opened in one column, and saved) is read once more.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TextIO

from leadhouse.imports.loose_quotes import split_loosely

LOOSE_LINES = 20  # of a row whose quotation marks are not doubled
ROW_LINES = 500  # a quoted cell may hold line breaks; a row of more lines has an unclosed quote
LONGEST_LINE = 1 << 20


class Row(NamedTuple):
    """The cells of one row. `line` counts from 1; `fault` names what the reader could make no sense of."""

    line: int
    cells: list[str]
    fault: str | None = None


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

    def peek(self) -> str:
        """The line that comes next; empty at the end."""
        if not self._waiting and (line := self._text.readline(LONGEST_LINE)):
            self._waiting.append(line)
        return self._waiting[0] if self._waiting else ""

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


@dataclass(frozen=True, slots=True)
class Dialect:
    """What tells cells apart."""

    delimiter: str
    quote: str = '"'

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> Iterator[list[str]]:
        """RFC 4180; blanks before a quotation mark are left out."""
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=True, strict=strict)

    def split(self, line: str) -> list[str]:
        """The cells of one line, whatever it is."""
        try:
            return next(self.reader([line], strict=False), [])
        except csv.Error:  # a line end within it, or a cell without end
            return [line]


def delimited_rows(text: TextIO, dialect: Dialect, width: int | None) -> Iterator[Row]:
    """The rows of a text; `width`: of the header, where it is known. A row that is torn carries its fault."""
    lines = _Lines(text)
    reader = dialect.reader(lines)
    while True:
        fault = None
        try:
            cells = next(reader)
            if len(cells) != width and _swallows(lines, dialect, width):
                raise _OpenQuoteError
        except StopIteration:
            return
        except _OpenQuoteError:
            lines.give_back()
            cells, fault = [lines.taken[0].rstrip("\r\n")], "unclosed_quote"
        except _EndlessLineError:
            lines.skip_line()
            cells, fault = [lines.taken[-1][:1000]], "endless_line"
        except csv.Error as error:
            cells, fault = _despite(error, lines, dialect, width)
        if len(cells) == 1 and fault is None and dialect.delimiter in cells[0]:
            cells = _unwrapped(cells, dialect, width)
        yield Row(lines.number, cells, fault)
        lines.next_row()


def _despite(error: csv.Error, lines: _Lines, dialect: Dialect, width: int | None) -> tuple[list[str], str | None]:
    """The cells of a row that has no reading by the standard, or its fault."""
    if "field larger" in str(error):
        return [lines.taken[0][:1000]], "cell_too_long"
    found = None if _swallows(lines, dialect, width) else _split(lines, dialect, width)
    while found is None and len(lines.taken) < LOOSE_LINES and width and (line := lines.peek()):
        if len(dialect.split(line)) == width:
            break
        next(lines)
        found = _split(lines, dialect, width)
    if found is not None and (len(lines.taken) == 1 or len(found) == width):
        return found, None
    lines.give_back()
    return [lines.taken[0].rstrip("\r\n")], "unclosed_quote"


def _split(lines: _Lines, dialect: Dialect, width: int | None) -> list[str] | None:
    return split_loosely("".join(lines.taken), dialect.delimiter, width, dialect.quote)


def _swallows(lines: _Lines, dialect: Dialect, width: int | None) -> bool:
    """Whether a line within a quoted cell is a row of its own: then the quote was never closed."""
    return len(lines.taken) > 1 and width is not None and len(dialect.split(lines.taken[1])) == width


def _unwrapped(cells: list[str], dialect: Dialect, width: int | None) -> list[str]:
    """The cells of a row that stood in quotation marks as a whole."""
    inner = dialect.split(cells[0])
    return inner if width is None or len(inner) == width else cells
