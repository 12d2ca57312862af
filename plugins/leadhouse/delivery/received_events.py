"""What others report of messages that went out: bounces, complaints, replies, opt-outs, each landed once.

A report names the message by its id or by the Message-ID that it carried. Its own id makes the event's: the same report
twice lands once, whoever sends it again.
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
from leadhouse.records import NAMESPACE
from leadhouse.suppression import suppress

ReportKind = Literal["bounced", "complained", "replied", "unsubscribed"]
Landed = Literal["landed", "repeated", "unknown_message"]


@dataclass(frozen=True, slots=True)
class Report:
    """One report; `occurred_at` is UTC. `payload` are words of a reply: ``text``, ``subject``."""

    report_id: str
    kind: ReportKind
    message_id: UUID | None = None
    rfc_message_id: str | None = None
    occurred_at: datetime | None = None
    reason_class: ReasonClass | None = None
    smtp_code: int | None = None
    dsn_status: str | None = None
    payload: Mapping[str, str] = field(default_factory=dict)


def land_report(organization_id: UUID, report: Report, provider: str, run_on: date | None = None) -> Landed:
    """Lands a report of an organization's message with what follows from it, in one transaction.

    A hard bounce, a complaint and an opt-out suppress the address; a bounce makes the message bounced.
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
        land_events(connection, ledger, uuid4(), [_event(event_id, message["message_id"], report, provider)])
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
    elif report.kind == "unsubscribed":
        suppress(connection, organization_id, address, "unsubscribed", source)


def _event(event_id: UUID, message_id: UUID, report: Report, provider: str) -> dict[str, Any]:
    return {
        "event_id": event_id, "message_id": message_id, "event_kind": report.kind, "reason_class": report.reason_class,
        "smtp_code": report.smtp_code, "dsn_status": report.dsn_status,
        "occurred_at": report.occurred_at or datetime.now(UTC),
        "payload": Jsonb({**report.payload, "reported_by": provider, "report_id": report.report_id}),
    }  # fmt: skip
