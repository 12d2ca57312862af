"""Work on leads: rate, assign, change many at once, delete, restore, and what happened before.

Every function takes a connection under the caller's role: the database judges each lead, so that a lead of another
organization and one that never was look the same. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from leadhouse.database import queries

LeadStatus = Literal["new", "qualified", "contacted", "converted", "lost", "rejected"]
Priority = Literal["low", "medium", "high", "urgent"]
LegalBasis = Literal[
    "consent", "contract", "legal_obligation", "vital_interest", "public_interest", "legitimate_interest"
]
Outcome = Literal["updated", "deleted", "forbidden", "not_found"]
LARGEST_CALL = 100


class LeadNotFoundError(LookupError):
    """There is no such lead, member or list, or not for the caller; the message says which."""


class LeadRefusedError(PermissionError):
    """The caller may see the lead and not do that with it, or the role does not do it at all."""


class LeadChangeError(ValueError):
    """The change cannot stand: a value, the number of leads, or the state of the lead; the message says what to do."""


class LeadChanges(BaseModel):
    """What a bulk update sets; a field left out stays. `tags` replaces, `add_tags` and `remove_tags` change.

    `custom_fields` are merged, a null removes; `notes` and `campaign_id` given as None are cleared. `reason` goes into
    the history of the status.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: LeadStatus | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] | None = Field(default=None, max_length=50)
    add_tags: tuple[str, ...] | None = Field(default=None, max_length=50)
    remove_tags: tuple[str, ...] | None = Field(default=None, max_length=50)
    notes: str | None = Field(default=None, max_length=20_000)
    custom_fields: dict[str, Any] | None = Field(default=None, max_length=100)
    campaign_id: UUID | None = None
    reason: str | None = Field(default=None, max_length=500)

    @field_validator("tags", "add_tags", "remove_tags")
    @classmethod
    def _clean(cls, tags: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if tags is None:
            return None
        cleaned = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags))
        if any(not 1 <= len(tag) <= 60 for tag in cleaned):
            raise ValueError("a tag has 1 to 60 characters")
        return cleaned


class Settings(BaseModel):
    """What an organization decides of its leads. A rating from the threshold on qualifies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    qualification_threshold: int = Field(default=3, ge=1, le=5)
    default_legal_basis: LegalBasis = "legitimate_interest"


@dataclass(frozen=True)
class Rating:
    """What a rating made of a lead. `qualification` holds criteria, threshold, who and when."""

    lead_id: UUID
    status: LeadStatus
    rating: int
    qualification: dict[str, Any]


@dataclass(frozen=True)
class StatusChange:
    """One step of a lead's way; `from_status` is None where it begins."""

    from_status: LeadStatus | None
    to_status: LeadStatus
    changed_at: datetime
    changed_by: UUID | None
    reason: str | None


def get_lead(connection: Connection[Any], organization_id: UUID, lead_id: UUID) -> dict[str, Any]:
    """A live lead as `app.lead_details` shows it. Raises LeadNotFoundError."""
    key = {"organization_id": organization_id, "lead_id": lead_id}
    row = connection.execute(queries.load("lead_work").get_lead, key).fetchone()
    if row is None:
        raise LeadNotFoundError(f"There is no live lead {lead_id} for you.")
    return dict(row)


def rate_lead(
    connection: Connection[Any], lead_id: UUID, rating: int, criteria: dict[str, Any] | None = None
) -> Rating:
    """Rate a lead from 1 to 5; the organization's threshold makes it qualified or rejected.

    A lead that was contacted or converted keeps its status when the rating qualifies it.

    Raises:
        LeadNotFoundError, LeadRefusedError, LeadChangeError: see there.
    """
    parameters = {"lead_id": lead_id, "rating": rating, "criteria": Jsonb(criteria or {})}
    row = _fetch(connection, "rate_lead", parameters)
    return Rating(row["lead_id"], row["status"], row["rating_1_to_5"], row["qualification_data"])


def assign_lead(connection: Connection[Any], lead_id: UUID, address: str) -> UUID:
    """Give a lead to the member with that e-mail address, who is notified; return the member's user id.

    Raises:
        LeadNotFoundError: no such lead, or no member with the address whose role reads leads.
        LeadRefusedError: the caller may not change the lead, or not give it to that person.
    """
    return UUID(str(_fetch(connection, "assign_lead", {"lead_id": lead_id, "address": address})["owner_id"]))


def update_leads(connection: Connection[Any], lead_ids: Sequence[UUID], changes: LeadChanges) -> dict[UUID, Outcome]:
    """Change up to 100 leads; return an outcome for each id: updated, forbidden or not_found.

    Raises:
        LeadChangeError: too many leads, nothing to change, or a value that the leads cannot take; nothing was changed.
        LeadRefusedError: the caller's role changes no leads.
    """
    stated = Jsonb(changes.model_dump(mode="json", exclude_unset=True))
    return _outcomes(connection, "update_leads", {"lead_ids": list(lead_ids), "changes": stated})


def update_statuses(
    connection: Connection[Any], lead_ids: Sequence[UUID], status: LeadStatus, user_id: UUID | None = None
) -> dict[UUID, Outcome]:
    """The same for the status alone; `user_id` is the member in whose name a component of the platform works."""
    return _outcomes(connection, "update_statuses", {"lead_ids": list(lead_ids), "status": status, "user_id": user_id})


def assign_leads(connection: Connection[Any], lead_ids: Sequence[UUID], address: str | None) -> dict[UUID, Outcome]:
    """Give up to 100 leads to a member, who is notified once; None takes them from whoever has them."""
    return _outcomes(connection, "assign_leads", {"lead_ids": list(lead_ids), "address": address})


def delete_leads(connection: Connection[Any], lead_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Delete up to 100 leads; each can be restored for 30 days."""
    return _outcomes(connection, "delete_leads", {"lead_ids": list(lead_ids)})


def restore_lead(connection: Connection[Any], lead_id: UUID) -> None:
    """Bring a deleted lead back.

    Raises:
        LeadChangeError: it was deleted more than 30 days ago, was merged into another, or another lead on the same
            person or company lives; the message names that lead.
        LeadNotFoundError, LeadRefusedError: see there.
    """
    _fetch(connection, "restore_lead", {"lead_id": lead_id})


def list_deleted_leads(connection: Connection[Any], organization_id: UUID, limit: int = 100) -> list[dict[str, Any]]:
    """The leads that can be restored, the last deleted first."""
    parameters = {"organization_id": organization_id, "limit": limit}
    return connection.execute(queries.load("lead_work").list_deleted_leads, parameters).fetchall()


def purge_deleted_leads(connection: Connection[Any]) -> int:
    """Empty what people wrote on leads deleted over 30 days ago; return their number. A component's connection."""
    return int(_fetch(connection, "purge_leads", {})["purged"])


def record_legal_basis(
    connection: Connection[Any], lead_id: UUID, basis: LegalBasis, evidence: dict[str, Any] | None = None
) -> UUID:
    """Note on which ground (GDPR, article 6) a lead's data is kept from now on; earlier ones stay in the history."""
    parameters = {"lead_id": lead_id, "basis": basis, "evidence": Jsonb(evidence or {})}
    return UUID(str(_fetch(connection, "record_legal_basis", parameters)["legal_basis_id"]))


def list_status_changes(connection: Connection[Any], organization_id: UUID, lead_id: UUID) -> list[StatusChange]:
    """A lead's way from its first status on; empty for a lead that the caller does not see."""
    return [StatusChange(**row) for row in _history(connection, "list_status_changes", organization_id, lead_id)]


def list_owner_changes(connection: Connection[Any], organization_id: UUID, lead_id: UUID) -> list[dict[str, Any]]:
    """Who had a lead, from the first on: from_owner_id, to_owner_id, changed_at, changed_by."""
    return _history(connection, "list_owner_changes", organization_id, lead_id)


def list_legal_bases(connection: Connection[Any], organization_id: UUID, lead_id: UUID) -> list[dict[str, Any]]:
    """The grounds recorded for a lead, the one that counts first: basis, recorded_at, recorded_by, evidence."""
    return _history(connection, "list_legal_bases", organization_id, lead_id)


def get_pipeline(connection: Connection[Any], organization_id: UUID) -> list[dict[str, Any]]:
    """Live leads by campaign and status, as `app.lead_pipeline` counts them."""
    key = {"organization_id": organization_id}
    return connection.execute(queries.load("lead_work").get_pipeline, key).fetchall()


def get_settings(connection: Connection[Any], organization_id: UUID) -> Settings:
    """An organization's settings, the defaults where it made none."""
    key = {"organization_id": organization_id}
    row = connection.execute(queries.load("lead_work").find_settings, key).fetchone()
    return Settings(**row) if row else Settings()


def save_settings(connection: Connection[Any], organization_id: UUID, chosen: Settings) -> None:
    """Set an organization's settings. Leads that were rated before stay as they are.

    Raises:
        LeadRefusedError: the caller's role changes no settings.
    """
    with errors_told():
        connection.execute(
            queries.load("lead_work").save_settings, {"organization_id": organization_id, **chosen.model_dump()}
        )


class errors_told(AbstractContextManager[None]):  # noqa: N801 - reads as a function
    """Turns what the database refuses into this package's errors, in its own words."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, psycopg.Error):
            return
        for refused, told in _TOLD:
            if isinstance(error, refused):
                raise told(_words(error)) from error


_TOLD: tuple[tuple[tuple[type[psycopg.Error], ...], Callable[[str], Exception]], ...] = (
    ((psycopg.errors.NoDataFound, psycopg.errors.ForeignKeyViolation), LeadNotFoundError),
    ((psycopg.errors.InsufficientPrivilege,), LeadRefusedError),
    (
        (
            psycopg.errors.DataError, psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation,
            psycopg.errors.ProgramLimitExceeded, psycopg.errors.ObjectNotInPrerequisiteState,
        ),
        LeadChangeError,
    ),
)  # fmt: skip


def _words(error: psycopg.Error) -> str:
    parts = (error.diag.message_primary, error.diag.message_hint)
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _fetch(connection: Connection[Any], name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    with errors_told():
        return dict(connection.execute(getattr(queries.load("lead_work"), name), parameters).fetchone() or {})


def _outcomes(connection: Connection[Any], name: str, parameters: dict[str, Any]) -> dict[UUID, Outcome]:
    with errors_told():
        rows = connection.execute(getattr(queries.load("lead_work"), name), parameters)
        return {row["lead_id"]: row["outcome"] for row in rows}


def _history(connection: Connection[Any], name: str, organization_id: UUID, lead_id: UUID) -> list[dict[str, Any]]:
    key = {"organization_id": organization_id, "lead_id": lead_id}
    return list(connection.execute(getattr(queries.load("lead_work"), name), key).fetchall())
