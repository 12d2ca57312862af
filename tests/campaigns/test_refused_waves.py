"""Waves that were refused or stopped on the way: nobody of them is lost, and none stands in the way of the next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from leadhouse import campaigns, quality
from leadhouse.campaigns import waves
from leadhouse.campaigns.candidates import SendWindow
from leadhouse.settings import settings
from tests.campaigns.audience_factory import Campaigns, this_hour
from tests.delivery.smtp_sink import Sink


@pytest.fixture
def sink(database, monkeypatch):
    with Sink() as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        yield sink


@pytest.fixture
def world(database, sink):
    return Campaigns(database, smtp_port=sink.port)


NEXT = timedelta(hours=1)


def due(now):
    return [(wave.why, wave.wave_at) for wave in campaigns.due_campaigns(now)]


def decisions(world):
    rows = world.rows(
        "select decision, rule_id, count(*)::int as n from app.campaign_decisions group by 1, 2 order by 1, 2"
    )
    return [tuple(row.values()) for row in rows]


def queue_and_pause(world, *leads):
    """A wave whose messages wait, since its campaign was paused before they were sent."""
    campaign_id = world.campaign(list(leads))
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, this_hour())
    verdict = quality.run_gate(snapshot_id, "campaign_audience")
    campaigns.queue_messages(snapshot_id, verdict.gate_run_id)
    return campaign_id, snapshot_id, verdict


def test_revoked_wave_ends_and_the_next_one_has_its_people(world, sink):
    campaign_id, _, verdict = queue_and_pause(world, world.lead())
    quality.revoke(verdict.gate_run_id, "Olaf", "wrong segment")
    assert due(datetime.now(UTC)) == [("unfinished", this_hour())]
    with pytest.raises(quality.GateRefusedError, match="revoked by Olaf"):
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    assert (world.states(campaign_id), sink.messages) == ({"cancelled": 1}, [])
    assert due(this_hour() + NEXT) == [("audience", this_hour() + NEXT)]
    assert campaigns.run_wave(campaign_id, 1, this_hour() + NEXT, "night-2").messages == {"accepted": 1}
    assert world.states(campaign_id) == {"cancelled": 1, "accepted": 1}
    assert due(this_hour() + 2 * NEXT) == []


def age(world, by="25 hours"):
    with world.database.owner() as connection:
        connection.execute("set local session_replication_role = replica")
        for table, columns in {
            "quality.snapshots": ["created_at", "wave_at"], "quality.gate_results": ["created_at", "expires_at"],
            "app.messages": ["created_at", "not_before"], "app.campaign_decisions": ["decided_at"],
        }.items():  # fmt: skip
            moved = ", ".join(f"{column} = {column} - %(by)s::interval" for column in columns)
            connection.execute(f"update {table} set {moved}", {"by": by})  # noqa: S608 - our own


def test_campaign_that_was_paused_over_a_weekend_loses_nobody(world):
    campaign_id, _, _ = queue_and_pause(world, world.lead(), world.lead("bo@x.example", "Bo Lind"))
    age(world)
    [(why, wave_at)] = due(datetime.now(UTC))
    assert why == "unfinished"
    with pytest.raises(quality.GateRefusedError, match="too long ago"):
        campaigns.run_wave(campaign_id, 1, wave_at, "monday-1")
    assert due(datetime.now(UTC)) == [("audience", this_hour())]
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "monday-2").messages == {"accepted": 2}


def test_what_was_tried_is_not_made_again(world):
    campaign_id, _, _ = queue_and_pause(world, world.lead())
    world.rows("update app.messages set attempts = 1 returning 1")  # put off by the server once
    age(world)
    [(_, wave_at)] = due(datetime.now(UTC))
    with pytest.raises(quality.GateRefusedError):
        campaigns.run_wave(campaign_id, 1, wave_at, "monday-1")
    assert (due(datetime.now(UTC)), world.states(campaign_id)) == ([], {"cancelled": 1})


@pytest.mark.parametrize("is_old", [False, True], ids=["soon", "after_a_day"])
def test_run_that_was_killed_between_freezing_and_the_outbox_is_gone_on_with(world, is_old):
    campaign_id = world.campaign([world.lead()])
    campaigns.freeze_audience(campaign_id, 1, this_hour())
    if not is_old:
        assert due(this_hour() + NEXT) == [("unfinished", this_hour())]
        assert campaigns.run_wave(campaign_id, 1, this_hour(), "again").messages == {"accepted": 1}
        return
    age(world)
    [(why, wave_at)] = due(datetime.now(UTC))
    assert why == "unfinished"
    with pytest.raises(quality.GateRefusedError, match="too long ago"):
        campaigns.run_wave(campaign_id, 1, wave_at, "again")
    assert decisions(world) == [("held", "audience_refused", 1)]
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "new").messages == {"accepted": 1}


def test_gate_without_an_answer_is_asked_again(world, monkeypatch):
    campaign_id = world.campaign([world.lead()])

    def gone(*_):
        raise quality.RuleNotEvaluatedError("the server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(waves, "run_gate", gone)
        with pytest.raises(quality.RuleNotEvaluatedError):
            campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    assert due(datetime.now(UTC)) == [("unfinished", this_hour())]
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "night-1").messages == {"accepted": 1}


def test_what_waits_is_not_sent_at_night(world, sink):
    campaign_id, _, _ = queue_and_pause(world, world.lead())
    weekday = datetime.now(UTC).isoweekday()
    closed = [day for day in range(1, 8) if day != weekday]
    change = (
        "update app.campaigns set config = jsonb_build_object('send_window',"
        " jsonb_build_object('weekdays', %s::int[])) returning 1"
    )
    world.rows(change, closed)
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "night-1").messages == {"queued": 1}
    assert sink.messages == []
    world.rows(change, [weekday])
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "night-1").messages == {"accepted": 1}


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-27T08:30:00+00:00", True), ("2026-03-27T07:59:00+00:00", False),
        ("2026-03-30T07:30:00+00:00", True),  # the clocks went on by an hour between the two
        ("2026-03-30T15:00:00+00:00", False), ("2026-03-28T10:00:00+00:00", False),
    ],
    ids=["open", "before_nine", "summer_time", "after_five", "saturday"],
)  # fmt: skip
def test_window_is_of_the_organizations_clock(moment, is_open):
    window = SendWindow(weekdays=(1, 2, 3, 4, 5), opens_at=time(9), closes_at=time(17))
    assert window.is_open(datetime.fromisoformat(moment), "Europe/Berlin") is is_open
