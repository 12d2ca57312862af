"""How rows reach an ``INSERT … SELECT … FROM <name>``: a few as one JSON parameter, many by COPY.

A temporary table costs more than a hundred rows in it, and a crawl lands 25 pages at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor, sql
from psycopg.types.json import Json, Jsonb

from leadhouse.database import queries
from leadhouse.database.copying import copy_to_temporary

FEW = 300  # rows of up to 2 KB: from about there on COPY is the cheaper way


def insert_rows(
    connection: Connection[Any], table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> Cursor[Any]:
    """Runs the query ``insert_<table>`` over the rows, which it reads as ``new_<table>``; nothing else is left behind.

    `columns` are names and types of the rows' values in their order, as of `copy_rows`; JSON comes as ``Jsonb(…)``,
    text is storable.
    """
    remaining = iter(rows)
    first = list(islice(remaining, FEW + 1))
    if len(first) <= FEW:
        query = _insert_given(table, tuple(columns.items()))
        return connection.execute(query, {"rows": Json(_array(columns, first), dumps=str)})
    name = f"new_{table}"
    # not into the table itself: Postgres refuses COPY where row level security applies to the role
    copy_to_temporary(connection, name, columns, chain(first, remaining))
    done = connection.execute(_insert(table))
    connection.execute(sql.SQL("drop table pg_temp.{}").format(sql.Identifier(name)))
    return done


def _insert(table: str) -> sql.SQL:
    statement: sql.SQL = getattr(queries.load("landing"), f"insert_{table}")
    return statement


@lru_cache(maxsize=64)
def _insert_given(table: str, columns: tuple[tuple[str, str], ...]) -> sql.SQL:
    """The query over a parameter, as plain text: composing it would cost as much as the rows."""
    types = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(each), sql.SQL(kind)) for each, kind in columns)
    head = sql.SQL("with {} as (select * from json_to_recordset(%(rows)s) as given ({}))\n{}")
    return sql.SQL(head.format(sql.Identifier(f"new_{table}"), types, _insert(table)).as_string())


def _array(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> str:
    heads = [f'"{column}":' for column in columns]
    objects = (
        ",".join([head + _text(value) for head, value in zip(heads, row, strict=True) if value is not None])
        for row in rows
    )
    return f"[{','.join([f'{{{each}}}' for each in objects])}]"


def _text(value: Any) -> str:
    """A value as JSON; what is JSON already goes as it is."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, UUID):
        return f'"{value}"'
    if isinstance(value, Jsonb):
        made = (value.dumps or json.dumps)(value.obj)
        return made if isinstance(made, str) else made.decode()
    if isinstance(value, date):  # instants, too
        return f'"{value.isoformat()}"'
    return json.dumps(value)
