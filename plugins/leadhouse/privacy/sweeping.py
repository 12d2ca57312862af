"""Erasing in tables that the tags do not reach: dbt's marts, and Airflow's own database.

Marts are made again from what is left, so this only has to end what no build makes again: history. A person's rows and
rows of a value that says an identifier go; in the others the column is emptied.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from leadhouse.database import queries
from leadhouse.privacy.erasures import Targets
from leadhouse.privacy.patterns import PLACEHOLDER

# A row that only exists for one of these goes with it.
STATING = frozenset({"value", "old_value", "new_value", "raw_value", "alias"})
OWNED_BY = frozenset({"person_id"})

LIST_COLUMNS = """
select columns.table_schema, columns.table_name,
       array_agg(columns.column_name::text order by ordinal_position) as texts,
       array_agg(columns.udt_name::text order by ordinal_position) as types, '{}'::text[] as ids
  from information_schema.columns join information_schema.tables using (table_schema, table_name)
 where tables.table_type = 'BASE TABLE' and columns.table_schema not in ('pg_catalog', 'information_schema')
   and columns.udt_name in ('text', 'varchar', 'json', 'jsonb') and columns.is_generated = 'NEVER'
 group by 1, 2
"""


def sweep_marts(connection: Connection[Any], targets: Targets) -> dict[str, int]:
    """Erase in all tables of dbt, as the component transform. Cells (rows: ``*``) by ``schema.table.column``."""
    return _sweep(connection, connection.execute(queries.load("privacy").list_mart_tables).fetchall(), targets)


def sweep_database(connection: Connection[Any], targets: Targets) -> dict[str, int]:
    """Erase in every table of another database, Airflow's: results of tasks, parameters of runs."""
    return _sweep(connection, connection.execute(LIST_COLUMNS).fetchall(), targets)


def _sweep(connection: Connection[Any], tables: list[dict[str, Any]], targets: Targets) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in tables:
        for name, changed in _sweep_table(connection, row, targets).items():
            counts[f"{row['table_schema']}.{row['table_name']}.{name}"] = changed
    return counts


def _sweep_table(connection: Connection[Any], row: dict[str, Any], targets: Targets) -> dict[str, int]:
    table = sql.Identifier(row["table_schema"], row["table_name"])
    texts = dict(zip(row["texts"] or [], row["types"] or [], strict=True))
    ids = list(row["ids"] or [])
    values = _parameters(targets)
    counts: dict[str, int] = {}
    gone = [sql.SQL("{} = any (%(ids)s)").format(sql.Identifier(name)) for name in ids if name in OWNED_BY]
    is_theirs = _says_person(ids, list(texts))
    gone += [_says(name, is_theirs) for name in texts if name in STATING]
    if gone:
        statement = sql.SQL("delete from {} where {}").format(table, sql.SQL(" or ").join(gone))
        counts["*"] = connection.execute(statement, values).rowcount
    for name, kind in texts.items():
        statement = sql.SQL("update {} set {} = {} where {}").format(
            table, sql.Identifier(name), _emptied(name, kind), _says(name, is_theirs)
        )
        counts[name] = connection.execute(statement, values).rowcount
    return {name: count for name, count in counts.items() if count}


def _parameters(targets: Targets) -> dict[str, Any]:
    ids: list[UUID] = sorted(targets.ids)
    known = {"contacts": targets.contacts, "names": targets.names, "companies": targets.companies}
    return {**known, "ids": ids, "placeholder": PLACEHOLDER}


def _says_person(ids: list[str], texts: list[str]) -> sql.Composable:
    """Whether a name counts in the row: it has an id of the person, or says a contact or a company of theirs."""
    cells = sql.SQL(", ").join([sql.SQL("''"), *(sql.SQL("{}::text").format(sql.Identifier(name)) for name in texts)])
    row = sql.SQL("lower(concat_ws(' ', {})) ~ (%(contacts)s || '|' || %(companies)s)").format(cells)
    owned = [sql.SQL("coalesce({} = any (%(ids)s), false)").format(sql.Identifier(name)) for name in ids]
    return sql.SQL("({})").format(sql.SQL(" or ").join([row, *owned]))


def _says(name: str, is_theirs: sql.Composable) -> sql.Composed:
    text = sql.SQL("lower({}::text)").format(sql.Identifier(name))
    return sql.SQL("({} ~ %(contacts)s or ({} ~ %(names)s and {}))").format(text, text, is_theirs)


def _emptied(name: str, kind: str) -> sql.Composed:
    """JSON loses what matches; a list its elements; a text the matching words."""
    column = sql.Identifier(name)
    both = sql.SQL("(%(contacts)s || '|' || %(names)s)")
    if kind in ("jsonb", "json"):
        form = "regexp_replace({}::text, {}, %(placeholder)s, 'gi')::{}"
        return sql.SQL(form).format(column, both, sql.Identifier(kind))
    if kind == "_text":
        return sql.SQL("array(select each from unnest({}) as each where lower(each) !~ {})").format(column, both)
    return sql.SQL("regexp_replace({}, {}, %(placeholder)s, 'gi')").format(column, both)
