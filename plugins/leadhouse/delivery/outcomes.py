"""What became of a group of claimed messages, landed in one transaction: states, events, suppressions, costs, batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database.queries import load
from leadhouse.delivery.replies import is_hard
from leadhouse.delivery.transport import Attempt
from leadhouse.records import NAMESPACE
from leadhouse.settings import settings

FinalState = Literal["accepted", "rejected", "unknown", "cancelled", "queued"]
SOURCE_KEY = "email_delivery"


@dataclass(frozen=True)
class Outcome:
    """One claimed message and what to write of it. `is_untried`: nothing was attempted, the try does not count."""

    message_id: UUID
    lead_id: UUID
    address: str
    attempts: int
    state: FinalState
    attempted_at: datetime | None = None
    subject: str | None = None
    wait: timedelta = timedelta(0)
    is_untried: bool = False
    code: int | None = None
    reply: str | None = None
    status: str | None = None
    reason: str | None = None

    @property
    def is_event(self) -> bool:
        """Whether the outcome is one of the outside world, and a row of raw.email_events."""
        return self.state in {"accepted", "rejected", "unknown"}

    @property
    def is_dead_mailbox(self) -> bool:
        """Whether the address must never be tried again."""
        return self.state == "rejected" and is_hard(self.reason)


@dataclass(frozen=True)
class Ledger:
    """Who lands: the run, its day, the campaign and the price of a message."""

    run_id: str
    run_on: date
    organization_id: UUID
    campaign_id: UUID
    provider: str
    price_eur: Decimal
    holder: str


def outcome_of(message: dict[str, Any], attempt: Attempt, subject: str | None, attempted_at: datetime) -> Outcome:
    """Turns an attempt into what is written: a deferral waits its turn, and after the last one is a rejection.

    Greylisting ends after minutes (RFC 6647), a full mailbox after hours. RFC 5321 4.5.4.1 keeps trying for days; a
    commercial message is stale by then, so that it is rejected as ``temporary`` and its address stays good.
    """
    retry_after = settings().smtp_retry_seconds
    state: FinalState = "queued" if attempt.state == "deferred" else attempt.state
    wait, reason = timedelta(0), attempt.reason
    if state == "queued":
        if message["attempts"] > len(retry_after):
            return _outcome(message, attempt, "rejected", "temporary", subject, attempted_at)
        wait = timedelta(seconds=retry_after[message["attempts"] - 1])
    return _outcome(message, attempt, state, reason, subject, attempted_at, wait)


def untried(message: dict[str, Any], reason: str | None = None, state: FinalState = "queued") -> Outcome:
    """A claimed message that was not attempted: back to the queue, or cancelled for a reason of its own."""
    return Outcome(
        message["message_id"], message["lead_id"], message["email_normalized"], message["attempts"], state,
        is_untried=True, reason=reason,
    )  # fmt: skip


def settle(connection: Connection[Any], ledger: Ledger, outcomes: Sequence[Outcome]) -> None:
    """Writes the outcomes in one transaction. The events' ids follow from message and attempt."""
    if not outcomes:
        return
    queries, landing_id = load("delivery"), uuid4()
    events = [outcome for outcome in outcomes if outcome.is_event]
    with connection.transaction(), connection.pipeline():
        connection.execute(queries.settle_messages, {**_columns(outcomes), "holder": ledger.holder})
        _charge(connection, ledger, events)
        dead = [outcome.address for outcome in events if outcome.is_dead_mailbox]
        if dead:
            connection.execute(
                queries.insert_suppressions,
                {"organization_id": ledger.organization_id, "addresses": dead, "source": f"smtp:{ledger.provider}"},
            )
        if events:
            land_events(connection, ledger, landing_id, [_event(outcome, ledger) for outcome in events])


def land_lost(connection: Connection[Any], ledger: Ledger, lost: Sequence[dict[str, Any]]) -> None:
    """The events and costs of messages that were marked as lost; part of the transaction that marked them."""
    outcomes = [
        Outcome(
            row["message_id"], row["lead_id"], "", row["attempts"], "unknown", row["claimed_at"], reason="answer_lost"
        )
        for row in lost
    ]
    if outcomes:
        _charge(connection, ledger, outcomes)
        land_events(connection, ledger, uuid4(), [_event(outcome, ledger) for outcome in outcomes])


def land_events(connection: Connection[Any], ledger: Ledger, landing_id: UUID, events: list[dict[str, Any]]) -> None:
    """Lands events as one batch of raw; the batch number is taken last. Inside the caller's transaction."""
    queries = load("delivery")
    names = (
        "event_id",
        "message_id",
        "event_kind",
        "reason_class",
        "smtp_code",
        "dsn_status",
        "occurred_at",
        "is_machine",
        "reply_kind",
        "payload",
    )
    events = [{"is_machine": False, "reply_kind": None, **event} for event in events]
    shared = {"run_on": ledger.run_on, "landing_id": landing_id, "organization_id": ledger.organization_id}
    connection.execute(queries.insert_events, {**shared, **{name: [event[name] for event in events] for name in names}})
    connection.execute(
        queries.insert_batch, {**shared, "run_id": ledger.run_id, "source_key": SOURCE_KEY, "landed": len(events)}
    )


def event_id(message_id: UUID, kind: str, attempt: int) -> UUID:
    """Deterministic: the same outcome of the same attempt is the same event."""
    return uuid5(NAMESPACE, f"email_event|{message_id}|{kind}|{attempt}")


def _outcome(
    message: dict[str, Any],
    attempt: Attempt,
    state: FinalState,
    reason: str | None,
    subject: str | None,
    attempted_at: datetime,
    wait: timedelta = timedelta(0),
) -> Outcome:
    return Outcome(
        message["message_id"], message["lead_id"], message["email_normalized"], message["attempts"], state,
        attempted_at, subject, wait, False, attempt.code, attempt.reply or None, attempt.status, reason,
    )  # fmt: skip


def _columns(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    return {
        "message_id": [each.message_id for each in outcomes],
        "state": [each.state for each in outcomes],
        "subject": [each.subject for each in outcomes],
        "attempted_at": [each.attempted_at for each in outcomes],
        "wait_seconds": [each.wait.total_seconds() for each in outcomes],
        "is_untried": [each.is_untried for each in outcomes],
        "smtp_code": [each.code for each in outcomes],
        "smtp_reply": [each.reply for each in outcomes],
        "reason_class": [each.reason for each in outcomes],
    }


def _event(outcome: Outcome, ledger: Ledger) -> dict[str, Any]:
    return {
        "event_id": event_id(outcome.message_id, outcome.state, outcome.attempts),
        "message_id": outcome.message_id,
        "event_kind": outcome.state,
        "reason_class": outcome.reason,
        "smtp_code": outcome.code,
        "dsn_status": outcome.status,
        "occurred_at": outcome.attempted_at or datetime.now(UTC),
        "payload": Jsonb({"reply": outcome.reply, "server": ledger.provider, "attempt": outcome.attempts}),
    }


def _charge(connection: Connection[Any], ledger: Ledger, events: Sequence[Outcome]) -> None:
    """A server charges for what it took, and may have taken what is unknown."""
    charged = [outcome.lead_id for outcome in events if outcome.state in {"accepted", "unknown"}]
    if ledger.price_eur and charged:
        connection.execute(
            load("delivery").insert_costs,
            {"organization_id": ledger.organization_id, "campaign_id": ledger.campaign_id, "provider": ledger.provider,
             "price_eur": ledger.price_eur, "lead_ids": charged},
        )  # fmt: skip
