"""Why an entity is what it is: its records, the keys that joined them, what was merged, decided or ignored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.resolution.reading import LIMITS


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """A current record of the entity, and what placed it there. `origin_entity_id`: what an un-merge gives it back."""

    subject_id: UUID
    organization_id: UUID | None
    source_key: str
    unit_key: str
    origin_entity_id: UUID
    match_key: str | None
    match_reason: str


@dataclass(frozen=True, slots=True)
class ExplainedMerge:
    """A redirect into or out of the entity, standing or reverted."""

    from_entity_id: UUID
    to_entity_id: UUID
    organization_id: UUID | None
    reason: str
    created_at: datetime
    is_reverted: bool


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """What a person or the match model decided about the entity and another; `match_weight`: in bits, the model's."""

    match_decision_id: UUID
    entity_a: UUID
    entity_b: UUID
    decision: str
    decided_by: str
    decided_at: datetime
    match_weight: float | None
    reason: str | None
    is_reverted: bool


@dataclass(frozen=True, slots=True)
class ExplainedKey:
    """A key of its records. `ignored` says why it joins nothing, None when it does."""

    kind: str
    value: str
    names: int
    ignored: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One entity as one scope sees it."""

    entity_id: UUID
    entity_kind: str
    organization_id: UUID | None
    status: str
    records: tuple[ExplainedRecord, ...]
    keys: tuple[ExplainedKey, ...]
    merges: tuple[ExplainedMerge, ...]
    decisions: tuple[ExplainedDecision, ...]


def explain(entity_id: UUID, organization_id: UUID | None = None) -> Explanation:
    """Everything that decided the entity: shared records, and those of the organization that asks, nobody else's.

    Raises LookupError when the scope has no such entity.
    """
    sql = queries.load("resolution")
    parameters = {"entity_id": entity_id, "scope": organization_id}
    with connect("resolution") as connection:
        entity = connection.execute(sql.select_explained_entity, parameters).fetchone()
        if entity is None:
            raise LookupError(f"There is no entity {entity_id} in this scope.")
        records = connection.execute(sql.select_explained_records, parameters).fetchall()
        merges = connection.execute(sql.select_explained_merges, parameters).fetchall()
        decisions = connection.execute(sql.select_explained_decisions, parameters).fetchall()
        return Explanation(
            **entity,
            records=tuple(ExplainedRecord(**row) for row in records),
            keys=_keys(connection, entity_id, organization_id),
            merges=tuple(ExplainedMerge(**row) for row in merges),
            decisions=tuple(ExplainedDecision(**row) for row in decisions),
        )


def _keys(connection: Connection[DictRow], entity_id: UUID, scope: UUID | None) -> tuple[ExplainedKey, ...]:
    limits = dict(zip(LIMITS["key_kinds"], LIMITS["names"], strict=True))
    parameters = {"entity_id": entity_id, "scope": scope}
    rows = connection.execute(queries.load("resolution").select_explained_keys, parameters)
    return tuple(
        ExplainedKey(row["key_kind"], row["key_value"], row["names"], _why_ignored(row, limits[row["key_kind"]]))
        for row in rows
    )


def _why_ignored(row: DictRow, limit: int) -> str | None:
    if not row["is_joining"]:
        return "an office's or a free mail address names nobody"
    if row["names"] > limit:
        return f"held by {row['names']} names, more than {limit}: it says nothing about who they are"
    return None
