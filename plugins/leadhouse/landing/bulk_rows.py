"""Statements of a source with many units, written in bulk: as lines of COPY's text form, ids as text.

A model, a UUID and an adapter for each value would cost more than everything else. They are the same rows, to the byte,
that `rows` makes of the same statements. Where nobody has said anything of the source before, nothing needs comparison:
that is its first landing.
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
from leadhouse.landing import rows
from leadhouse.landing.plan import Application
from leadhouse.landing.prepared import PreparedRecord, PreparedStatement
from leadhouse.records import named_text

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
LINES = 500  # sent at a time
Fresh = tuple[PreparedStatement, str]  # with the id of its extraction
Applied = tuple[str, str, str, date]  # a unit, the instant as of which, the extraction and its day


@dataclass(frozen=True, slots=True)
class FirstLines:
    """A part of a first landing as it is written: lines by table. `stated`: records, those stated before included."""

    extractions: list[str]
    companies: list[str]
    persons: list[str]
    applications: list[str]
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
        self._run_on, self._bulk = run_on, BulkRows(run_on, landing_id)
        self._said: set[str] = set()

    def lines_of(self, statements: Iterable[PreparedStatement]) -> FirstLines:
        """The rows of statements; one that was made before is known."""
        fresh: list[Fresh] = []
        stated = 0
        for each in statements:
            stated += len(each)
            if each.unit not in self._said:
                self._said.add(each.unit)
                name = f"{self._run_on}|{each.unit}|{each.content_hash}|{each.statement_hash}"
                fresh.append((each, named_text(name)))
        companies, persons = self._bulk.record_lines(fresh)
        applied = ((each.unit, each.observed_at.isoformat(), key, self._run_on) for each, key in fresh)
        return FirstLines(
            self._bulk.extraction_lines(fresh), companies, persons, self._bulk.application_lines(applied),
            sum(bool(each) for each, _ in fresh), stated,
        )  # fmt: skip

    def write(self, connection: Connection[Any], lines: FirstLines) -> None:
        """Writes them; RuntimeError where something of them had been landed before."""
        for table, found in (
            ("extractions", lines.extractions), ("company_records", lines.companies),
            ("person_records", lines.persons), ("applications", lines.applications),
        ):  # fmt: skip
            if found and (missing := len(found) - _insert(connection, table, found).rowcount):
                raise RuntimeError(f"{missing} rows had been landed before: this was no first landing")


class BulkRows:
    """The rows of one landing as text."""

    def __init__(self, run_on: date, landing_id: UUID) -> None:
        self._run_on, self._landing_id = str(run_on), str(landing_id)

    def write_statements(self, connection: Connection[Any], fresh: Sequence[Fresh]) -> Sequence[Fresh]:
        """Extractions with their records; returns those that were written: no other transaction had them before."""
        if not fresh:
            return fresh
        inserted = _insert(connection, "extractions", self.extraction_lines(fresh))
        if inserted.rowcount != len(fresh):
            mine = {str(row["extraction_id"]) for row in inserted}
            fresh = [each for each in fresh if each[1] in mine]
        companies, persons = self.record_lines(fresh)
        if companies:
            _insert(connection, "company_records", companies)
        if persons:
            _insert(connection, "person_records", persons)
        return fresh

    def write_applications(self, connection: Connection[Any], applications: Iterable[Applied]) -> None:
        """What is applied to which unit, in order: unit, instant, extraction and its day."""
        if lines := self.application_lines(applications):
            _insert(connection, "applications", lines)

    def extraction_lines(self, fresh: Sequence[Fresh]) -> list[str]:
        """A line an extraction."""
        return [self._extraction(*each) for each in fresh]

    def record_lines(self, fresh: Sequence[Fresh]) -> tuple[list[str], list[str]]:
        """The lines of companies and of persons."""
        companies: list[str] = []
        persons: list[str] = []
        for each, key in fresh:
            self._add_records(each, key, companies, persons)
        return companies, persons

    def application_lines(self, applications: Iterable[Applied]) -> list[str]:
        """A line an application, in order."""
        return [
            f"{position}\t{unit}\t{seen}\t{key}\t{day}\t{self._landing_id}\n"
            for position, (unit, seen, key, day) in enumerate(applications)
        ]

    def _extraction(self, each: PreparedStatement, key: str) -> str:
        organization_id, source_key, unit_key, extractor, version, _ = each.source
        return (
            f"{self._run_on}\t{key}\t{self._landing_id}\t{_text(organization_id)}\t{_escaped(source_key)}\t"
            f"{each.unit}\t{_escaped(unit_key)}\t{_text(each.fetch_id)}\t{_escaped(extractor)}\t"
            f"{_escaped(version)}\t{each.content_hash}\t{each.statement_hash}\t{each.observed_at.isoformat()}\t[]\t{{}}\n"
        )

    def _add_records(self, each: PreparedStatement, key: str, companies: list[str], persons: list[str]) -> None:
        unit_id, (organization_id, source_key, *_) = each.unit, each.source
        tail = f"{self._landing_id}\t{_text(organization_id)}\t{_escaped(source_key)}\t{key}"
        ids: dict[str, str] = {}
        for record in each.companies:
            ids[record.record_key], line = self._record("company", unit_id, key, tail, record)
            companies.append(f"{line}\n")
        for record in each.persons:
            _, line = self._record("person", unit_id, key, tail, record)
            company = record.company_key
            company_id = "\\N" if company is None else ids.get(company) or named_text(f"{key}|company|{company}")
            persons.append(f"{line}\t{company_id}\n")

    def _record(
        self, kind: str, unit_id: str, extraction_id: str, tail: str, record: PreparedRecord
    ) -> tuple[str, str]:
        """Its id and its line, but for the end."""
        key = record.record_key
        record_id = named_text(f"{extraction_id}|{kind}|{key}")
        subject_id = named_text(f"{unit_id}|{kind}|{key}")
        custom = record.custom_json.replace("\\", "\\\\") if record.custom_json else "{}"
        payload = record.payload.replace("\\", "\\\\")
        return record_id, (
            f"{self._run_on}\t{record_id}\t{subject_id}\t{tail}\t{record.content_hash}\t{_escaped(key)}\t{payload}\t{custom}"
        )


_COLUMNS: dict[str, Mapping[str, str]] = {
    "extractions": rows.EXTRACTIONS,
    "company_records": rows.COMPANY_RECORDS,
    "person_records": rows.PERSON_RECORDS,
    "applications": rows.APPLICATIONS,
}


def applied_lines(applications: Iterable[Application]) -> Iterable[Applied]:
    """Applications as `BulkRows.write_applications` takes them."""
    return ((str(unit), seen.isoformat(), str(key), day) for unit, seen, key, day in applications)


def _insert(connection: Connection[Any], table: str, lines: Iterable[str]) -> Cursor[Any]:
    """Returns the cursor of the insertion: how many rows were new, and what it says of them."""
    name = f"new_{table}"
    # not into the table itself: Postgres refuses COPY where row level security applies to the role
    create_temporary(connection, name, _COLUMNS[table])
    copy = sql.SQL("COPY pg_temp.{} FROM STDIN").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(copy) as target:
        remaining = iter(lines)
        while text := "".join(islice(remaining, LINES)):
            target.write(text)
    done = connection.execute(getattr(queries.load("landing"), f"insert_{table}"))
    connection.execute(sql.SQL("drop table pg_temp.{}").format(sql.Identifier(name)))
    return done


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text or "\t" in text or "\n" in text or "\r" in text else text


def _text(value: UUID | None) -> str:
    return "\\N" if value is None else str(value)
