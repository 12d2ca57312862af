"""The refused rows as a CSV file: line, reason, what to do, and the row as it was, to be corrected and imported."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.table import Table
from leadhouse.landing import Quarantined


class ErrorFile:
    """Written as the rows come; made with the first one. Without a path it takes rows and keeps nothing."""

    def __init__(self, path: Path | None, table: Table) -> None:
        self._path, self._table = path, table
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Row, refused: Quarantined) -> None:
        """One refused row. UTF-8 with a byte-order mark, which Excel needs to read it as such."""
        if self._path is None:
            return
        header = ["line", "reason", "what to do", *self._table.header]
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8-sig", errors="replace", newline="")
            csv.writer(self._file, delimiter=self._table.delimiter or ",").writerow(header)
        cells = [row.line, refused.reason, refused.detail, *map(_inert, row.cells)]
        csv.writer(self._file, delimiter=self._table.delimiter or ",").writerow(cells)


def _inert(cell: str) -> str:
    """A spreadsheet evaluates cells that begin so (OWASP, CSV injection); the apostrophe keeps them text."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
