"""Imports a table that somebody exported (CSV in any of its dialects, JSON lines) as private records.

**One row is one unit** (``file:<name>#<digest of the row's key>``) with one extraction. A row's key is what it is known
by when the file comes again: its id column, else the person's address or profile, else names with domain or place. So
importing a file anew lands what is new or changed, knows what is the same, wherever it stands now, and an empty
statement retracts each row that is gone. With the file as one unit a single changed row would land all others again,
and resolution, which works by unit, would settle every one of them. The price is three rows of bookkeeping a row.

**Rows add up**: ``rows = landed + known + quarantined``. A row is *landed* when it says something new of its unit;
*known* when its unit says the same already (or did before: raw keeps it, it is only applied again), or when it repeats
another row of the file word for word; *quarantined* when it was refused, each time the file is read. Blank lines, the
header and what stands above it are no rows. raw.batches counts records, of which a row makes one or two, and a refusal
that quarantine holds from the same day already is *known* there: both sums hold, each in its own measure.

**One transaction** holds the source's row, all parts of the file, the suppressions of customers, and the retractions;
a dry run is the same transaction, rolled back. When every row is refused nothing is retracted: that is a broken file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from leadhouse.connectors.base import ImportFileError
from leadhouse.connectors.columns import ColumnMap, Kind, map_columns
from leadhouse.connectors.error_file import ErrorFile
from leadhouse.connectors.row_records import Fault, RowReader, RowRecords
from leadhouse.connectors.table import Row, Table, read_table
from leadhouse.connectors.text_file import inspect_text
from leadhouse.database import connect, queries
from leadhouse.landing import Landing, Quarantined
from leadhouse.records import Extraction

EXTRACTOR, EXTRACTOR_VERSION = "csv_import", "1"
PART_ROWS = 5_000  # written at a time
KEPT_ERRORS = 100

__all__ = ["CsvFile", "ImportFileError", "ImportSummary", "import_file", "preview_file"]


@dataclass(frozen=True, slots=True)
class RowError:
    """A refused row."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True)
class ImportSummary:
    """What one import did, or would do (`is_dry_run`); rows add up: landed + known + quarantined."""

    file: str
    kind: str
    source_key: str
    rows: int
    landed: int
    known: int
    quarantined: int
    retracted: int  # rows of the former file that are gone
    companies: int  # records stated
    persons: int
    suppressed: int  # addresses that were not suppressed before
    mapping: dict[str, str]  # column -> field
    custom_fields: tuple[str, ...]  # columns that are kept as they are
    encoding: str
    delimiter: str
    header_line: int
    reasons: dict[str, int]  # of quarantined rows
    errors: tuple[RowError, ...]  # the first ones
    errors_file: str | None
    batch_no: int | None
    is_dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        errors = [{"line": each.line, "reason": each.reason, "detail": each.detail} for each in self.errors]
        return {**found, "custom_fields": list(self.custom_fields), "errors": errors}


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
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    suppressed: list[tuple[str, str]] = field(default_factory=list)  # since the caller last emptied it
    unit_keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.table: Table = read_table(inspect_text(self.path))
        self.columns: ColumnMap = map_columns(self.table.header, self.table.sample(), self.kind, self.overrides)
        self._require_identity()
        self._observed_at = datetime.now(UTC)
        self._seen: Counter[str] = Counter()
        self._repeats: dict[tuple[str, str], int] = {}

    @property
    def unit_prefix(self) -> str:
        """What the keys of all rows of this file start with."""
        return f"file:{_storable(self.path.name)}#"

    def statements(self) -> Iterator[Extraction | Quarantined]:
        """One a row, in the file's order."""
        for _, statement in self.read():
            yield statement

    def read(self) -> Iterator[tuple[Row, Extraction | Quarantined]]:
        """The rows with their statements."""
        reader, is_broken = RowReader(self.columns), self.table.file.is_broken
        for row in self.table.rows():
            self.counts["rows"] += 1
            found = reader.read(row, is_broken=any(map(is_broken, row.cells)))
            yield row, self._refusal(row, found) if isinstance(found, Fault) else self._extraction(row, found)

    def retraction(self, unit_key: str) -> Extraction:
        """The statement of a row that is gone: nothing."""
        return self._statement(unit_key, hashlib.sha256(b"").hexdigest(), None)

    def _refusal(self, row: Row, fault: Fault) -> Quarantined:
        self.reasons[fault.reason] += 1
        cells = [_storable(cell[:2000]) for cell in row.cells[:200]]
        names = [*self.table.header, *(f"surplus {i}" for i in range(1, len(cells) + 1))]
        payload = dict(zip(names, cells, strict=False))
        return Quarantined(self.unit_prefix.removesuffix("#"), row.line, fault.reason, fault.detail, payload)

    def _extraction(self, row: Row, found: RowRecords) -> Extraction:
        self.suppressed.extend(found.suppressed)
        self.counts["companies"] += found.company is not None
        self.counts["persons"] += found.person is not None
        text = hashlib.sha256("\x1f".join(row.cells).encode()).hexdigest()
        return self._statement(self._unit_key(found.key, text), text, found)

    def _unit_key(self, key: str, text: str) -> str:
        """Rows with one key are numbered as they come; the very same row again is the same unit."""
        digest = hashlib.sha256(key.casefold().encode()).hexdigest()[:20]
        number = self._repeats.get((digest, text[:20]))
        if number is None:
            self._seen[digest] += 1
            number = self._repeats[digest, text[:20]] = self._seen[digest]
        unit_key = f"{self.unit_prefix}{digest}" + (f"~{number}" if number > 1 else "")
        self.unit_keys.add(unit_key)
        return unit_key

    def _statement(self, unit_key: str, content_hash: str, found: RowRecords | None) -> Extraction:
        return Extraction(
            source_key=self.source_key,
            unit_key=unit_key,
            extractor=EXTRACTOR,
            extractor_version=EXTRACTOR_VERSION,
            content_hash=content_hash,
            observed_at=self._observed_at,
            organization_id=self.organization_id,
            companies=(found.company,) if found and found.company else (),
            persons=(found.person,) if found and found.person else (),
        )

    def _require_identity(self) -> None:
        if not self.columns.names_anybody:
            raise ImportFileError(
                f"{self.path.name} has no column that says who a row is about (a company, website, name or e-mail "
                f"address). Its columns: {', '.join(self.table.header)[:500]}. Rename one, or give a mapping."
            )


def import_file(
    path: Path | str,
    organization_id: UUID,
    kind: Kind | None,
    run_on: date,
    run_id: str,
    dry_run: bool = False,
    *,
    mapping: Mapping[str, str | None] | None = None,
    errors_to: Path | None = None,
) -> ImportSummary:
    """Import a file for an organization.

    Args:
        kind: what a row lists; None: the columns tell.
        dry_run: read, map and check, count what would land, land nothing.
        mapping: corrections of the recognised columns: column name to a field (see columns.toml), or None to keep the
            column as a custom field.
        errors_to: where to write the refused rows as CSV, with line and reason, to be corrected and imported.

    Raises:
        ImportFileError: the file is no table; nothing was written.
        ValueError: the organization does not exist, or `mapping` does not fit the file.
    """
    path = Path(path)
    file = CsvFile(path, organization_id, _source_key(path, organization_id), kind, mapping or {})
    with Landing(
        "imports", run_on=run_on, run_id=run_id, source_key=file.source_key, organization_id=organization_id
    ) as landing:
        return _Import(file, landing, run_on, dry_run).run(errors_to)


def preview_file(
    path: Path | str, kind: Kind | None = None, mapping: Mapping[str, str | None] | None = None, rows: int = 5
) -> dict[str, Any]:
    """How a file would be read, without a database: layout, mapping, and the first rows as records or refusals.

    Raises:
        ImportFileError, ValueError: see `import_file`.
    """
    file = CsvFile(Path(path), UUID(int=0), "csv/preview", kind, mapping or {})
    return {**_layout(file), "rows": [_shown(row, each) for row, each in islice(file.read(), rows)]}


@dataclass
class _Import:
    """One run of `import_file`."""

    file: CsvFile
    landing: Landing
    run_on: date
    is_dry_run: bool
    suppressed: int = 0
    retracted: int = 0

    def run(self, errors_to: Path | None) -> ImportSummary:
        self._lock_source()
        errors: list[RowError] = []
        with ErrorFile(errors_to, self.file.table) as error_file:
            for row, statement in self.file.read():
                if isinstance(statement, Quarantined):
                    self.landing.quarantine(statement)
                    error_file.add(row, statement)
                    if len(errors) < KEPT_ERRORS:
                        errors.append(RowError(row.line, statement.reason, statement.detail))
                else:
                    self.landing.add_extraction(statement)
                if len(self.landing) >= PART_ROWS:
                    self._flush()
            self._flush()
        landed = self.landing.landed_extractions
        self._retract()
        batch_no = None if self.is_dry_run else self.landing.commit().batch_no
        return self._summary(landed, batch_no, errors, str(errors_to) if errors_to and errors else None)

    def _lock_source(self) -> None:
        values = {**self._scope, "name": _storable(self.file.path.name), "run_on": self.run_on}
        if self.landing.begin().execute(_sql().upsert_source, values).fetchone() is None:
            raise ValueError(f"The source {self.file.source_key} belongs to another organization: rename the file.")

    def _flush(self) -> None:
        self.landing.flush()
        if self.file.suppressed:
            values = {
                "organization_id": self.file.organization_id,
                "source": self.file.source_key,
                "addresses": [address for address, _ in self.file.suppressed],
                "reasons": [reason for _, reason in self.file.suppressed],
            }
            self.suppressed += self.landing.begin().execute(_sql().insert_suppressions, values).rowcount
            self.file.suppressed.clear()

    def _retract(self) -> None:
        """Rows that stood and are gone say nothing any more."""
        if not self.file.unit_keys:
            return
        gone = self.file.retraction(self.file.unit_prefix)
        values = {**self._scope, "prefix": self.file.unit_prefix, "empty_hash": gone.statement_hash}
        for found in self.landing.begin().execute(_sql().select_standing_units, values).fetchall():
            if found["unit_key"] not in self.file.unit_keys:
                self.landing.add_extraction(self.file.retraction(found["unit_key"]))
                self.retracted += 1
        self.landing.flush()

    @property
    def _scope(self) -> dict[str, Any]:
        return {"organization_id": self.file.organization_id, "source_key": self.file.source_key}

    def _summary(
        self, landed: int, batch_no: int | None, errors: list[RowError], errors_file: str | None
    ) -> ImportSummary:
        counts, quarantined = self.file.counts, sum(self.file.reasons.values())
        return ImportSummary(
            **_layout(self.file),
            source_key=self.file.source_key,
            rows=counts["rows"],
            landed=landed,
            known=counts["rows"] - landed - quarantined,
            quarantined=quarantined,
            retracted=self.retracted,
            companies=counts["companies"],
            persons=counts["persons"],
            suppressed=self.suppressed,
            reasons=dict(self.file.reasons),
            errors=tuple(errors),
            errors_file=errors_file,
            batch_no=batch_no,
            is_dry_run=self.is_dry_run,
        )


def _sql() -> queries.Queries:
    return queries.load("imports")


def _storable(text: str) -> str:
    """Text as Postgres takes it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _source_key(path: Path, organization_id: UUID) -> str:
    """The source set up for this path, else one of the organization's slug and the file's name.

    Raises ValueError where there is no such organization.
    """
    values = {"organization_id": organization_id, "path": _storable(str(path))}
    with connect("imports") as connection:
        row = connection.execute(_sql().find_source, values).fetchone()
    if row is None:
        raise ValueError(f"There is no organization {organization_id}: imports belong to one.")
    stem = re.sub(r"[^\w.-]+", "-", _storable(path.stem).casefold()).strip("-") or "file"
    return str(row["source_key"] or f"csv/{row['slug']}/{stem}")


def _layout(file: CsvFile) -> dict[str, Any]:
    columns, table = file.columns, file.table
    pairs = list(zip(columns.header, columns.fields, strict=True))
    return {
        "file": file.path.name,
        "kind": columns.kind,
        "mapping": {name: each.value for name, each in pairs if each},
        "custom_fields": tuple(name for name, each in pairs if each is None),
        "encoding": table.file.encoding,
        "delimiter": table.delimiter or "JSON lines",
        "header_line": table.header_line,
    }


def _shown(row: Row, statement: Extraction | Quarantined) -> dict[str, Any]:
    if isinstance(statement, Quarantined):
        return {"line": row.line, "refused": statement.reason, "detail": statement.detail}
    records = [*statement.companies, *statement.persons]
    stated = [json.loads(each.model_dump_json(exclude_none=True, exclude={"record_key"})) for each in records]
    return {"line": row.line, "records": stated}
