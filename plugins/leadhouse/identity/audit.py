"""The audit log: who did what, with what outcome, and what changed (`identity.audit_log`).

Changes of tables that people work on are recorded by triggers. Acts that change no such row (signing in, an export, the
use of a key, control of a job, an approval) are recorded by `record_act`, in the transaction that does them.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database.queries import load

Outcome = Literal["succeeded", "failed", "refused"]
PAGE_SIZE = 50
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: IP address, user agent, the device's name as its person calls it.

    The address gets its shortest form, without a zone, and an IPv4 address in IPv6 (RFC 4291 section 2.5.5.2) its own.
    Raises ValueError for text that is none.
    """

    address: str | None = None
    agent: str | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        if self.address is not None:
            parsed = ipaddress.ip_address(self.address.partition("%")[0])
            mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
            object.__setattr__(self, "address", str(mapped or parsed))


@dataclass(frozen=True, slots=True)
class Act:
    """One entry. `change`: column → ``{"old", "new"}``, or ``{"masked": true}`` where it holds personal values."""

    occurred_at: datetime
    audit_id: UUID
    verb: str
    resource: str
    resource_id: str | None
    outcome: Outcome
    actor_user_id: UUID | None
    api_key_id: UUID | None
    component: str
    session_id: UUID | None
    address: str | None
    agent: str | None
    details: dict[str, Any]
    change: dict[str, Any] | None


def describe_request(
    connection: Connection[Any], origin: Origin, user_id: UUID | None = None, session_id: UUID | None = None
) -> None:
    """Tell the log where the request comes from, until the transaction ends.

    `user_id` and `session_id` count for a component only: of the API's callers the claims say who they are.
    """
    known = {
        "address": origin.address, "agent": origin.agent,
        "user_id": str(user_id) if user_id else None, "session_id": str(session_id) if session_id else None,
    }  # fmt: skip
    request = json.dumps({name: value for name, value in known.items() if value})
    connection.execute(load("identity").set_request, {"request": request})


def record_act(
    connection: Connection[Any],
    verb: str,
    resource: str,
    resource_id: UUID | str | None = None,
    *,
    outcome: Outcome = "succeeded",
    details: dict[str, Any] | None = None,
    organization_id: UUID | None = None,
    user_id: UUID | None = None,
) -> UUID:
    """Record one act as part of the caller's transaction; return the entry's id.

    `organization_id` and `user_id` count for a component; a member acts in the own name and organization. `details`
    hold no secret and no personal value: name rows by their ids.
    """
    parameters = {
        "verb": verb, "resource": resource, "resource_id": str(resource_id) if resource_id else None,
        "outcome": outcome, "details": Jsonb(details or {}), "organization_id": organization_id, "user_id": user_id,
    }  # fmt: skip
    row = connection.execute(load("identity").record_act, parameters).fetchone()
    return UUID(str((row or {})["audit_id"]))


def list_acts(
    connection: Connection[Any],
    *,
    resource: str | None = None,
    resource_id: UUID | str | None = None,
    user_id: UUID | None = None,
    verb: str | None = None,
    since: datetime | None = None,
    before: Act | None = None,
    limit: int = PAGE_SIZE,
) -> list[Act]:
    """What the caller may see of the log, newest first: by resource, row, acting user, verb, from a moment (UTC) on.

    Members whose role reads audit see the organization's acts, others their own. `before` is the last entry of the
    former page. The connection acts as the caller.
    """
    parameters = {
        "resource": resource, "resource_id": str(resource_id) if resource_id else None, "user_id": user_id,
        "verb": verb, "since": since, "before_time": before.occurred_at if before else None,
        "before_id": before.audit_id if before else None, "limit": max(1, min(limit, LARGEST_PAGE)),
    }  # fmt: skip
    return [Act(**row) for row in connection.execute(load("identity").list_acts, parameters)]
