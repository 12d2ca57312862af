"""The SQL of pages of the work list and of their totals: put together from fixed parts, once for each form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, LiteralString

from psycopg import sql

from leadhouse.database import queries
from leadhouse.database.queries import trusted

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
    "one_tag": "lead.tags @> %(tags)s",
    "list_id": "exists (select from app.list_members as member where member.organization_id = %(organization_id)s"
    " and member.list_id = %(list_id)s and member.lead_id = lead.lead_id)",
    "search": "lead.lead_id in (select app.find_leads(%(search)s))",
    "one": "lead.owner_id = %(reach)s::uuid",  # as one status: the order of the owner's index
    "some": "lead.owner_id = any (%(reach)s::uuid[])",
}
_BY_TAG = frozenset({"tags", "one_tag"})
# The rows of one wanted tag, of which a lead has at most one. Whether it has others too, the lead itself says; of one
# tag it is not asked again, since the planner would take the leads to be as few as both conditions suggest.
_TAGGED = sql.SQL(
    "join app.lead_tags as tagged on tagged.organization_id = %(organization_id)s and tagged.tag = %(first_tag)s"
    " and tagged.lead_id = lead.lead_id"
)
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
    ordering = sql.SQL("{} {} {}, {}").format(_column(form), places, missing, _id_column(form))
    parts = narrowing(_but_one_tag(form.narrowed_by), form.owners, by_facts=by_facts)
    conditions = sql.SQL(" and ").join([*parts, rule, _behind(form)])
    statements = queries.load("lead_lists")
    is_of_leads_alone = form.is_far and not by_facts and not _by_tags(form)
    statement = statements.list_leads_by_number if is_of_leads_alone else statements.list_leads
    return _flat(statement.format(conditions=conditions, order=ordering, ends=ends, tagged=_tagged(form.narrowed_by)))


@lru_cache(maxsize=200)
def count_text(narrowed_by: tuple[str, ...], owners: Owners) -> sql.SQL:
    """The statement for a total without criteria."""
    return compose_count("count_rows", narrowed_by, owners, sql.SQL("true"))


def compose_count(name: str, narrowed_by: tuple[str, ...], owners: Owners, rule: sql.Composable) -> sql.SQL:
    """`name` is the statement's: `count_leads` where criteria ask for facts, else `count_rows`."""
    parts = narrowing(_but_one_tag(narrowed_by), owners, by_facts=False)
    conditions = sql.SQL(" and ").join([*parts, rule])
    statement = getattr(queries.load("lead_lists"), name)
    return _flat(statement.format(conditions=conditions, tagged=_tagged(narrowed_by)))


def narrowing(narrowed_by: tuple[str, ...], owners: Owners, *, by_facts: bool) -> list[sql.Composable]:
    """Conditions over `lead` and `facts`, by the names of a filter's values."""
    names = (*narrowed_by, owners) if owners != "all" else narrowed_by
    texts = {name: sql.SQL(NARROWING[name]) for name in names}
    if by_facts:
        texts |= {name: sql.SQL(NARROWING[name].replace("lead.", "facts.")) for name in names if name in _OF_FACTS}
    return list(texts.values())


def _tagged(narrowed_by: tuple[str, ...]) -> sql.SQL:
    return sql.SQL("") if _BY_TAG.isdisjoint(narrowed_by) else _TAGGED


def _but_one_tag(narrowed_by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in narrowed_by if name != "one_tag")


def _by_tags(form: PageForm) -> bool:
    """Whether the rows of a tag have the order of the page: by their leads' creation."""
    return form.sort == "created_at" and not _BY_TAG.isdisjoint(form.narrowed_by)


def _column(form: PageForm) -> sql.SQL:
    return sql.SQL("tagged.created_at") if _by_tags(form) else _COLUMNS[form.sort]


def _id_column(form: PageForm) -> sql.SQL:
    if _by_tags(form):
        return sql.SQL("tagged.lead_id")
    return sql.SQL("facts.lead_id" if form.sort in BY_FACTS else "lead.lead_id")


def _behind(form: PageForm) -> sql.Composable:
    """Rows behind the cursor in a form that an index reads: a bound, then the ties. A null is behind all values."""
    if not form.places:
        return sql.SQL("true")
    column, key = _column(form), _id_column(form)
    if "after_value" not in form.places:
        return sql.SQL("{} is null and {} > %(after_id)s").format(column, key)
    bound = sql.SQL("%(after_value)s::{}").format(_TYPES[form.sort])
    reaches, passes = (sql.SQL("<="), sql.SQL("<")) if form.order == "desc" else (sql.SQL(">="), sql.SQL(">"))
    text = sql.SQL("{column} {reaches} {bound} and ({column} {passes} {bound} or {id} > %(after_id)s)")
    return text.format(column=column, bound=bound, reaches=reaches, passes=passes, id=key)


def _flat(text: sql.Composable) -> sql.SQL:
    """Put together once: it is done for every page else."""
    return trusted(text.as_string())
