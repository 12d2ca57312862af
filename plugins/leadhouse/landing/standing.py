"""What units say at the moment, as records again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.records import CompanyRecord, PersonRecord

Record = CompanyRecord | PersonRecord


def read_standing(connection: Connection[Any], unit_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
    """Unit → the records of its standing statement; a unit that says nothing is left out."""
    standing: dict[UUID, list[Record]] = defaultdict(list)
    if unit_ids:
        for row in connection.execute(queries.load("landing").select_standing_records, {"unit_ids": list(unit_ids)}):
            standing[row["unit_id"]].append(_record(row))
    return dict(standing)


def units_that_stand(connection: Connection[Any], unit_ids: Collection[UUID]) -> set[UUID]:
    """Those of the units that say something at the moment, their records unread."""
    found = connection.execute(queries.load("landing").select_standing, {"unit_ids": list(unit_ids)})
    return {row["unit_id"] for row in found}


def standing_hashes(connection: Connection[Any], unit_ids: Collection[UUID]) -> dict[UUID, str]:
    """Unit → the hash of its standing statement, one that says nothing included."""
    found = connection.execute(queries.load("landing").select_statements, {"unit_ids": list(unit_ids)})
    return {row["unit_id"]: row["statement_hash"] for row in found}


def _record(row: dict[str, Any]) -> Record:
    said = {"record_key": row["record_key"], "values": row["payload"], "custom_fields": row["custom_fields"]}
    if row["kind"] == "company":
        return CompanyRecord.model_validate(said)
    return PersonRecord.model_validate({**said, "company_key": row["company_key"]})
