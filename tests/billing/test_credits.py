"""The credit ledger: balance = sum of entries, never below zero, nothing lost among a hundred writers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql

from leadhouse.billing import (
    InsufficientCreditsError,
    RefundError,
    debit_credits,
    grant_credits,
    grant_due_credits,
    list_entries,
    purchase_credits,
    refund_credits,
)
from leadhouse.ledger.costs import Cost, record_cost


def balance(billing, organization):
    [row] = billing.run(
        "select wallet.balance, wallet.last_entry_no, count(entry.*) as entries,"
        " coalesce(sum(entry.amount), 0) as total, bool_and(entry.balance_after = entry.running) as chained"
        " from billing.credit_wallets as wallet"
        " left join (select *, sum(amount) over (partition by organization_id order by entry_no) as running"
        "              from billing.credit_transactions) as entry using (organization_id)"
        " where wallet.organization_id = %s group by wallet.organization_id",
        organization,
    )
    assert row["balance"] == row["total"] >= 0
    assert row["entries"] == row["last_entry_no"]
    assert row["chained"] in (True, None)
    return row["balance"]


def test_entries_move_the_balance_and_a_repeat_does_not(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(10), "first", "welcome")
        purchase_credits(connection, organization, Decimal("2.5"), "bought", "bought")
        taken = debit_credits(connection, organization, Decimal(4), "call 1", "a call")
        again = debit_credits(connection, organization, Decimal(4), "call 1", "a call")
        assert again == taken
        assert taken.amount == -4
        assert taken.balance_after == Decimal("8.5")
        entries = list_entries(connection, organization)
    assert [(entry.entry_no, entry.kind) for entry in entries] == [(3, "debit"), (2, "purchase"), (1, "grant")]
    assert balance(billing, organization) == Decimal("8.5")


def test_key_of_another_movement_is_refused(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(10), "key", "welcome")
    with pytest.raises(psycopg.errors.UniqueViolation, match="key"), billing.database.connect("billing") as connection:
        debit_credits(connection, organization, Decimal(10), "key", "a call")
    assert balance(billing, organization) == 10


def test_debit_beyond_the_balance_takes_nothing(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(3), "first", "welcome")
        with pytest.raises(InsufficientCreditsError, match="the wallet holds 3"):
            debit_credits(connection, organization, Decimal(4), "call", "a call")
        assert debit_credits(connection, organization, Decimal(3), "call", "a call").balance_after == 0
    assert balance(billing, organization) == 0


def test_without_a_wallet_nobody_is_billed(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        assert debit_credits(connection, organization, Decimal(4), "call", "a call") is None
    assert billing.run("select * from billing.credit_wallets") == []


def test_hundred_connections_debit_at_once(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(60), "first", "welcome")
    # a server's connections are limited, three of them are kept for administrators
    [room] = billing.run("select current_setting('max_connections')::integer as connections")
    writers = min(100, room["connections"] - 8)
    barrier = threading.Barrier(writers)

    def work(number: int) -> bool:
        with billing.database.connect("billing") as connection:
            barrier.wait()
            try:
                debit_credits(connection, organization, Decimal(1), f"call {number}", "a call")
            except InsufficientCreditsError:
                return False
            return True

    with ThreadPoolExecutor(writers) as pool:
        done = list(pool.map(work, range(writers)))
    assert done.count(True) == 60
    assert balance(billing, organization) == 0
    assert len(billing.run("select 1 from billing.credit_transactions where kind = 'debit'")) == 60


def test_hundred_tries_of_one_key_debit_once(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(60), "first", "welcome")

    def work(_: int):
        with billing.database.connect("billing") as connection:
            return debit_credits(connection, organization, Decimal(7), "the same", "a call")

    with ThreadPoolExecutor(20) as pool:
        entries = list(pool.map(work, range(100)))
    assert len({entry.transaction_id for entry in entries}) == 1
    assert balance(billing, organization) == 53


def test_refund_is_of_one_debit_once_and_never_more(billing):
    organization, other = billing.organization(), billing.organization("south")
    with billing.database.connect("billing") as connection:
        granted = grant_credits(connection, organization, Decimal(10), "first", "welcome")
        grant_credits(connection, other, Decimal(10), "first", "welcome")
        taken = debit_credits(connection, organization, Decimal(4), "call", "a call")
        with pytest.raises(RefundError, match="at most"):
            refund_credits(connection, taken.transaction_id, Decimal(5), "back", "failed")
        with pytest.raises(RefundError, match="at most"):
            refund_credits(connection, granted.transaction_id, Decimal(1), "back", "failed")
        back = refund_credits(connection, taken.transaction_id, Decimal(3), "back", "failed")
        assert refund_credits(connection, taken.transaction_id, Decimal(3), "back", "failed") == back
        with pytest.raises(RefundError):
            refund_credits(connection, taken.transaction_id, Decimal(1), "once more", "failed")
        with pytest.raises(RefundError, match="no credit transaction"):
            refund_credits(connection, organization, Decimal(1), "none", "failed")
    assert balance(billing, organization) == 9
    assert balance(billing, other) == 10


@pytest.mark.parametrize("statement", [
    "update billing.credit_wallets set balance = balance + 1",
    "update billing.credit_transactions set amount = 99",
    "delete from billing.credit_transactions",
    "insert into billing.credit_wallets (organization_id, balance) select organization_id, 5"
    " from identity.organizations where slug = 'south'",
    "insert into billing.credit_transactions (organization_id, kind, amount, idempotency_key, reason)"
    " select organization_id, 'grant', 1, key, 'x' from billing.credit_wallets, unnest('{a,b}'::text[]) as key",
    "insert into billing.credit_transactions (organization_id, kind, amount, idempotency_key, reason)"
    " select organization_id, 'debit', 1, 'x', 'x' from billing.credit_wallets",
])  # fmt: skip
def test_even_the_administrator_cannot_part_balance_and_entries(billing, statement):
    organization = billing.organization()
    billing.organization("south")
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(10), "first", "welcome")
    with pytest.raises(psycopg.errors.IntegrityError):
        billing.run(statement)
    assert balance(billing, organization) == 10


def test_component_writes_through_the_functions_alone(billing):
    for statement in (
        "insert into billing.credit_wallets (organization_id) values (gen_random_uuid())",
        "update billing.credit_wallets set balance = 1",
        "insert into billing.credit_transactions (organization_id) values (gen_random_uuid())",
    ):
        with billing.database.connect("billing") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def period(billing, organization, start, tier="STARTER"):
    billing.run("delete from billing.subscriptions where organization_id = %s", organization)
    billing.subscribe(
        organization, tier, current_period_start=start, current_period_end=datetime.now(UTC) + timedelta(days=9)
    )


def test_included_credits_come_once_a_period_and_the_rest_expires(billing):
    organization, now = billing.organization(), datetime.now(UTC)
    period(billing, organization, now - timedelta(days=40))
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 500
        assert grant_due_credits(connection) == 0
        purchase_credits(connection, organization, Decimal(100), "bought", "bought")
        taken = debit_credits(connection, organization, Decimal(120), "call", "calls")
        debit_credits(connection, organization, Decimal(30), "more", "calls")
        refund_credits(connection, taken.transaction_id, Decimal(20), "back", "failed")
    assert balance(billing, organization) == 470
    period(billing, organization, now - timedelta(days=10))
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 500
        assert grant_due_credits(connection) == 0
    # 500 included, 130 of them used: 370 expire; the 100 that were bought stay
    [expired] = billing.run("select amount from billing.credit_transactions where kind = 'expiry'")
    assert expired["amount"] == -370
    assert balance(billing, organization) == 600


def test_upgrade_within_a_period_adds_the_difference(billing):
    organization, start = billing.organization(), datetime.now(UTC) - timedelta(days=3)
    period(billing, organization, start)
    with billing.database.connect("billing") as connection:
        grant_due_credits(connection)
    period(billing, organization, start, "GROWTH")
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 4500
    for tier in ("STARTER", "GROWTH"):  # down and up again gives nothing
        period(billing, organization, start, tier)
        with billing.database.connect("billing") as connection:
            assert grant_due_credits(connection) == 0
    assert balance(billing, organization) == 5000


def test_tier_that_includes_more_is_caught_up_with_and_stops_nobody(billing):
    organization, start = billing.organization(), datetime.now(UTC) - timedelta(days=3)
    period(billing, organization, start)
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 500
    billing.run("update billing.tiers set included_credits = 600 where tier = 'STARTER'")
    with billing.database.connect("billing") as connection:
        assert [grant_due_credits(connection) for _ in range(2)] == [100, 0]
    assert balance(billing, organization) == 600


def test_one_grant_that_fails_stops_no_other(billing):
    first, second = sorted([billing.organization(), billing.organization("south")])
    for organization in (first, second):
        period(billing, organization, datetime.now(UTC) - timedelta(days=3))
    fault = "alter table billing.credit_wallets add constraint fault check (organization_id <> {})"
    with billing.database.owner() as connection:
        connection.execute(sql.SQL(fault).format(sql.Literal(first)))
    with billing.database.connect("billing") as connection:
        with pytest.raises(ExceptionGroup, match="1 of 2 subscribers") as told:
            grant_due_credits(connection)
        assert str(first) in told.value.exceptions[0].__notes__[0]
    assert balance(billing, second) == 500


def test_period_that_has_ended_waits_for_its_renewal(billing):
    """Stripe's event may come hours after the period: the night between grants nothing, and nothing twice."""
    organization, now = billing.organization(), datetime.now(UTC)
    period(billing, organization, now - timedelta(days=40))
    with billing.database.connect("billing") as connection:
        grant_due_credits(connection)
    billing.run("update billing.subscriptions set current_period_end = now() - interval '3 hours'")
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 0
    assert balance(billing, organization) == 500
    period(billing, organization, now - timedelta(hours=3))
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 500
    assert balance(billing, organization) == 500


def test_locked_organization_is_granted_nothing(billing):
    organization = billing.organization()
    billing.subscribe(organization, "STARTER", "canceled")
    with billing.database.connect("billing") as connection:
        assert grant_due_credits(connection) == 0


@pytest.mark.parametrize(("role", "sees"), [
    ("organization_admin", True), ("sales_manager", False), ("sales_rep", False), ("read_only", False),
    ("client", False),
])  # fmt: skip
def test_who_may_read_billing_sees_the_wallet(billing, role, sees):
    north, south = billing.organization(), billing.organization("south")
    with billing.database.connect("billing") as connection:
        for organization in (north, south):
            grant_credits(connection, organization, Decimal(10), "first", "welcome")
    with billing.member(north, role) as connection:
        for table in ("billing.credit_wallets", "billing.credit_transactions"):
            rows = connection.execute(f"select organization_id from {table}").fetchall()  # noqa: S608
            assert [row["organization_id"] for row in rows] == ([north] if sees else [])
    with billing.member(north, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select billing.move_credits(%s, 'grant', 100, 'mine', 'gift')", [north])


def test_costs_of_tokens_take_the_credits_that_they_name(billing):
    organization, other = billing.organization(), billing.organization("south")
    with billing.database.connect("billing") as connection:
        grant_credits(connection, organization, Decimal(5), "first", "welcome")
    with billing.database.connect("enrichment") as connection:
        for payer, taken in ((organization, 2), (other, 0)):
            cost = Cost("token", Decimal("0.01"), payer, "model", credits=Decimal(2))
            assert record_cost(connection, cost) == taken, "without a wallet none are written"
        assert record_cost(connection, Cost("send", Decimal("0.01"), organization)) == 0
        with pytest.raises(InsufficientCreditsError, match="the wallet holds 3"):
            record_cost(connection, Cost("token", Decimal("0.01"), organization, "model", credits=Decimal(4)))
        with pytest.raises(psycopg.errors.NoDataFound), connection.transaction():
            record_cost(connection, Cost("token", Decimal(0), organization, "model", credits=Decimal(-1)))
    assert balance(billing, organization) == 3
    assert [row["amount_eur"] for row in billing.run("select amount_eur from billing.costs")] == [Decimal("0.01")] * 3


def test_price_of_a_provider_goes_before_the_general_one(billing):
    billing.run("insert into billing.credit_prices (kind, provider, credits) values ('provider', 'dear', 5)")
    organization = billing.organization()
    with billing.member(organization, "sales_rep") as connection:
        for kind, provider, quantity, wanted in (
            ("provider", "dear", 1, 5), ("provider", "cheap", 1, 1), ("provider", None, 3, 3),
            ("token", "model", Decimal("2.5"), Decimal("0.25")),
        ):  # fmt: skip
            row = connection.execute(
                "select billing.price_credits(%s, %s, %s) as credits", [kind, provider, quantity]
            ).fetchone()
            assert row["credits"] == wanted
        for table in ("tiers", "tier_limits", "tier_prices", "credit_prices"):
            assert connection.execute(f"select * from billing.{table}").fetchall(), table  # noqa: S608
