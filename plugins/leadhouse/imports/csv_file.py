"""A table as a connector: an extraction a row, or the row's refusal; and a preview that needs no database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from leadhouse.imports.column_memory import Remembered
from leadhouse.imports.columns import ColumnMap, Kind, map_columns
from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.row_faults import Fault
from leadhouse.imports.row_processes import RowProcesses
from leadhouse.imports.row_records import RowRecords
from leadhouse.imports.row_statements import (
    EXTRACTOR,
    EXTRACTOR_VERSION,
    PlainRow,
    RowStatement,
    StatementReader,
    as_statement,
)
from leadhouse.imports.table import Table, read_table
from leadhouse.landing import Quarantined
from leadhouse.landing.prepared import Origin, PreparedStatement, statement_hash
from leadhouse.records import Extraction, named_text

__all__ = ["EXTRACTOR", "EXTRACTOR_VERSION", "CsvFile", "preview_file", "storable"]

CHUNK_ROWS = 500  # that another process reads at a time
RecordsOf = Callable[[], RowRecords | Fault | None]
_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass
class CsvFile:
    """A file as a connector: `statements` yields an extraction a row, or its refusal. Read once from start to end.

    Raises ImportFileError where the file is no table, ValueError for an override that does not fit.
    """

    path: Path
    organization_id: UUID
    source_key: str
    kind: Kind | None = None
    overrides: Mapping[str, str | None] = field(default_factory=dict)
    recall: Callable[[Sequence[str]], Remembered] | None = None  # what was said of such a header before
    observed_at: datetime = field(default_factory=lambda: datetime.now(UTC))  # as of when its statements stand
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    suppressed: list[tuple[str, str]] = field(default_factory=list)  # since the caller last emptied it
    unit_keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.table: Table = read_table(self.path)
        known = self.recall(self.table.header) if self.recall else Remembered()
        kind = self.kind or known.kind
        self.columns: ColumnMap = map_columns(
            self.table.header, self.table.sample(), kind, self.overrides, known.mapping
        )
        self._require_identity()
        self._seen: Counter[str] = Counter()
        self._first: dict[str, str] = {}  # digest of a row's key → content of the first row that has it
        self._repeats: dict[tuple[str, str], int] = {}
        self._unit_head = f"{self.organization_id}|{self.source_key}|"
        self._unit_prefix = self.unit_prefix
        self._origin = Origin(self.organization_id, self.source_key, EXTRACTOR, EXTRACTOR_VERSION)

    @property
    def unit_prefix(self) -> str:
        """What the keys of all rows of this file start with."""
        return f"file:{storable(self.path.name)}#"

    @property
    def layout(self) -> dict[str, Any]:
        """How the file is read, as JSON values but for the tuple of columns that are kept as they are."""
        pairs = list(zip(self.columns.header, self.columns.fields, strict=True))
        return {
            "file": self.path.name,
            "kind": self.columns.kind,
            "mapping": {name: each.value for name, each in pairs if each},
            "custom_fields": tuple(name for name, each in pairs if each is None),
            "columns": [
                {"column": name, "field": each.value if each else None, "why": why.why, "confidence": why.confidence}
                for (name, each), why in zip(pairs, self.columns.reasons, strict=True)
            ],
            "encoding": self.table.file.encoding,
            "delimiter": self.table.layout,
            "header_line": self.table.header_line,
            "notes": self.table.notes,
        }

    def statements(self) -> Iterator[Extraction | Quarantined]:
        """One a row, in the file's order."""
        for _, statement in self.read():
            yield statement if isinstance(statement, Quarantined) else statement.extraction

    def read(self, processes: int = 0) -> Iterator[tuple[Row, PreparedStatement | Quarantined]]:
        """The rows with their statements; `processes`: how many others are to read them, see `row_processes`."""
        for row, found, records_of in self._read_by(processes) if processes else self._read_here():
            self.counts["rows"] += 1
            yield row, self._refusal(row, found) if isinstance(found, Fault) else self._prepared(found, records_of)

    def _read_here(self) -> Iterator[tuple[Row, RowStatement | Fault, RecordsOf]]:
        reader = StatementReader(self.columns, self.table.file.is_broken)
        for row in self._rows():
            found = reader.read(row)
            if isinstance(found, Fault):
                yield row, found, _nothing
            else:
                yield row, found[0], partial(_as_found, found[1])

    def _read_by(self, processes: int) -> Iterator[tuple[Row, RowStatement | Fault, RecordsOf]]:
        """Statements come as they are written; the records of one that is asked for them are read once more."""
        reader = StatementReader(self.columns, self.table.file.is_broken)
        with RowProcesses(reader.read_plain, processes) as others:
            for chunk, said in others.map(self._chunks()):
                for plain, each in zip(chunk, said, strict=True):
                    row = Row._make(plain)
                    yield row, as_statement(each), partial(reader.records, row)

    def _chunks(self) -> Iterator[list[PlainRow]]:
        rows = self._rows()
        while chunk := [(line, cells, fault) for line, cells, fault in islice(rows, CHUNK_ROWS)]:
            yield chunk

    def _rows(self) -> Iterator[Row]:
        for row in self.table.rows():
            if "\x00" in "".join(row.cells):  # cells of a fixed size are filled up with it
                yield row._replace(cells=[cell.rstrip("\x00") for cell in row.cells])
            else:
                yield row

    def retraction(self, unit_key: str) -> PreparedStatement:
        """The statement of a row that is gone: nothing."""
        said = statement_hash(EXTRACTOR, EXTRACTOR_VERSION, 0, [])
        return self._statement(unit_key, RowStatement(_NOTHING, "", said, 0, [], ()), _nothing)

    def _refusal(self, row: Row, fault: Fault) -> Quarantined:
        self.reasons[fault.reason] += 1
        cells = [storable(cell[:2000]) for cell in row.cells[:200]]
        names = [*self.table.header, *(f"surplus {i}" for i in range(1, len(cells) + 1))]
        payload = dict(zip(names, cells, strict=False))
        return Quarantined(self.unit_prefix.removesuffix("#"), row.line, fault.reason, fault.detail, payload)

    def _prepared(self, said: RowStatement, records_of: RecordsOf) -> PreparedStatement:
        if said.suppressed:
            self.suppressed.extend(said.suppressed)
        self.counts["companies"] += said.companies
        self.counts["persons"] += len(said.records) - said.companies
        return self._statement(self._unit_key(said.key, said.content_hash), said, records_of)

    def _statement(self, unit_key: str, said: RowStatement, records_of: RecordsOf) -> PreparedStatement:
        return PreparedStatement(
            origin=self._origin,
            unit_key=unit_key,
            unit=named_text(self._unit_head + unit_key),  # as `records.unit_id`
            content_hash=said.content_hash,
            observed_at=self.observed_at,
            statement_hash=said.statement_hash,
            companies=said.records[: said.companies],
            persons=said.records[said.companies :],
            make_extraction=lambda: self._extraction(unit_key, said.content_hash, records_of()),
        )

    def _unit_key(self, digest: str, content_hash: str) -> str:
        """Rows with one key are numbered as they come; the very same row again is the same unit."""
        unit_key = self._unit_prefix + digest
        if self._first.setdefault(digest, content_hash) != content_hash:
            number = self._repeats.get((digest, content_hash))
            if number is None:
                self._seen[digest] += 1
                number = self._repeats[digest, content_hash] = 1 + self._seen[digest]
            unit_key += f"~{number}"
        self.unit_keys.add(unit_key)
        return unit_key

    def _extraction(self, unit_key: str, content_hash: str, found: RowRecords | Fault | None) -> Extraction:
        found = None if isinstance(found, Fault) else found
        return Extraction(
            source_key=self.source_key,
            unit_key=unit_key,
            extractor=EXTRACTOR,
            extractor_version=EXTRACTOR_VERSION,
            content_hash=content_hash,
            observed_at=self.observed_at,
            organization_id=self.organization_id,
            companies=(found.company.as_company(),) if found and found.company else (),
            persons=tuple(each.as_person() for each in found.persons) if found else (),
        )

    def _require_identity(self) -> None:
        if not self.columns.names_anybody:
            raise ImportFileError(
                f"{self.path.name} has no column that says who a row is about (a company, website, name or e-mail "
                f"address). Its columns: {', '.join(self.table.header)[:500]}. Rename one, or give a mapping."
            )


def preview_file(
    path: Path | str,
    kind: Kind | None = None,
    mapping: Mapping[str, str | None] | None = None,
    rows: int = 5,
    recall: Callable[[Sequence[str]], Remembered] | None = None,
) -> dict[str, Any]:
    """How a file would be read, without a database: layout, mapping, and the first rows as records or refusals.

    `recall` gives what was said of such a header before, see `column_memory`.

    Raises:
        ImportFileError, ValueError: see `import_file`.
    """
    file = CsvFile(Path(path), UUID(int=0), "csv/preview", kind, mapping or {}, recall)
    return {**file.layout, "rows": [_shown(row, each) for row, each in islice(file.read(), rows)]}


def storable(text: str) -> str:
    """Text as Postgres takes it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _as_found(records: RowRecords) -> RowRecords:
    return records


def _nothing() -> None:
    """What a row says that is gone."""


def _shown(row: Row, statement: PreparedStatement | Quarantined) -> dict[str, Any]:
    if isinstance(statement, Quarantined):
        return {"line": row.line, "refused": statement.reason, "detail": statement.detail}
    records = [*statement.extraction.companies, *statement.extraction.persons]
    stated = [json.loads(each.model_dump_json(exclude_none=True, exclude={"record_key"})) for each in records]
    return {"line": row.line, "records": stated}
