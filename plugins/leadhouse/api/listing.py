"""Lists of the API: a statement of ``sql/queries/resources.sql`` with its order, the place behind a cursor and a limit.

Page numbers and cursors give the same rows: both follow the sort column, rows without a value last, then the id. The
policies decide what a statement shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar, cast
from uuid import UUID

from fastapi import Depends
from psycopg import Connection, sql

from leadhouse.api.caller_work import CallerWork
from leadhouse.api.json_pages import json_rows, page_answer
from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.api.shapes import Page, Paging, Shape, not_a_cursor, read_cursor
from leadhouse.api.transactions import Work
from leadhouse.database import queries
from leadhouse.database.queries import trusted
from leadhouse.database.questions import Question

Row = dict[str, Any]
SortType = Literal["text", "timestamptz", "date", "numeric", "boolean"]
ShapeT = TypeVar("ShapeT", bound=Shape)
_COUNT = sql.SQL("select count(*) as total from ({base}) as listed")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. `sorts` are the columns it may be sorted by, with their types; `key` is what tells rows apart."""

    statement: str
    key: str
    sorts: Mapping[str, SortType]
    key_type: Literal["uuid", "bigint"] = "uuid"
    is_counted: bool = True

    @property
    def base(self) -> sql.SQL:
        """The statement itself."""
        found: sql.SQL = getattr(queries.load("resources"), self.statement)
        return found


async def organization_of(work: Work) -> UUID:
    """The caller's organization. Raises ProblemError (403) for somebody who is in none."""
    if work.caller.organization_id is None:
        raise ProblemError(Problem.REFUSED, "You are in no organization. Accept an invitation, or found one.")
    return work.caller.organization_id


OrganizationId = Annotated[UUID, Depends(organization_of)]


def read_page(work: CallerWork, listing: Listing, paging: Paging, shape: type[Shape], **filters: Any) -> Page[Any]:
    """A page of the list: by its number with the total, or behind a cursor without.

    `filters` are the statement's parameters; a tuple or list goes as an array, an empty one as null. Of a plain shape
    Postgres writes the JSON, and the page is an answer already. It is the last that is read of a request.

    Raises:
        ProblemError: 422 for a cursor of another list or order.
    """
    sort = column_of(paging.sort_by or listing.key)
    parameters = {name: _parameter(value) for name, value in filters.items()}
    behind, place = _behind(listing, paging, sort)
    limits = {"page_limit": paging.page_size + 1, "page_offset": 0 if paging.cursor else paging.offset}
    statement = sql.SQL(
        "select * from ({base}) as listed where {behind} order by {order} limit %(page_limit)s offset %(page_offset)s"
    ).format(base=listing.base, behind=behind, order=_order(listing, paging, sort))
    asked = [Question(json_rows(shape, statement, sort, listing.key), {**parameters, **place, **limits})]
    if listing.is_counted and not paging.cursor:
        asked.append(Question(_COUNT.format(base=listing.base), parameters))
    rows, *totals = work.ask(*asked, is_last=True)
    return page_answer(paging, rows, int(totals[0][0][0]) if totals else None)


def read_one(connection: Connection[Any], listing: Listing, shape: type[ShapeT], what: str, **filters: Any) -> ShapeT:
    """The one row that the filters leave. Raises ProblemError (404)."""
    statement = sql.SQL("select * from ({base}) as listed limit 1").format(base=listing.base)
    row = connection.execute(statement, {name: _parameter(value) for name, value in filters.items()}).fetchone()
    if row is None:
        raise not_found(what)
    return shape.model_validate(row)


def version_of(shape: Shape) -> str:
    """What an entity tag is made of: the whole resource as it is answered."""
    return json.dumps(shape.model_dump(mode="json"), sort_keys=True)


def column_of(name: str) -> str:
    """``createdAt`` → ``created_at``."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)


def sort_names(name: str, *columns: str) -> type[StrEnum]:
    """The enumeration of what a list may be sorted by, in camelCase."""
    parts = {column: column.split("_") for column in columns}
    names = {column.upper(): words[0] + "".join(map(str.title, words[1:])) for column, words in parts.items()}
    make: Any = StrEnum
    return cast("type[StrEnum]", make(name, names))


def _parameter(value: Any) -> Any:
    return (list(value) or None) if isinstance(value, list | tuple) else value


def _order(listing: Listing, paging: Paging, sort: str) -> sql.Composable:
    order = sql.SQL({"desc": "desc", "asc": "asc"}[paging.sort_order])
    return sql.SQL("{} {} nulls last, {}").format(sql.Identifier(sort), order, sql.Identifier(listing.key))


def _behind(listing: Listing, paging: Paging, sort: str) -> tuple[sql.Composable, Row]:
    """The condition for rows behind the cursor, and its parameters."""
    if not paging.cursor:
        return sql.SQL("true"), {}
    sorted_by, order, value, key = read_cursor(paging.cursor, 4)
    is_ours = [sorted_by, order] == [paging.sort_by, paging.sort_order]
    if not is_ours or not isinstance(value, str | int | float | None) or not isinstance(key, str | int):
        raise not_a_cursor()
    ties = sql.SQL("{} > %(after_key)s::{}").format(sql.Identifier(listing.key), trusted(listing.key_type))
    column = sql.Identifier(sort)
    if value is None:
        return sql.SQL("{} is null and {}").format(column, ties), {"after_key": key}
    kind = listing.sorts.get(sort, listing.key_type)
    passes = sql.SQL({"desc": "<", "asc": ">"}[paging.sort_order])
    text = sql.SQL("({column} {passes} {bound} or ({column} = {bound} and {ties}) or {column} is null)")
    bound = sql.SQL("%(after_value)s::{}").format(trusted(kind))
    return text.format(column=column, passes=passes, bound=bound, ties=ties), {"after_value": value, "after_key": key}
