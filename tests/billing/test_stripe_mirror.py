"""Stripe's events: signed, each applied once, and the same end whatever order they come in."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from leadhouse.billing import (
    SignatureError,
    StripeEventError,
    apply_stripe_event,
    apply_waiting_events,
    debit_credits,
    read_event,
    set_price,
    verify_signature,
)
from tests.billing.conftest import DAY, MONTH, START, invoice, subscription


def apply(billing, *events):
    with billing.database.connect("billing") as connection:
        return [apply_stripe_event(connection, event) for event in events]


def linked(billing, organization, customer="cus_1"):
    stated = {
        "id": "cs_1", "customer": customer, "client_reference_id": None, "mode": "subscription",
        "metadata": {"organization_id": str(organization)}, "payment_status": "paid",
    }  # fmt: skip
    return billing.event("checkout.session.completed", START, stated)


def standing(billing):
    return billing.run(
        "select organization_id, stripe_subscription_id, tier, price_id, status::text, is_current, trial_ends_at,"
        " current_period_start, current_period_end, cancel_at_period_end, canceled_at, last_payment_at, payment_failed,"
        " payment_failed_at, stripe_created_at from billing.subscriptions order by 2"
    )


def seconds(moment):
    return int(moment.timestamp()) if moment else None


def test_a_subscription_from_checkout_to_its_end(billing):
    organization = billing.organization()
    assert (
        apply(
            billing,
            linked(billing, organization),
            billing.event("customer.subscription.created", START, subscription("trialing", trial_end=START + 14 * DAY)),
            billing.event("invoice.paid", START, invoice(0)),
        )
        == ["applied"] * 3
    )
    [row] = standing(billing)
    assert (row["organization_id"], row["tier"], row["status"], row["is_current"]) == (
        organization,
        "STARTER",
        "trialing",
        True,
    )
    assert seconds(row["trial_ends_at"]) == START + 14 * DAY
    assert row["last_payment_at"] is None, "nothing was paid at the trial's start"
    apply(
        billing,
        billing.event("customer.subscription.updated", START + 14 * DAY, subscription("active")),
        billing.event("invoice.paid", START + 14 * DAY, invoice(4900)),
        billing.event("invoice.payment_failed", START + 44 * DAY, invoice(0)),
        billing.event("customer.subscription.updated", START + 44 * DAY, subscription("past_due")),
    )
    [row] = standing(billing)
    assert (row["status"], row["payment_failed"]) == ("past_due", True)
    assert seconds(row["last_payment_at"]) == START + 14 * DAY
    assert seconds(row["payment_failed_at"]) == START + 44 * DAY
    apply(
        billing,
        billing.event(
            "customer.subscription.deleted", START + 60 * DAY, subscription("canceled", canceled_at=START + 60 * DAY)
        ),
    )
    [row] = standing(billing)
    assert (row["status"], seconds(row["canceled_at"])) == ("canceled", START + 60 * DAY)


def test_a_repeat_changes_nothing(billing):
    organization = billing.organization()
    events = [
        linked(billing, organization),
        billing.event("customer.subscription.created", START, subscription("active")),
    ]
    assert apply(billing, *events) == ["applied", "applied"]
    before = standing(billing), billing.run("select * from billing.credit_transactions")
    assert apply(billing, *events, *events) == ["repeated"] * 4
    assert (standing(billing), billing.run("select * from billing.credit_transactions")) == before


def story(billing, organization):
    """Eight events; two of them in one second."""
    return [
        linked(billing, organization),
        billing.event("customer.subscription.created", START + 1, subscription("incomplete")),
        billing.event("customer.subscription.updated", START + 1, subscription("active")),
        billing.event("invoice.paid", START + 1, invoice(4900)),
        billing.event("invoice.payment_failed", START + MONTH, invoice(0)),
        billing.event("invoice.payment_failed", START + MONTH + 3 * DAY, invoice(0)),
        billing.event("customer.subscription.updated", START + MONTH, subscription("past_due")),
        billing.event("customer.subscription.deleted", START + MONTH + 9 * DAY, subscription("canceled")),
    ]


def test_some_orders_end_the_same(billing):
    every_order_ends_the_same(billing, 12)


@pytest.mark.prove
def test_any_order_ends_the_same(billing):
    every_order_ends_the_same(billing, 400)


def every_order_ends_the_same(billing, most):
    organization = billing.organization()
    events = story(billing, organization)
    apply(billing, *events)
    wanted = standing(billing)
    assert [(row["status"], seconds(row["payment_failed_at"])) for row in wanted] == [("canceled", START + MONTH)]
    orders = list(itertools.permutations(events))
    for order in random.Random(16).sample(orders, min(most, len(orders))):
        billing.run("truncate billing.stripe_events, billing.subscriptions, billing.customers")
        apply(billing, *order)
        assert standing(billing) == wanted
        assert billing.run("select event_id from billing.stripe_events where processed_at is null") == []


def test_eight_at_once_end_the_same(billing):
    organization = billing.organization()
    events = story(billing, organization)
    apply(billing, *events)
    wanted = standing(billing)
    billing.run("truncate billing.stripe_events, billing.subscriptions, billing.customers")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda event: apply(billing, event), events * 2))
    assert standing(billing) == wanted


def test_an_older_event_arriving_late_is_superseded(billing):
    organization = billing.organization()
    late = billing.event("customer.subscription.updated", START + 5, subscription("past_due"))
    newer = billing.event("customer.subscription.updated", START + 9, subscription("active"))
    assert apply(billing, linked(billing, organization), newer, late) == ["applied", "applied", "superseded"]
    assert [row["status"] for row in standing(billing)] == ["active"]


def test_unknown_price_waits_until_it_is_known(billing):
    organization = billing.organization()
    items = {"data": [{"price": {"id": "price_new"}}]}
    created = billing.event("customer.subscription.created", START, subscription("active", items=items))
    assert apply(billing, linked(billing, organization), created) == ["applied", "waiting"]
    with billing.database.connect("billing") as connection:
        assert apply_waiting_events(connection) == 0
        assert set_price(connection, "price_new", "GROWTH") == 1
    assert [(row["tier"], row["status"]) for row in standing(billing)] == [("GROWTH", "active")]


def test_the_living_subscription_counts(billing):
    organization = billing.organization()
    billing.subscribe(organization, "GROWTH", "trialing", trial_ends_at=datetime(2026, 12, 1, tzinfo=UTC))
    apply(
        billing,
        linked(billing, organization),
        billing.event("customer.subscription.created", START, subscription("active")),
        billing.event(
            "customer.subscription.created", START + DAY, subscription("incomplete", id="sub_2", created=START + DAY)
        ),
    )
    assert [row["stripe_subscription_id"] for row in standing(billing) if row["is_current"]] == ["sub_1"]
    second = {"id": "sub_2", "created": START + DAY}
    apply(
        billing,
        billing.event("customer.subscription.updated", START + 2 * DAY, subscription("active", **second)),
    )
    assert [row["stripe_subscription_id"] for row in standing(billing) if row["is_current"]] == ["sub_2"]
    apply(
        billing,
        billing.event("customer.subscription.deleted", START + 3 * DAY, subscription("canceled", **second)),
    )
    assert [row["stripe_subscription_id"] for row in standing(billing) if row["is_current"]] == ["sub_1"]


def test_bought_credits_come_once_a_session(billing):
    organization = billing.organization()
    session = {
        "id": "cs_9", "customer": "cus_1", "client_reference_id": str(organization), "mode": "payment",
        "metadata": {"credits": "250", "organization_id": str(organization)}, "payment_status": "unpaid",
    }  # fmt: skip
    apply(billing, billing.event("checkout.session.completed", START, session))
    assert billing.run("select * from billing.credit_wallets") == []
    paid = billing.event("checkout.session.async_payment_succeeded", START, session | {"payment_status": "paid"})
    again = billing.event("checkout.session.completed", START, session | {"payment_status": "paid"})
    apply(billing, paid, again)
    assert [row["balance"] for row in billing.run("select balance from billing.credit_wallets")] == [Decimal(250)]


def bought(organization, payment="pi_9", session="cs_9", number="200"):
    return {
        "id": session, "customer": "cus_1", "client_reference_id": str(organization), "mode": "payment",
        "metadata": {"credits": number, "organization_id": str(organization)}, "payment_status": "paid",
        "payment_intent": payment,
    }  # fmt: skip


def given_back(amount, payment="pi_9"):
    return {"id": "ch_9", "customer": "cus_1", "payment_intent": payment, "amount": 1000, "amount_refunded": amount}


def balances(billing):
    return [row["balance"] for row in billing.run("select balance from billing.credit_wallets")]


def test_a_payment_that_is_given_back_takes_its_credits_along(billing):
    organization = billing.organization()
    checkout = billing.event("checkout.session.completed", START, bought(organization))
    half = billing.event("charge.refunded", START + 10, given_back(500))
    whole = billing.event("charge.refunded", START + 20, given_back(1000))
    assert apply(billing, checkout, half, half) == ["applied", "applied", "repeated"]
    assert balances(billing) == [Decimal(100)]
    assert apply(billing, whole) == ["applied"]
    assert balances(billing) == [Decimal(0)]
    entries = billing.run("select kind, amount from billing.credit_transactions order by entry_no")
    assert [tuple(row.values()) for row in entries] == [
        ("purchase", Decimal(200)), ("reversal", Decimal(-100)), ("reversal", Decimal(-100)),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 2, 1), (1, 0, 2), (2, 1, 0)])
def test_what_was_given_back_is_taken_once_whatever_comes_first(billing, order):
    organization = billing.organization()
    events = [
        billing.event("checkout.session.completed", START, bought(organization)),
        billing.event("charge.refunded", START + 10, given_back(300)),
        billing.event("charge.refunded", START + 20, given_back(700)),
    ]
    apply(billing, linked(billing, organization), *(events[place] for place in order))
    assert balances(billing) == [Decimal(60)]


def test_of_spent_credits_no_more_is_taken_than_is_left(billing):
    organization = billing.organization()
    apply(billing, billing.event("checkout.session.completed", START, bought(organization)))
    with billing.database.connect("billing") as connection:
        debit_credits(connection, organization, Decimal(150), "a", "spent")
    assert apply(billing, billing.event("charge.refunded", START + 10, given_back(1000))) == ["applied"]
    assert balances(billing) == [Decimal(0)]
    unpaid = bought(organization, "pi_8", "cs_8") | {"payment_status": "unpaid"}
    again = billing.event("checkout.session.completed", START + 15, bought(organization, "pi_7", "cs_7"))
    apply(billing, again, billing.event("checkout.session.completed", START + 16, unpaid))
    apply(billing, billing.event("charge.refunded", START + 17, given_back(1000, "pi_8")))
    assert balances(billing) == [Decimal(200)]
    other = billing.event("charge.refunded", START + 20, given_back(1000, "pi_of_a_subscription"))
    assert apply(billing, other) == ["ignored"]


@pytest.mark.parametrize("number", ["0", "-5", "1e30", "NaN", "many"])
def test_credits_that_nobody_can_buy_are_refused(billing, number):
    event = billing.event("checkout.session.completed", START, bought(billing.organization(), number=number))
    with pytest.raises(StripeEventError):
        apply(billing, event)
    assert balances(billing) == []


def test_the_first_link_of_a_customer_stands(billing):
    north, south = billing.organization(), billing.organization("south")
    apply(billing, linked(billing, north), linked(billing, south))
    assert [row["organization_id"] for row in billing.run("select organization_id from billing.customers")] == [north]


def test_a_new_customer_replaces_the_organizations_former(billing):
    north = billing.organization()
    apply(billing, linked(billing, north), linked(billing, north, "cus_2"))
    rows = billing.run("select stripe_customer_id, deleted_at is null as is_live from billing.customers order by 1")
    assert [tuple(row.values()) for row in rows] == [("cus_1", False), ("cus_2", True)]
    apply(billing, billing.event("customer.deleted", START, {"id": "cus_2", "metadata": {}}))
    assert billing.run("select 1 from billing.customers where deleted_at is null") == []


def test_fields_are_found_where_newer_versions_have_them():
    item = {"price": {"id": "p"}, "current_period_start": START, "current_period_end": START + MONTH}
    stated = subscription("active", items={"data": [item]})
    del stated["current_period_start"], stated["current_period_end"]
    event = {"id": "e", "type": "customer.subscription.updated", "created": START, "data": {"object": stated}}
    assert read_event(event).payload["current_period_end"] == START + MONTH
    parent = {"subscription_details": {"subscription": "sub_1"}}
    bill = invoice(1, parent=parent, subscription=None, customer={"id": "cus_1"})
    read = read_event({"id": "e", "type": "invoice.paid", "created": START, "data": {"object": bill}})
    assert (read.payload["subscription"], read.customer) == ("sub_1", "cus_1")


def test_what_is_not_read_is_not_kept(billing):
    organization = billing.organization()
    created = billing.event(
        "customer.updated", START,
        {"id": "cus_1", "email": "anna@x.example", "name": "Anna", "metadata": {"organization_id": str(organization)}},
    )  # fmt: skip
    other = billing.event(
        "payment_method.attached", START, {"id": "pm_1", "billing_details": {"email": "anna@x.example"}}
    )
    assert apply(billing, created, other) == ["applied", "ignored"]
    assert "anna" not in str(billing.run("select * from billing.stripe_events")).lower()


@pytest.mark.parametrize("body", [
    {}, {"id": "e", "type": "invoice.paid", "created": "soon", "data": {"object": {"id": "x", "customer": "c"}}},
    {"id": "e", "type": "customer.subscription.updated", "created": 1, "data": {"object": {"items": {"data": []}}}},
    {"id": "e", "type": "customer.created", "created": 1, "data": {"object": None}},
])  # fmt: skip
def test_an_event_of_another_form_is_named(body):
    with pytest.raises(StripeEventError, match="cannot be read"):
        read_event(body)


def sign(body: bytes, secret: str, at: int) -> str:
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def test_signature_is_checked():
    body, secret = b'{"id": "evt_1"}', "whsec_test"
    header = sign(body, secret, START)
    verify_signature(body, header, secret, START + 299)
    rolled = f"{sign(body, 'whsec_old', START)},{header.partition(',')[2]}"
    verify_signature(body, rolled, secret, START)
    refused = [
        (body + b" ", header, START), (body, sign(body, "whsec_other", START), START), (body, header, START + 301),
        (body, header, START - 301), (body, header.replace(str(START), str(START + 1)), START), (body, "", START),
        (body, "t=abc,v1=00", START), (body, f"t={START}", START), (body, f"t={START},v0=00", START),
        (body, "t=²,v1=ü", START),
    ]  # fmt: skip
    for changed, stated, now in refused:
        with pytest.raises(SignatureError):
            verify_signature(changed, stated, secret, now)
