"""What others report of messages that went out: bounces, complaints, replies, opt-outs, each landed once.

A report names the message by its id or by the Message-ID that it carried. Its own id makes the event's: the same report
twice lands once, whoever sends it again. What a reply says decides what follows (`leadhouse.delivery.reply_kinds`): who
asks to be left alone has opted out, whoever else answers gets no further step, an automatic answer changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.delivery.outcomes import Ledger, land_events
from leadhouse.delivery.replies import ReasonClass, is_hard
from leadhouse.delivery.reply_kinds import ReplyKind, is_absence_note, reply_kind
from leadhouse.records import NAMESPACE
from leadhouse.suppression import suppress

ReportKind = Literal["bounced", "complained", "replied", "unsubscribed"]
Landed = Literal["landed", "repeated", "unknown_message"]


@dataclass(frozen=True, slots=True)
class Report:
    """One report; `occurred_at` is UTC. `payload` are words of a reply: ``text``, ``subject``.

    `reply_kind` is what the sender of the report takes a reply for; without it, its words are read.
    """

    report_id: str
    kind: ReportKind
    message_id: UUID | None = None
    rfc_message_id: str | None = None
    occurred_at: datetime | None = None
    reason_class: ReasonClass | None = None
    smtp_code: int | None = None
    dsn_status: str | None = None
    payload: Mapping[str, str] = field(default_factory=dict)
    reply_kind: ReplyKind | None = None

    @property
    def kind_of_reply(self) -> ReplyKind | None:
        """What a reply says; None for all other reports."""
        if self.kind != "replied":
            return None
        return self.reply_kind or reply_kind(self.payload.get("text"), self.payload.get("subject"))

    @property
    def is_machine(self) -> bool:
        """Whether a reply was written by a machine: it counts as nobody's answer, even where it asks for an opt-out."""
        if self.kind_of_reply == "opt_out" and self.reply_kind is None:
            return is_absence_note(self.payload.get("text"), self.payload.get("subject"))
        return self.kind_of_reply == "out_of_office"


def land_report(organization_id: UUID, report: Report, provider: str, run_on: date | None = None) -> Landed:
    """Lands a report of an organization's message with what follows from it, in one transaction.

    A hard bounce, a complaint and an opt-out, also one in the words of a reply, suppress the address; a bounce makes
    the message bounced; a reply of a person ends the campaign for its lead.
    """
    queries = load("delivery")
    key = {
        "organization_id": organization_id, "message_id": report.message_id, "rfc_message_id": report.rfc_message_id,
    }  # fmt: skip
    with connect("delivery") as connection:
        message = connection.execute(queries.find_reported_message, key).fetchone()
        if message is None:
            return "unknown_message"
        connection.execute(queries.lock_message, {"message_id": message["message_id"]})
        event_id = uuid5(NAMESPACE, f"reported {organization_id} {message['message_id']} {report.report_id}")
        asked = {"message_id": message["message_id"], "event_id": event_id}
        if (connection.execute(queries.has_event, asked).fetchone() or {})["has_event"]:
            return "repeated"
        _follow(connection, message, report, f"{report.kind}:{provider}")
        day = run_on or datetime.now(UTC).date()
        connection.execute(queries.ensure_partitions, {"run_on": day})
        ledger = Ledger(
            "reported", day, organization_id, message["campaign_id"], provider, Decimal(0), f"reported:{provider}"
        )
        land_events(connection, ledger, uuid4(), _events(event_id, message["message_id"], report, provider))
        return "landed"


def _follow(connection: Connection[Any], message: Mapping[str, Any], report: Report, source: str) -> None:
    organization_id, address = message["organization_id"], message["email_normalized"]
    if report.kind == "bounced":
        values = {"message_id": message["message_id"], "reason_class": report.reason_class}
        connection.execute(load("delivery").mark_bounced, values)
        if is_hard(report.reason_class):
            suppress(connection, organization_id, address, "hard_bounce", source)
    elif report.kind == "complained":
        suppress(connection, organization_id, address, "complained", source)
    elif report.kind == "unsubscribed" or report.kind_of_reply == "opt_out":
        suppress(connection, organization_id, address, "unsubscribed", source)
    if report.kind == "replied" and report.kind_of_reply != "out_of_office":
        connection.execute(load("delivery").stop_after_reply, {"message_id": message["message_id"]})


def _events(event_id: UUID, message_id: UUID, report: Report, provider: str) -> list[dict[str, Any]]:
    """The report's event; an opt-out in the words of a reply is one more, so that it counts as any other."""
    told = _event(event_id, message_id, report, provider)
    if report.kind_of_reply != "opt_out":
        return [told]
    payload = Jsonb({"way": "reply", "reported_by": provider, "report_id": report.report_id})
    asked = {"event_id": uuid5(event_id, "unsubscribed"), "event_kind": "unsubscribed", "reply_kind": None}
    return [told, {**told, **asked, "payload": payload}]


def _event(event_id: UUID, message_id: UUID, report: Report, provider: str) -> dict[str, Any]:
    return {
        "event_id": event_id, "message_id": message_id, "event_kind": report.kind, "reason_class": report.reason_class,
        "smtp_code": report.smtp_code, "dsn_status": report.dsn_status,
        "occurred_at": report.occurred_at or datetime.now(UTC),
        "is_machine": report.is_machine, "reply_kind": report.kind_of_reply,
        "payload": Jsonb({**report.payload, "reported_by": provider, "report_id": report.report_id}),
    }  # fmt: skip
