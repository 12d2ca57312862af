"""Claims: each message to one sender, however many ask at once; dead senders are known at once, live ones never."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from leadhouse.delivery import mark_lost
from tests.campaigns.audience_factory import Campaigns

CLAIM = "select message_id from app.claim_messages(%s, %s, %s)"


@pytest.fixture
def world(database):
    return Campaigns(database)


def queue(world, count):
    campaign_id = world.campaign(world.leads(count))
    world.queued(campaign_id)
    return campaign_id


def test_hundred_claimers_at_once(world):
    campaign_id = queue(world, 500)
    claimed, failures, start = Counter(), [], threading.Barrier(100)
    lock = threading.Lock()

    def claim(number):
        try:
            with world.database.connect("delivery", autocommit=True) as connection:
                start.wait(60)
                while rows := connection.execute(CLAIM, [campaign_id, f"sender-{number}", 1 + number % 5]).fetchall():
                    with lock:
                        claimed.update(row["message_id"] for row in rows)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=claim, args=[number]) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(claimed) == 500
    assert set(claimed.values()) == {1}
    assert world.states(campaign_id) == {"claimed": 500}
    assert world.value("select max(attempts) from app.messages") == 1


def test_claim_ends_where_all_that_is_left_is_suppressed(world):
    campaign_id = queue(world, 30)
    world.suppress("kunde.example", "domain")
    with world.database.connect("delivery") as connection:
        assert connection.execute(CLAIM, [campaign_id, "me", 4]).fetchall() == []
    assert world.states(campaign_id) == {"suppressed": 30}


def test_claim_passes_over_what_is_suppressed(world):
    campaign_id = queue(world, 3)
    first = world.value("select email_normalized from app.messages order by not_before, message_id limit 1")
    world.suppress(first)
    with world.database.connect("delivery") as connection:
        assert len(connection.execute(CLAIM, [campaign_id, "me", 1]).fetchall()) == 1
    assert world.states(campaign_id) == {"suppressed": 1, "claimed": 1, "queued": 1}


def test_claim_that_is_rolled_back_is_none(world):
    campaign_id = queue(world, 1)
    with world.database.connect("delivery") as connection:
        assert connection.execute(CLAIM, [campaign_id, "me", 1]).fetchall()
        connection.rollback()
    assert world.states(campaign_id) == {"queued": 1}


def hold(connection, holder):
    connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [holder])


def test_dead_sender_is_known_at_once_and_a_live_one_is_left_alone(world):
    campaign_id = queue(world, 6)
    with world.database.connect("delivery", autocommit=True) as living:
        with world.database.connect("delivery", autocommit=True) as dying:
            for connection, holder in ((living, "living"), (dying, "dying")):
                hold(connection, holder)
                connection.execute(CLAIM, [campaign_id, holder, 2])
            assert mark_lost(campaign_id, "run") == 0
        deadline = time.monotonic() + 5
        while mark_lost(campaign_id, "run") == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert world.states(campaign_id) == {"claimed": 2, "unknown": 2, "queued": 2}
        rows = world.rows("select claimed_by, reason_class from app.messages where state = 'unknown'")
        assert {(row["claimed_by"], row["reason_class"]) for row in rows} == {("dying", "answer_lost")}
        assert world.value("select count(*) from raw.email_events where event_kind = 'unknown'") == 2


def test_lease_ends_even_while_the_lock_is_held(world):
    campaign_id = queue(world, 1)
    with world.database.connect("delivery", autocommit=True) as hanging:
        hold(hanging, "hanging")
        hanging.execute(CLAIM, [campaign_id, "hanging", 1])
        assert mark_lost(campaign_id, "run", lease=timedelta(minutes=15)) == 0
        assert mark_lost(campaign_id, "run", lease=timedelta(0)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("queued", "accepted"),
        ("accepted", "queued"),
        ("rejected", "queued"),
        ("suppressed", "claimed"),
        ("unknown", "queued"),
        ("cancelled", "claimed"),
    ],
)
def test_states_do_not_go_back(world, before, after):
    campaign_id = queue(world, 1)
    with world.database.owner() as connection:
        connection.execute("alter table app.messages disable trigger user")
        connection.execute("update app.messages set state = %s::app.message_state", [before])
        connection.execute("alter table app.messages enable trigger user")
    with pytest.raises(Exception, match=f"is {before}, it cannot become {after}"), world.database.owner() as connection:
        connection.execute("update app.messages set state = %s::app.message_state", [after])
    assert world.states(campaign_id) == {before: 1}


@pytest.mark.parametrize("column", ["email_normalized", "gate_run_id", "member_id", "lead_id"])
def test_to_whom_and_why_never_changes(world, column):
    queue(world, 1)
    value = "'else@x.example'" if column == "email_normalized" else "gen_random_uuid()"
    with pytest.raises(Exception, match="never change"), world.database.owner() as connection:
        connection.execute(f"update app.messages set {column} = {value}")  # noqa: S608 - our own
