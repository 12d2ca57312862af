"""Databases that live for one piece of work: a proof of a backup, a rehearsal, a restore before it takes its place."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from leadhouse.database import admin_to
from leadhouse.database.provisioning import create_database, url_with

NAME = re.compile(r"leadhouse_scratch_[a-z]+_(\d{14})_[0-9a-f]{6}")
ABANDONED_AFTER = timedelta(days=1)


@contextmanager
def scratch_database(admin_url: str, purpose: str, template: str | None = None) -> Iterator[str]:
    """The administrator's URL of a new database, empty or a copy of `template`; dropped at the end if it still stands.

    What a killed process left behind is dropped a day later, by whoever comes next.

    Args:
        purpose: one lower-case word, part of the name.
        template: another database of the server, to which nobody is connected.
    """
    with admin_to(admin_url, autocommit=True) as server:
        _drop_abandoned(server)
        name = f"leadhouse_scratch_{purpose}_{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(3)}"
        if template is None:
            create_database(server, name)
        else:
            server.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        try:
            yield url_with(admin_url, database=name)
        finally:
            drop_database(server, name)


def drop_database(server: psycopg.Connection[DictRow], name: str) -> None:
    """Drop a database with whatever is connected to it; none of that name is fine. `server` is in autocommit mode."""
    server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _drop_abandoned(server: psycopg.Connection[DictRow]) -> None:
    oldest = datetime.now(UTC) - ABANDONED_AFTER
    for row in server.execute("select datname from pg_database where datname like 'leadhouse_scratch_%'").fetchall():
        found = NAME.fullmatch(row["datname"])
        if found and datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) < oldest:
            drop_database(server, row["datname"])
