"""What the product tells the person who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, make_cursor, not_a_cursor, paging_without_order, read_cursor
from leadhouse.api.transactions import Work
from leadhouse.database.queries import load
from leadhouse.events import notifications

router = APIRouter(prefix="/notifications", tags=["notifications"])
OwnPaging = Annotated[Paging, Depends(paging_without_order())]
OnlyUnread = Annotated[bool, Query(alias="unread", description="Only what was not read.")]


class NotificationAnswer(Shape):
    """One message; `link` is `{"resource": …, "id": …}` or empty."""

    notification_id: UUID
    kind: str
    title: str
    message: str
    link: dict[str, Any]
    read_at: datetime | None
    created_at: datetime


class Unread(Shape):
    """How many the person has not read."""

    unread: int


class Marked(Shape):
    """How many had not been read."""

    marked: int


@router.get("", operation_id="list_notifications", summary="Notifications, newest first")
def list_notifications(
    work: Work, _: PersonSignedIn, paging: OwnPaging, only_unread: OnlyUnread = False
) -> Page[NotificationAnswer]:
    """Page by page, or after a cursor."""
    after = _place_of(paging.cursor) if paging.cursor else None
    wanted = paging.page_size + 1 if after else paging.offset + paging.page_size + 1
    found = notifications.list_notifications(work.connection, only_unread=only_unread, after=after, limit=wanted)
    rows = found if after else found[paging.offset :]
    shown, has_more = rows[: paging.page_size], len(rows) > paging.page_size
    counted = work.connection.execute(load("api").count_notifications).fetchone() or {}
    return paging.answer(
        [NotificationAnswer.model_validate(each) for each in shown],
        int(counted["unread"] if only_unread else counted["total"]), has_more=has_more,
        cursor=make_cursor(shown[-1].created_at.isoformat(), shown[-1].notification_id) if shown else None,
    )  # fmt: skip


@router.get("/unread-count", operation_id="count_unread_notifications", summary="How many are not read")
def count_unread(work: Work, _: PersonSignedIn) -> Unread:
    """For a badge."""
    return Unread(unread=notifications.count_unread(work.connection))


@router.post("/read-all", operation_id="read_all_notifications", summary="Mark all as read")
def read_all(work: Work, _: PersonSignedIn) -> Marked:
    """All of the person's."""
    return Marked(marked=notifications.mark_read(work.connection))


@router.post("/{notification_id}/read", operation_id="read_notification", summary="Mark one as read")
def read_one(notification_id: UUID, work: Work, _: PersonSignedIn) -> Marked:
    """Zero for one that was read before, or is somebody else's."""
    return Marked(marked=notifications.mark_read(work.connection, [notification_id]))


@router.delete("/{notification_id}", status_code=204, operation_id="delete_notification", summary="Delete one")
def delete_one(notification_id: UUID, work: Work, _: PersonSignedIn) -> None:
    """For good."""
    if not notifications.delete_notification(work.connection, notification_id):
        raise not_found("notification")


def _place_of(cursor: str) -> notifications.Place:
    at, key = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(key)
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise not_a_cursor() from None
