"""What of a landing is new: each statement against the one that stands for its unit, and those that stood before.

A statement that is found again, or whose page answers that it has not changed, is confirmed: after some days it is
applied once more, as of then, and what is made of it is verified as of then. Not each night: every application is work
for resolution and marts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.storable import Statement
from leadhouse.records import Fetch, Outcome, extraction_id, unit_id

CONFIRM_DAYS = 10  # to twice as many, by unit: what landed in one night is not all confirmed in one

ExtractionKey = tuple[date, UUID]  # run_on, extraction_id
Application = tuple[UUID, datetime, UUID, date]  # unit_id, observed_at, extraction_id, run_on
Confirmation = tuple[UUID, datetime]  # unit_id, and when its statement was seen to stand
_NOTHING: tuple[datetime | None, str | None] = (None, None)


@dataclass
class Plan:
    """What has to be written: new extractions, and which extraction is applied to which unit, in order."""

    fresh: list[tuple[Statement | PreparedStatement, ExtractionKey]] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)


def make_plan(
    connection: Connection[Any],
    statements: Sequence[Statement | PreparedStatement],
    run_on: date,
    unchanged: list[Confirmation],
) -> Plan:
    """Goes through the statements in order, so that two of one unit in one landing follow each other.

    One that equals the standing statement of its unit is left out; one that was made before (A→B→A) is only applied.
    """
    plan, confirmed = Plan(), list(unchanged)
    if not statements:
        return Plan(applications=_applied_again(connection, confirmed))
    standing = _standing(connection, statements)
    differing = {each.unit_id for each in statements if standing.get(each.unit_id, _NOTHING)[1] != each.statement_hash}
    former = _former(connection, [each for each in statements if each.unit_id in differing])
    for each in statements:
        observed_at, current = standing.get(each.unit_id, _NOTHING)
        if current == each.statement_hash:
            if each.fetch_id is not None:
                confirmed.append((each.unit_id, each.observed_at))
            continue
        said, seen_at = (each.unit_id, each.statement_hash), each.observed_at
        key = former.get(said)
        if key is None:
            key = former[said] = (run_on, extraction_id(run_on, each.unit_id, each.content_hash, each.statement_hash))
            plan.fresh.append((each, key))
        plan.applications.append((each.unit_id, seen_at, key[1], key[0]))
        if observed_at is None or seen_at >= observed_at:
            standing[each.unit_id] = (seen_at, each.statement_hash)
    changed = {unit for unit, *_ in plan.applications}
    plan.applications += _applied_again(connection, [each for each in confirmed if each[0] not in changed])
    return plan


def seen_unchanged(fetches: Iterable[Fetch], organization_id: UUID | None) -> list[Confirmation]:
    """Pages that answered, or whose sitemap says, that they are as they were."""
    return [
        (unit_id(organization_id, each.source_key, each.url), each.requested_at)
        for each in fetches
        if each.outcome is Outcome.NOT_MODIFIED and each.purpose == "page"
    ]


def _applied_again(connection: Connection[Any], confirmed: list[Confirmation]) -> list[Application]:
    """The standing statements that were last applied long enough before they were seen to stand."""
    if not confirmed:
        return []
    seen = dict(sorted(confirmed, key=lambda each: each[1]))
    found = connection.execute(queries.load("landing").select_standing, {"unit_ids": list(seen)})
    return [
        (row["unit_id"], seen[row["unit_id"]], row["extraction_id"], row["run_on"])
        for row in found
        if seen[row["unit_id"]] - row["observed_at"] >= _patience(row["unit_id"])
    ]


def _patience(unit: UUID) -> timedelta:
    return timedelta(days=CONFIRM_DAYS + unit.int % CONFIRM_DAYS)


def _standing(
    connection: Connection[Any], statements: Sequence[Statement | PreparedStatement]
) -> dict[UUID, tuple[datetime | None, str | None]]:
    units = {"unit_ids": list({each.unit_id for each in statements})}
    found = connection.execute(queries.load("landing").select_statements, units)
    return {row["unit_id"]: (row["observed_at"], row["statement_hash"]) for row in found}


def _former(
    connection: Connection[Any], statements: Sequence[Statement | PreparedStatement]
) -> dict[tuple[UUID, str], ExtractionKey]:
    if not statements:
        return {}
    pairs = {
        "unit_ids": [each.unit_id for each in statements],
        "statement_hashes": [each.statement_hash for each in statements],
    }
    found = connection.execute(queries.load("landing").select_former_extractions, pairs)
    return {(row["unit_id"], row["statement_hash"]): (row["run_on"], row["extraction_id"]) for row in found}
