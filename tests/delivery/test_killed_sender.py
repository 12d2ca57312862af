"""kill -9 of a sender at random moments: nothing is sent twice, what is not known is shown, the totals add up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from leadhouse.delivery import mark_lost, send_queued
from leadhouse.settings import PROJECT

SENDER = "import sys, uuid; from leadhouse.delivery import send_queued; send_queued(uuid.UUID(sys.argv[1]), 'killed')"


def start(campaign_id):
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}
    return subprocess.Popen([sys.executable, "-c", SENDER, str(campaign_id)], env=environment)


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.001)


def kill_once(world, sink, campaign_id, moment):
    """Starts a sender, kills it after `moment` more messages and a little, and waits for its session to be gone."""
    before = len(sink.messages)
    process = start(campaign_id)
    try:
        until(lambda: len(sink.messages) >= before + moment or process.poll() is not None)
        time.sleep(random.random() * 0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    sessions = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'leadhouse delivery'"
    )
    until(lambda: world.value(sessions) == 0)


def assert_nothing_twice_and_all_counted(world, sink, campaign_id, total):
    assert set(sink.addresses.values()) <= {1}, "somebody got it twice"
    states = world.states(campaign_id)
    assert sum(states.values()) == total
    rows = world.rows(
        "select email_normalized as address, state::text from app.messages where campaign_id = %s", campaign_id
    )
    got, known = set(sink.addresses), {row["address"]: row["state"] for row in rows}
    assert {address for address, state in known.items() if state == "accepted"} <= got, "accepted, but never arrived"
    assert all(known[address] in {"accepted", "unknown", "claimed"} for address in got), (
        "arrived, but counted as not sent"
    )
    return states


def killed_at_random_moments(served, kills, total, seed):
    random.seed(seed)
    with served() as (world, sink):
        campaign_id = world.campaign(world.leads(total))
        world.queued(campaign_id)
        for _ in range(kills):
            kill_once(world, sink, campaign_id, random.randint(1, max(2, total // (kills + 1))))
            assert_nothing_twice_and_all_counted(world, sink, campaign_id, total)
        lost = mark_lost(campaign_id, "after")
        counts = send_queued(campaign_id, "after")
        states = assert_nothing_twice_and_all_counted(world, sink, campaign_id, total)
        assert set(states) <= {"accepted", "unknown"}
        events = world.rows(
            "select event_kind, count(*) as n, count(distinct message_id) as messages from raw.email_events group by 1"
        )
        assert {row["event_kind"]: row["n"] for row in events} == states
        assert all(row["n"] == row["messages"] for row in events)
        batches = world.rows("select count(*) as n, max(batch_no) as last, sum(landed) as landed from raw.batches")[0]
        assert (batches["n"], batches["landed"]) == (batches["last"], total)
        assert states.get("unknown", 0) <= kills * 50
        assert lost + counts["attempted"] > 0
        return states


@pytest.mark.slow
def test_sender_killed_at_random_moments(served):
    killed_at_random_moments(served, kills=3, total=600, seed=1)


def test_slow_server_loses_one_message_at_most(served):
    """A claim covers a fifth of a second: a server that takes longer gets one message at a time."""
    with served(None, lambda *_: time.sleep(0.25)) as (world, sink):
        campaign_id = world.campaign(world.leads(10))
        world.queued(campaign_id)
        kill_once(world, sink, campaign_id, 2)
        assert mark_lost(campaign_id, "after") <= 1
        assert world.states(campaign_id).get("unknown", 0) <= 1


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(20))
def test_sender_killed_two_hundred_times(served, seed):
    killed_at_random_moments(served, kills=10, total=4000, seed=100 + seed)
