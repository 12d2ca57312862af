"""Members of an organization: who they are, which role they have, how they leave and come back.

Ranks and the last admin are kept by triggers of `identity.members`. The connection acts as the caller throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.identity.component_work import done, queries
from leadhouse.identity.errors import translated


@dataclass(frozen=True)
class Member:
    """A membership (times in UTC); `deleted_at` once it has ended."""

    user_id: UUID
    email_normalized: str
    full_name: str | None
    role: str
    client_id: UUID | None
    created_at: datetime
    deleted_at: datetime | None


def list_members(connection: Connection[Any], *, with_removed: bool = False) -> list[Member]:
    """The members whom the caller sees, by address."""
    return [Member(**row) for row in connection.execute(queries.list_members, {"with_removed": with_removed})]


def change_role(connection: Connection[Any], user_id: UUID, role: str, client_id: UUID | None = None) -> bool:
    """Give a member another role; False when there is no such member in the caller's reach.

    Raises:
        RefusedError: the caller's role changes no members, or the former or the new role stands above the caller's.
        LastAdminError: the organization would be without an admin.
        IdentityError: client and role do not go together.
    """
    with translated(connection):
        return done(connection, "change_member_role", user_id=user_id, role=role, client_id=client_id)


def remove_member(connection: Connection[Any], user_id: UUID) -> bool:
    """End a membership, with its API keys, its teams and the sessions in the organization; False when there is none.

    Raises:
        RefusedError, LastAdminError: as `change_role`.
    """
    with translated(connection):
        return done(connection, "remove_member", user_id=user_id)


def restore_member(connection: Connection[Any], user_id: UUID) -> bool:
    """Take a removed member back within 30 days, in the former role; keys and teams stay gone.

    Raises:
        RefusedError: as `change_role`.
    """
    with translated(connection):
        return done(connection, "restore_member", user_id=user_id)


def leave_organization(connection: Connection[Any]) -> bool:
    """End the caller's own membership.

    Raises:
        LastAdminError: hand the organization over first, or close it.
        RefusedError: the caller is an API key.
    """
    with translated(connection):
        return done(connection, "leave_organization")
