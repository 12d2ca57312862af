"""Pages whose rows Postgres writes as JSON, with the members of a shape, so that no row passes through Python.

Reading 50 leads into objects, checking and writing them took more than the rest of the answer. What is checked there is
what the statement selects, and `tests/api/test_json_pages.py` checks it against the shapes.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Union, cast, get_args, get_origin

from fastapi import Response
from psycopg import sql

from leadhouse.api.shapes import Page, Paging, Shape, make_cursor
from leadhouse.database.queries import trusted

# As pydantic writes times, but for a fraction that is nothing.
_TIME = sql.SQL("""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")


def json_rows(shape: type[Shape], statement: sql.Composable, sort: str, key: str) -> sql.SQL:
    """A statement for the rows of another: each as JSON, then what a cursor behind it holds: sort value and key."""
    return _json_rows(shape, statement.as_string(), sort, key)


@lru_cache(maxsize=1000)
def _json_rows(shape: type[Shape], statement: str, sort: str, key: str) -> sql.SQL:
    text = sql.SQL(
        "select row_to_json(shaped)::text, shaped.{sort}::text, shaped.{key}::text"
        " from (select {members} from ({statement}) as listed) as shaped"
    ).format(
        members=_members(shape), statement=trusted(statement), sort=_name(shape, sort),
        key=_name(shape, key),
    )  # fmt: skip
    return trusted(text.as_string())


def page_answer(paging: Paging, rows: Sequence[tuple[Any, ...]], total: int | None) -> Page[Any]:
    """The page of such rows as an answer that is ready to go out."""
    return cast("Page[Any]", Response(page_body(paging, rows, total), media_type="application/json"))


def page_body(paging: Paging, rows: Sequence[tuple[Any, ...]], total: int | None) -> bytes:
    """The page of such rows, one more than it has where others follow."""
    shown, has_more = rows[: paging.page_size], len(rows) > paging.page_size
    cursor = make_cursor(paging.sort_by, paging.sort_order, *shown[-1][1:]) if has_more else None
    pagination = paging.pagination(len(shown), total, has_more=has_more, cursor=cursor)
    data = ",".join([row[0] for row in shown])
    return f'{{"data":[{data}],"pagination":{pagination.model_dump_json()}}}'.encode()


@cache
def _members(shape: type[Shape]) -> sql.SQL:
    """The columns under the names that they have in JSON.

    Raises:
        TypeError: the shape writes something otherwise than its column is: a shape in it, a validator of its own.
    """
    for name, field in shape.model_fields.items():
        if any(isinstance(each, type) and issubclass(each, Shape) for each in _parts(field.annotation)):
            raise TypeError(f"{shape.__name__}.{name} is a shape itself: its members have other names in the database.")
    columns = {name: sql.Identifier("listed", name) for name in shape.model_fields}
    members = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(
            _TIME.format(column=column) if datetime in _parts(shape.model_fields[name].annotation) else column,
            _name(shape, name),
        )
        for name, column in columns.items()
    )
    return trusted(members.as_string())  # put together once: it is the longest part of a statement


def _name(shape: type[Shape], column: str) -> sql.Identifier:
    return sql.Identifier(shape.model_fields[column].alias or column)


def _parts(annotation: Any) -> list[Any]:
    """The types that an annotation is made of."""
    if get_origin(annotation) in (Union, types.UnionType, list, dict, tuple):
        return [part for each in get_args(annotation) for part in _parts(each)]
    return [annotation]
