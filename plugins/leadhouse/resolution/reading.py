"""What the touched units say now, and which of their subjects have to be placed anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.database.copying import copy_to_temporary
from leadhouse.resolution.compared_values import company_blocks, company_texts, person_blocks, person_texts
from leadhouse.resolution.keys import HUB_NAMES, Kind, Subject, company_keys, person_keys

UNITS_AT_ONCE = 2000
LIMITS: dict[str, Any] = {"key_kinds": list(HUB_NAMES), "names": list(HUB_NAMES.values())}

_SUBJECTS = {
    "subject_id": "uuid", "entity_kind": "text", "organization_id": "uuid", "unit_id": "uuid",
    "company_subject_id": "uuid",
}  # fmt: skip
_KEYS = {
    "subject_id": "uuid", "entity_kind": "text", "organization_id": "uuid", "key_kind": "text", "key_value": "text",
    "is_joining": "bool", "counted_name": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dirty:
    """A subject that is new, has vanished or holds other keys. `goes_on`: it shares a key with its former self."""

    subject_id: UUID
    kind: Kind
    organization_id: UUID | None
    has_vanished: bool
    former_entity_id: UUID | None
    former_origin_id: UUID | None
    goes_on: bool


def touch_units(
    connection: Connection[DictRow], unread: tuple[int, int] | None, unit_ids: list[UUID] | None = None
) -> int:
    """Take the units of the unread batches (after, up to), all when None, or the given ones; returns how many.

    `unit_ids` are read whatever was read before: their records were erased. A temporary table says what all of them
    said so far; those of what they say now are empty.
    """
    sql = queries.load("resolution_reading")
    connection.execute(sql.create_touched_units)
    if unit_ids is not None:
        connection.execute(sql.insert_given_units, {"unit_ids": unit_ids})
    elif unread is None:
        connection.execute(sql.insert_all_units)
    else:
        connection.execute(sql.insert_unread_units, {"after": unread[0], "upto": unread[1]})
    connection.execute("analyze touched_units")
    connection.execute(sql.create_former_subjects)
    connection.execute(sql.create_read_subjects)
    connection.execute(sql.create_read_keys)
    row = connection.execute("select count(*) as units from touched_units").fetchone()
    return row["units"] if row else 0


def read_units(connection: Connection[DictRow]) -> int:
    """Read the current statements of the touched units; returns how many subjects they have."""
    units = [row["unit_id"] for row in connection.execute(queries.load("resolution_reading").select_touched_units)]
    return sum(
        _keep(connection, list(_statements(connection, units[start : start + UNITS_AT_ONCE])))
        for start in range(0, len(units), UNITS_AT_ONCE)
    )


def _statements(connection: Connection[DictRow], unit_ids: list[UUID]) -> Iterator[Subject]:
    sql = queries.load("resolution_reading")
    companies = connection.execute(sql.select_company_statements, {"unit_ids": unit_ids}).fetchall()
    by_record = {row["record_id"]: row for row in companies}
    for row in companies:
        keys = company_keys(row["payload"], row["unit_key"]) + company_blocks(company_texts(row["payload"]))
        yield Subject(row["subject_id"], "company", row["organization_id"], row["unit_id"], None, keys)
    for row in connection.execute(sql.select_person_statements, {"unit_ids": unit_ids}).fetchall():
        company = by_record.get(row["company_record_id"])
        of_company = company["payload"] if company else None
        yield Subject(
            row["subject_id"],
            "person",
            row["organization_id"],
            row["unit_id"],
            company["subject_id"] if company else None,
            person_keys(row["payload"], of_company) + person_blocks(person_texts(row["payload"], of_company)),
        )


def _keep(connection: Connection[DictRow], subjects: list[Subject]) -> int:
    sql = queries.load("resolution_reading")
    connection.execute("drop table if exists copied_subjects, copied_keys")
    copy_to_temporary(
        connection,
        "copied_subjects",
        _SUBJECTS,
        (
            (each.subject_id, each.kind, each.organization_id, each.unit_id, each.company_subject_id)
            for each in subjects
        ),
    )
    copy_to_temporary(
        connection,
        "copied_keys",
        _KEYS,
        (
            (each.subject_id, each.kind, each.organization_id, key.kind, key.value, key.is_joining, key.counted)
            for each in subjects
            for key in each.keys
        ),
    )
    connection.execute(sql.insert_read_keys)
    return connection.execute(sql.insert_read_subjects).rowcount


def keep_changes(connection: Connection[DictRow], *, everything: bool) -> list[Dirty]:
    """Make resolution.subjects and resolution.subject_keys hold what was read; returns who has to be placed anew.

    Temporary tables of the transaction (read_subjects, changed_keys, dirty_subjects) say what differs.
    """
    sql = queries.load("resolution_reading")
    connection.execute("analyze read_subjects, read_keys")
    connection.execute(sql.create_changed_keys)
    connection.execute(sql.create_dirty_subjects, {"all": everything})
    connection.execute(sql.create_watched_keys, LIMITS)
    connection.execute(sql.delete_changed_keys)
    connection.execute(sql.delete_vanished_assignments)
    connection.execute(sql.delete_vanished_subjects)
    connection.execute(sql.upsert_subjects)
    connection.execute(sql.insert_changed_keys)
    connection.execute(sql.insert_turned_subjects, LIMITS)
    return [
        Dirty(
            row["subject_id"],
            row["entity_kind"],
            row["organization_id"],
            row["has_vanished"],
            row["former_entity_id"],
            row["former_origin_id"],
            row["goes_on"],
        )
        for row in connection.execute(sql.select_dirty_subjects)
    ]
