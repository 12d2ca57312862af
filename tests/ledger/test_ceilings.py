"""Ceilings of a budget: to the millionth of a euro, whoever spends beside, and refunds go back where they came from."""

from __future__ import annotations

import random
import threading
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from leadhouse.database import connect
from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost

WORKERS = 20


@pytest.fixture
def budget(module_database):
    """Makes a budget of an organization of its own."""

    def make(ceiling, a_day=None):
        with module_database.owner() as owner:
            organization = owner.execute(
                "insert into identity.organizations (slug, name) values (%(slug)s, %(slug)s) returning organization_id",
                {"slug": f"org-{uuid4().hex[:10]}"},
            ).fetchone()["organization_id"]
            made = owner.execute(
                "insert into billing.budgets"
                " (organization_id, kind, starts_on, ends_on, ceiling_eur, ceiling_eur_a_day)"
                " values (%s, 'provider', '2026-01-01', '2036-12-31', %s, %s) returning budget_id",
                (organization, ceiling, a_day),
            ).fetchone()["budget_id"]
        return organization, made

    return make


def spend(organization: UUID, budget_id: UUID, amount: Decimal) -> bool:
    cost = Cost("provider", amount, organization_id=organization, provider="p", budget_id=budget_id)
    with connect("enrichment") as connection:
        try:
            record_cost(connection, cost)
        except BudgetExceededError:
            connection.rollback()
            return False
    return True


def booked(database, budget_id):
    with database.owner() as owner:
        return owner.execute(
            "select spent_eur, ceiling_eur,"
            " (select coalesce(sum(amount_eur), 0) from billing.costs"
            "   where costs.budget_id = budgets.budget_id) as eur,"
            " (select coalesce(sum(spent_eur), 0) from billing.budget_shares as share"
            "   where share.budget_id = budgets.budget_id) as of_days"
            " from billing.budgets where budget_id = %s", (budget_id,),
        ).fetchone()  # fmt: skip


@pytest.mark.parametrize("amount", ["0.00004", "0.00005", "0.000001", "0.01"])
def test_small_amounts_are_counted_as_they_are(module_database, budget, amount):
    organization, budget_id = budget(Decimal(amount) * 25 if amount == "0.01" else Decimal("0.0001"))
    room = booked(module_database, budget_id)["ceiling_eur"]
    fits = min(int(room / Decimal(amount)), 30)
    assert [spend(organization, budget_id, Decimal(amount)) for _ in range(fits)] == [True] * fits
    found = booked(module_database, budget_id)
    assert found["spent_eur"] == found["eur"] == found["of_days"] == Decimal(amount) * fits
    if fits < 30:
        assert not spend(organization, budget_id, room - found["spent_eur"] + Decimal("0.000001"))


def test_workers_at_one_ceiling_never_pass_it(module_database, budget):
    seed = random.randrange(2**31)
    print("seed", seed)
    organization, budget_id = budget(Decimal("0.50"), Decimal("0.40"))
    begun, taken = threading.Barrier(WORKERS), []

    def work(number):
        chance = random.Random(seed + number)
        begun.wait(30)
        for _ in range(6):
            amount = Decimal(chance.randrange(1, 20_000)) / 1_000_000
            if spend(organization, budget_id, amount):
                taken.append(amount)
                if chance.random() < 0.3:
                    taken.append(-amount)
                    spend(organization, budget_id, -amount)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    found = booked(module_database, budget_id)
    assert found["spent_eur"] == found["eur"] == found["of_days"] == sum(taken)
    assert Decimal("0.3") < found["spent_eur"] <= Decimal("0.40"), "the day's ceiling, nearly reached and not passed"


def test_a_refund_of_a_sources_call_goes_back_to_the_day_of_its_charge(module_database, budget):
    organization, budget_id = budget(Decimal(5))
    call_id = uuid4()
    with module_database.owner() as owner:
        owner.execute(
            "insert into app.sources (source_key, organization_id, kind, name, config)"
            " values (%s, %s, 'csv', 'x', '{}')", (f"csv/{organization}", organization),
        )  # fmt: skip
        owner.execute(
            "insert into app.source_calls (call_id, organization_id, source_key, run_on, call_key, run_id, operation,"
            " reserved_eur, budget_id) values (%s, %s, %s, '2026-11-20', repeat('a', 64), 'r', '/x', 1, %s)",
            (call_id, organization, f"csv/{organization}", budget_id),
        )
        for amount, moment in ((Decimal("1.00"), "2026-11-20T23:59:59Z"), (Decimal("-0.70"), "2026-11-21T00:00:03Z")):
            owner.execute(
                "insert into billing.costs (kind, amount_eur, organization_id, provider, budget_id, source_call_id,"
                " is_refund, occurred_at) values ('provider', %s, %s, 'p', %s, %s, %s, %s)",
                (amount, organization, budget_id, call_id, amount < 0, moment),
            )
        shares = owner.execute(
            "select share, spent_eur from billing.budget_shares where budget_id = %s", (budget_id,)
        ).fetchall()
    assert shares == [{"share": "day 2026-11-20", "spent_eur": Decimal("0.30")}]
