"""Statements of a source with many units, written in bulk: as lines of COPY's text form, ids as text.

A model, a UUID and an adapter for each value would cost more than everything else; what all lines share is said once.
They are the same rows, to the byte, that `rows` makes of the same statements. Where nobody has said anything of the
source before, nothing needs comparison: that is its first landing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor, sql

from leadhouse.database import queries
from leadhouse.database.copying import create_temporary
from leadhouse.landing.plan import Application
from leadhouse.landing.prepared import Origin, PreparedRecord, PreparedStatement
from leadhouse.records import named_text

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
LINES = 500  # sent at a time
Fresh = tuple[PreparedStatement, str]  # with the id of its extraction
Applied = tuple[str, str, str, date]  # a unit, the instant as of which, the extraction and its day


@dataclass(frozen=True, slots=True)
class FirstLines:
    """A part of a first landing as it is written: lines by table. `stated`: records, those stated before included."""

    origin: Origin | None
    extractions: list[str]
    companies: list[str]
    persons: list[str]
    statements: int
    stated: int

    @property
    def records(self) -> int:
        """How many records land."""
        return len(self.companies) + len(self.persons)


class FirstLanding:
    """The parts of one landing; the caller holds a lock under which nothing of the source was ever landed.

    `lines_of` needs no connection: another thread may make them while the server writes those before.
    """

    def __init__(self, run_on: date, landing_id: UUID) -> None:
        self._day, self._bulk = str(run_on), BulkRows(run_on, landing_id)
        self._said: set[str] = set()

    def lines_of(self, statements: Sequence[PreparedStatement]) -> FirstLines:
        """The rows of statements; one that was made before is known."""
        fresh: list[Fresh] = []
        stated, filled, said = 0, 0, self._said
        for each in statements:
            records = len(each.companies) + len(each.persons)
            stated += records
            if each.unit not in said:
                said.add(each.unit)
                filled += records > 0
                name = f"{self._day}|{each.unit}|{each.content_hash}|{each.statement_hash}"
                fresh.append((each, named_text(name)))
        companies, persons = self._bulk.record_lines(fresh)
        return FirstLines(
            _origin(fresh), self._bulk.extraction_lines(fresh), companies, persons, filled, stated
        )  # fmt: skip

    def write(self, connection: Connection[Any], lines: FirstLines) -> None:
        """Writes them; psycopg's UniqueViolation where something of them had been landed before."""
        if lines.origin is not None:
            self._bulk.write_first(connection, lines.origin, lines.extractions, lines.companies, lines.persons)


class BulkRows:
    """The rows of one landing as text."""

    def __init__(self, run_on: date, landing_id: UUID) -> None:
        self._shared = {"run_on": run_on, "landing_id": landing_id}

    def write_first(
        self, connection: Connection[Any], origin: Origin, extractions: list[str], companies: list[str],
        persons: list[str],
    ) -> None:  # fmt: skip
        """Extractions that are applied as they are, of units that have none, with their records."""
        shared = self._shared | origin._asdict()
        with _Many(connection, "extractions", extractions) as many:
            many.execute("insert_first_extractions", shared)
            self._write_records(connection, shared, companies, persons)
            many.execute("insert_first_applications", self._shared)

    def write_statements(self, connection: Connection[Any], fresh: Sequence[Fresh]) -> Sequence[Fresh]:
        """Extractions with their records; returns those that were written: no other transaction had them before."""
        origin = _origin(fresh)
        if origin is None:
            return fresh
        shared = self._shared | origin._asdict()
        with _Many(connection, "extractions", self.extraction_lines(fresh)) as many:
            inserted = many.execute("insert_many_extractions", shared)
        if inserted.rowcount != len(fresh):
            mine = {str(row["extraction_id"]) for row in inserted}
            fresh = [each for each in fresh if each[1] in mine]
        self._write_records(connection, shared, *self.record_lines(fresh))
        return fresh

    def write_applications(self, connection: Connection[Any], applications: Iterable[Applied]) -> None:
        """What is applied to which unit, in order: unit, instant, extraction and its day."""
        lines = [
            f"{position}\t{unit}\t{seen}\t{key}\t{day}\n"
            for position, (unit, seen, key, day) in enumerate(applications)
        ]
        if lines:
            with _Many(connection, "applications", lines) as many:
                many.execute("insert_many_applications", self._shared)

    @staticmethod
    def extraction_lines(fresh: Sequence[Fresh]) -> list[str]:
        """A line an extraction."""
        seen, instant = None, ""
        lines: list[str] = []
        for each, key in fresh:
            if each.observed_at is not seen:
                seen, instant = each.observed_at, each.observed_at.isoformat()
            lines.append(
                f"{key}\t{each.unit}\t{_escaped(each.unit_key)}\t{each.content_hash}\t{each.statement_hash}\t{instant}\n"
            )
        return lines

    @staticmethod
    def record_lines(fresh: Sequence[Fresh]) -> tuple[list[str], list[str]]:
        """The lines of companies and of persons."""
        companies: list[str] = []
        persons: list[str] = []
        for each, key in fresh:
            ids: dict[str, str] = {}
            unit = each.unit
            for record in each.companies:
                name = record.record_key
                ids[name] = record_id = named_text(f"{key}|company|{name}")
                companies.append(_record(record_id, named_text(f"{unit}|company|{name}"), key, record, "\n"))
            for record in each.persons:
                name, company = record.record_key, record.company_key
                company_id = "\\N" if company is None else ids.get(company) or named_text(f"{key}|company|{company}")
                record_id, subject_id = named_text(f"{key}|person|{name}"), named_text(f"{unit}|person|{name}")
                persons.append(_record(record_id, subject_id, key, record, f"\t{company_id}\n"))
        return companies, persons

    @staticmethod
    def _write_records(
        connection: Connection[Any], shared: Mapping[str, Any], companies: list[str], persons: list[str]
    ) -> None:
        for table, lines in (("company_records", companies), ("person_records", persons)):
            if lines:
                with _Many(connection, table, lines) as many:
                    many.execute(f"insert_many_{table}", shared)


class _Many:
    """Lines in a temporary table, ``many_<table>``, while the block runs.

    Not in the table itself: Postgres refuses COPY where row level security applies to the role.
    """

    def __init__(self, connection: Connection[Any], table: str, lines: Iterable[str]) -> None:
        self._connection, self._name = connection, f"many_{table}"
        create_temporary(connection, self._name, _COLUMNS[table])
        copy = sql.SQL("COPY pg_temp.{} FROM STDIN").format(sql.Identifier(self._name))
        with connection.cursor() as cursor, cursor.copy(copy) as target:
            remaining = iter(lines)
            while text := "".join(islice(remaining, LINES)):
                target.write(text)

    def __enter__(self) -> _Many:
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        if error is None:
            self._connection.execute(sql.SQL("drop table pg_temp.{}").format(sql.Identifier(self._name)))

    def execute(self, query: str, values: Mapping[str, Any]) -> Cursor[Any]:
        """Runs a query of `landing.sql` that reads them."""
        return self._connection.execute(getattr(queries.load("landing"), query), values)


_RECORDS = {
    "record_id": "uuid", "subject_id": "uuid", "extraction_id": "uuid", "content_hash": "text", "record_key": "text",
    "payload": "jsonb", "custom_fields": "jsonb",
}  # fmt: skip
_COLUMNS: dict[str, Mapping[str, str]] = {
    "extractions": {
        "extraction_id": "uuid", "unit_id": "uuid", "unit_key": "text", "content_hash": "text",
        "statement_hash": "text", "observed_at": "timestamptz",
    },
    "company_records": _RECORDS,
    "person_records": {**_RECORDS, "company_record_id": "uuid"},
    "applications": {
        "position": "int4", "unit_id": "uuid", "observed_at": "timestamptz", "extraction_id": "uuid", "run_on": "date",
    },
}  # fmt: skip


def applied_lines(applications: Iterable[Application]) -> Iterable[Applied]:
    """Applications as `BulkRows.write_applications` takes them."""
    return ((str(unit), seen.isoformat(), str(key), day) for unit, seen, key, day in applications)


def _origin(fresh: Sequence[Fresh]) -> Origin | None:
    """Who says all of them; ValueError where several do."""
    if not fresh:
        return None
    origin = fresh[0][0].origin
    if any(each.origin is not origin and each.origin != origin for each, _ in fresh):
        raise ValueError("Statements of several sources are no bulk of one: land them apart.")
    return origin


def _record(record_id: str, subject_id: str, extraction_id: str, record: PreparedRecord, end: str) -> str:
    key, _, payload, custom, content_hash = record
    if "\\" in payload:
        payload = payload.replace("\\", "\\\\")
    custom = "\\N" if custom is None else custom.replace("\\", "\\\\")
    return f"{record_id}\t{subject_id}\t{extraction_id}\t{content_hash}\t{_escaped(key)}\t{payload}\t{custom}{end}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text or "\t" in text or "\n" in text or "\r" in text else text
