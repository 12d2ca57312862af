"""Tiers of organizations: trials, an operator's grant, prices, and what a plan comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.billing.mirror import apply_waiting_events
from leadhouse.database import queries


class BillingError(ValueError):
    """The change is not possible; nothing was written. The message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """An organization's standing. `tier` None: no subscription, no limits. Times are UTC, `balance` is in credits."""

    organization_id: UUID
    slug: str
    tier: str | None
    status: str | None
    trial_ends_at: datetime | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool | None
    payment_failed: bool | None
    last_payment_at: datetime | None
    stripe_subscription_id: str | None
    has_access: bool
    balance: Decimal | None


@dataclass(frozen=True)
class Usage:
    """A metric of the tier: what is used now (of a day: today, UTC), and the limit; None: no limit."""

    metric: str
    used: int
    max_value: int | None


def start_trial(connection: Connection[DictRow], organization_id: UUID, tier: str, days: int | None = None) -> datetime:
    """Start the organization's one trial, with the tier's included credits; returns its end (UTC).

    `days` None: as many as the tier gives. `connection` is the billing component's.

    Raises:
        BillingError: it has or had a subscription or trial, the tier gives no trial, or one of the two is not known.
    """
    values = {"organization_id": organization_id, "tier": tier, "days": days}
    with connection.transaction():
        row = connection.execute(_sql().insert_trial, values).fetchone()
        if row is None:
            raise BillingError(
                f"No trial of {tier} for organization {organization_id}: it had a trial or a subscription before, or "
                "the tier gives no trial days, or one of the two does not exist. See `leadhouse billing show`."
            )
        connection.execute(_sql().grant_period_credits, {"organization_id": organization_id})
    ends_at: datetime = row["trial_ends_at"]
    return ends_at


def set_tier(connection: Connection[DictRow], organization_id: UUID, tier: str) -> None:
    """Give a tier without Stripe, in place of a trial; a living subscription at Stripe goes before it.

    Raises:
        BillingError: there is no such tier or organization.
    """
    with connection.transaction():
        _write(connection, _sql().upsert_own_subscription, {"organization_id": organization_id, "tier": tier})
        connection.execute(_sql().grant_period_credits, {"organization_id": organization_id})


def set_price(connection: Connection[DictRow], price_id: str, tier: str) -> int:
    """Say which tier one of Stripe's prices buys; returns how many events that waited for it were applied.

    Raises:
        BillingError: there is no such tier.
    """
    with connection.transaction():
        values = {"price": price_id, "tier": tier}
        _write(connection, _sql().upsert_price, values)
        connection.execute(_sql().move_tiers_of_price, values)
        return apply_waiting_events(connection)


def list_tiers(connection: Connection[DictRow]) -> list[dict[str, Any]]:
    """The tiers, lowest first, each with `limits` (metric → number; a missing one is unlimited) and `price_ids`."""
    return connection.execute(_sql().list_tiers).fetchall()


def find_plan(connection: Connection[DictRow], organization_id: UUID) -> Plan:
    """The organization's standing, as far as the connection's role may see it.

    Raises:
        LookupError: there is no such organization, or not for this caller.
    """
    row = connection.execute(_sql().find_plan, {"organization_id": organization_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no organization {organization_id}")
    return Plan(**row)


def list_usage(connection: Connection[DictRow], organization_id: UUID) -> list[Usage]:
    """Use and limit of every metric. Raises psycopg.errors.InsufficientPrivilege for who may not read billing."""
    return [Usage(**row) for row in connection.execute(_sql().list_usage, {"organization_id": organization_id})]


def find_profile(connection: Connection[DictRow], user_id: UUID) -> dict[str, Any] | None:
    """Prospectr's profile of a member of the caller's organization; Stripe's ids for those who may read billing."""
    return connection.execute(_sql().find_profile, {"user_id": user_id}).fetchone()


def _write(connection: Connection[DictRow], statement: Any, values: dict[str, Any]) -> None:
    known = [tier["tier"] for tier in list_tiers(connection)]
    if values["tier"] not in known:
        raise BillingError(f"There is no tier {values['tier']!r}; there are: {', '.join(known)}.")
    if not connection.execute(statement, values).rowcount:
        raise BillingError(f"There is no organization {values.get('organization_id')}.")


def _sql() -> queries.Queries:
    return queries.load("billing")
