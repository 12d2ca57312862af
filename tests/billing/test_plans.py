"""Trials, operators' grants, prices, profiles, and the commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from leadhouse.billing import (
    BillingError,
    find_plan,
    find_profile,
    grant_due_credits,
    list_tiers,
    set_price,
    set_tier,
    start_trial,
)
from leadhouse.commands.billing import app


def test_trial_is_had_once_with_its_credits(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        ends_at = start_trial(connection, organization, "STARTER")
        assert abs(ends_at - datetime.now(UTC) - timedelta(days=14)) < timedelta(minutes=1)
        plan = find_plan(connection, organization)
        assert (plan.tier, plan.status, plan.has_access, plan.balance) == ("STARTER", "trialing", True, 500)
        assert grant_due_credits(connection) == 0
        with pytest.raises(BillingError, match="had a trial"):
            start_trial(connection, organization, "GROWTH")
        set_tier(connection, organization, "FREE")
        with pytest.raises(BillingError, match="had a trial"):
            start_trial(connection, organization, "STARTER")
        assert find_plan(connection, organization).status == "active"


def test_tier_without_trial_days_gives_none(billing):
    with billing.database.connect("billing") as connection, pytest.raises(BillingError, match="no trial days"):
        start_trial(connection, billing.organization(), "FREE")


def test_tiers_are_data(billing):
    with billing.database.connect("billing") as connection:
        tiers = {tier["tier"]: tier for tier in list_tiers(connection)}
        assert list(tiers) == ["FREE", "STARTER", "GROWTH", "SCALE"]
        assert tiers["FREE"]["limits"]["messages_a_day"] == 50
        assert tiers["SCALE"]["limits"] == {}
        assert tiers["STARTER"]["price_ids"] == ["price_starter_monthly"]
        with pytest.raises(BillingError, match="there are: FREE, STARTER"):
            set_tier(connection, billing.organization(), "GOLD")
        with pytest.raises(BillingError, match="no tier 'GOLD'"):
            set_price(connection, "price_x", "GOLD")


def test_price_that_is_given_another_tier_moves_its_subscriptions(billing):
    organization = billing.organization()
    billing.run(
        "insert into billing.customers (stripe_customer_id, organization_id) values ('cus_1', %s)", organization
    )
    billing.subscribe(organization, "STARTER", stripe_subscription_id="sub_1", stripe_customer_id="cus_1",
                      price_id="price_starter_monthly")  # fmt: skip
    with billing.database.connect("billing") as connection:
        set_price(connection, "price_starter_monthly", "GROWTH")
        assert find_plan(connection, organization).tier == "GROWTH"


PROFILE = {
    "id", "created_at", "user_id", "message_quota", "stripe_customer_id", "subscription_tier", "customer_id",
    "price_id", "has_access", "subscription_id", "subscription_status", "trial_ends_at", "cancel_at_period_end",
    "subscription_created_at", "last_payment_at", "canceled_at", "payment_failed",
}  # fmt: skip


def test_profile_has_prospectrs_columns_and_shows_ones_own_organization(billing):
    north, south = billing.organization(), billing.organization("south")
    for organization, customer in ((north, "cus_1"), (south, "cus_2")):
        billing.run("insert into billing.customers values (%s, %s)", customer, organization)
        billing.subscribe(organization, "FREE", stripe_subscription_id=f"sub_{customer}", stripe_customer_id=customer)
    admin, rep = billing.user(north, "organization_admin"), billing.user(north, "sales_rep")
    with billing.member(north, "organization_admin") as connection:
        profile = find_profile(connection, admin)
        assert PROFILE - set(profile) == set()
        assert (profile["message_quota"], profile["subscription_tier"], profile["has_access"]) == (50, "FREE", True)
        assert (profile["stripe_customer_id"], profile["subscription_id"]) == ("cus_1", "sub_cus_1")
        assert find_profile(connection, billing.user(south, "organization_admin")) is None
    with billing.member(north, "sales_rep") as connection:
        profile = find_profile(connection, rep)
        assert (profile["subscription_tier"], profile["stripe_customer_id"]) == ("FREE", None)
    with billing.member(north, "client") as connection:
        assert find_profile(connection, billing.user(north, "client")) is None
        assert connection.execute("select * from billing.subscriptions").fetchall() == []


def test_profile_without_a_subscription_has_access(billing):
    organization = billing.organization()
    with billing.member(organization, "read_only") as connection:
        profile = find_profile(connection, billing.user(organization, "read_only"))
    assert (profile["has_access"], profile["message_quota"], profile["payment_failed"]) == (True, None, False)


@pytest.mark.parametrize("statement", [
    "update billing.subscriptions set status = 'active'", "insert into billing.tiers (tier) values ('X1')",
    "update billing.tier_limits set max_value = 9", "select * from billing.stripe_events",
    "delete from billing.subscriptions", "update billing.customers set deleted_at = now()",
    "select * from billing.quota_locks", "update billing.credit_prices set credits = 0",
    "update billing.profiles set message_quota = 900",
])  # fmt: skip
def test_not_even_an_admin_writes_billing(billing, statement):
    organization = billing.organization()
    billing.subscribe(organization)
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
    with billing.member(organization, "organization_admin") as connection, pytest.raises(refusals):
        connection.execute(statement)


def test_changes_of_a_subscription_are_on_record(billing):
    organization = billing.organization()
    with billing.database.connect("billing") as connection:
        start_trial(connection, organization, "STARTER")
        set_tier(connection, organization, "SCALE")
    acts = billing.run(
        "select distinct verb from identity.audit_log where resource = 'billing' and organization_id = %s", organization
    )
    assert {row["verb"] for row in acts} == {"create", "update"}


def call(*words):
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, " ".join(done.output.split())


def test_commands(billing):
    billing.organization()
    assert "nothing is limited" in call("show", "--organization", "north")[1]
    assert call("start-trial", "STARTER", "--organization", "north")[0] == 0
    code, output = call("start-trial", "STARTER", "--organization", "north")
    assert (code, "had a trial" in output) == (1, True)
    assert call("grant-credits", "40", "--organization", "north", "--reason", "a gift", "--key", "k")[0] == 0
    assert call("grant-credits", "40", "--organization", "north", "--reason", "a gift", "--key", "k")[0] == 0
    code, output = call("show", "--organization", "north")
    assert code == 0
    for words in ("STARTER", "trialing", "540", "leads", "of 10000", "a gift"):
        assert words in output
    assert call("set-price", "price_x", "GROWTH")[0] == 0
    assert call("set-tier", "SCALE", "--organization", "north")[0] == 0
    assert "no limit" in call("show", "--organization", "north")[1]
    code, output = call("show", "--organization", "west")
    assert (code, "there are: north" in output) == (1, True)
