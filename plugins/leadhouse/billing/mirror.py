"""Stripe's events become customers and subscriptions: each once, and an older one never undoes a newer one.

Stripe promises neither order nor single delivery (https://docs.stripe.com/webhooks#event-ordering). An event whose
organization, subscription or price is not known yet waits, and is applied as soon as the missing part is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from leadhouse.billing.stripe_events import StripeEvent, at, read_event
from leadhouse.database import queries

Outcome = Literal["applied", "superseded", "ignored", "waiting", "repeated"]
Step = tuple[Literal["applied", "superseded", "ignored", "waiting"], str | None]


def apply_stripe_event(connection: Connection[DictRow], body: Mapping[str, Any]) -> Outcome:
    """Apply a verified event in one transaction; a repeat changes nothing. `connection` is the billing component's.

    Returns `superseded` when a newer event of the same subscription was applied before, `waiting` when something it
    needs is not known yet.

    Raises:
        StripeEventError: the event cannot be read.
    """
    event = read_event(body)
    with connection.transaction():
        if event.customer:
            connection.execute(_sql().lock_customer, {"customer": event.customer})
        known = connection.execute(_sql().find_event, {"event_id": event.event_id}).fetchone()
        if known and known["outcome"] != "waiting":
            return "repeated"
        outcome = _apply(connection, event)
        if outcome == "applied" and event.customer:
            _apply_waiting(connection, event.customer)
    return outcome


def apply_waiting_events(connection: Connection[DictRow]) -> int:
    """Apply what waited, e.g. for a price that is known now; returns how many events were applied."""
    with connection.transaction():
        rows = connection.execute(_sql().list_waiting, {"customer": None}).fetchall()
        return sum(_apply_waiting(connection, customer) for customer in {row["stripe_customer_id"] for row in rows})


def _apply_waiting(connection: Connection[DictRow], customer: str | None) -> int:
    """Events of a customer that wait, over and over while one of them makes another possible."""
    applied = 0
    while True:
        rows = connection.execute(_sql().list_waiting, {"customer": customer}).fetchall()
        moved = [
            _apply(connection, StripeEvent(row["event_id"], row["type"], row["created_at"], row["payload"]))
            for row in rows
        ]
        applied += moved.count("applied")
        if all(outcome == "waiting" for outcome in moved):
            return applied


def _apply(
    connection: Connection[DictRow], event: StripeEvent
) -> Literal["applied", "superseded", "ignored", "waiting"]:
    steps = {
        "customer": _link, "checkout": _check_out, "subscription": _subscribe, "invoice": _note_payment,
        "refund": _take_back,
    }  # fmt: skip
    step = steps.get(event.family)
    outcome, waits_for = step(connection, event) if step else ("ignored", None)
    connection.execute(
        _sql().upsert_event,
        {
            "event_id": event.event_id, "type": event.type, "created_at": event.created_at, "outcome": outcome,
            "waits_for": waits_for, "customer": event.customer, "payload": Jsonb(event.payload),
        },
    )  # fmt: skip
    if event.family == "invoice" and outcome == "applied":
        connection.execute(_sql().fold_payments, event.payload)
    if event.family == "checkout" and outcome == "applied":
        connection.execute(_sql().reverse_purchase, {**event.payload, "event_id": event.event_id})
    return outcome


def _link(connection: Connection[DictRow], event: StripeEvent) -> Step:
    if event.type == "customer.deleted":
        found = connection.execute(
            _sql().delete_customer, {"customer": event.customer, "created_at": event.created_at}
        ).rowcount
        return ("applied" if found else "ignored"), None
    return ("applied" if _organization(connection, event) else "ignored"), None


def _check_out(connection: Connection[DictRow], event: StripeEvent) -> Step:
    """Links the customer; a paid purchase of credits fills the wallet, once a session."""
    if event.customer is None:
        return "ignored", None
    organization_id = _organization(connection, event)
    if organization_id is None:
        return "waiting", "organization"
    if event.payload["credits"] and event.payload["is_paid"]:
        session = event.payload["session"]
        movement = {
            "organization_id": organization_id, "kind": "purchase", "amount": Decimal(event.payload["credits"]),
            "key": f"stripe:{session}", "reason": "bought credits", "request_id": None,
        }  # fmt: skip
        connection.execute(_sql().move_credits, movement)
    return "applied", None


def _take_back(connection: Connection[DictRow], event: StripeEvent) -> Step:
    """A purchase whose payment was given back loses its credits, by the same share; other charges bought none.

    What comes before its purchase is looked at again when that is applied.
    """
    stated = {**event.payload, "event_id": event.event_id}
    found = connection.execute(_sql().find_purchase, stated).fetchone()
    if found is None:
        return "ignored", None
    connection.execute(_sql().reverse_share, {**stated, **found})
    return "applied", None


def _subscribe(connection: Connection[DictRow], event: StripeEvent) -> Step:
    organization_id = _organization(connection, event)
    if organization_id is None:
        return "waiting", "organization"
    stated = event.payload
    found = connection.execute(_sql().find_tier_of_price, stated).fetchone()
    if found is None:
        return "waiting", "price"
    row = {
        **stated,
        "organization_id": organization_id,
        "tier": found["tier"],
        "trial_ends_at": at(stated["trial_end"]),
        "created_at": event.created_at,
        "event_id": event.event_id,
        "rank": event.rank,
        **{
            name: at(stated[name])
            for name in ("current_period_start", "current_period_end", "canceled_at", "subscribed_at")
        },
    }
    if connection.execute(_sql().upsert_subscription, row).fetchone() is None:
        return "superseded", None
    connection.execute(_sql().grant_period_credits, {"organization_id": organization_id})
    return "applied", None


def _note_payment(connection: Connection[DictRow], event: StripeEvent) -> Step:
    if event.payload["subscription"] is None:
        return "ignored", None
    if connection.execute(_sql().find_subscription, event.payload).fetchone() is None:
        return "waiting", "subscription"
    return "applied", None


def _organization(connection: Connection[DictRow], event: StripeEvent) -> UUID | None:
    """Whose customer it is: as linked before, else as the object says; the first link stands."""
    known = connection.execute(_sql().find_customer, {"customer": event.customer}).fetchone()
    if known:
        return UUID(str(known["organization_id"]))
    stated = {"customer": event.customer, "organization_id": event.payload.get("organization_id")}
    if stated["organization_id"] is None:
        return None
    connection.execute(_sql().retire_customers, stated)
    linked = connection.execute(_sql().insert_customer, stated).fetchone()
    return UUID(str(linked["organization_id"])) if linked else None


def _sql() -> queries.Queries:
    return queries.load("billing")
