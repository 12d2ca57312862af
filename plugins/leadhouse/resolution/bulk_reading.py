"""Reads all touched units in one pass: what they say goes to temporary tables, what decides stays as `Records`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, tuple_row

from leadhouse.database import queries
from leadhouse.resolution.bulk_copying import NULL, copy_lines, escaped
from leadhouse.resolution.bulk_records import Records
from leadhouse.resolution.compared_values import Texts, company_blocks, company_texts, person_blocks, person_texts
from leadhouse.resolution.keys import Key, Kind, company_keys, person_keys

UNITS_AT_ONCE = 5000
Stated = tuple[UUID, Kind, UUID | None, UUID, UUID | None, tuple[Key, ...], Texts]


def stage_statements(connection: Connection[DictRow]) -> tuple[Records, int]:
    """Stage the current statements of the touched units; returns the shared ones as records, and how many all are."""
    sql = queries.load("resolution_bulk")
    connection.execute(sql.create_staged)
    records, staged = Records(), 0
    with connection.cursor(name="touched", row_factory=tuple_row) as units:
        units.execute(queries.load("resolution_reading").select_touched_units)
        while part := units.fetchmany(UNITS_AT_ONCE):
            staged += _stage(connection, _statements(connection, [row[0] for row in part]), records)
    return records, staged


def _statements(connection: Connection[DictRow], unit_ids: list[UUID]) -> Iterator[Stated]:
    parameters = {"unit_ids": unit_ids}
    with connection.cursor(row_factory=tuple_row) as cursor:
        sql = queries.load("resolution_reading")
        companies: dict[UUID, tuple[UUID, Any]] = {}
        for subject, record, owner, unit, unit_key, payload in cursor.execute(
            sql.select_company_statements, parameters
        ):
            companies[record] = (subject, payload)
            texts = company_texts(payload)
            yield subject, "company", owner, unit, None, company_keys(payload, unit_key) + company_blocks(texts), texts
        for subject, company, owner, unit, payload in cursor.execute(sql.select_person_statements, parameters):
            of_subject, of_payload = companies.get(company, (None, None))
            texts = person_texts(payload, of_payload)
            keys = person_keys(payload, of_payload) + person_blocks(texts)
            yield subject, "person", owner, unit, of_subject, keys, texts


def _stage(connection: Connection[DictRow], statements: Iterable[Stated], records: Records) -> int:
    subjects: list[str] = []
    held: list[str] = []
    for subject, kind, owner, unit, company, keys, texts in statements:
        row = str(records.add(subject, kind, keys, texts)) if owner is None else NULL
        start = f"{row}\t{subject.hex}\t{kind}\t{owner.hex if owner else NULL}\t"
        subjects.append(f"{start}{unit.hex}\t{company.hex if company else NULL}\n")
        held += [
            f"{start}{key.kind}\t{escaped(key.value)}\t{'t' if key.is_joining else 'f'}\t{escaped(key.counted)}\n"
            for key in keys
        ]
    copy_lines(connection, "staged_subjects", subjects)
    copy_lines(connection, "staged_keys", held)
    return len(subjects)
