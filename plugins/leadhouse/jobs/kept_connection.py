"""One connection of `jobs` for who asks every few seconds: a new one costs the server more than what is asked.

With its caches cold, a question of a millisecond takes thirty, and three are asked of every shard each five seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

from leadhouse.database import connect

T = TypeVar("T")


class KeptConnection:
    """Connects at the first question; `close` it when there are no more."""

    def __init__(self) -> None:
        self._connection: Connection[Any] | None = None

    def ask(self, work: Callable[[Connection[Any]], T]) -> T:
        """What the work returns; it is in no transaction yet, and safe to repeat: once, if the server began anew."""
        if self._connection is not None and not self._connection.closed:
            try:
                return work(self._connection)
            except psycopg.OperationalError:
                self._connection.close()
        self._connection = connect("jobs")
        return work(self._connection)

    def close(self) -> None:
        """Lets go of it."""
        if self._connection is not None:
            self._connection.close()


@contextmanager
def in_transaction(connection: Connection[Any] | None) -> Iterator[Connection[Any]]:
    """A transaction on the connection; without one on a connection of its own."""
    if connection is None:
        with connect("jobs") as own:
            yield own
    else:
        with connection.transaction():
            yield connection
