"""The first landing of a source with many units: what nobody has said before needs no comparison, only to be written.

Rows are made as lines of COPY's text form, ids as text: a model, a UUID and an adapter for each value would cost more
than everything else. They are the same rows, to the byte, that `rows` makes of the same statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from leadhouse.database import queries
from leadhouse.database.copying import create_temporary
from leadhouse.landing import rows
from leadhouse.landing.prepared import PreparedRecord, PreparedStatement
from leadhouse.records import named_text

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
LINES = 500  # sent at a time


class FirstLanding:
    """Writes the parts of one landing; the caller holds a lock under which nothing of the source was ever landed."""

    def __init__(self, run_on: date, landing_id: UUID) -> None:
        self._run_on, self._landing_id = str(run_on), str(landing_id)
        self._said: set[UUID] = set()

    def write(self, connection: Connection[Any], statements: Iterable[PreparedStatement]) -> tuple[int, int]:
        """Returns how many records landed, and how many statements; one that was made before is known."""
        fresh = []
        for each in statements:
            if each.unit_id not in self._said:
                self._said.add(each.unit_id)
                fresh.append(each)
        if not fresh:
            return 0, 0
        lines: dict[str, list[str]] = {
            "extractions": [],
            "company_records": [],
            "person_records": [],
            "applications": [],
        }
        for position, each in enumerate(fresh):
            self._add(lines, each, position)
        for table, columns in _COLUMNS.items():
            if lines[table]:
                _insert(connection, table, columns, lines[table])
        return len(lines["company_records"]) + len(lines["person_records"]), sum(map(bool, fresh))

    def _add(self, lines: dict[str, list[str]], each: PreparedStatement, position: int) -> None:
        unit_id = str(each.unit_id)
        extraction_id = named_text(f"{self._run_on}|{unit_id}|{each.content_hash}|{each.statement_hash}")
        organization_id, source_key, unit_key, extractor, version, _ = each.source
        owner, source, seen = _text(organization_id), _escaped(source_key), each.observed_at.isoformat()
        lines["extractions"].append(
            f"{self._run_on}\t{extraction_id}\t{self._landing_id}\t{owner}\t{source}\t{unit_id}\t{_escaped(unit_key)}\t"
            f"{_text(each.fetch_id)}\t{_escaped(extractor)}\t{_escaped(version)}\t{each.content_hash}\t"
            f"{each.statement_hash}\t{seen}\t[]\t{{}}\n"
        )
        lines["applications"].append(
            f"{position}\t{unit_id}\t{seen}\t{extraction_id}\t{self._run_on}\t{self._landing_id}\n"
        )
        tail = f"{self._landing_id}\t{owner}\t{source}\t{extraction_id}"
        for record in each.companies:
            record_id, line = self._record("company", unit_id, extraction_id, tail, record)
            lines["company_records"].append(f"{line}\n")
        for record in each.persons:
            _, line = self._record("person", unit_id, extraction_id, tail, record)
            company = record.company_key
            if company is None:
                lines["person_records"].append(f"{line}\t\\N\n")
                continue
            if not (each.companies and each.companies[0].record_key == company):
                record_id = named_text(f"{extraction_id}|company|{company}")
            lines["person_records"].append(f"{line}\t{record_id}\n")

    def _record(
        self, kind: str, unit_id: str, extraction_id: str, tail: str, record: PreparedRecord
    ) -> tuple[str, str]:
        """Its id and its line, but for the end."""
        key = record.record_key
        record_id = named_text(f"{extraction_id}|{kind}|{key}")
        subject_id = named_text(f"{unit_id}|{kind}|{key}")
        custom = record.custom_json.decode().replace("\\", "\\\\") if record.custom_json else "{}"
        payload = record.payload.decode().replace("\\", "\\\\")
        return record_id, (
            f"{self._run_on}\t{record_id}\t{subject_id}\t{tail}\t{record.content_hash}\t{_escaped(key)}\t{payload}\t{custom}"
        )


_COLUMNS: dict[str, Mapping[str, str]] = {
    "extractions": rows.EXTRACTIONS,
    "company_records": rows.COMPANY_RECORDS,
    "person_records": rows.PERSON_RECORDS,
    "applications": rows.APPLICATIONS,
}


def _insert(connection: Connection[Any], table: str, columns: Mapping[str, str], lines: list[str]) -> None:
    name = f"new_{table}"
    # not into the table itself: Postgres refuses COPY where row level security applies to the role
    create_temporary(connection, name, columns)
    copy = sql.SQL("COPY pg_temp.{} FROM STDIN").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(copy) as target:
        for start in range(0, len(lines), LINES):
            target.write("".join(lines[start : start + LINES]))
    done = connection.execute(getattr(queries.load("landing"), f"insert_{table}"))
    if done.rowcount != len(lines):
        raise RuntimeError(f"{len(lines) - done.rowcount} {table} had been landed before: this was no first landing")
    connection.execute(sql.SQL("drop table pg_temp.{}").format(sql.Identifier(name)))


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text or "\t" in text or "\n" in text or "\r" in text else text


def _text(value: UUID | None) -> str:
    return "\\N" if value is None else str(value)
