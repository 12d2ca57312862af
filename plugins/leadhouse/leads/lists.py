"""Lists of leads: shared by the scope of the role, or personal. Connections are the caller's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.leads.work import LeadNotFoundError, errors_told


@dataclass(frozen=True)
class LeadList:
    """A list; `members` counts the live leads in it that the caller sees. `created_by` is whose it is."""

    list_id: UUID
    name: str
    description: str | None
    is_shared: bool
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    members: int


def create_list(
    connection: Connection[Any],
    organization_id: UUID,
    name: str,
    *,
    description: str | None = None,
    is_shared: bool = True,
) -> UUID:
    """Make a list, the caller's. Raises LeadChangeError (the name is taken), LeadRefusedError."""
    stated = {"name": name, "description": description, "is_shared": is_shared}
    with errors_told():
        row = connection.execute(
            queries.load("lead_lists").insert_list, {"organization_id": organization_id, **stated}
        ).fetchone()
        return UUID(str((row or {})["list_id"]))


def change_list(
    connection: Connection[Any],
    organization_id: UUID,
    list_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
    is_shared: bool | None = None,
) -> bool:
    """Change what is given. False: no list that the caller may change."""
    stated = {"name": name, "description": description, "is_shared": is_shared}
    return _change(connection, "change_list", organization_id, list_id, **stated)


def delete_list(connection: Connection[Any], organization_id: UUID, list_id: UUID) -> bool:
    """Delete a list with its members; it can be restored for 30 days. False: none that the caller may change."""
    return _change(connection, "delete_list", organization_id, list_id)


def restore_list(connection: Connection[Any], organization_id: UUID, list_id: UUID) -> bool:
    """Bring a deleted list back. Raises LeadChangeError when its name was taken meanwhile."""
    return _change(connection, "restore_list", organization_id, list_id)


def list_lists(connection: Connection[Any], organization_id: UUID) -> list[LeadList]:
    """The lists that the caller sees, by name."""
    return _find(connection, organization_id, None)


def get_list(connection: Connection[Any], organization_id: UUID, list_id: UUID) -> LeadList:
    """One list. Raises LeadNotFoundError."""
    found = _find(connection, organization_id, list_id)
    if not found:
        raise LeadNotFoundError(f"There is no list {list_id} for you.")
    return found[0]


def add_members(
    connection: Connection[Any], organization_id: UUID, list_id: UUID, lead_ids: Sequence[UUID]
) -> list[UUID]:
    """Put leads into a list; return those that are new in it. Leads that the caller does not see are left out.

    Raises:
        LeadRefusedError: the caller may not change the list, or there is none.
    """
    return _members(connection, "add_members", organization_id, list_id, lead_ids)


def remove_members(
    connection: Connection[Any], organization_id: UUID, list_id: UUID, lead_ids: Sequence[UUID]
) -> list[UUID]:
    """Take leads out of a list; return those that were in it. The leads themselves stay."""
    return _members(connection, "remove_members", organization_id, list_id, lead_ids)


def _members(
    connection: Connection[Any], name: str, organization_id: UUID, list_id: UUID, lead_ids: Sequence[UUID]
) -> list[UUID]:
    parameters = {"organization_id": organization_id, "list_id": list_id, "lead_ids": list(lead_ids)}
    with errors_told():
        rows = connection.execute(getattr(queries.load("lead_lists"), name), parameters).fetchall()
        return [row["lead_id"] for row in rows]


def _find(connection: Connection[Any], organization_id: UUID, list_id: UUID | None) -> list[LeadList]:
    key = {"organization_id": organization_id, "list_id": list_id}
    return [LeadList(**row) for row in connection.execute(queries.load("lead_lists").find_lists, key)]


def _change(connection: Connection[Any], statement: str, organization_id: UUID, list_id: UUID, **stated: Any) -> bool:
    parameters = {"organization_id": organization_id, "list_id": list_id, **stated}
    with errors_told():
        return connection.execute(getattr(queries.load("lead_lists"), statement), parameters).fetchone() is not None
