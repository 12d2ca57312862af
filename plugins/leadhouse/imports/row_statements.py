"""What each row of a table states, as plain values: hashes, serialised records, addresses; or why it is refused.

Nothing here knows another row or the landing, so that any process may read any rows: see `row_processes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from leadhouse.imports.columns import ColumnMap
from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.row_faults import Fault
from leadhouse.imports.row_records import RowReader, RowRecords
from leadhouse.landing.prepared import PreparedRecord, prepare_record, statement_hash

EXTRACTOR, EXTRACTOR_VERSION = "csv_import", "3"
PlainRow = tuple[int, list[str], str | None]  # of a `Row`
PlainRecord = tuple[str, str | None, str, str | None, str]  # of a `PreparedRecord`


class RowStatement(NamedTuple):
    """What a row says. `key`: digest of what it is known by; `records`: companies first, `companies` of them."""

    content_hash: str
    key: str
    statement_hash: str
    companies: int
    records: list[PreparedRecord]
    suppressed: tuple[tuple[str, str], ...]  # (address, reason)


PlainStatement = tuple[str, str, str, int, list[PlainRecord], tuple[tuple[str, str], ...]]
Refusal = tuple[str, str]  # of a `Fault`


class StatementReader:
    """Reads the rows of one table."""

    def __init__(self, columns: ColumnMap, is_broken: Callable[[str], bool]) -> None:
        self._reader, self._is_broken = RowReader(columns), is_broken

    def records(self, row: Row) -> RowRecords | Fault:
        """What a row states, as records in the making."""
        text = "\x1f".join(row.cells)
        return self._reader.read(row, text, is_broken=self._is_broken(text))

    def read(self, row: Row) -> tuple[RowStatement, RowRecords] | Fault:
        """What a row states, serialised, and the records that it was made of."""
        text = "\x1f".join(row.cells)
        found = self._reader.read(row, text, is_broken=self._is_broken(text))
        if isinstance(found, Fault):
            return found
        records = [prepare_record(*each) for each in found.persons]
        companies = 0
        if found.company is not None:
            companies = 1
            records.insert(0, prepare_record(*found.company))
        stated = statement_hash(EXTRACTOR, EXTRACTOR_VERSION, companies, [each.content_hash for each in records])
        content_hash = hashlib.sha256(text.encode()).hexdigest()
        key = hashlib.sha256(found.key.casefold().encode()).hexdigest()[:20]
        return RowStatement(content_hash, key, stated, companies, records, found.suppressed), found

    def read_plain(self, rows: Iterable[PlainRow]) -> list[PlainStatement | Refusal]:
        """The same of many rows, as values that pass from one process to another."""
        said: list[PlainStatement | Refusal] = []
        for each in rows:
            found = self.read(Row._make(each))
            if isinstance(found, Fault):
                said.append((found.reason, found.detail))
            else:
                content_hash, key, stated, companies, records, suppressed = found[0]
                plain: list[PlainRecord] = [
                    (name, company, payload, custom, digest) for name, company, payload, custom, digest in records
                ]
                said.append((content_hash, key, stated, companies, plain, suppressed))
        return said


def as_statement(said: PlainStatement | Refusal) -> RowStatement | Fault:
    """What `StatementReader.read_plain` says of one row."""
    if len(said) == 2:
        return Fault(*said)
    content_hash, key, stated, companies, records, suppressed = said
    return RowStatement(content_hash, key, stated, companies, [*map(PreparedRecord._make, records)], suppressed)
