"""What is kept of a file in whose own form no erasure finds a person (xls, xlsb, XML): its table as CSV.

The rows are those that were imported, so reading it again gives the same rows; that is checked before it is kept.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.table import Table, read_table
from leadhouse.imports.workbook import Workbook

UNSEARCHED = frozenset({"xls", "xlsb", "xml"})  # kinds of workbooks


def is_unsearched(table: Table) -> bool:
    """Whether the file's own bytes would hide a person from an erasure: packed words, or characters as references."""
    return isinstance(table.file, Workbook) and table.file.encoding in UNSEARCHED


@contextmanager
def as_text(table: Table) -> Iterator[Path | None]:
    """The table as CSV in UTF-8, while the block runs; None where that would be read otherwise than the file was."""
    with TemporaryDirectory(prefix="leadhouse-import-") as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
            if not _is_headless(table):
                writer.writerow(table.header)
            writer.writerows(row.cells for row in table.rows())
        yield path if _reads_as(path, table) else None


def _is_headless(table: Table) -> bool:
    return table.header_line == 0 and table.header == tuple(f"column {i}" for i in range(1, len(table.header) + 1))


def _reads_as(path: Path, table: Table) -> bool:
    try:
        again = read_table(path)
    except ImportFileError:
        return False
    if again.header != table.header:
        return False
    pairs = zip_longest(again.rows(), table.rows())
    return all(one and other and (one.cells, one.fault) == (other.cells, other.fault) for one, other in pairs)
