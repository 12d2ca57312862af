"""Batch numbers and the positions of their consumers.

A number is taken as the last statement before commit, under a row lock that is held to the end of the transaction:
numbers follow the order of commits, so a reader that keeps the last number it read never misses a late commit (a time
or id watermark does).
"""

from __future__ import annotations

from typing import Any, Literal

from psycopg import Connection

from leadhouse.database.queries import load

Stream = Literal["raw", "entities"]


def take_batch_number(connection: Connection[Any], stream: Stream) -> int:
    """The next number of the stream; every other writer of the stream waits until this transaction ends."""
    row = connection.execute(load("ledger").take_batch_number, {"stream": stream}).fetchone()
    if row is None or row["batch_no"] is None:
        raise LookupError(f"There is no batch counter for the stream {stream!r}: run `leadhouse migrate`.")
    return int(row["batch_no"])


def position(connection: Connection[Any], consumer: str, stream: Stream) -> int:
    """The last batch that the consumer has read, 0 before its first; locks the position until the transaction ends.

    The lock makes a second process of the same consumer wait instead of doing the same work twice.
    """
    queries, key = load("ledger"), {"consumer": consumer, "stream": stream}
    connection.execute(queries.ensure_position, key)
    row = connection.execute(queries.lock_position, key).fetchone()
    return int(row["last_batch_no"]) if row else 0


def advance(connection: Connection[Any], consumer: str, stream: Stream, batch_no: int) -> None:
    """Moves the consumer to `batch_no`, never back; call it in the transaction that holds the work's result."""
    key = {"consumer": consumer, "stream": stream, "batch_no": batch_no}
    connection.execute(load("ledger").advance_position, key)
