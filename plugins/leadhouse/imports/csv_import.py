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

import gc
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.imports.column_memory import Remembered, recall, remember
from leadhouse.imports.columns import Kind
from leadhouse.imports.csv_file import EXTRACTOR_VERSION, CsvFile, preview_file, storable
from leadhouse.imports.delimited_rows import Row
from leadhouse.imports.error_file import ErrorFile
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.import_modes import Mode, merge_standing, split_standing
from leadhouse.imports.import_summary import ImportSummary, RowError
from leadhouse.imports.kept_files import keep_file
from leadhouse.imports.row_processes import processes_for
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.bulk_rows import FirstLines
from leadhouse.landing.prepared import PreparedStatement

PART_ROWS = 5_000  # written at a time
SWITCH_SECONDS = 0.0005
KEPT_ERRORS = 100
ERASED = "erased_person"  # of a row whose person was erased, see leadhouse.landing.erased

__all__ = ["ImportFileError", "ImportSummary", "import_file", "preview_file"]


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
    mode: Mode = "upsert",
    processes: int | None = None,
) -> ImportSummary:
    """Import a file for an organization.

    Args:
        kind: what a row lists; None: the columns tell.
        dry_run: read, map and check, count what would land, land nothing.
        mapping: corrections of the recognised columns: column name to a field (see columns.toml), or None to keep the
            column as a custom field. They are remembered for the organization's next file with this header.
        mode: what becomes of rows that stood before: see `import_modes`.
        errors_to: where to write the refused rows as CSV, with line and reason, to be corrected and imported.
        processes: how many others read the rows; 0: this one, None: one a core for a large file, see `row_processes`.

    Raises:
        ImportFileError: the file is no table; nothing was written.
        ValueError: the organization does not exist, or `mapping` does not fit the file.
    """
    path = Path(path)
    source_key = _source_key(path, organization_id)
    file = CsvFile(
        path, organization_id, source_key, kind, mapping or {}, lambda header: _recall(organization_id, header)
    )
    with Landing(
        "imports", run_on=run_on, run_id=run_id, source_key=file.source_key, organization_id=organization_id
    ) as landing:
        if processes is None:
            processes = processes_for(path.stat().st_size)
        return _Import(file, landing, run_on, run_id, dry_run, mode, processes).run(errors_to)


def _recall(organization_id: UUID, header: Sequence[str]) -> Remembered:
    with connect("imports") as connection:
        return recall(connection, organization_id, header)


@dataclass
class _Part:
    """Some rows of the file on their way to the landing."""

    statements: list[PreparedStatement] = field(default_factory=list)
    lines: FirstLines | None = None  # in place of the statements, where nothing of the source stands
    refused: list[tuple[Row, Quarantined]] = field(default_factory=list)
    suppressed: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Import:
    """One run of `import_file`. While the server writes one part, the next one is read."""

    file: CsvFile
    landing: Landing
    run_on: date
    run_id: str
    is_dry_run: bool
    mode: Mode
    processes: int = 0
    suppressed: int = 0
    retracted: int = 0
    notes: tuple[str, ...] = ()
    errors: list[RowError] = field(default_factory=list)
    erased: Counter[str] = field(default_factory=Counter)  # what the refused rows of erased people are told as, or not

    def run(self, errors_to: Path | None) -> ImportSummary:
        self._lock_source()
        self._remember()
        with ErrorFile(errors_to, self.file.table) as error_file, _hurried(), ThreadPoolExecutor(1) as writer:
            written: Future[None] | None = None
            for part in self._parts():
                if written is not None:
                    written.result()
                written = writer.submit(self._write, part, error_file)
            if written is not None:
                written.result()
        landed = self.landing.landed_extractions
        if self.mode == "upsert":
            self._retract()
        batch_no = None
        if not self.is_dry_run:
            self._keep()
            batch_no = self.landing.commit().batch_no
        return self._summary(landed, batch_no, str(errors_to) if errors_to and self.errors else None)

    def _parts(self) -> Iterator[_Part]:
        part, count = _Part(), 0
        for row, statement in self.file.read(self._useful_processes()):
            if isinstance(statement, Quarantined):
                part.refused.append((row, statement))
            else:
                part.statements.append(statement)
            count += 1
            if count >= PART_ROWS:
                yield self._finished(part)
                part, count = _Part(), 0
        if count:
            yield self._finished(part)

    def _useful_processes(self) -> int:
        """None where somebody was erased: each row is then looked at as records, which are made here."""
        row = self.landing.begin().execute(queries.load("landing").keeps_anyone_out).fetchone()
        return 0 if row is not None and row["keeps_anyone_out"] else self.processes

    def _finished(self, part: _Part) -> _Part:
        part.suppressed, self.file.suppressed = self.file.suppressed, []
        part.lines = self.landing.lines_of(part.statements)
        if part.lines is not None:
            part.statements = []
        return part

    def _write(self, part: _Part, error_file: ErrorFile) -> None:
        for row, stated in part.refused:
            self.landing.quarantine(stated)
            refused = self._without_erased(stated)
            if refused.reason != ERASED:
                error_file.add(row, refused)
            if len(self.errors) < KEPT_ERRORS:
                self.errors.append(RowError(row.line, refused.reason, refused.detail))
        if part.lines is not None:
            self.landing.add_lines(part.lines)
        else:
            self._hand_over(part.statements)
        former = self.landing.erased_extractions
        self.landing.flush()
        if self.landing.erased_extractions > former:
            self.erased[ERASED] += self.landing.erased_extractions - former
        if part.suppressed:
            self._suppress(part.suppressed)

    def _without_erased(self, refused: Quarantined) -> Quarantined:
        """Of a row that speaks of an erased person nothing is said, in no file and no answer."""
        kept = self.landing.without_erased(refused)
        if kept is not refused:
            self.erased[refused.reason] -= 1
            self.erased[ERASED] += 1
        return kept

    def _lock_source(self) -> None:
        values = {**self._scope, "name": storable(self.file.path.name), "run_on": self.run_on}
        connection = self.landing.begin()
        if connection.execute(_sql().upsert_source, values).fetchone() is None:
            raise ValueError(f"The source {self.file.source_key} belongs to another organization: rename the file.")
        row = connection.execute(_sql().has_landed, self._scope).fetchone()
        if row is not None and not row["has_landed"]:
            self.landing.knows_nothing_yet()

    def _remember(self) -> None:
        if self.file.overrides:
            mapping = self.file.layout["mapping"]
            stated = {name: mapping.get(name) for name in self.file.overrides}
            header, organization_id = self.file.table.header, self.file.organization_id
            remember(self.landing.begin(), organization_id, header, stated, self.file.kind)

    def _keep(self) -> None:
        """The file and how it was read, so that `replay_archive` can read it again."""
        connection, columns = self.landing.begin(), self.file.columns
        kept = keep_file(connection, self.file.organization_id, self.file.path, f"{self.run_on:%Y-%m}", self.file.table)
        fields = zip(columns.header, columns.fields, strict=True)
        connection.execute(
            _sql().insert_imported_file,
            {
                **self._scope,
                "landing_id": self.landing.landing_id,
                "run_on": self.run_on,
                "run_id": self.run_id,
                "file_name": storable(self.file.path.name),
                "content_hash": kept.content_hash,
                "object_id": kept.object_id,
                "kind": columns.kind,
                "mapping": Jsonb({storable(name): of_field for name, of_field in fields}),
                "mode": self.mode,
                "extractor_version": EXTRACTOR_VERSION,
                "observed_at": self.file.observed_at,
            },
        )
        self.notes = (kept.note,) if kept.note else ()

    def _hand_over(self, statements: list[PreparedStatement]) -> None:
        """The rows, as the mode has them, to the landing."""
        if self.mode == "merge":
            for each in merge_standing(self.landing.begin(), statements):
                if isinstance(each, PreparedStatement):
                    self.landing.add_prepared(each)
                else:
                    self.landing.add_extraction(each)
            return
        if self.mode == "skip":
            statements, _ = split_standing(self.landing.begin(), statements)
        for statement in statements:
            self.landing.add_prepared(statement)

    def _suppress(self, stated: list[tuple[str, str]]) -> None:
        allowed = self.landing.without_erased_emails(address for address, _ in stated)
        kept = [each for each in stated if each[0] in allowed]
        values = {
            "organization_id": self.file.organization_id,
            "source": self.file.source_key,
            "addresses": [address for address, _ in kept],
            "reasons": [reason for _, reason in kept],
        }
        self.suppressed += self.landing.begin().execute(_sql().insert_suppressions, values).rowcount

    def _retract(self) -> None:
        """Rows that stood and are gone say nothing any more."""
        if not self.file.unit_keys:
            return
        gone = self.file.retraction(self.file.unit_prefix)
        values = {**self._scope, "prefix": self.file.unit_prefix, "empty_hash": gone.statement_hash}
        for found in self.landing.begin().execute(_sql().select_standing_units, values).fetchall():
            if found["unit_key"] not in self.file.unit_keys:
                self.landing.add_prepared(self.file.retraction(found["unit_key"]))
                self.retracted += 1
        self.landing.flush()

    @property
    def _scope(self) -> dict[str, Any]:
        return {"organization_id": self.file.organization_id, "source_key": self.file.source_key}

    def _summary(self, landed: int, batch_no: int | None, errors_file: str | None) -> ImportSummary:
        reasons = Counter(self.file.reasons)
        reasons.update(self.erased)
        reasons = +reasons
        counts, quarantined = self.file.counts, reasons.total()
        return ImportSummary(
            **{**self.file.layout, "notes": (*self.file.layout["notes"], *self.notes)},
            source_key=self.file.source_key,
            rows=counts["rows"],
            landed=landed,
            known=counts["rows"] - landed - quarantined,
            quarantined=quarantined,
            retracted=self.retracted,
            companies=counts["companies"],
            persons=counts["persons"],
            suppressed=self.suppressed,
            reasons=dict(reasons),
            errors=tuple(self.errors),
            errors_file=errors_file,
            batch_no=batch_no,
            is_dry_run=self.is_dry_run,
            mode=self.mode,
        )


@contextmanager
def _hurried() -> Iterator[None]:
    """Rows make no cycles, and walking over all that wait takes a fifth of an import's time.

    And whoever writes to the server waits shortly for who reads: at the usual 5 ms the server would stand still as long
    for each 128 KB that it is sent.
    """
    was_on, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if was_on:
            gc.enable()


def _sql() -> queries.Queries:
    return queries.load("imports")


def _source_key(path: Path, organization_id: UUID) -> str:
    """The source set up for this path, else one of the organization's slug and the file's name.

    Raises ValueError where there is no such organization.
    """
    values = {"organization_id": organization_id, "path": storable(str(path))}
    with connect("imports") as connection:
        row = connection.execute(_sql().find_source, values).fetchone()
    if row is None:
        raise ValueError(f"There is no organization {organization_id}: imports belong to one.")
    stem = re.sub(r"[^\w.-]+", "-", storable(path.stem).casefold()).strip("-") or "file"
    return str(row["source_key"] or f"csv/{row['slug']}/{stem}")
