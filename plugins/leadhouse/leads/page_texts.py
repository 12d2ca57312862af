"""The SQL of pages of the work list and of their totals: put together from fixed parts, once for each form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, LiteralString, cast

from psycopg import sql

from leadhouse.database import queries

Sort = Literal["created_at", "updated_at", "lead_score", "full_name"]
SortOrder = Literal["asc", "desc"]
Owners = Literal["all", "one", "some"]
_COLUMNS: dict[Sort, sql.SQL] = {
    "created_at": sql.SQL("lead.created_at"),
    "updated_at": sql.SQL("lead.updated_at"),
    "lead_score": sql.SQL("facts.lead_score"),
    "full_name": sql.SQL("facts.full_name"),
}
_TYPES: dict[Sort, sql.SQL] = {
    "created_at": sql.SQL("timestamptz"),
    "updated_at": sql.SQL("timestamptz"),
    "lead_score": sql.SQL("smallint"),
    "full_name": sql.SQL("text"),
}
BY_FACTS = frozenset({"lead_score", "full_name"})
KEPT_LIMITS = {rows: sql.SQL(f"limit {rows}") for rows in (21, 51, 101)}  # a row more than pages that are asked often
NARROWING: dict[str, LiteralString] = {
    "status": "lead.status = any (%(status)s::app.lead_status[])",
    "one_status": "lead.status = %(status)s::app.lead_status",  # keeps the order of an index by status
    "priority": "lead.priority = any (%(priority)s)",
    "campaign_id": "lead.campaign_id = %(campaign_id)s",
    "owner_id": "lead.owner_id = %(owner_id)s",
    "tags": "lead.tags @> %(tags)s",
    "list_id": "exists (select from app.list_members as member where member.organization_id = %(organization_id)s"
    " and member.list_id = %(list_id)s and member.lead_id = lead.lead_id)",
    "search": "lead.lead_id in (select app.find_leads(%(search)s))",
    "one": "lead.owner_id = %(reach)s::uuid",  # as one status: the order of the owner's index
    "some": "lead.owner_id = any (%(reach)s::uuid[])",
}
_OF_FACTS = {"status", "one_status", "owner_id", "one", "some"}  # by facts as they carry them: the index with the score


@dataclass(frozen=True, slots=True)
class PageForm:
    """What the text of a page's statement depends on.

    `limit`: in the text, of a page whose plan is kept. `is_far`: there are pages before it, whose facts nobody reads.
    """

    narrowed_by: tuple[str, ...]
    owners: Owners
    sort: Sort
    order: SortOrder
    places: tuple[str, ...]
    limit: int | None
    is_far: bool = False


@lru_cache(maxsize=1000)
def page_text(form: PageForm) -> sql.SQL:
    """The statement for a page without criteria."""
    return compose_page(form, sql.SQL("true"))


def compose_page(form: PageForm, rule: sql.Composable) -> sql.SQL:
    """The same with the condition of criteria, which are anybody's."""
    by_facts = form.sort in BY_FACTS
    ends = KEPT_LIMITS[form.limit] if form.limit else sql.SQL("limit %(limit)s offset %(offset)s")
    places = {"desc": sql.SQL("desc"), "asc": sql.SQL("asc")}[form.order]
    missing = sql.SQL("nulls last" if by_facts else "")  # an index of a column without nulls says neither
    ordering = sql.SQL("{} {} {}, {}").format(_COLUMNS[form.sort], places, missing, _id_column(form.sort))
    parts = narrowing(form.narrowed_by, form.owners, by_facts=by_facts)
    conditions = sql.SQL(" and ").join([*parts, rule, _behind(form.sort, form.order, form.places)])
    statements = queries.load("lead_lists")
    statement = statements.list_leads_by_number if form.is_far and not by_facts else statements.list_leads
    return _flat(statement.format(conditions=conditions, order=ordering, ends=ends))


@lru_cache(maxsize=200)
def count_text(narrowed_by: tuple[str, ...], owners: Owners) -> sql.SQL:
    """The statement for a total without criteria."""
    return compose_count("count_rows", narrowed_by, owners, sql.SQL("true"))


def compose_count(name: str, narrowed_by: tuple[str, ...], owners: Owners, rule: sql.Composable) -> sql.SQL:
    """`name` is the statement's: `count_leads` where criteria ask for facts, else `count_rows`."""
    conditions = sql.SQL(" and ").join([*narrowing(narrowed_by, owners, by_facts=False), rule])
    return _flat(getattr(queries.load("lead_lists"), name).format(conditions=conditions))


def narrowing(narrowed_by: tuple[str, ...], owners: Owners, *, by_facts: bool) -> list[sql.Composable]:
    """Conditions over `lead` and `facts`, by the names of a filter's values."""
    names = (*narrowed_by, owners) if owners != "all" else narrowed_by
    texts = {name: sql.SQL(NARROWING[name]) for name in names}
    if by_facts:
        texts |= {name: sql.SQL(NARROWING[name].replace("lead.", "facts.")) for name in names if name in _OF_FACTS}
    return list(texts.values())


def _id_column(sort: Sort) -> sql.SQL:
    return sql.SQL("facts.lead_id" if sort in BY_FACTS else "lead.lead_id")


def _behind(sort: Sort, order: SortOrder, places: tuple[str, ...]) -> sql.Composable:
    """Rows behind the cursor in a form that an index reads: a bound, then the ties. A null is behind all values."""
    if not places:
        return sql.SQL("true")
    column = _COLUMNS[sort]
    if "after_value" not in places:
        return sql.SQL("{} is null and {} > %(after_id)s").format(column, _id_column(sort))
    bound = sql.SQL("%(after_value)s::{}").format(_TYPES[sort])
    reaches, passes = (sql.SQL("<="), sql.SQL("<")) if order == "desc" else (sql.SQL(">="), sql.SQL(">"))
    text = sql.SQL("{column} {reaches} {bound} and ({column} {passes} {bound} or {id} > %(after_id)s)")
    parts = {"column": column, "bound": bound, "reaches": reaches, "passes": passes, "id": _id_column(sort)}
    return text.format(**parts)


def _flat(text: sql.Composable) -> sql.SQL:
    """Put together once: it is done for every page else."""
    return sql.SQL(cast("Any", text.as_string()))
