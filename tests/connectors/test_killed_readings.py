"""A reader that is killed at any moment: nothing is paid twice on a day, nothing is lost, what comes in adds up."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from demo.providers.apollo import ApolloSimulator
from demo.providers.simulator import Fault
from leadhouse.connectors.source_runs import SourceBusyError, run_source
from leadhouse.credentials import new_master_key
from leadhouse.settings import settings
from tests.connectors.conftest import HASTY
from tests.connectors.test_source_runs import Tenant

FIRST_DAY = date(2026, 11, 2)
LAST_DAY = 25
MASTER_KEY = new_master_key()
PASSING = {"works", "provider_failed", "unreachable", "malformed", "rate_limited"}  # what the next day may find gone


@pytest.fixture
def tenant(module_database, monkeypatch, world, served):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)
    simulator = ApolloSimulator(world, prefix="/api/v1")
    made = Tenant(module_database, simulator, served(simulator))
    settings.cache_clear()
    return made


def run_and_kill(tenant, day, seconds):
    """Reads in a process of its own, which is killed after so long; whether it was at work still."""
    child = os.fork()
    if child == 0:
        try:
            run_source(tenant.source_key, day, "killed", patience=HASTY)
        finally:
            os._exit(0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def in_peace(tenant, day):
    """Reads once more; a reader that was killed a moment ago may hold the source until its server notices."""
    for _ in range(100):
        try:
            return tenant.run(day)
        except SourceBusyError:
            time.sleep(0.05)
    raise AssertionError("the source stays held")


def charged(tenant):
    """Each charged request of the simulator, by what it asked."""
    return [f"{each.path} {each.query} {each.body}" for each in tenant.simulator.heard if each.credits]


def rounds_of_kills(tenant, chance, kills):
    """Kills as many readers, a day at a time, then reads to the end; how many were killed at work."""
    hit, day, paid_until = 0, FIRST_DAY, 0
    while True:
        for _ in range(2):
            if hit < kills:
                hit += run_and_kill(tenant, day, chance.uniform(0.0, 0.5))
        summary = in_peace(tenant, day)
        assert summary.received == summary.landed + summary.known + summary.quarantined
        today, paid_until = charged(tenant)[paid_until:], len(charged(tenant))
        assert [each for each, times in Counter(today).items() if times > 1] == [], "paid twice on a day"
        if summary.reason == "works" and hit >= kills:
            return hit
        assert summary.reason in PASSING
        day += timedelta(days=1)
        assert day.day <= LAST_DAY, "it does not come to its end"


def check_books(tenant):
    (calls,) = tenant.rows(
        "select coalesce(sum(coalesce(price_eur, reserved_eur)), 0) as eur from app.source_calls"
        " where source_key = %s and state <> 'refused'", tenant.source_key,
    )  # fmt: skip
    assert tenant.spent() == calls["eur"], "the ledger is the sum of its calls"
    taken = Decimal("0.1") * Decimal(1000 - tenant.simulator.credits)
    assert calls["eur"] >= taken, "what was lost stays charged"
    lost = tenant.rows(
        "select reserved_eur from app.source_calls where source_key = %s and price_eur is null", tenant.source_key
    )  # not answered, or not in a way that says what it took
    assert calls["eur"] - taken <= sum((each["reserved_eur"] for each in lost), Decimal(0)), "no more than that"
    assert tenant.rows(
        "select 1 from app.source_calls where source_key = %s and state = 'claimed'", tenant.source_key
    ) == []  # fmt: skip
    (landed,) = tenant.rows(
        "select count(distinct unit_key) as units, count(distinct fetch_id) filter (where warc_uri is null) as bare"
        "  from raw.extractions left join raw.fetches using (run_on, fetch_id)"
        " where extractions.source_key = %s", tenant.source_key,
    )  # fmt: skip
    people = sum(len(company.people) for company in tenant.simulator.world)
    assert (landed["units"], landed["bare"]) == (people, 0), "everybody, each with the bytes that say so"
    again = tenant.rows(
        "select unit_key from raw.extractions where source_key = %s group by unit_key, statement_hash, content_hash"
        " having count(*) > 1", tenant.source_key,
    )  # fmt: skip
    assert again == [], "no statement landed twice"


def test_killed_readers_pay_nothing_twice_and_lose_nothing(tenant):
    seed = random.randrange(2**31)
    print("seed", seed)
    tenant.add(search="people", credit_price_eur=0.1)
    rounds_of_kills(tenant, random.Random(seed), kills=3)
    check_books(tenant)


@pytest.mark.prove
@pytest.mark.parametrize("trouble", [None, Fault.DROPPED, Fault.STALLED, Fault.MALFORMED, Fault.AWAY, Fault.BUSY])
def test_many_killed_readers_amid_trouble(tenant, trouble):
    seed = random.randrange(2**31)
    print("seed", seed)
    chance = random.Random(seed)
    tenant.add(search="people", credit_price_eur=0.1)
    if trouble is not None:
        tenant.simulator.faults = [trouble if chance.random() < 0.15 else None for _ in range(40)]
    rounds_of_kills(tenant, chance, kills=8)
    check_books(tenant)
