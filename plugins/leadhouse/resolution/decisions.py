"""Match decisions by a person: same, different, undecided; and the un-merge, which is one of them.

A decision of an organization holds inside it alone: it never moves a shared row nor another organization's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.database.beside import Beside, alone
from leadhouse.resolution.changes import Changes
from leadhouse.resolution.settling import settle
from leadhouse.resolution.stage import settle_tenants, touch_tenant_targets

Decision = Literal["same", "different", "undecided"]


class DecisionError(ValueError):
    """The decision cannot be made; the message says why and what can."""


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """The decision's row, and its entry in the ledger of changes (None when it changed nothing)."""

    match_decision_id: UUID
    batch_no: int | None
    entities_changed: int


def decide(
    entity_a: UUID,
    entity_b: UUID,
    decision: Decision,
    *,
    decided_by: str,
    run_id: str,
    organization_id: UUID | None = None,
    reason: str | None = None,
    beside: Beside = alone,
) -> DecisionSummary:
    """Say that two entities are the same, or different, or take that back (``undecided``); effective at once.

    It replaces the scope's earlier decision on the pair. Entities may be named by an id that was merged away: the
    decision is about the records behind that very id.

    Raises:
        DecisionError: unknown or foreign entities, different kinds, one entity twice, or an organization parting what
            the shared records have joined.
    """
    with connect("resolution") as connection:
        connection.execute(queries.load("resolution").lock_resolution)
        made = _decide(connection, (entity_a, entity_b), decision, decided_by, run_id, organization_id, reason)
        beside(connection, made)
        return made


def unmerge(
    entity_id: UUID, *, decided_by: str, run_id: str, organization_id: UUID | None = None, reason: str | None = None
) -> DecisionSummary:
    """Undo the merge of an entity: it becomes active again with the records behind its id, its redirect is reverted.

    Raises:
        DecisionError: the entity is not merged in this scope; the message names those that are merged into it.
    """
    sql = queries.load("resolution")
    with connect("resolution") as connection:
        connection.execute(sql.lock_resolution)
        parameters = {"scope": organization_id, "ids": [entity_id]}
        around = connection.execute(sql.select_redirects_around, parameters).fetchall()
        targets = [row["to_entity_id"] for row in around if row["from_entity_id"] == entity_id]
        if not targets:
            merged = ", ".join(str(row["from_entity_id"]) for row in around) or "none"
            raise DecisionError(f"Entity {entity_id} is not merged into another. Merged into it: {merged}.")
        pair = (entity_id, targets[0])
        return _decide(connection, pair, "different", decided_by, run_id, organization_id, reason or "unmerged")


def _decide(
    connection: Connection[DictRow],
    pair: tuple[UUID, UUID],
    decision: Decision,
    decided_by: str,
    run_id: str,
    organization_id: UUID | None,
    reason: str | None,
) -> DecisionSummary:
    sql = queries.load("resolution")
    kind = _check(connection, pair, decision, organization_id)
    parameters = {"a": pair[0], "b": pair[1], "organization_id": organization_id}
    connection.execute(sql.revert_decisions, parameters)
    row = connection.execute(
        sql.insert_decision,
        {**parameters, "kind": kind, "decision": decision, "reason": reason, "decided_by": decided_by},
    ).fetchone()
    assert row is not None
    changes, start = Changes(), set(pair)
    if organization_id is None:
        settle(connection, None, start, {}, changes)
        settle_tenants(connection, defaultdict(set), {}, changes)
    else:
        settle(connection, organization_id, start, {}, changes)
    touch_tenant_targets(connection, changes)
    batch_no = changes.publish(connection, run_id, "decided")
    return DecisionSummary(row["match_decision_id"], batch_no, len({entity for entity, _ in changes.kinds}))


def _check(
    connection: Connection[DictRow], pair: tuple[UUID, UUID], decision: Decision, organization_id: UUID | None
) -> str:
    """The kind of the two entities; see `decide` for what is refused."""
    sql = queries.load("resolution")
    if pair[0] == pair[1]:
        raise DecisionError("One entity was named twice: name two.")
    found = {row["entity_id"]: row for row in connection.execute(sql.select_entities, {"ids": list(pair)})}
    for entity in pair:
        if entity not in found or found[entity]["organization_id"] not in {None, organization_id}:
            raise DecisionError(f"There is no entity {entity} in this scope.")
    kinds = {row["entity_kind"] for row in found.values()}
    if len(kinds) > 1:
        raise DecisionError("One is a company and one a person: they cannot be the same.")
    shared = all(row["organization_id"] is None for row in found.values())
    if decision == "different" and organization_id is not None and shared and _are_joined(connection, pair):
        raise DecisionError(
            "The shared records have joined these two for everyone: only the operator (no organization) can part them."
        )
    return str(kinds.pop())


def _are_joined(connection: Connection[DictRow], pair: tuple[UUID, UUID]) -> bool:
    rows = connection.execute(queries.load("resolution").select_aliases, {"ids": list(pair)}).fetchall()
    heads = {entity: entity for entity in pair} | {row["from_entity_id"]: row["to_entity_id"] for row in rows}
    return bool(heads[pair[0]] == heads[pair[1]])
