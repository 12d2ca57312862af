"""What of a landing is new: each statement against the one that stands for its unit, and those that stood before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.landing.storable import Statement

ExtractionKey = tuple[date, UUID]  # run_on, extraction_id


@dataclass
class Plan:
    """What has to be written: new extractions, and which extraction is applied to which unit, in order."""

    fresh: list[tuple[Statement, ExtractionKey]] = field(default_factory=list)
    applications: list[tuple[UUID, datetime, UUID, date]] = field(default_factory=list)


def make_plan(connection: Connection[Any], statements: list[Statement], run_on: date) -> Plan:
    """Goes through the statements in order, so that two of one unit in one landing follow each other.

    One that equals the standing statement of its unit is left out; one that was made before (A→B→A) is only applied.
    """
    plan = Plan()
    if not statements:
        return plan
    standing, former = _standing(connection, statements), _former(connection, statements)
    for each in statements:
        observed_at, current = standing.get(each.unit_id, (None, None))
        if current == each.statement_hash:
            continue
        said, seen_at = (each.unit_id, each.statement_hash), each.extraction.observed_at
        key = former.get(said)
        if key is None:
            key = former[said] = (run_on, each.extraction.extraction_id(run_on, each.statement_hash))
            plan.fresh.append((each, key))
        plan.applications.append((each.unit_id, seen_at, key[1], key[0]))
        if observed_at is None or seen_at >= observed_at:
            standing[each.unit_id] = (seen_at, each.statement_hash)
    return plan


def _standing(
    connection: Connection[Any], statements: list[Statement]
) -> dict[UUID, tuple[datetime | None, str | None]]:
    units = {"unit_ids": list({each.unit_id for each in statements})}
    found = connection.execute(queries.load("landing").select_statements, units)
    return {row["unit_id"]: (row["observed_at"], row["statement_hash"]) for row in found}


def _former(connection: Connection[Any], statements: list[Statement]) -> dict[tuple[UUID, str], ExtractionKey]:
    pairs = {
        "unit_ids": [each.unit_id for each in statements],
        "statement_hashes": [each.statement_hash for each in statements],
    }
    found = connection.execute(queries.load("landing").select_former_extractions, pairs)
    return {(row["unit_id"], row["statement_hash"]): (row["run_on"], row["extraction_id"]) for row in found}
