"""A page of the list of leads, in one way there and back: rows, total, and whose leads the caller reaches.

A page is asked for differently by whom reaches all leads and by whom reaches some (`work_list.Reach`). So it is asked
for as the caller's reach was the last time, together with what it is now: where that is another, the page is asked for
again. What was remembered never widens a page, for the policies decide what is seen.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any
from uuid import UUID

from leadhouse.api.callers import Caller
from leadhouse.api.json_pages import json_rows, page_answer
from leadhouse.api.lead_shapes import ListedLead
from leadhouse.api.listing import column_of
from leadhouse.api.shapes import Page, Paging, not_a_cursor, read_cursor
from leadhouse.api.transactions import CallerWork
from leadhouse.database.questions import Question
from leadhouse.leads import work_list
from leadhouse.leads.work_list import LeadFilter, Reach

REMEMBERED = 10_000  # callers


async def read_leads(work: CallerWork, organization_id: UUID, paging: Paging, wanted: LeadFilter) -> Page[ListedLead]:
    """The page, as an answer that is ready to go out.

    Raises:
        ProblemError: 422 for a cursor of another order.
    """
    reach, told = _reaches.of(work.caller), None
    while told is None or told != reach:
        reach = told or reach
        first, *found = await work.ask_alone(*_questions(organization_id, wanted, paging, reach))
        told = work_list.reach_of(first[0])
    _reaches.keep(work.caller, told)
    total = None if paging.cursor else int(found.pop()[0][0])
    return page_answer(paging, [row for rows in found for row in rows], total)


def _questions(organization_id: UUID, wanted: LeadFilter, paging: Paging, reach: Reach | None) -> list[Question]:
    """The reach; where one is remembered, also the rows, those without a value, and the total of a page by number."""
    sort: Any = column_of(paging.sort_by or "createdAt")
    asked = [work_list.reach_question(sort, wanted)]
    if reach is None:
        return asked
    how: dict[str, Any] = {
        "reach": reach, "sort": sort, "order": paging.sort_order, "after": _place(paging),
        "page": 1 if paging.cursor else paging.page, "page_size": paging.page_size,
    }  # fmt: skip
    rows = [work_list.page_question(organization_id, wanted, **how)]
    if rest := work_list.rest_question(organization_id, wanted, **how):
        rows.append(rest)
    asked += [replace(each, text=json_rows(ListedLead, each.text, sort, "lead_id")) for each in rows]
    if not paging.cursor:
        asked.append(work_list.count_question(organization_id, wanted, reach=reach))
    return asked


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


def _who(caller: Caller) -> tuple[UUID | None, ...]:
    return caller.user_id, caller.organization_id, caller.api_key_id


_reaches = _Reaches()
