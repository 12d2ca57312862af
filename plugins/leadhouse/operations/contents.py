"""What a database holds: rows of every table, and a hash of their contents that does not depend on their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from leadhouse.database.queries import load

Columns = dict[str, tuple[str, ...]]  # schema.table → its columns in order


def list_tables(connection: psycopg.Connection[DictRow]) -> Columns:
    """Every table with its columns; a partitioned table stands for its partitions. Migrations' own records are left
    out."""
    rows = connection.execute(load("operations").list_tables).fetchall()
    return {f"{row['schema']}.{row['name']}": tuple(row["columns"]) for row in rows}


def count_rows(connection: psycopg.Connection[DictRow]) -> dict[str, int]:
    """schema.table → rows, of the connection's snapshot."""
    counts = {}
    for table in list_tables(connection):
        row = connection.execute(
            sql.SQL("select count(*) as n from {}").format(sql.Identifier(*table.split(".", 1)))
        ).fetchone()
        counts[table] = int(row["n"]) if row else 0
    return counts


def hash_rows(connection: psycopg.Connection[DictRow], tables: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """schema.table → rows and the sum of a 64-bit hash of each row's `columns` as text.

    A sum, so that the order of rows does not count and two equal rows do not cancel out.
    """
    connection.execute("set timezone = 'UTC'")
    connection.execute("set extra_float_digits = 1")
    return {table: _hash_table(connection, table, columns) for table, columns in tables.items()}


def holds_data(connection: psycopg.Connection[DictRow]) -> bool:
    """Whether anybody would miss this database: somebody has an account, or something was landed.

    Without our schemas: whether any table has a row.
    """
    tables = list_tables(connection)
    ours = [table for table in ("identity.organizations", "identity.users", "raw.batches") if table in tables]
    return any(
        connection.execute(sql.SQL("select from {} limit 1").format(sql.Identifier(*table.split(".", 1)))).fetchone()
        is not None
        for table in ours or tables
    )


def quoted(table: str) -> str:
    """``schema.table`` as SQL names it."""
    return sql.Identifier(*table.split(".", 1)).as_string()


def _hash_table(connection: psycopg.Connection[DictRow], table: str, columns: Sequence[str]) -> str:
    row = connection.execute(
        sql.SQL(
            "select count(*)::text || ':' || coalesce(sum(hashtextextended(row({})::text, 0)), 0)::text as found"
            " from {}"
        ).format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns),
            sql.Identifier(*table.split(".", 1)),
        )
    ).fetchone()
    assert row is not None
    return str(row["found"])
