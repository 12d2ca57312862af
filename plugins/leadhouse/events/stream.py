"""Events of the tables that people watch: which row changed, how, and which columns; never what they hold.

A writer leaves its events in a queue and waits for nobody. Reading numbers first what has committed, one reader at a
time; numbers have no holes and never move, so a reader that keeps the last number it read misses nothing: a late
commit gets a later number, an aborted one none. The reader's role decides which events it sees.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries

CHANNEL = "events"
MAX_EVENTS = 1000
POLL_SECONDS = 1.0  # another reader may be numbering, or hold the lock a little longer than its notification travels


class EventsGoneError(LookupError):
    """The events after the position were dropped: read the rows themselves anew, then go on from `position`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one row; `changed_at` is UTC. `changed_columns` is empty but for an update."""

    event_no: int
    organization_id: UUID | None
    resource: str
    table_name: str
    row_id: UUID
    verb: Literal["insert", "update", "delete"]
    changed_columns: list[str]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """How far the stream is numbered, and the oldest number that is kept."""

    last_event_no: int
    first_event_no: int


def position(connection: Connection[Any]) -> Position:
    """Where a new subscriber begins: everything that has committed is numbered first."""
    while _number(connection):
        pass
    row = connection.execute(_sql().find_position).fetchone()
    if row is None:
        raise LookupError("app.event_counters has no row for the stream: run `leadhouse migrate`.")
    return Position(row["last_event_no"], row["first_event_no"])


def read_events(connection: Connection[Any], after: int, limit: int = 100) -> tuple[list[Event], int]:
    """The caller's next events, `limit` at most (1000), and the number to go on from.

    The connection must be in READ COMMITTED; end its transaction soon, or other readers wait for new numbers. The
    number to go on from passes events of others as well, so keep it even when the list is empty.

    Raises:
        EventsGoneError: `after` lies before what is kept.
    """
    wanted = max(1, min(limit, MAX_EVENTS))
    reached = position(connection)
    if after + 1 < reached.first_event_no:
        raise EventsGoneError(
            f"Events after {after} are gone, {reached.first_event_no} is the oldest: read the rows anew, then go on "
            f"from {reached.last_event_no}."
        )
    rows = connection.execute(_sql().select_events, {"after": after, "limit": wanted}).fetchall()
    events = [Event(**row) for row in rows if row["event_no"] <= reached.last_event_no]
    if len(rows) == wanted and events:
        return events, events[-1].event_no
    return events, reached.last_event_no


def wait_for_events(connection: Connection[Any], organization_id: UUID, seconds: float) -> bool:
    """Waits until something of the organization may have changed, `seconds` at most; False: nothing was heard of.

    The connection must be in autocommit mode and outside of a transaction: notifications come between transactions.
    What committed before the first call on a connection is not heard of, so read once after it.

    Raises:
        ValueError: the connection is not in autocommit mode.
    """
    if not connection.autocommit:
        raise ValueError("Notifications come between transactions: wait on a connection in autocommit mode.")
    row = connection.execute(_sql().find_channel_key, {"organization_id": organization_id}).fetchone()
    key = row["channel_key"] if row else ""
    connection.execute(f"listen {CHANNEL}")
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        heard = connection.notifies(timeout=min(left, POLL_SECONDS), stop_after=1)
        if any(notice.channel == CHANNEL and notice.payload == key for notice in heard):
            return True
    return False


def drop_old_events(keep_days: int = 7) -> int:
    """Drops blocks of events older than this; returns how many. Numbers what is queued first."""
    with connect("maintenance") as connection:
        while _number(connection):
            pass
        row = connection.execute(_sql().drop_old_events, {"keep_days": keep_days}).fetchone()
    return int(row["dropped"]) if row else 0


def _number(connection: Connection[Any]) -> int:
    row = connection.execute(_sql().number_events).fetchone()
    return int(row["numbered"]) if row else 0


def _sql() -> queries.Queries:
    return queries.load("events")
