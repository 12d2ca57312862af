"""What the product tells a person. `connection` acts as that person; nobody reads another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries

Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Notification:
    """One message; `link` is ``{"resource": …, "id": …}`` or empty, times are UTC."""

    notification_id: UUID
    kind: str
    title: str
    message: str
    link: dict[str, Any]
    read_at: datetime | None
    created_at: datetime


def list_notifications(
    connection: Connection[Any], *, only_unread: bool = False, after: Place | None = None, limit: int = 50
) -> list[Notification]:
    """Newest first, those of one time by their ids; `after` is the place of the last one on the former page."""
    at, key = after or (None, None)
    values = {"only_unread": only_unread, "after_at": at, "after_id": key, "limit": limit}
    return [Notification(**row) for row in connection.execute(_sql().select_notifications, values)]


def count_unread(connection: Connection[Any]) -> int:
    """How many the person has not read."""
    row = connection.execute(_sql().count_unread).fetchone()
    return int(row["unread"]) if row else 0


def mark_read(connection: Connection[Any], ids: Sequence[UUID] | None = None) -> int:
    """Marks these as read, or all; returns how many were not."""
    return connection.execute(_sql().mark_read, {"ids": list(ids) if ids is not None else None}).rowcount


def delete_notification(connection: Connection[Any], notification_id: UUID) -> bool:
    """False: there is none of this id, or it is somebody else's."""
    return connection.execute(_sql().delete_notification, {"notification_id": notification_id}).rowcount == 1


def _sql() -> queries.Queries:
    return queries.load("events")
