"""A page of the list of leads, in one way there and back: rows, total, and whose leads the caller reaches.

A page is asked for differently by whom reaches all leads and by whom reaches some (`work_list.Reach`). So it is asked
for as the caller's reach was the last time, together with what it is now: where that is another, the page is asked for
again. What was remembered never widens a page, for the policies decide what is seen.

A page that was answered before is not read again while no lead of these owners has changed: then the question is for
whether caller, reach and version (`work_list.Standing`) are what they were. All three are the database's to say, in the
transaction of the request.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from fastapi import Response

from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.json_pages import json_rows, page_body
from leadhouse.api.lead_shapes import ListedLead
from leadhouse.api.listing import column_of
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.remembered_pages import RememberedPages
from leadhouse.api.shapes import Page, Paging, not_a_cursor, read_cursor
from leadhouse.api.versions import etag_of, is_among
from leadhouse.database.questions import Question
from leadhouse.leads import work_list
from leadhouse.leads.work_list import LeadFilter, Reach, Standing

REMEMBERED = 10_000  # callers
_MEMBERS = tuple(ListedLead.model_fields)
MOST_ROUNDS = 4  # of asking again for somebody whose reach is another each time


async def read_leads(
    work: CallerWork, organization_id: UUID, paging: Paging, wanted: LeadFilter, had: str | None = None
) -> Page[ListedLead]:
    """The page, as an answer that is ready to go out; 304 for who has this version of it (`had`: entity tags).

    Raises:
        ProblemError: 422 for a cursor of another order, 503 for a caller whose reach changes all the time.
    """
    reach, is_asked_whole = _reaches.of(work.caller), False
    for _ in range(MOST_ROUNDS):
        asked = _asked(organization_id, paging, wanted, reach)
        is_known = not is_asked_whole and (_pages.holds(asked) or (had is not None and asked is not None))
        questions = [] if is_known or reach is None else _questions(organization_id, wanted, paging, reach)
        first, *found = await work.ask_alone(_standing_question(paging, wanted), *questions)
        standing = work_list.standing_of(first[0])
        tag = _tag(asked, standing)
        if standing.reach != reach:
            reach, is_asked_whole = standing.reach, False
            _reaches.keep(work.caller, reach)
        elif not is_known:
            return _answer(_made(paging, wanted, standing, found, asked), tag)
        elif had is not None and tag is not None and is_among(had, tag):
            return _answer(None, tag)
        elif body := _pages.body(asked, standing.version):
            return _answer(body, tag)
        else:
            is_asked_whole = True
    detail = "Whose leads you may read changes all the time. Try again in a few seconds."
    raise ProblemError(Problem.UNAVAILABLE, detail, headers={"Retry-After": "5"})


def forget_pages() -> None:
    """Forget pages and reaches (another database, a test)."""
    _pages.forget()
    _reaches.forget()


def _asked(organization_id: UUID, paging: Paging, wanted: LeadFilter, reach: Reach | None) -> Hashable:
    """What a page is remembered by: whoever has the same reach in the same organization sees the same leads."""
    if reach is None or reach.is_client or not work_list.stands_with_version(wanted):
        return None
    return organization_id, reach.reads_all, tuple(reach.user_ids), paging, wanted.model_dump_json()


def _made(
    paging: Paging, wanted: LeadFilter, standing: Standing, found: list[list[tuple[Any, ...]]], asked: Hashable
) -> bytes:
    """The body of rows, and the total behind them unless the standing tells it; remembered."""
    total = None
    if not paging.cursor:
        told = work_list.is_told_by_standing(wanted, standing.reach)
        total = standing.leads if told else int(found.pop()[0][0])
    body = page_body(paging, [row for rows in found for row in rows], total)
    if asked is not None:
        _pages.keep(asked, body, standing.version)
    return body


def _tag(asked: Hashable, standing: Standing) -> str | None:
    """The page's entity tag, from what it depends on: the same at every server, and told without reading the page."""
    return None if asked is None else etag_of(_MEMBERS, asked, standing.version)


def _answer(body: bytes | None, tag: str | None) -> Page[ListedLead]:
    headers = {"ETag": tag} if tag else None
    answer = Response(status_code=304, headers=headers)
    if body is not None:
        answer = Response(body, headers=headers, media_type="application/json")
    return cast("Page[ListedLead]", answer)


def _standing_question(paging: Paging, wanted: LeadFilter) -> Question:
    return work_list.standing_question(_sort(paging), wanted)


def _questions(organization_id: UUID, wanted: LeadFilter, paging: Paging, reach: Reach) -> list[Question]:
    """The rows, those without a value, and the total of a page by number unless the standing tells it."""
    sort = _sort(paging)
    how: dict[str, Any] = {
        "reach": reach, "sort": sort, "order": paging.sort_order, "after": _place(paging),
        "page": 1 if paging.cursor else paging.page, "page_size": paging.page_size,
    }  # fmt: skip
    rows = [work_list.page_question(organization_id, wanted, **how)]
    if rest := work_list.rest_question(organization_id, wanted, **how):
        rows.append(rest)
    asked = [replace(each, text=json_rows(ListedLead, each.text, sort, "lead_id")) for each in rows]
    if not paging.cursor and not work_list.is_told_by_standing(wanted, reach):
        asked.append(work_list.count_question(organization_id, wanted, reach=reach))
    return asked


def _sort(paging: Paging) -> Any:
    return column_of(paging.sort_by or "createdAt")


def _place(paging: Paging) -> tuple[Any, UUID] | None:
    if not paging.cursor:
        return None
    sorted_by, order, value, key = read_cursor(paging.cursor, 4)
    if [sorted_by, order] != [paging.sort_by, paging.sort_order] or not isinstance(value, str | int | None):
        raise not_a_cursor()
    try:
        return value, UUID(str(key))
    except ValueError:
        raise not_a_cursor() from None


class _Reaches:
    """What callers reached the last time they asked."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID | None, ...], Reach] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, caller: Caller) -> Reach | None:
        return self._known.get(_who(caller))

    def keep(self, caller: Caller, reach: Reach) -> None:
        if self.of(caller) == reach:
            return
        with self._lock:
            self._known[_who(caller)] = reach
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


def _who(caller: Caller) -> tuple[UUID | None, ...]:
    return caller.user_id, caller.organization_id, caller.api_key_id


_reaches, _pages = _Reaches(), RememberedPages()
