"""Teams, which give the scope "team" its meaning, and clients, whose members read their own campaigns.

The connection acts as the caller throughout; policies say who may (resources `teams` and `clients`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.identity.component_work import done, one, queries
from leadhouse.identity.errors import translated


@dataclass(frozen=True)
class Team:
    """A live team and its members (times in UTC)."""

    team_id: UUID
    name: str
    created_at: datetime
    user_ids: list[UUID]


@dataclass(frozen=True)
class Client:
    """A live client of the organization (times in UTC)."""

    client_id: UUID
    name: str
    created_at: datetime


def list_teams(connection: Connection[Any]) -> list[Team]:
    """The organization's teams by name."""
    return [Team(**row) for row in connection.execute(queries.list_teams)]


def create_team(connection: Connection[Any], name: str) -> UUID:
    """Raises TakenError for a name in use, RefusedError for a role that makes no teams."""
    with translated(connection):
        return UUID(str((one(connection, "create_team", name=name.strip()) or {})["team_id"]))


def rename_team(connection: Connection[Any], team_id: UUID, name: str) -> bool:
    """False when there is no such team in reach. Raises as `create_team`."""
    with translated(connection):
        return done(connection, "rename_team", team_id=team_id, name=name.strip())


def delete_team(connection: Connection[Any], team_id: UUID) -> bool:
    """Its members lose the scope at once; it can be restored for 30 days."""
    with translated(connection):
        return done(connection, "delete_team", team_id=team_id)


def restore_team(connection: Connection[Any], team_id: UUID) -> bool:
    """False when it is gone for good. Raises as `create_team` when another has its name."""
    with translated(connection):
        return done(connection, "restore_team", team_id=team_id)


def add_team_member(connection: Connection[Any], team_id: UUID, user_id: UUID) -> bool:
    """False when already in it, or when team or member is not there. Raises RefusedError."""
    with translated(connection):
        return done(connection, "add_team_member", team_id=team_id, user_id=user_id)


def remove_team_member(connection: Connection[Any], team_id: UUID, user_id: UUID) -> bool:
    """False when not in it, or out of reach."""
    with translated(connection):
        return done(connection, "remove_team_member", team_id=team_id, user_id=user_id)


def list_clients(connection: Connection[Any]) -> list[Client]:
    """The organization's clients by name."""
    return [Client(**row) for row in connection.execute(queries.list_clients)]


def create_client(connection: Connection[Any], name: str) -> UUID:
    """Raises as `create_team`."""
    with translated(connection):
        return UUID(str((one(connection, "create_client", name=name.strip()) or {})["client_id"]))


def rename_client(connection: Connection[Any], client_id: UUID, name: str) -> bool:
    """False when there is no such client in reach. Raises as `create_team`."""
    with translated(connection):
        return done(connection, "rename_client", client_id=client_id, name=name.strip())


def delete_client(connection: Connection[Any], client_id: UUID) -> bool:
    """Campaigns keep naming it; it can be restored for 30 days."""
    with translated(connection):
        return done(connection, "delete_client", client_id=client_id)


def restore_client(connection: Connection[Any], client_id: UUID) -> bool:
    """False when it is gone for good. Raises as `create_team` when another has its name."""
    with translated(connection):
        return done(connection, "restore_client", client_id=client_id)
