"""Rows of delimited text with the line each starts on.

They follow RFC 4180, and forgive what exports really do: a quotation mark that is never closed costs its own line, not
the rest of the file; an endless line is skipped.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

ROW_LINES = 500  # a quoted cell may hold line breaks; a row of more lines has an unclosed quote
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
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


def delimited_rows(text: TextIO, delimiter: str, width: int | None) -> Iterator[Row]:
    """The rows of a text; `width`: of the header, where it is known. A row that is torn carries its fault."""
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
