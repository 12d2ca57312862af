"""Who is who: pairs that wait for a person's decision, and the decision. It holds inside the caller's organization."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from leadhouse import resolution
from leadhouse.api.idempotency import once
from leadhouse.api.listing import OrganizationId
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.shapes import Shape
from leadhouse.api.transactions import Work
from leadhouse.database import queries
from leadhouse.resolution.review import waiting_pairs

router = APIRouter(prefix="/matches", tags=["matches"])
Reason = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class WaitingPairShape(Shape):
    """Two people or two companies of which the match model is not sure, with its weight in bits (log2 of the odds)."""

    match_decision_id: UUID
    entity_kind: Literal["company", "person"]
    entity_a: UUID
    entity_b: UUID
    match_weight: float
    reason: str | None
    decided_by: str
    decided_at: datetime


class MatchDecision(Shape):
    """What a person says of a pair; `undecided` takes an earlier decision back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"entityA": "7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11", "decision": "same",
                                         "entityB": "0f1f4c1e-7a5e-4a53-9f8b-0f4b53a0b2de"}]}
    )  # fmt: skip

    entity_a: UUID
    entity_b: UUID
    decision: Literal["same", "different", "undecided"]
    reason: Reason | None = None


class DecidedMatch(Shape):
    """The decision's row, and how many people or companies changed by it."""

    match_decision_id: UUID
    entities_changed: int


@router.get("", operation_id="list_waiting_matches", summary="Pairs that wait for a decision")
def list_waiting_matches(
    work: Work,
    organization_id: OrganizationId,
    most: Annotated[int, Query(ge=1, le=200, description="Pairs at most, the newest.")] = 50,
) -> list[WaitingPairShape]:
    """Of the organization's own records; what is open to all is the operator's to decide."""
    _require(work)
    return [WaitingPairShape.model_validate(each) for each in waiting_pairs(organization_id, most)]


@router.post("/decide", operation_id="decide_match", summary="Say who is who")
def decide_match(work: Work, organization_id: OrganizationId, body: MatchDecision) -> DecidedMatch:
    """It takes the place of the earlier decision on the pair, at once; nobody else's records move."""
    _require(work)
    try:
        made = once(
            lambda beside: resolution.decide(
                body.entity_a, body.entity_b, body.decision, decided_by=f"user {work.caller.user_id}",
                run_id=f"decided__{work.caller.user_id}", organization_id=organization_id, reason=body.reason,
                beside=beside,
            ),
            resolution.DecisionSummary,
        )  # fmt: skip
    except resolution.DecisionError as error:
        raise ProblemError(Problem.INVALID, str(error)) from error
    return DecidedMatch(match_decision_id=made.match_decision_id, entities_changed=made.entities_changed)


def _require(work: Work) -> None:
    """Raises psycopg.errors.InsufficientPrivilege for who may not change what is known of people and companies."""
    for resource in ("people", "companies"):
        work.connection.execute(queries.load("resources").require_right, {"resource": resource, "action": "update"})
