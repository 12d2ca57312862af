"""An opt-out by link: suppression and event in one transaction, once, whoever clicks how often."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.delivery.outcomes import Ledger, event_id, land_events
from leadhouse.suppression import suppress

OptOutWay = Literal["one_click", "page"]


class MessageNotFoundError(LookupError):
    """There is no such message."""


def unsubscribe(message_id: UUID, way: OptOutWay, run_on: date | None = None) -> bool:
    """Suppresses the message's address for its organization and lands the event. False where that was done before.

    Messages that are queued for the address are suppressed when they are claimed. Raises MessageNotFoundError.
    """
    queries = load("delivery")
    with connect("delivery") as connection:
        connection.execute(queries.lock_message, {"message_id": message_id})
        message = connection.execute(queries.find_message, {"message_id": message_id}).fetchone()
        if message is None:
            raise MessageNotFoundError(f"there is no message {message_id}")
        suppress(connection, message["organization_id"], message["email_normalized"], "unsubscribed", f"link:{way}")
        if message["has_unsubscribed"]:
            return False
        _land(connection, message, way, run_on or datetime.now(UTC).date())
        return True


def _land(connection: Connection[Any], message: dict[str, Any], way: OptOutWay, run_on: date) -> None:
    connection.execute(load("delivery").ensure_partitions, {"run_on": run_on})
    ledger = Ledger(
        "unsubscribe", run_on, message["organization_id"], message["campaign_id"], "link", Decimal(0), "link"
    )
    event = {
        "event_id": event_id(message["message_id"], "unsubscribed", 0),
        "message_id": message["message_id"],
        "event_kind": "unsubscribed",
        "reason_class": None,
        "smtp_code": None,
        "dsn_status": None,
        "occurred_at": datetime.now(UTC),
        "payload": Jsonb({"way": way}),
    }
    land_events(connection, ledger, uuid4(), [event])
