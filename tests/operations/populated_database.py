"""A database at the migration 0010 with rows in every table, on the run's server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from leadhouse.database import admin_to, migrations, provisioning
from leadhouse.operations.contents import count_rows
from leadhouse.operations.scratch import drop_database
from leadhouse.settings import PROJECT

BASE = "0010_create_enrichment"
ROWS = PROJECT / "tests" / "sql" / "populated_0010.sql"


@contextmanager
def populated_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The administrator's URL; a copy of `template`, another such database to which nobody is connected, if given."""
    name = f"test_populated_{secrets.token_hex(4)}"
    url = provisioning.url_with(server_url, database=name)
    with admin_to(server_url, autocommit=True) as server:
        try:
            if template is None:
                provisioning.create_database(server, name)
                _populate(url)
            else:
                copy = sql.SQL("create database {} template {} strategy file_copy")
                server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
            yield url
        finally:
            drop_database(server, name)


def _populate(url: str) -> None:
    migrations.migrate(url, until=BASE)
    with psycopg.connect(url) as connection:
        connection.execute(ROWS.read_text())  # type: ignore[arg-type]
    with admin_to(url) as connection:
        empty = [table for table, rows in count_rows(connection).items() if not rows]
    assert empty == [], f"{ROWS.name} leaves tables empty"
