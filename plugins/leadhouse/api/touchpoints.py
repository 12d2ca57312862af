"""Interactions with leads, and suppressions: who is never written to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, ConfigDict, Field, JsonValue

from leadhouse.api.listing import Listing, OrganizationId, read_one, read_page, sort_names, version_of
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.delivery.reply_kinds import ReplyKind
from leadhouse.leads import interactions as touchpoints
from leadhouse.leads.interactions import Direction, InteractionType
from leadhouse.suppression.ledger import SuppressionReason, SuppressionScope, suppress

interactions = APIRouter(prefix="/interactions", tags=["interactions"])
suppressions = APIRouter(prefix="/suppressions", tags=["suppressions"])

InteractionSort = sort_names("InteractionSort", "occurred_at")
InteractionPaging = Annotated[Paging, Depends(paging_by(InteractionSort, InteractionSort("occurredAt")))]
INTERACTIONS = Listing("list_interactions", "interaction_id", {"occurred_at": "timestamptz"}, is_counted=False)
SuppressionSort = sort_names("SuppressionSort", "created_at", "value_normalized")
SuppressionPaging = Annotated[Paging, Depends(paging_by(SuppressionSort, SuppressionSort("createdAt")))]
SUPPRESSIONS = Listing("list_suppressions", "suppression_id", {"created_at": "timestamptz", "value_normalized": "text"})
NO_FILTER: dict[str, Any] = {"suppression_id": None, "scope": (), "reason": (), "search": None}

Text = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]
Outcome = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Analysis = Annotated[dict[str, JsonValue], Field(max_length=100)]


class InteractionShape(Shape):
    """One touchpoint with a lead. `messageId` names the message that it tells of."""

    interaction_id: UUID
    lead_id: UUID
    type: InteractionType
    direction: Direction
    content: str | None
    outcome: str | None
    reply_kind: ReplyKind | None
    ai_analysis: dict[str, Any] | None
    campaign_id: UUID | None
    message_id: UUID | None
    occurred_at: datetime
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class InteractionToRecord(Shape):
    """What happened with a lead; now, unless `occurredAt` says when (UTC or with its zone)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"leadId": "7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11", "type": "call",
                                         "direction": "outbound", "content": "Wants an offer in June.",
                                         "outcome": "interested"}]}
    )  # fmt: skip

    lead_id: UUID
    type: InteractionType
    direction: Direction
    content: Text | None = None
    outcome: Outcome | None = None
    occurred_at: AwareDatetime | None = None
    campaign_id: UUID | None = None
    ai_analysis: Analysis | None = None


class InteractionUpdate(Shape):
    """What is put right; what is left out stays. `replyKind` is of replies alone."""

    content: Text | None = None
    outcome: Outcome | None = None
    reply_kind: ReplyKind | None = None
    ai_analysis: Analysis | None = None


class SuppressionShape(Shape):
    """An address or domain that is never written to; it is added and never taken away."""

    suppression_id: UUID
    is_platform: bool
    scope: SuppressionScope
    value_normalized: str
    reason: SuppressionReason
    source: str
    created_by: UUID | None
    created_at: datetime


class SuppressionToAdd(Shape):
    """Whom not to write to any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "domain", "value": "kunde.example"}]})

    scope: SuppressionScope = "email"
    value: Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^\x00]*$")]
    reason: Literal["manual", "existing_customer", "unsubscribed", "complained"] = "manual"


class AddedSuppression(Shape):
    """Whether it is new; the first reason stays."""

    is_new: bool


@interactions.get("", operation_id="list_interactions", summary="What happened, the newest first")
def list_interactions(
    work: Work,
    organization_id: OrganizationId,
    paging: InteractionPaging,
    lead_id: Annotated[UUID | None, Query(alias="leadId")] = None,
    type: Annotated[list[InteractionType] | None, Query()] = None,  # noqa: A002  the column's name
) -> Page[InteractionShape]:
    """With one lead, or with all that the caller reaches."""
    filters = {"organization_id": organization_id, "interaction_id": None, "lead_id": lead_id, "type": type or ()}
    return read_page(work, INTERACTIONS, paging, InteractionShape, **filters)


@interactions.post("", status_code=201, operation_id="record_interaction", summary="Write down what happened")
def record_interaction(
    work: Work, organization_id: OrganizationId, body: InteractionToRecord, conditions: Conditions
) -> InteractionShape:
    """A call, a meeting, a note; mail writes its own."""
    stated = body.model_dump(by_alias=False)
    made = touchpoints.record_interaction(
        work.connection, stated.pop("lead_id"), stated.pop("type"), stated.pop("direction"), **stated
    )
    return _answer(work, organization_id, made, conditions)


@interactions.get("/{interaction_id:uuid}", operation_id="get_interaction", summary="One interaction")
def get_interaction(
    work: Work, organization_id: OrganizationId, interaction_id: UUID, conditions: Conditions
) -> InteractionShape:
    """With its outcome and analysis."""
    return _answer(work, organization_id, interaction_id, conditions)


@interactions.put("/{interaction_id:uuid}", operation_id="update_interaction", summary="Put right what was written")
def update_interaction(
    work: Work, organization_id: OrganizationId, interaction_id: UUID, body: InteractionUpdate, conditions: Conditions
) -> InteractionShape:
    """What is left out stays."""
    hold(work.connection, "interaction", interaction_id)
    conditions.require(version_of(_read(work, organization_id, interaction_id)))
    stated = body.model_dump(by_alias=False)
    is_done = touchpoints.change_interaction(work.connection, organization_id, interaction_id, **stated)
    _require(is_done, "change")
    return _answer(work, organization_id, interaction_id, conditions)


@interactions.delete(
    "/{interaction_id:uuid}", status_code=204, operation_id="delete_interaction", summary="Delete an interaction"
)
def delete_interaction(
    work: Work, organization_id: OrganizationId, interaction_id: UUID, conditions: Conditions
) -> None:
    """It can be restored for 30 days."""
    hold(work.connection, "interaction", interaction_id)
    conditions.require(version_of(_read(work, organization_id, interaction_id)))
    _require(touchpoints.delete_interaction(work.connection, organization_id, interaction_id), "delete")


@interactions.post(
    "/{interaction_id:uuid}/restore", operation_id="restore_interaction", summary="Bring a deleted interaction back"
)
def restore_interaction(
    work: Work, organization_id: OrganizationId, interaction_id: UUID, conditions: Conditions
) -> InteractionShape:
    """Within 30 days of its deletion."""
    if not touchpoints.restore_interaction(work.connection, organization_id, interaction_id):
        raise not_found("deleted interaction")
    return _answer(work, organization_id, interaction_id, conditions)


@suppressions.get("", operation_id="list_suppressions", summary="Who is never written to, in pages")
def list_suppressions(
    work: Work,
    organization_id: OrganizationId,
    paging: SuppressionPaging,
    scope: Annotated[list[SuppressionScope] | None, Query()] = None,
    reason: Annotated[list[SuppressionReason] | None, Query()] = None,
) -> Page[SuppressionShape]:
    """`search` asks for a part of the address or domain."""
    chosen = {"scope": scope or (), "reason": reason or (), "search": paging.search}
    filters = {**NO_FILTER, **chosen, "organization_id": organization_id}
    return read_page(work, SUPPRESSIONS, paging, SuppressionShape, **filters)


@suppressions.post("", status_code=201, operation_id="add_suppression", summary="Never write to somebody again")
def add_suppression(work: Work, organization_id: OrganizationId, body: SuppressionToAdd) -> AddedSuppression:
    """An address or a whole domain; it holds at once, also for what is queued."""
    try:
        is_new = suppress(work.connection, organization_id, body.value, body.reason, "api", body.scope)
    except ValueError as error:
        raise ProblemError(Problem.INVALID, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return AddedSuppression(is_new=is_new)


@suppressions.get("/{suppression_id:uuid}", operation_id="get_suppression", summary="One suppression")
def get_suppression(
    work: Work, organization_id: OrganizationId, suppression_id: UUID, conditions: Conditions
) -> SuppressionShape:
    """With its reason."""
    filters = {**NO_FILTER, "organization_id": organization_id, "suppression_id": suppression_id}
    found = read_one(work.connection, SUPPRESSIONS, SuppressionShape, "suppression", **filters)
    return conditions.answer(found, version_of(found))


def _read(work: Work, organization_id: UUID, interaction_id: UUID) -> InteractionShape:
    filters = {"organization_id": organization_id, "interaction_id": interaction_id, "lead_id": None, "type": ()}
    return read_one(work.connection, INTERACTIONS, InteractionShape, "interaction", **filters)


def _answer(work: Work, organization_id: UUID, interaction_id: UUID, conditions: Conditions) -> InteractionShape:
    found = _read(work, organization_id, interaction_id)
    return conditions.answer(found, version_of(found))


def _require(is_done: bool, action: str) -> None:
    if not is_done:
        raise ProblemError(Problem.REFUSED, f"You may look at it and not {action} it.")
