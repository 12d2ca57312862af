"""Who did what in the organization, as far as the caller may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from leadhouse.api.shapes import Page, Paging, Shape, make_cursor, not_a_cursor, paging_without_order, read_cursor
from leadhouse.api.transactions import Work
from leadhouse.identity.audit import Act, list_acts

router = APIRouter(prefix="/audit-log", tags=["audit log"])
LogPaging = Annotated[Paging, Depends(paging_without_order())]
Word = Annotated[str | None, Query(max_length=60, pattern="^[a-z_]+$")]


class ActAnswer(Shape):
    """One act. `change`: column → `{"old", "new"}`, or `{"masked": true}` where it holds personal values."""

    occurred_at: datetime
    audit_id: UUID
    verb: str
    resource: str
    resource_id: str | None
    outcome: str
    actor_user_id: UUID | None
    api_key_id: UUID | None
    component: str
    session_id: UUID | None
    address: str | None
    agent: str | None
    details: dict[str, Any]
    change: dict[str, Any] | None


@router.get("", operation_id="list_audit_log", summary="The audit log, newest first")
def list_audit_log(
    work: Work,
    paging: LogPaging,
    resource: Word = None,
    resource_id: Annotated[str | None, Query(alias="resourceId", max_length=200)] = None,
    user_id: Annotated[UUID | None, Query(alias="userId", description="Who acted.")] = None,
    verb: Word = None,
    since: Annotated[AwareDatetime | None, Query(description="From this moment on.")] = None,
) -> Page[ActAnswer]:
    """Who reads audit sees the organization's acts, others their own. Long logs are read by cursor, not by number."""
    place = _place(paging.cursor) if paging.cursor else None
    reach = paging.page_size if place else min(paging.offset + paging.page_size, 499)
    acts = list_acts(
        work.connection, resource=resource, resource_id=resource_id, user_id=user_id, verb=verb, since=since,
        before=place, limit=reach + 1,
    )  # fmt: skip
    rows = acts if place else acts[paging.offset :]
    shown, has_more = rows[: paging.page_size], len(rows) > paging.page_size
    cursor = make_cursor(shown[-1].occurred_at.isoformat(), str(shown[-1].audit_id)) if shown else None
    return paging.answer([ActAnswer.model_validate(act) for act in shown], has_more=has_more, cursor=cursor)


def _place(cursor: str) -> Act:
    """The entry that a cursor names, as far as the next page asks for it."""
    try:
        moment, audit_id = read_cursor(cursor, 2)
        place = datetime.fromisoformat(moment), UUID(audit_id)
    except (TypeError, ValueError, AttributeError):
        raise not_a_cursor() from None
    return Act(*place, "", "", None, "succeeded", None, None, "", None, None, None, {}, None)
