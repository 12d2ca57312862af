"""Organizations with members of every role, and Stripe's events in the forms that its API sends."""

from __future__ import annotations

import contextlib
import itertools
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

PRICE = "price_starter_monthly"
START = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
MONTH, DAY = 30 * 86400, 86400


class Billing:
    """A database and shorthands for what the tests do with it. `prefix` tells its organizations from another test's."""

    def __init__(self, database: Any, prefix: str = "") -> None:
        self.database, self.prefix = database, prefix
        self.numbers = itertools.count(1)

    def organization(self, slug: str = "north") -> UUID:
        """A new organization with a member of each role, the user's name being the role's."""
        slug = f"{self.prefix}{slug}"
        [row] = self.run(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", slug, slug
        )
        self.run(
            "with people as (insert into identity.users (email_normalized, full_name)"
            " select role || %(at)s, role from identity.roles where role <> 'super_admin' returning user_id, full_name)"
            " insert into identity.members (organization_id, user_id, role)"
            " select %(organization)s, user_id, full_name::identity.member_role from people",
            at=f"@{slug}.example",
            organization=row["organization_id"],
        )
        return UUID(str(row["organization_id"]))

    def run(self, statement: str, *positional: Any, **named: Any) -> list[dict[str, Any]]:
        """Rows, as the administrator sees them."""
        with self.database.kept_owner() as connection:
            cursor = connection.execute(statement, named or positional)
            return cursor.fetchall() if cursor.description else []

    def user(self, organization: UUID, role: str) -> UUID:
        """The member of this role."""
        [row] = self.run(
            "select user_id from identity.members where organization_id = %s and role = %s", organization, role
        )
        return UUID(str(row["user_id"]))

    def subscribe(self, organization: UUID, tier: str = "FREE", status: str = "active", **columns: Any) -> None:
        """Give the organization a subscription of the platform's own."""
        values = {"organization_id": organization, "tier": tier, "status": status, **columns}
        names = ", ".join(values)
        self.run(
            f"insert into billing.subscriptions ({names}) values ({', '.join(f'%({name})s' for name in values)})",  # noqa: S608
            **values,
        )

    @contextlib.contextmanager
    def member(self, organization: UUID, role: str, **claims: Any):
        """A connection of the API as the member of a role."""
        stated = {
            "sub": str(self.user(organization, role)) if role != "stranger" else None,
            "organization_id": str(organization),
            **claims,
        }
        with psycopg.connect(self.database.api_url, row_factory=dict_row) as connection:
            connection.execute("set role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(stated)])
            yield connection

    def event(self, event_type: str, created: int, stated: dict[str, Any]) -> dict[str, Any]:
        """An event as Stripe's API sends it."""
        return {
            "id": f"evt_{next(self.numbers):04}",
            "object": "event",
            "type": event_type,
            "created": created,
            "livemode": False,
            "data": {"object": stated},
        }


def subscription(status: str, **changed: Any) -> dict[str, Any]:
    """Stripe's subscription object, of API versions up to 2025-02-24."""
    stated = {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": status, "created": START,
        "metadata": {}, "trial_end": None, "cancel_at_period_end": False, "canceled_at": None,
        "current_period_start": START, "current_period_end": START + MONTH,
        "items": {"object": "list", "data": [{"id": "si_1", "price": {"id": PRICE}}]},
    }  # fmt: skip
    return stated | changed


def invoice(amount_paid: int, **changed: Any) -> dict[str, Any]:
    """Stripe's invoice object."""
    return {
        "id": "in_1", "object": "invoice", "customer": "cus_1", "subscription": "sub_1", "amount_paid": amount_paid,
    } | changed  # fmt: skip


@pytest.fixture
def billing(database):
    """A database of a test's own with the price of a tier."""
    made = Billing(database)
    made.run("insert into billing.tier_prices (price_id, tier) values (%s, 'STARTER')", PRICE)
    return made
