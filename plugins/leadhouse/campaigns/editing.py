"""Campaigns as people write them: make, change, steps, members, delete, restore. `connection` acts as the caller.

Which states follow which, and what an active campaign needs, is kept by triggers and constraints of the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from leadhouse.database import queries

CampaignType = Literal["email", "social", "content", "mixed", "linkedin", "call"]
CampaignStatus = Literal["draft", "active", "paused", "completed"]
Channel = Literal["email", "linkedin", "call", "social"]
CHANGEABLE = ("name", "description", "status", "client_id", "email_account_id", "config")


class CampaignNotFoundError(LookupError):
    """There is no such live campaign for the caller."""


class CampaignRefusedError(PermissionError):
    """The caller may see the campaign and not change it."""


class CampaignChangeError(ValueError):
    """The change cannot stand; the message says why and what would."""


class Step(BaseModel):
    """One step: `delay_days` after the one before, or at `send_at`. Templates are Jinja, rendered as plain text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step_no: int = Field(ge=1, le=100)
    channel: Channel = "email"
    delay_days: int = Field(default=0, ge=0, le=365)
    send_at: datetime | None = None
    subject_template: str = Field(min_length=1, max_length=500)
    body_template: str = Field(min_length=1, max_length=100_000)


def create_campaign(connection: Connection[Any], organization_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Write a campaign as a draft: name, type, description, client_id, email_account_id, config; return its id.

    Raises:
        psycopg.errors.InsufficientPrivilege: the role makes none. psycopg.errors.UniqueViolation: the name is taken.
    """
    wanted = {"type": "email", "description": None, "client_id": None, "email_account_id": None, **values}
    parameters = {**wanted, "organization_id": organization_id, "config": Jsonb(values.get("config") or {})}
    [row] = connection.execute(_sql().insert_campaign, parameters)
    return UUID(str(row["campaign_id"]))


def lock_campaign(connection: Connection[Any], organization_id: UUID, campaign_id: UUID) -> bool:
    """Hold the campaign until the transaction ends; False where the caller may not change it."""
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    return connection.execute(_sql().lock_campaign, key).fetchone() is not None


def change_campaign(
    connection: Connection[Any], organization_id: UUID, campaign_id: UUID, changes: Mapping[str, Any]
) -> None:
    """Change what is given of `CHANGEABLE`.

    Raises:
        CampaignRefusedError: not the caller's to change.
        psycopg.errors.CheckViolation: the state does not follow, or an active campaign lacks something.
    """
    values = {name: Jsonb(value) if name == "config" else value for name, value in changes.items()}
    unknown = values.keys() - set(CHANGEABLE)
    if unknown or not values:
        raise CampaignChangeError(f"Nothing to change, or not so: {', '.join(sorted(unknown)) or 'give a field'}.")
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    statement = _sql().change_campaign.format(values=assignments)
    _required(connection, statement, organization_id, campaign_id, **values)


def delete_campaign(connection: Connection[Any], organization_id: UUID, campaign_id: UUID) -> None:
    """Delete it; it can be restored for 30 days, and nothing goes out meanwhile. Raises CampaignRefusedError."""
    _required(connection, _sql().delete_campaign, organization_id, campaign_id)


def restore_campaign(connection: Connection[Any], organization_id: UUID, campaign_id: UUID) -> None:
    """Bring it back. Raises CampaignNotFoundError: it is not deleted, too long ago, or not the caller's to change."""
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    if connection.execute(_sql().restore_campaign, key).fetchone() is None:
        raise CampaignNotFoundError(f"There is no deleted campaign {campaign_id} that you can restore.")


def replace_steps(connection: Connection[Any], organization_id: UUID, campaign_id: UUID, steps: Sequence[Step]) -> None:
    """Make these the steps of the campaign, numbered from 1 without a gap.

    Raises:
        CampaignChangeError: the numbers have a gap, or a step would go or change of which messages were made.
        psycopg.errors.InsufficientPrivilege: not the caller's to change.
    """
    key: dict[str, Any] = {"organization_id": organization_id, "campaign_id": campaign_id}
    numbers = sorted(step.step_no for step in steps)
    if numbers != list(range(1, len(steps) + 1)):
        raise CampaignChangeError("Steps are numbered from 1 without a gap, each number once.")
    if not lock_campaign(connection, organization_id, campaign_id):
        raise CampaignRefusedError(f"You may look at campaign {campaign_id} and not change it.")
    written = {row["step_no"] for row in connection.execute(_sql().find_written_steps, key)}
    standing = {row["step_no"]: row for row in connection.execute(queries.load("resources").list_steps, key)}
    given = {step.step_no: step for step in steps}
    changed = {number for number in standing if not _is_same(standing[number], given.get(number))}
    if written & changed:
        raise CampaignChangeError(
            f"Step {min(written & changed)} was written to people: it stays as it is. Add a further step instead."
        )
    connection.execute(_sql().delete_steps, {**key, "step_nos": numbers})
    for number in sorted(given.keys() - (standing.keys() - changed)):
        connection.execute(_sql().upsert_step, {**key, **given[number].model_dump()})


def add_members(
    connection: Connection[Any], organization_id: UUID, campaign_id: UUID, lead_ids: Sequence[UUID]
) -> list[UUID]:
    """Make leads members; return those that were none. Leads that the caller does not see are left out."""
    return _members(connection, "add_members", organization_id, campaign_id, lead_ids=list(lead_ids))


def stop_members(
    connection: Connection[Any], organization_id: UUID, campaign_id: UUID, lead_ids: Sequence[UUID], reason: str
) -> list[UUID]:
    """Take members out for good: nothing more is sent to them; return those that were in."""
    values = {"lead_ids": list(lead_ids), "reason": reason}
    return _members(connection, "stop_members", organization_id, campaign_id, **values)


def _members(
    connection: Connection[Any], name: str, organization_id: UUID, campaign_id: UUID, **values: Any
) -> list[UUID]:
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    return [row["lead_id"] for row in connection.execute(getattr(_sql(), name), {**key, **values})]


def _is_same(row: Mapping[str, Any], step: Step | None) -> bool:
    return step is not None and all(row[name] == value for name, value in step.model_dump().items())


def _required(
    connection: Connection[Any], statement: Any, organization_id: UUID, campaign_id: UUID, **values: Any
) -> None:
    key = {"organization_id": organization_id, "campaign_id": campaign_id}
    if connection.execute(statement, {**key, **values}).fetchone() is None:
        raise CampaignRefusedError(f"You may look at campaign {campaign_id} and not change it.")


def _sql() -> queries.Queries:
    return queries.load("campaign_work")
