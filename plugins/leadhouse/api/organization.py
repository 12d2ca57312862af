"""The organization in which the caller works: name, address, settings, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from leadhouse.api.caller_work import CallerWork
from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.idempotency import once
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Shape
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions
from leadhouse.database.queries import load
from leadhouse.leads import work as lead_work
from leadhouse.privacy import closing

router = APIRouter(prefix="/organization", tags=["organization"])
LegalBasis = Literal[
    "consent", "contract", "legal_obligation", "vital_interest", "public_interest", "legitimate_interest"
]


class OrganizationAnswer(Shape):
    """The organization. The postal address stands under each commercial mail."""

    organization_id: UUID
    name: str
    slug: str
    time_zone: str
    postal_address: str | None
    created_at: datetime


class OrganizationChange(Shape):
    """What is given is changed; an empty postal address is none."""

    name: Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"\S")] = None
    time_zone: Annotated[str | None, Field(min_length=1, max_length=64, examples=["Europe/Berlin"])] = None
    postal_address: Annotated[str | None, Field(max_length=500)] = None


class SettingsAnswer(Shape):
    """From which rating on a lead is qualified, and the legal basis (GDPR, article 6) of leads that say none."""

    qualification_threshold: Annotated[int, Field(ge=1, le=5)]
    default_legal_basis: LegalBasis


class Closing(Shape):
    """The organization's slug, typed once more."""

    slug: Annotated[str, Field(min_length=1, max_length=100)]


class ClosingAnswer(Shape):
    """When its rows are deleted; until then the operator can take it back."""

    due_at: datetime


@router.get("", operation_id="get_organization", summary="The organization")
def get_organization(work: Work, conditions: Conditions) -> OrganizationAnswer:
    """In which the caller works."""
    row = work.connection.execute(load("api").get_organization).fetchone()
    if row is None:
        raise not_found("organization")
    version = row.pop("version")
    return conditions.answer(OrganizationAnswer(**row), version)


@router.patch("", operation_id="change_organization", summary="Change the organization")
def change_organization(body: OrganizationChange, work: Work, conditions: Conditions) -> OrganizationAnswer:
    """Name, time zone (in which its days are counted) and postal address."""
    held = work.connection.execute(load("api").hold_organization).fetchone()
    if held is None:
        raise ProblemError(Problem.REFUSED, "Your role does not change the organization. Ask one of its admins.")
    conditions.require(held["version"])
    work.connection.execute(load("api").change_organization, body.model_dump(by_alias=False))
    return get_organization(work, conditions)


@router.get("/settings", operation_id="get_organization_settings", summary="Settings of the work on leads")
def get_settings(work: Work) -> SettingsAnswer:
    """The defaults, where nothing was chosen."""
    found = lead_work.get_settings(work.connection, _organization_id(work))
    return SettingsAnswer.model_validate(found.model_dump())


@router.put("/settings", operation_id="set_organization_settings", summary="Choose settings of the work on leads")
def set_settings(body: SettingsAnswer, work: Work) -> SettingsAnswer:
    """Leads that were rated before stay as they are."""
    chosen = lead_work.Settings(**body.model_dump(by_alias=False))
    lead_work.save_settings(work.connection, _organization_id(work), chosen)
    return body


@router.post("/closing", operation_id="close_organization", summary="Close the organization")
def close_organization(body: Closing, work: Work, caller: PersonSignedIn) -> ClosingAnswer:
    """Nobody works in it from now on; after 30 days nothing of it is left. Only the operator can take that back."""
    work.connection.execute(load("api").require_permission, {"resource": "organization", "action": "delete"})
    row = work.connection.execute(load("api").get_organization).fetchone()
    if row is None or row["slug"] != body.slug:
        errors = [{"pointer": "/body/slug", "detail": "It is not this organization's."}]
        raise ProblemError(Problem.INVALID, "Type the slug of the organization that is to be closed.", errors=errors)
    _, due_at = once(
        lambda beside: closing.request_closing(body.slug, f"user {caller.user_id}", beside=beside),
        tuple[UUID, datetime],
    )
    return ClosingAnswer(due_at=due_at)


def _organization_id(work: CallerWork) -> UUID:
    if work.caller.organization_id is None:
        raise not_found("organization")
    return work.caller.organization_id
