"""Touchpoints with leads: mail writes its own, people tell calls, meetings and notes. Times are UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.leads.work import errors_told

InteractionType = Literal["email", "reply", "call", "meeting", "note", "linkedin", "invitation"]
Direction = Literal["inbound", "outbound", "internal"]
Cursor = tuple[datetime, UUID]
_ANY_LEAD, _ONE_LEAD = sql.SQL("true"), sql.SQL("lead_id = %(lead_id)s")


@dataclass(frozen=True)
class Interaction:
    """One touchpoint. `message_id` names the message that it tells of, `created_by` the person who told it.

    `reply_kind` says what a reply says (`leadhouse.delivery.reply_kinds`), as read where it landed or put right since.
    """

    interaction_id: UUID
    lead_id: UUID
    entity_id: UUID
    type: InteractionType
    direction: Direction
    content: str | None
    outcome: str | None
    reply_kind: str | None
    ai_analysis: dict[str, Any] | None
    campaign_id: UUID | None
    message_id: UUID | None
    occurred_at: datetime
    created_by: UUID | None

    @property
    def cursor(self) -> Cursor:
        """Where the page behind this row begins."""
        return self.occurred_at, self.interaction_id


def record_interaction(
    connection: Connection[Any],
    lead_id: UUID,
    type: InteractionType,  # noqa: A002 - the column's name
    direction: Direction,
    content: str | None = None,
    *,
    outcome: str | None = None,
    occurred_at: datetime | None = None,
    campaign_id: UUID | None = None,
    ai_analysis: dict[str, Any] | None = None,
) -> UUID:
    """Write down what happened with a lead, now unless `occurred_at` says when; return its id.

    Raises:
        LeadNotFoundError: the caller sees no such lead. LeadRefusedError: the role writes none.
        LeadChangeError: a type, direction or time that cannot be.
    """
    parameters = {
        "lead_id": lead_id, "type": type, "direction": direction, "content": content, "outcome": outcome,
        "occurred_at": occurred_at, "campaign_id": campaign_id,
        "ai_analysis": Jsonb(ai_analysis) if ai_analysis else None,
    }  # fmt: skip
    with errors_told():
        row = connection.execute(queries.load("interactions").record_interaction, parameters).fetchone() or {}
        return UUID(str(row["interaction_id"]))


def list_interactions(
    connection: Connection[Any],
    organization_id: UUID,
    lead_id: UUID | None = None,
    *,
    types: Sequence[InteractionType] | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> list[Interaction]:
    """A page of what happened, newest first, with one lead or with all that the caller reaches."""
    statement = queries.load("interactions").list_interactions.format(lead=_ONE_LEAD if lead_id else _ANY_LEAD)
    after_at, after_id = after or (None, None)
    parameters = {
        "organization_id": organization_id, "lead_id": lead_id, "types": list(types) if types else None,
        "after_at": after_at, "after_id": after_id, "limit": limit,
    }  # fmt: skip
    return [Interaction(**row) for row in connection.execute(statement, parameters)]


def change_interaction(
    connection: Connection[Any],
    organization_id: UUID,
    interaction_id: UUID,
    *,
    content: str | None = None,
    outcome: str | None = None,
    ai_analysis: dict[str, Any] | None = None,
    reply_kind: str | None = None,
) -> bool:
    """Correct what was written, or add an analysis; what is left out stays. False: none that the caller may change.

    Raises:
        LeadChangeError: `reply_kind` of something that is no reply.
    """
    analysis = Jsonb(ai_analysis) if ai_analysis else None
    stated = {"content": content, "outcome": outcome, "ai_analysis": analysis, "reply_kind": reply_kind}
    return _change(connection, "change_interaction", organization_id, interaction_id, **stated)


def delete_interaction(connection: Connection[Any], organization_id: UUID, interaction_id: UUID) -> bool:
    """Delete one; it can be restored for 30 days. False: none that the caller may change.

    Raises:
        LeadRefusedError: the caller's role deletes none.
    """
    return _change(connection, "delete_interaction", organization_id, interaction_id)


def restore_interaction(connection: Connection[Any], organization_id: UUID, interaction_id: UUID) -> bool:
    """Bring a deleted one back. False: none, or deleted more than 30 days ago."""
    return _change(connection, "restore_interaction", organization_id, interaction_id)


def ensure_partitions(connection: Connection[Any], day: date) -> bool:
    """Make the partition of the day's month; True when it was missing. A component's connection."""
    row = connection.execute(queries.load("interactions").ensure_partitions, {"day": day}).fetchone()
    return bool(row and row["is_new"])


def _change(
    connection: Connection[Any], statement: str, organization_id: UUID, interaction_id: UUID, **stated: Any
) -> bool:
    parameters = {"organization_id": organization_id, "interaction_id": interaction_id, **stated}
    with errors_told():
        return connection.execute(getattr(queries.load("interactions"), statement), parameters).fetchone() is not None
