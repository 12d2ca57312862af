"""The sender: numbers events, writes their deliveries, sends what is due. Any number of senders may run.

A delivery is taken by a lease that outlives the ten seconds of an attempt. A sender that dies leaves it to the next:
a message arrives at least once, always under the same `webhook-id`, by which its receiver does a thing once.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from leadhouse.credentials import CredentialError
from leadhouse.database import DatabaseError, connect, queries
from leadhouse.webhooks import messages
from leadhouse.webhooks.endpoints import target_of
from leadhouse.webhooks.posting import Answer, post

# after each attempt that failed; Standard Webhooks 1.0.0, "Retry schedule": 75 hours and a half in all
RETRY_SECONDS: tuple[float, ...] = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
DISABLE_AFTER_DAYS = 5
LEASE_SECONDS = 60.0  # six times the limit of an attempt: resolving a name is outside of it
WORKERS = 32  # an organization has four of them at most (`app.claim_webhook_deliveries`)
POLL_SECONDS = 1.0
BUSY_SECONDS = 0.2  # while answers are outstanding
KEEP_DAYS = 30
LONGEST_PAUSE_SECONDS = 30.0

log = structlog.get_logger("webhooks")


@dataclass
class Sender:
    """One sender's work in rounds. `connection` is the component's (`events`), in autocommit mode."""

    connection: Connection[Any]
    pool: ThreadPoolExecutor
    in_flight: dict[Future[tuple[datetime, Answer]], dict[str, Any]] = field(default_factory=dict)

    def round(self, seconds: float = POLL_SECONDS) -> int:
        """New events become deliveries, what is due goes out, what was answered is settled; returns how many were.

        Waits `seconds` at most: for an answer where one is outstanding, else for an event.
        """
        while int(_value(self.connection, "number_events")):
            pass
        self.connection.execute(_sql().fan_out)
        wanted = {"at_most": WORKERS - len(self.in_flight), "seconds": LEASE_SECONDS}
        for delivery in self.connection.execute(_sql().claim_deliveries, wanted).fetchall():
            self.in_flight[self.pool.submit(_attempt, delivery)] = delivery
        if not self.in_flight:
            for _ in self.connection.notifies(timeout=seconds, stop_after=1):  # says nothing, and may be missed
                time.sleep(0.05)  # the others of the same moment
            return 0
        done, _ = wait(self.in_flight, min(seconds, BUSY_SECONDS), FIRST_COMPLETED)
        for future in done:
            settle(self.connection, self.in_flight.pop(future), future.result())
        return len(done)


def settle(connection: Connection[Any], delivery: dict[str, Any], answer: tuple[datetime, Answer]) -> None:
    """Writes an attempt and what follows from it: delivered, tried again later, failed, or the webhook disabled."""
    at, said = answer
    waits = RETRY_SECONDS[delivery["schedule_step"] - 1 :][:1]
    status = "delivered" if said.is_good else "pending" if waits else "failed"
    pause = max([*waits, said.retry_after or 0.0]) * random.uniform(1.0, 1.1) if status == "pending" else 0.0
    values = {
        **delivery, "attempted_at": at, "duration_ms": said.duration_ms, "response_status": said.status,
        "response_body": said.body, "error": said.error, "status": status, "wait_seconds": pause,
    }  # fmt: skip
    with connection.transaction():
        if connection.execute(_sql().insert_attempt, values).rowcount == 0:
            return  # deleted meanwhile, with its webhook or its organization
        connection.execute(_sql().settle_delivery, values)
        connection.execute(_sql().note_answer, {"webhook_id": delivery["webhook_id"], "is_good": said.is_good})
        reason = None if said.is_good else _why_to_disable(connection, delivery, said)
        if reason:
            connection.execute(_sql().disable_webhook, {"webhook_id": delivery["webhook_id"], "reason": reason})
            log.warning("webhook disabled", webhook_id=str(delivery["webhook_id"]), reason=reason)


def run_until(stopped: threading.Event) -> None:
    """Send until `stopped`; while the database is away, wait with growing pauses and say so once."""
    pause, trouble = 0.0, ""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="webhook") as pool:
        while not stopped.wait(pause):
            began = time.monotonic()
            try:
                _work(stopped, pool)
                return
            except (DatabaseError, psycopg.Error) as error:
                if time.monotonic() - began > LONGEST_PAUSE_SECONDS:  # it worked meanwhile
                    pause, trouble = 0.0, ""
                if str(error) != trouble:
                    log.warning("waiting", reason=str(error))
                trouble, pause = str(error), min(LONGEST_PAUSE_SECONDS, max(1.0, pause * 2))


def _work(stopped: threading.Event, pool: ThreadPoolExecutor) -> None:
    next_sweep = time.monotonic()
    with connect("events", autocommit=True) as connection:
        connection.execute("listen events")
        sender = Sender(connection, pool)
        while not stopped.is_set():
            sender.round()
            if time.monotonic() >= next_sweep:
                connection.execute(_sql().drop_old_deliveries, {"keep_days": KEEP_DAYS})
                next_sweep = time.monotonic() + 3600


def _attempt(delivery: dict[str, Any]) -> tuple[datetime, Answer]:
    at = datetime.now(UTC)
    delivery_id = str(delivery["delivery_id"])
    try:
        target = target_of(delivery["organization_id"], delivery["webhook_id"], at)
    except (CredentialError, DatabaseError, psycopg.Error) as error:
        log.error("webhook's secret cannot be opened", webhook_id=str(delivery["webhook_id"]), error=str(error))
        return at, Answer(None, None, "its address could not be opened", 0)
    try:
        body = messages.body_of(delivery["payload"], delivery["format"], delivery_id)
        return at, post(target.url, body, messages.headers_of(delivery_id, body, target.signing_secrets, at))
    except Exception as error:  # what nobody thought of is this message's fault alone: the sender is everybody's
        log.error("a message could not be sent", webhook_id=str(delivery["webhook_id"]), error=type(error).__name__)
        return at, Answer(None, None, "it could not be sent", 0)


def _why_to_disable(connection: Connection[Any], delivery: dict[str, Any], said: Answer) -> str | None:
    if said.status == 410:
        return "The receiver answered 410: it wants no more messages."
    values = {"webhook_id": delivery["webhook_id"], "days": DISABLE_AFTER_DAYS}
    row = connection.execute(_sql().find_failing, values).fetchone()
    if row is None:
        return None
    last = f"HTTP {said.status}" if said.status else said.error
    return f"No message was taken since {row['failing_since']:%Y-%m-%d %H:%M} UTC; the last answer was: {last}."


def _value(connection: Connection[Any], query: str) -> Any:
    row = connection.execute(getattr(_sql(), query)).fetchone()
    return next(iter(row.values())) if row else 0


def _sql() -> queries.Queries:
    return queries.load("webhooks")
