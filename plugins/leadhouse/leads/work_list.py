"""The work list: live leads, filtered, sorted, in pages by cursor or number, under the policies of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from pydantic import BaseModel, ConfigDict, Field

from leadhouse.database import queries
from leadhouse.database.questions import Question
from leadhouse.leads import page_texts
from leadhouse.leads.criteria import Condition, compile_criteria
from leadhouse.leads.page_texts import BY_FACTS, KEPT_LIMITS, Owners, PageForm, Sort, SortOrder
from leadhouse.leads.work import LeadStatus, Priority

Cursor = tuple[Any, UUID]
LARGEST_PAGE = 200
_INDEXED = frozenset({"status", "campaign_id", "owner_id", "tags"})  # an index has such leads by creation
_FIRST_ID = UUID(int=0)


class LeadFilter(BaseModel):
    """What the work list is narrowed to; what is left out does not. `criteria` is a rule as segments have it.

    `search` holds words, each of which a lead's name, company, address, domain or title must hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: tuple[LeadStatus, ...] = ()
    priority: tuple[Priority, ...] = ()
    campaign_id: UUID | None = None
    owner_id: UUID | None = None
    tags: tuple[str, ...] = ()
    list_id: UUID | None = None
    search: str | None = Field(default=None, max_length=200)
    criteria: dict[str, Any] = Field(default_factory=dict)


_PLAIN = tuple(name for name in LeadFilter.model_fields if name != "criteria")


@dataclass(frozen=True)
class Reach:
    """Whose leads the caller reads: all of the organization's, those of some users, or those of a client."""

    reads_all: bool
    user_ids: list[UUID]
    is_client: bool


_EVERYTHING = Reach(reads_all=True, user_ids=[], is_client=False)


@dataclass(frozen=True)
class Standing:
    """What is so of the caller's leads at the moment: whose they are, how many live ones of these owners there are.

    `version` is another after each change of such a lead, of its facts or of its owner, in whatever transaction; None
    for a client, whose leads are no owner's. A server that was started anew may have lost what it had shown.
    """

    reach: Reach
    leads: int
    version: tuple[str, str, int] | None


@dataclass(frozen=True)
class Page:
    """Rows of the work list, and where the next page begins: None behind the last row."""

    leads: list[dict[str, Any]]
    next: Cursor | None


def standing_question(sort: Sort, wanted: LeadFilter) -> Question:
    """Asks for the `Standing` (`standing_of` its row), before the questions for a page in this order and its total."""
    is_kept = _has_kept_plan(sort, wanted, _EVERYTHING)
    return Question(queries.load("lead_lists").find_standing, {"is_kept": is_kept}, is_kept=True)


def standing_of(row: Sequence[Any]) -> Standing:
    """What a row of `standing_question` says."""
    reads_all, user_ids, is_client, leads, changes, database, started = row[:7]
    reach = Reach(bool(reads_all), sorted(user_ids or ()), bool(is_client))
    return Standing(reach, int(leads), None if is_client else (str(database), str(started), int(changes)))


def is_told_by_standing(wanted: LeadFilter, reach: Reach) -> bool:
    """Whether the total of a list so narrowed is the standing's number of leads."""
    return not reach.is_client and wanted == LeadFilter()


def stands_with_version(wanted: LeadFilter) -> bool:
    """Whether a page depends on nothing but leads, their facts and their owners: not on lists or criteria."""
    return wanted.list_id is None and not wanted.criteria


def find_reach(connection: Connection[Any]) -> Reach:
    """The caller's reach, one round trip: it is the same for a whole request, so a request asks once."""
    row: Any = connection.execute(queries.load("lead_lists").find_standing, {"is_kept": False}).fetchone()
    return standing_of(list(row.values())).reach


def list_leads(
    connection: Connection[Any],
    organization_id: UUID,
    wanted: LeadFilter | None = None,
    *,
    reach: Reach | None = None,
    sort: Sort = "created_at",
    order: SortOrder = "desc",
    after: Cursor | None = None,
    page: int = 1,
    page_size: int = 50,
) -> Page:
    """A page of live leads: behind the cursor of the former one (same filter and sort), or by its number from 1.

    Values that are missing (no score, no name) come last in both orders. The policies decide what is seen; with the
    caller's `reach` (`find_reach`) a rep's list is what the rep owns, read by the owner's index: leads that a rep has
    made and that belong to others are seen, and found by search, but are not on the list.

    Raises:
        CriteriaError: see `criteria.compile_criteria`. ValueError: a page that cannot be.
    """
    parts: dict[str, Any] = {"reach": reach, "sort": sort, "order": order, "after": after, "page": page}
    question = page_question(organization_id, wanted or LeadFilter(), page_size=page_size, **parts)
    rows = _fetch(connection, question)
    if len(rows) <= page_size and (rest := rest_question(organization_id, wanted, page_size=page_size, **parts)):
        rows += _fetch(connection, rest)[: page_size + 1 - len(rows)]
    has_more, rows = len(rows) > page_size, rows[:page_size]
    return Page(rows, (rows[-1][sort], rows[-1]["lead_id"]) if has_more else None)


def page_question(
    organization_id: UUID,
    wanted: LeadFilter,
    *,
    reach: Reach | None = None,
    sort: Sort = "created_at",
    order: SortOrder = "desc",
    after: Cursor | None = None,
    page: int = 1,
    page_size: int = 50,
) -> Question:
    """Asks for the rows of `list_leads`, and one more where others follow. Raises as `list_leads`."""
    if not 1 <= page_size <= LARGEST_PAGE or page < 1:
        raise ValueError(f"A page has 1 to {LARGEST_PAGE} rows and a number from 1; not {page_size} and {page}.")
    limit, offset = page_size + 1, 0 if after else (page - 1) * page_size
    # Else planned anew: organizations differ in size, and a kept plan that knows neither them nor the limit sorts all.
    is_kept = reach is not None and limit in KEPT_LIMITS and not offset and _has_kept_plan(sort, wanted, reach)
    places = _places(after)
    is_far = offset > 0 and not wanted.criteria  # which may ask for facts
    kept = limit if is_kept else None
    form = PageForm(_narrowed_by(wanted), _owners(reach), sort, order, tuple(places), kept, is_far)
    rule = compile_criteria(wanted.criteria)
    text = page_texts.compose_page(form, rule.text) if wanted.criteria else page_texts.page_text(form)
    scope = {"organization_id": organization_id, "limit": limit, "offset": offset}
    return Question(text, {**rule.parameters, **_values(wanted, reach), **places, **scope}, is_kept)


def rest_question(
    organization_id: UUID, wanted: LeadFilter | None, *, after: Cursor | None, sort: Sort, **how: Any
) -> Question | None:
    """Asks for rows without a value, which follow when those behind the cursor do not fill the page."""
    if after is None or after[0] is None or sort not in BY_FACTS:
        return None
    return page_question(organization_id, wanted or LeadFilter(), after=(None, _FIRST_ID), sort=sort, **how)


def _has_kept_plan(sort: Sort, wanted: LeadFilter, reach: Reach) -> bool:
    """Whether an index has these leads in this order, whatever the values are that narrow them.

    Not by score or name: a plan for all organizations takes them to be small, and sorts the large ones whole.
    """
    if sort != "created_at":
        return False
    narrowed = {*_given(wanted), *(["criteria"] if wanted.criteria else [])}
    if not reach.reads_all:
        narrowed.add("owner_id")
        if reach.is_client or len(reach.user_ids) != 1 or wanted.owner_id:
            return False
    return len(wanted.status) < 2 and len(wanted.tags) < 2 and len(narrowed) < 2 and narrowed <= _INDEXED


def _fetch(connection: Connection[Any], question: Question) -> list[dict[str, Any]]:
    asked = connection.execute(question.text, question.values, prepare=question.is_kept)
    return [dict(row) for row in asked]


def count_leads(
    connection: Connection[Any],
    organization_id: UUID,
    wanted: LeadFilter | None = None,
    *,
    reach: Reach | None = None,
    up_to: int | None = None,
) -> int:
    """How many live leads the filter leaves the caller; `up_to` stops there, for a page that says "more than".

    Whoever reads all leads (`reach`) and narrows them to statuses and a campaign at most is answered from counters.
    """
    question = count_question(organization_id, wanted or LeadFilter(), reach=reach, up_to=up_to)
    row = connection.execute(question.text, question.values, prepare=question.is_kept).fetchone() or {"leads": 0}
    return int(row["leads"])


def count_question(
    organization_id: UUID, wanted: LeadFilter, *, reach: Reach | None = None, up_to: int | None = None
) -> Question:
    """Asks for the number of `count_leads`."""
    if reach and reach.reads_all and wanted == LeadFilter(status=wanted.status, campaign_id=wanted.campaign_id):
        parameters = {"status": list(wanted.status) or None, "campaign_id": wanted.campaign_id}
        scope = {**parameters, "organization_id": organization_id}
        return Question(queries.load("lead_lists").sum_counters, scope, is_kept=True)
    rule = compile_criteria(wanted.criteria)
    if wanted.criteria:
        text = page_texts.compose_count("count_leads", _narrowed_by(wanted), _owners(reach), rule.text)
    else:
        text = page_texts.count_text(_narrowed_by(wanted), _owners(reach))
    limits: dict[str, Any] = {"organization_id": organization_id, "up_to": up_to}
    return Question(text, {**rule.parameters, **_values(wanted, reach), **limits})


def recount_leads(connection: Connection[Any]) -> int:
    """Count all leads anew, as maintenance; return how many of the counters were wrong, which are right then."""
    row = connection.execute(queries.load("lead_lists").recount_leads).fetchone() or {"wrong": 0}
    return int(row["wrong"])


def conditions_of(wanted: LeadFilter) -> Condition:
    """The filter as a condition over `lead` and `facts`; wants the parameter `organization_id` beside its own."""
    rule = compile_criteria(wanted.criteria)
    parts = [rule.text, *page_texts.narrowing(_narrowed_by(wanted), "all", by_facts=False)]
    return Condition(sql.SQL(" and ").join(parts), {**rule.parameters, **_values(wanted, None)})


def _given(wanted: LeadFilter) -> dict[str, Any]:
    """What narrows the list, but for criteria."""
    return {name: value for name in _PLAIN if (value := getattr(wanted, name))}


def _narrowed_by(wanted: LeadFilter) -> tuple[str, ...]:
    """The names of `page_texts.NARROWING` that hold for a filter."""
    ones = {"status": "one_status", "tags": "one_tag"}
    return tuple(ones[name] if name in ones and len(value) == 1 else name for name, value in _given(wanted).items())


def _owners(reach: Reach | None) -> Owners:
    if reach is None or reach.reads_all or reach.is_client:
        return "all"
    return "one" if len(reach.user_ids) == 1 else "some"


def _values(wanted: LeadFilter, reach: Reach | None) -> dict[str, Any]:
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in _given(wanted).items()}
    if len(wanted.status) == 1:
        given["status"] = wanted.status[0]
    if wanted.tags:
        given["first_tag"] = wanted.tags[0]
    if reach is not None and _owners(reach) != "all":
        given["reach"] = reach.user_ids[0] if _owners(reach) == "one" else reach.user_ids
    return given


def _places(after: Cursor | None) -> dict[str, Any]:
    """What a cursor says, by the names in `_behind`."""
    if after is None:
        return {}
    value, lead_id = after
    return {"after_id": lead_id} if value is None else {"after_value": value, "after_id": lead_id}
