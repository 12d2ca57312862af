"""What a subscriber is told: the caller's events in their order, each once, however the stream travels.

A feed begins behind the last event or behind one that the caller names, and goes on from there after a break. Where the
events of the break are gone a `reset` says so: the rows are to be read anew. Its position also passes events that the
caller may not see, which is why heartbeats carry it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import caller_transaction
from leadhouse.api.problems import ProblemError
from leadhouse.api.wake_ups import wait_for, wake_ups
from leadhouse.database import DatabaseError, queries
from leadhouse.events import Event, EventsGoneError, position, read_events

HEARTBEAT_SECONDS = 15.0
AGAIN_SECONDS = 0.5  # another reader may have been numbering what this one was woken for
BATCH = 200

Resource = Literal["jobs", "sources", "campaigns", "leads", "notifications", "analytics"]
Channel = Literal["job_status_change", "new_notification", "campaign_metrics_update"]
FrameKind = Literal["change", "reset", "heartbeat", "end"]
log = structlog.get_logger("leadhouse.api")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a feed; `event_no` is where to go on from."""

    kind: FrameKind
    event_no: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events; empty: all."""

    resources: frozenset[str] = field(default_factory=frozenset)
    channels: frozenset[str] = field(default_factory=frozenset)

    def has(self, event: Event) -> bool:
        """Whether the event is wanted."""
        return (not self.resources or event.resource in self.resources) and (
            not self.channels or bool(self.channels.intersection(channels_of(event)))
        )


def channels_of(event: Event) -> list[Channel]:
    """The channels of MISSION section E that an event belongs to."""
    found: list[Channel] = []
    if event.table_name == "jobs" and event.verb == "update" and "status" in event.changed_columns:
        found.append("job_status_change")
    if event.table_name == "notifications" and event.verb == "insert":
        found.append("new_notification")
    if event.table_name == "campaigns" and "metrics" in event.changed_columns:
        found.append("campaign_metrics_update")
    return found


def as_json(event: Event) -> dict[str, Any]:
    """An event as it is told: which row changed, how, and which columns; never what they hold."""
    return {
        "eventNo": event.event_no, "resource": event.resource, "table": event.table_name, "id": str(event.row_id),
        "verb": event.verb, "changedColumns": event.changed_columns, "channels": channels_of(event),
        "changedAt": event.changed_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip


def begin(caller: Caller, after: int | None) -> tuple[str, int]:
    """What the channel says of the caller's organization, and where the feed begins.

    Raises:
        ProblemError: 401 for a caller whose session or key was ended.
    """
    with caller_transaction(caller) as connection:
        last = position(connection).last_event_no
        values = {"organization_id": caller.organization_id}
        row = connection.execute(queries.load("events").find_channel_key, values).fetchone()
    return row["channel_key"] if row else "", last if after is None else after


async def follow(caller: Caller, key: str, after: int, wanted: Wanted, *, stays: bool = True) -> AsyncIterator[Frame]:
    """The caller's events after a number, as they come; without `stays` those that are there.

    Ends with a frame `end` when the caller's session or key was ended, or when the database does not answer.
    """
    hub, is_fresh = wake_ups(), True
    with hub.subscribed(key) as woken:
        yield Frame("heartbeat", after, {"eventNo": after})
        while True:
            try:
                events, reached, is_gone = await hub.read(_read, caller, after)
            except ProblemError as error:
                yield Frame("end", after, {"reason": "signed_out", "detail": error.detail})
                return
            except (psycopg.Error, PoolTimeout, DatabaseError) as error:
                log.warning("a feed ends", reason=str(error)[:300])
                yield Frame("end", after, {"reason": "unavailable", "detail": "Connect again in a few seconds."})
                return
            for event in filter(wanted.has, events):
                yield Frame("change", event.event_no, as_json(event))
            if is_gone:
                detail = f"The events after {after} are gone. Read the rows anew, then go on from {reached}."
                yield Frame("reset", reached, {"eventNo": reached, "detail": detail})
            after = reached
            if len(events) == BATCH:
                continue
            if not stays:
                yield Frame("end", after, {"reason": "read", "detail": "That is all there is."})
                return
            if await wait_for(woken, AGAIN_SECONDS if is_fresh else HEARTBEAT_SECONDS):
                is_fresh = True
            elif is_fresh:
                is_fresh = False
            else:
                yield Frame("heartbeat", after, {"eventNo": after})


def _read(caller: Caller, after: int) -> tuple[list[Event], int, bool]:
    with caller_transaction(caller) as connection:
        try:
            return *read_events(connection, after, BATCH), False
        except EventsGoneError:
            return [], position(connection).last_event_no, True
