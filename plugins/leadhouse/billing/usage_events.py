"""What people do in the product: events in batches, each good one kept, each bad one named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, IPvAnyAddress, JsonValue, ValidationError

from leadhouse.database import queries

LARGEST_BATCH = 1_000
OLDEST, NEWEST = timedelta(days=7), timedelta(minutes=5)  # a client may have been offline; its clock may be fast

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class UsageEvent(BaseModel):
    """One event as a client states it. `occurred_at` None: now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_type: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    event_name: Text
    properties: dict[str, JsonValue] = {}
    occurred_at: AwareDatetime | None = None
    session_id: Text | None = None
    user_agent: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] | None = None
    ip_address: IPvAnyAddress | None = None


@dataclass(frozen=True)
class UsageIntake:
    """What became of a batch: recorded + refused = received. `refused`: place in the batch, from 0, and the reason."""

    recorded: int
    refused: list[tuple[int, str]]


def record_usage_events(
    connection: Connection[DictRow],
    organization_id: UUID,
    user_id: UUID,
    events: Sequence[Mapping[str, Any]],
    now: datetime | None = None,
) -> UsageIntake:
    """Record a person's events; one that is malformed, older than a week or of the future stops no other.

    Raises:
        ValueError: more than 1,000 events.
        psycopg.errors.InsufficientPrivilege: the caller is not this person in this organization.
    """
    if len(events) > LARGEST_BATCH:
        raise ValueError(f"A batch holds {LARGEST_BATCH} events at most, this one {len(events)}: send it in parts.")
    moment = now or datetime.now(UTC)
    good, refused = [], []
    for place, stated in enumerate(events):
        try:
            good.append(_checked(stated, moment))
        except ValueError as error:
            refused.append((place, _reason(error)))
    if good:
        values = {"organization_id": organization_id, "user_id": user_id, "batch": Jsonb(good)}
        connection.execute(queries.load("billing").record_usage_events, values)
    return UsageIntake(len(good), refused)


def list_usage_by_day(connection: Connection[DictRow], organization_id: UUID, since: date) -> list[dict[str, Any]]:
    """Events, people and sessions by day (UTC), type and name, as far as the connection's role may see them."""
    values = {"organization_id": organization_id, "since": since}
    return connection.execute(queries.load("billing").list_usage_by_day, values).fetchall()


def _checked(stated: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    event = UsageEvent.model_validate(stated)
    occurred_at = event.occurred_at or now
    if not now - OLDEST <= occurred_at <= now + NEWEST:
        raise ValueError(f"occurred_at: {occurred_at.isoformat()} is older than 7 days or in the future")
    values = event.model_dump(mode="json") | {"occurred_at": occurred_at.isoformat()}
    if "\\u0000" in json.dumps(values["properties"]):
        raise ValueError("properties: a NUL character cannot be stored")
    return values


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return str(error)
