"""A result is revoked while a message is made from it: whichever is first, nothing goes out."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from leadhouse import quality
from leadhouse.campaigns import freeze_audience
from tests.campaigns.audience_factory import Campaigns, this_hour
from tests.quality.test_gate import INSERT

REVOKE = (
    "insert into quality.gate_revocations (gate_run_id, organization_id, revoked_by, reason)"
    " values (%s, %s, 'Olaf', 'x')"
)


@pytest.fixture
def world(database):
    return Campaigns(database)


@pytest.fixture
def wave(world):
    campaign_id = world.campaign([world.lead("a@x.example")])
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    return {
        "campaign_id": campaign_id, "snapshot_id": snapshot_id, "gate_run_id": world.verdict(snapshot_id),
        "verdict": "passed", "account_id": world.account_id,
    }  # fmt: skip


def waits_for_a_lock(database, pid):
    """True once the session is seen waiting."""
    deadline = time.monotonic() + 5
    with database.owner(autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("select wait_event_type from pg_stat_activity where pid = %s", [pid]).fetchone()
            if row and row["wait_event_type"] == "Lock":
                return True
            time.sleep(0.01)
    return False


def in_thread(work):
    outcome = []

    def run():
        try:
            outcome.append(work())
        except psycopg.Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_insert_waits_for_a_revocation_under_way_and_is_refused(world, wave):
    with world.database.connect("quality") as revoking, world.database.connect("campaigns") as inserting:
        revoking.execute(
            REVOKE,
            [wave["gate_run_id"], world.organization_id],
        )
        thread, outcome = in_thread(lambda: inserting.execute(INSERT, wave))
        assert waits_for_a_lock(world.database, inserting.info.backend_pid)
        revoking.commit()
        thread.join(10)
        inserting.rollback()
    assert isinstance(outcome[0], psycopg.errors.IntegrityError), outcome
    assert "does not stand" in str(outcome[0])
    assert world.value("select count(*) from app.messages") == 0


def test_revocation_waits_for_an_insert_under_way_and_then_cancels_it(world, wave):
    with world.database.connect("campaigns") as inserting:
        inserting.execute(INSERT, wave)
        thread, outcome = in_thread(lambda: quality.revoke(wave["gate_run_id"], "Olaf", "wrong segment"))
        thread.join(0.5)
        assert thread.is_alive(), "the revocation did not wait"
        inserting.commit()
        thread.join(10)
    assert outcome == [None]
    assert world.states(wave["campaign_id"]) == {"queued": 1}
    with world.database.connect("delivery") as connection:
        assert (
            connection.execute("select * from app.claim_messages(%s, 'me', 10)", [wave["campaign_id"]]).fetchall() == []
        )
    assert world.rows("select state::text, reason_class from app.messages") == [
        {"state": "cancelled", "reason_class": "gate_does_not_stand"}
    ]


def test_claim_waits_for_a_revocation_under_way(world, wave):
    with world.database.connect("campaigns") as inserting:
        inserting.execute(INSERT, wave)
    with world.database.connect("quality") as revoking, world.database.connect("delivery") as claiming:
        revoking.execute(
            REVOKE,
            [wave["gate_run_id"], world.organization_id],
        )
        claim = "select * from app.claim_messages(%s, 'me', 10)"
        thread, outcome = in_thread(lambda: claiming.execute(claim, [wave["campaign_id"]]).fetchall())
        assert waits_for_a_lock(world.database, claiming.info.backend_pid)
        revoking.commit()
        thread.join(10)
    assert outcome == [[]]
    assert world.states(wave["campaign_id"]) == {"cancelled": 1}


@pytest.mark.parametrize("seed", range(3))
def test_many_inserts_against_one_revocation(world, seed):
    """A real race without choreography: after it, no message may ever be claimed."""
    campaign_id = world.campaign(world.leads(30))
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    gate_run_id = world.verdict(snapshot_id)
    members = [row["member_id"] for row in world.rows("select member_id from quality.snapshot_members")]
    start = threading.Barrier(4)

    def insert(some):
        with world.database.connect("campaigns", autocommit=True) as connection:
            start.wait()
            for member in some:
                connection.execute(
                    f"{INSERT} and member_id = %(member)s",
                    {"campaign_id": campaign_id, "snapshot_id": snapshot_id, "gate_run_id": gate_run_id,
                     "verdict": "passed", "account_id": world.account_id, "member": member},
                )  # fmt: skip

    def revoke():
        start.wait()
        time.sleep(0.003 * (seed + 1))
        quality.revoke(gate_run_id, "Olaf", "wrong segment")

    threads = [in_thread(lambda part=part: insert(members[part::3])) for part in range(3)] + [in_thread(revoke)]
    for thread, _ in threads:
        thread.join(20)
    revoked_at = world.value("select revoked_at from quality.gate_revocations")
    late = world.value(
        "select count(*) from app.messages where created_at > %s", revoked_at + timedelta(milliseconds=50)
    )
    assert late == 0
    assert threads[3][1] == [None]
    with world.database.connect("delivery") as connection:
        assert connection.execute("select * from app.claim_messages(%s, 'me', 100)", [campaign_id]).fetchall() == []
    assert set(world.states(campaign_id)) <= {"cancelled"}


def test_expired_override_neither_makes_nor_claims_messages(world):
    campaign_id = world.campaign([world.lead("a@x.example"), world.lead("b@x.example", "B B")])
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    failed = world.verdict(snapshot_id, "failed")
    made = quality.override(failed, "Mara", "checked by telephone", datetime.now(UTC) + timedelta(seconds=1))
    key = {
        "campaign_id": campaign_id,
        "snapshot_id": snapshot_id,
        "gate_run_id": made,
        "verdict": "overridden",
        "account_id": world.account_id,
    }
    with world.database.connect("campaigns") as connection:
        connection.execute(f"{INSERT} and email_normalized = 'a@x.example'", key)
    time.sleep(1.1)
    with (
        pytest.raises(psycopg.errors.IntegrityError, match="does not stand"),
        world.database.connect("campaigns") as connection,
    ):
        connection.execute(f"{INSERT} and email_normalized = 'b@x.example'", key)
    with world.database.connect("delivery") as connection:
        assert connection.execute("select * from app.claim_messages(%s, 'me', 10)", [campaign_id]).fetchall() == []
    assert world.states(campaign_id) == {"cancelled": 1}
