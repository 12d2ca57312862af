"""A connection that is kept: one for many questions, another when the server has ended it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import Connection

from leadhouse.jobs.kept_connection import KeptConnection, in_transaction


def backend(connection: Connection[Any]) -> int:
    with in_transaction(connection) as asked:
        row = asked.execute("select pg_backend_pid() as pid").fetchone()
    return int(row["pid"]) if row else 0


def test_it_is_kept_and_made_anew_when_it_was_ended(database: Any) -> None:
    kept = KeptConnection()
    first = kept.ask(backend)
    assert kept.ask(backend) == first
    with database.owner() as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [first])
    again = kept.ask(backend)
    assert again != first
    kept.close()


def test_what_is_no_fault_of_the_connection_is_not_asked_twice(database: Any) -> None:
    kept, asked = KeptConnection(), list[int]()

    def fail(connection: Connection[Any]) -> None:
        asked.append(backend(connection))
        raise LookupError

    assert kept.ask(backend) > 0
    with pytest.raises(LookupError):
        kept.ask(fail)
    assert len(asked) == 1
    kept.close()


def test_an_error_leaves_it_usable(database: Any) -> None:
    kept = KeptConnection()

    def read(connection: Connection[Any]) -> None:
        with in_transaction(connection) as asked:
            asked.execute("select from app.leads")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        kept.ask(read)
    assert kept.ask(backend) > 0
    kept.close()
    with in_transaction(None) as own:
        assert own.execute("select current_user as name").fetchone() == {"name": "leadhouse_jobs"}
