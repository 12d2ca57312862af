"""The review queue: pairs of which the match model is not sure, for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadhouse.database import connect, queries


@dataclass(frozen=True, slots=True)
class WaitingPair:
    """Two entities, the model's weight in bits and its parts in words; `decisions.decide` takes them off the queue."""

    match_decision_id: UUID
    entity_kind: str
    entity_a: UUID
    entity_b: UUID
    match_weight: float
    reason: str | None
    decided_by: str
    decided_at: datetime


def waiting_pairs(organization_id: UUID | None = None, most: int = 100) -> list[WaitingPair]:
    """The newest `most` pairs of a scope: the shared ones, or those of one organization, never another's."""
    with connect("resolution") as connection:
        rows = connection.execute(
            queries.load("resolution_matching").select_waiting_pairs, {"scope": organization_id, "most": most}
        )
        return [WaitingPair(**row) for row in rows]
