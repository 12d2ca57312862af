"""What is read of Stripe's events: a few fields of six kinds of objects, everything else is ignored.

Both places are read where Stripe moved a field: a period of a subscription and the subscription of an invoice stand
elsewhere since API version 2025-03-31 (https://docs.stripe.com/changelog/basil).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

Family = Literal["customer", "checkout", "subscription", "invoice", "refund", "other"]

INVOICES = {"invoice.paid": False, "invoice.payment_succeeded": False, "invoice.payment_failed": True}
CHECKOUTS = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
LARGEST_PURCHASE = 10**9  # what an entry of the ledger holds, with room for a balance
# within one second an end comes after a change, and a change after the beginning
RANKS = {"customer.subscription.created": 0, "customer.subscription.deleted": 2}


class StripeEventError(ValueError):
    """The event lacks what every event of its type has; nothing was written."""


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """One event; `payload` holds the fields that are read, as JSON values, times as Unix seconds."""

    event_id: str
    type: str
    created_at: datetime
    payload: dict[str, Any]

    @property
    def customer(self) -> str | None:
        """Stripe's id of the customer."""
        return self.payload.get("customer")

    @property
    def rank(self) -> int:
        """Place among events of one second."""
        return RANKS.get(self.type, 1)

    @property
    def family(self) -> Family:
        """Which kind of object it is about."""
        return family_of(self.type)


def family_of(event_type: str) -> Family:
    """The kind of object that events of a type carry; `other` is ignored."""
    if event_type.startswith("customer.subscription."):
        return "subscription"
    if event_type in ("customer.created", "customer.updated", "customer.deleted"):
        return "customer"
    if event_type in CHECKOUTS:
        return "checkout"
    if event_type == "charge.refunded":
        return "refund"
    return "invoice" if event_type in INVOICES else "other"


def read_event(body: Mapping[str, Any]) -> StripeEvent:
    """The event of a verified webhook's JSON.

    Raises:
        StripeEventError: id, type, time or object are missing or of another form.
    """
    readers = {
        "customer": _customer, "checkout": _checkout, "subscription": _subscription, "invoice": _invoice,
        "refund": _refund,
    }  # fmt: skip
    try:
        event_type = str(body["type"])
        family = family_of(event_type)
        stated = body["data"]["object"]
        payload = readers[family](stated) if family in readers else {}
        if family == "invoice":
            payload["failed"] = INVOICES[event_type]
        return StripeEvent(str(body["id"]), event_type, at(body["created"]) or datetime.now(UTC), payload)
    except (KeyError, TypeError, ValueError, ArithmeticError, IndexError, AttributeError) as error:
        raise StripeEventError(
            f"Stripe's event {body.get('id')} of type {body.get('type')} cannot be read: {error!r}. Look at it in "
            "Stripe's dashboard; the endpoint's API version may be one that is not known here."
        ) from error


def at(seconds: Any) -> datetime | None:
    """Unix seconds as an instant, UTC."""
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)


def _customer(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {"customer": str(stated["id"]), "organization_id": _organization(stated.get("metadata"))}


def _checkout(stated: Mapping[str, Any]) -> dict[str, Any]:
    metadata = stated.get("metadata") or {}
    reference = {"organization_id": stated.get("client_reference_id")}
    bought = metadata.get("credits") if stated.get("mode") == "payment" else None
    if bought is not None and not 0 < Decimal(str(bought)) < LARGEST_PURCHASE:
        raise ValueError(f"credits: {bought!r} is no number of credits that can be bought")
    return {
        "customer": _id(stated.get("customer")),
        "organization_id": _organization(reference) or _organization(metadata),
        "session": str(stated["id"]),
        "credits": str(bought) if bought is not None else None,
        "is_paid": stated.get("payment_status") == "paid",
        "payment": _id(stated.get("payment_intent")),
    }


def _subscription(stated: Mapping[str, Any]) -> dict[str, Any]:
    item = stated["items"]["data"][0]
    return {
        "customer": _id(stated["customer"]),
        "organization_id": _organization(stated.get("metadata")),
        "subscription": str(stated["id"]),
        "price": str(item["price"]["id"]),
        "status": str(stated["status"]),
        "trial_end": stated.get("trial_end"),
        "current_period_start": stated.get("current_period_start") or item.get("current_period_start"),
        "current_period_end": stated.get("current_period_end") or item.get("current_period_end"),
        "cancel_at_period_end": bool(stated.get("cancel_at_period_end")),
        "canceled_at": stated.get("canceled_at"),
        "subscribed_at": int(stated["created"]),
    }


def _invoice(stated: Mapping[str, Any]) -> dict[str, Any]:
    details = (stated.get("parent") or {}).get("subscription_details") or {}
    return {
        "customer": _id(stated["customer"]),
        "subscription": _id(stated.get("subscription") or details.get("subscription")),
        "amount_paid": int(stated.get("amount_paid") or 0),
    }


def _refund(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Of a charge: what was paid and what of it was given back so far, in cents."""
    paid, given_back = int(stated["amount"]), int(stated["amount_refunded"])
    if paid <= 0 or not 0 <= given_back <= paid:
        raise ValueError(f"{given_back} of {paid} cannot have been given back")
    return {
        "customer": _id(stated.get("customer")),
        "payment": _id(stated.get("payment_intent")),
        "amount": paid,
        "given_back": given_back,
    }


def _id(stated: Any) -> str | None:
    """An id, or the id of an expanded object."""
    if stated is None:
        return None
    return str(stated["id"] if isinstance(stated, Mapping) else stated)


def _organization(metadata: Mapping[str, Any] | None) -> str | None:
    """The organization that the platform wrote into the object when it made it; None: no id of ours."""
    try:
        return str(UUID(str((metadata or {}).get("organization_id"))))
    except ValueError:
        return None
