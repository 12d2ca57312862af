"""The sender: claim a few, try each once, land what became of them, until nothing is due.

A claim covers what a fifth of a second of this server sends, between 1 and 50 messages: a slow server gets one at a
time, a fast one costs two transactions a group. So many messages, at most, are unknown when the process is killed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from leadhouse.credentials import CredentialError
from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.delivery.composition import AddressError, Message
from leadhouse.delivery.outcomes import Ledger, Outcome, land_lost, outcome_of, settle, untried
from leadhouse.delivery.reputation import pause_poor_account
from leadhouse.delivery.sign_in import read_sign_in
from leadhouse.delivery.templates import MessageTemplate, TemplateValueError, message_values
from leadhouse.delivery.transport import Server, Transport, TransportError
from leadhouse.settings import settings
from leadhouse.suppression import sign_token

LEASE = timedelta(minutes=15)  # longer than the slowest group: 2 connections and 5 commands of the last try time out
GROUP_SECONDS = 0.2
LARGEST_GROUP = 50


class NotReadyError(Exception):
    """The campaign cannot send as it is set up; the message says what is missing. Nothing was claimed."""


def send_queued(
    campaign_id: UUID,
    run_id: str,
    *,
    run_on: date | None = None,
    wait: timedelta | None = None,
    lease: timedelta = LEASE,
    may_go_on: Callable[[], bool] = lambda: True,
) -> dict[str, int]:
    """Sends what is due of a campaign, each message at most once, and returns counts.

    ``attempted`` (= accepted + rejected + unknown), ``deferred`` (tries that the server put off), ``cancelled``,
    ``lost`` (messages of dead senders, unknown now), ``paused``, ``queued`` (left in the queue). `wait`: for messages
    that were put off and fall due within it, the sender stays (`settings().smtp_wait_seconds` by default). `run_on` is
    the run's logical date, today (UTC) by default. `may_go_on` is asked before each group: where it says no, the rest
    stays in the queue.

    Raises:
        LookupError: no such campaign, or it has no account.
        NotReadyError, TemplateError: the set-up lacks something.
        TransportError: the server cannot be used; what was claimed is back in the queue.
    """
    with connect("delivery", autocommit=True) as connection:
        sender = _Sender(connection, campaign_id, run_id, run_on or datetime.now(UTC).date())
        sender.mark_lost(lease)
        patience = settings().smtp_wait_seconds if wait is None else wait.total_seconds()
        deadline = time.monotonic() + patience
        while may_go_on() and sender.has_due(deadline):
            with sender.holding():
                if not sender.send_due(may_go_on):  # other senders hold what is due
                    break
        return sender.summary()


def mark_lost(campaign_id: UUID, run_id: str, *, lease: timedelta = LEASE) -> int:
    """Makes claimed messages of senders that are gone unknown, and lands that. Returns their number."""
    with connect("delivery", autocommit=True) as connection:
        return _Sender(connection, campaign_id, run_id, datetime.now(UTC).date()).mark_lost(lease)


class _Sender:
    def __init__(self, connection: Connection[Any], campaign_id: UUID, run_id: str, run_on: date) -> None:
        self.connection = connection
        self.queries = load("delivery")
        row = connection.execute(self.queries.find_sending, {"campaign_id": campaign_id}).fetchone()
        if row is None:
            raise LookupError(f"Campaign {campaign_id} does not exist, or has no email account.")
        self.sending = row
        self.holder = f"{run_id}:{uuid4()}"
        self.ledger = Ledger(
            run_id, run_on, row["organization_id"], campaign_id, row["smtp_host"], row["price_eur"], self.holder
        )
        self.counts: Counter[str] = Counter()
        self.templates: dict[int, MessageTemplate] = {}
        name = row["from_email"].rpartition("@")[2]
        self.transport = Transport(Server(row["smtp_host"], row["smtp_port"], row["security"], name))
        self.seconds_a_message = GROUP_SECONDS
        connection.execute(self.queries.ensure_partitions, {"run_on": run_on})

    def mark_lost(self, lease: timedelta) -> int:
        with self.connection.transaction():
            key = {"campaign_id": self.ledger.campaign_id, "lease": lease}
            lost = self.connection.execute(self.queries.mark_lost, key).fetchall()
            land_lost(self.connection, self.ledger, lost)
        self.counts["lost"] += len(lost)
        return len(lost)

    def has_due(self, deadline: float) -> bool:
        """Whether something is due now or, by waiting, before the deadline."""
        row = self._due()
        if row["due"]:
            # a campaign or account that is not active claims nothing
            return self._is_active()
        next_in = row["next_in_seconds"]
        if next_in is None or time.monotonic() + next_in > deadline or not self._is_active():
            return False
        time.sleep(next_in + 0.01)
        return True

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Ready to send: templates, connection, and the session lock that says this sender lives."""
        self._prepare()
        self._sign_in()
        self.transport.open()
        self.connection.execute(self.queries.lock_holder, {"holder": self.holder})
        try:
            yield
        finally:
            self.transport.close()
            if not self.connection.closed:
                self.connection.execute(self.queries.unlock_holder, {"holder": self.holder})

    def send_due(self, may_go_on: Callable[[], bool]) -> int:
        """Claims and sends groups until nothing is due or it may not go on. Returns the number of groups."""
        groups = 0
        while may_go_on() and (group := self._claim()):
            groups += 1
            outcomes = self._send_group(group)
            if any(outcome.state != "accepted" for outcome in outcomes):
                account = self.sending["email_account_id"]
                if pause_poor_account(self.connection, self.ledger.organization_id, account):
                    self.counts["paused"] = 1
        return groups

    def summary(self) -> dict[str, int]:
        [left] = self.connection.execute(self.queries.count_queued, {"campaign_id": self.ledger.campaign_id})
        names = ("accepted", "rejected", "unknown", "deferred", "cancelled", "lost", "paused")
        attempted = sum(self.counts[name] for name in ("accepted", "rejected", "unknown"))
        counts = {name: self.counts[name] for name in names}
        return {"attempted": attempted, **counts, "queued": left["queued"]}

    def _due(self) -> dict[str, Any]:
        row = self.connection.execute(self.queries.count_due, {"campaign_id": self.ledger.campaign_id}).fetchone()
        return row or {"due": 0, "next_in_seconds": None}

    def _is_active(self) -> bool:
        row = self.connection.execute(self.queries.find_sending, {"campaign_id": self.ledger.campaign_id}).fetchone()
        return row is not None and row["status"] == "active" and row["account_status"] == "active"

    def _prepare(self) -> None:
        if not (self.sending["postal_address"] or "").strip():
            raise NotReadyError(
                f"{self.sending['organization_name']} has no postal address, which every commercial message states. "
                "Set identity.organizations.postal_address."
            )
        rows = self.connection.execute(self.queries.list_templates, {"campaign_id": self.ledger.campaign_id})
        self.templates = {
            row["step_no"]: MessageTemplate.compile(row["subject_template"], row["body_template"]) for row in rows
        }

    def _sign_in(self) -> None:
        row = self.sending
        if row["secret_id"] is not None:
            try:
                self.transport.sign_in = read_sign_in(row["organization_id"], row["secret_id"], row["smtp_host"])
            except CredentialError as error:
                raise NotReadyError(f"{row['from_email']} cannot sign in at {row['smtp_host']}. {error}") from error

    def _claim(self) -> list[dict[str, Any]]:
        wanted = max(1, min(LARGEST_GROUP, int(GROUP_SECONDS / self.seconds_a_message)))
        key = {"campaign_id": self.ledger.campaign_id, "holder": self.holder, "wanted": wanted}
        with self.connection.transaction():
            return self.connection.execute(self.queries.claim_messages, key).fetchall()

    def _send_group(self, group: list[dict[str, Any]]) -> list[Outcome]:
        """Tries each; whatever ends the loop, every message of the group gets its outcome written."""
        started, outcomes = time.monotonic(), list[Outcome]()
        try:
            for message in group:
                outcomes.append(self._send_one(message))
        except BaseException as error:
            tried = len(outcomes)
            if not isinstance(error, TransportError) and tried < len(group):
                outcomes.append(self._interrupted(group[tried], error))
            outcomes += [untried(message) for message in group[len(outcomes) :]]
            raise
        finally:
            settle(self.connection, self.ledger, outcomes)
            self._count(outcomes)
        spent = (time.monotonic() - started) / len(group)
        self.seconds_a_message = max(1e-6, 0.5 * self.seconds_a_message + 0.5 * spent)
        return outcomes

    def _send_one(self, message: dict[str, Any]) -> Outcome:
        """Composes and tries once. What cannot be composed is cancelled: it was never attempted and never will be."""
        self.transport.begin()
        try:
            subject, content = self._compose(message)
        except (AddressError, TemplateValueError) as error:
            reason = "bad_address" if isinstance(error, AddressError) else "template"
            return untried(message, reason, "cancelled")
        attempted_at = datetime.now(UTC)
        attempt = self.transport.send(self.sending["from_email"], message["email_normalized"], content)
        return outcome_of(message, attempt, subject, attempted_at)

    def _interrupted(self, message: dict[str, Any], error: BaseException) -> Outcome:
        attempt = self.transport.interrupted(f"{type(error).__name__}")
        return outcome_of(message, attempt, None, datetime.now(UTC)) if attempt.state == "unknown" else untried(message)

    def _compose(self, message: dict[str, Any]) -> tuple[str, bytes]:
        row = self.sending
        url = f"{settings().unsubscribe_base_url.rstrip('/')}/unsubscribe/{sign_token(message['message_id'])}"
        subject, body = self.templates[message["step_no"]].render(message_values(message, row, url))
        composed = Message(
            message["rfc_message_id"], row["from_name"], row["from_email"], message["full_name"],
            message["email_normalized"], subject, body, row["postal_address"], url,
            f"{row['campaign_id']}:{message['step_no']}:{row['organization_id']}:leadhouse",
        )  # fmt: skip
        return subject, composed.as_bytes()

    def _count(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.state != "queued":
                self.counts[outcome.state] += 1
            elif not outcome.is_untried:
                self.counts["deferred"] += 1
