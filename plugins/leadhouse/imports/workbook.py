"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods; web pages that are called so) as tables of texts, through python-calamine.

XML that holds a list is a table of one sheet.

A cell is the text that a person sees in it, as far as the file tells: whole numbers without a point, days as ISO 8601.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.html_tables import is_html, read_tables
from leadhouse.imports.packed_file import MOST_UNPACKED, ZIP, is_archive_of_text
from leadhouse.imports.text_file import WORKBOOK_STARTS
from leadhouse.imports.xml_lists import XmlListError, is_xml, read_list

MOST_COLUMNS = 1_000
MOST_CELLS = 100_000_000  # of the rectangle around a sheet's cells
_ADVICE = "Open it and save the sheet as CSV (UTF-8)."


@dataclass(frozen=True)
class Workbook:
    """A workbook's file. `encoding` names its kind, `content_hash` is SHA-256 (hex) of the bytes."""

    path: Path
    encoding: str
    content_hash: str

    @cached_property
    def sheets(self) -> dict[str, list[Row]]:
        """The rows of every visible sheet that holds any, by its name.

        Raises ImportFileError where the file cannot be read as a workbook.
        """
        from python_calamine import CalamineWorkbook

        if self.encoding == "html":
            return read_tables(self.path.read_bytes())
        if self.encoding == "xml":
            return self._list()
        try:
            book = CalamineWorkbook.from_path(self.path)
            visible = [each.name for each in book.sheets_metadata if "Visible" in str(each.visible).rpartition(".")[2:]]
            names = visible or book.sheet_names
            found = {name: list(_rows(book.get_sheet_by_name(name))) for name in names}
        except BaseException as error:  # a panic of the library is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
                raise
            raise ImportFileError(f"{self.path.name} is no workbook that can be read ({error}). {_ADVICE}") from error
        return {name: rows for name, rows in found.items() if rows}

    def _list(self) -> dict[str, list[Row]]:
        try:
            return read_list(self.path.read_bytes())
        except XmlListError as error:
            raise ImportFileError(f"{self.path.name} is no XML list that can be read: {error}. {_ADVICE}") from error

    def is_broken(self, text: str) -> bool:
        """Whether the text holds what cannot be stored."""
        return "\x00" in text


def open_workbook(path: Path) -> Workbook | None:
    """The workbook at a path; None where the bytes are no workbook's.

    Raises:
        ImportFileError: an archive that holds too much to be unpacked, or no workbook.
    """
    try:
        start = _start_of(path)
        if start[:4] not in WORKBOOK_STARTS and not is_html(start) and not is_xml(start):
            return None
        content = path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}. Name a file that exists.") from error
    if content.startswith(ZIP) and is_archive_of_text(path):
        return None
    if is_html(start) or is_xml(start):
        return Workbook(path, "html" if is_html(start) else "xml", hashlib.sha256(content).hexdigest())
    kind = "xls" if content.startswith(WORKBOOK_STARTS[1]) else _kind_of_archive(path)
    return Workbook(path, kind, hashlib.sha256(content).hexdigest())


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(256)


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {each.filename: each.file_size for each in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportFileError(f"{path.name} is a damaged workbook or archive ({error}). {_ADVICE}") from error
    if sum(names.values()) > MOST_UNPACKED:
        raise ImportFileError(f"{path.name} unpacks to more than {MOST_UNPACKED >> 20} MB. {_ADVICE}")
    kinds = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
    found = next((kind for name, kind in kinds.items() if name in names), None)
    if found is None:
        raise ImportFileError(f"{path.name} is an archive (ZIP), no workbook. Unpack it, or save the sheet as CSV.")
    if found == "xlsx":
        _require_bounded(path, [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")])
    return found


def _require_bounded(path: Path, sheets: list[str]) -> None:
    """A sheet is held as a rectangle: two cells at its far ends would take all memory."""
    with zipfile.ZipFile(path) as archive:
        for name in sheets:
            lines = columns = 0
            try:
                with archive.open(name) as sheet:
                    tail = b""
                    while chunk := sheet.read(1 << 20):
                        for letters, line in _PLACE.findall(tail + chunk):
                            lines, columns = max(lines, int(line)), max(columns, _column_no(letters))
                        tail = chunk[-64:]
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
                raise ImportFileError(f"{path.name} is a damaged workbook ({error}). {_ADVICE}") from error
            if lines * columns > MOST_CELLS:
                raise ImportFileError(
                    f"{path.name} has cells up to line {lines}, column {columns}: delete what lies far out."
                )


_PLACE = re.compile(rb"<(?:\w{1,20}:)?c\s(?:[^>]{0,200}?\s)?r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")


def _column_no(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(sheet: Any) -> Iterator[Row]:
    first_line, first_column = sheet.start or (0, 0)
    indent = [""] * min(first_column, MOST_COLUMNS)
    for number, values in enumerate(sheet.iter_rows(), start=first_line + 1):
        cells = [*indent, *map(_text, values[:MOST_COLUMNS])]
        if any(cells):
            yield Row(number, cells)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""
