"""A wave from due to its end: passed with some held, blocked by six defects, overridden, revoked, paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from leadhouse import campaigns, delivery, quality
from leadhouse.campaigns import GateBlockedError, candidates
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


def decisions(world):
    rows = world.rows("select decision, count(*) as n from app.campaign_decisions group by 1")
    return {row["decision"]: row["n"] for row in rows}


def due(now=None):
    return [(wave.campaign_id, wave.why) for wave in campaigns.due_campaigns(now or datetime.now(UTC))]


def test_campaign_passes_with_some_held(world, sink):
    good = [world.lead(f"good{i}@x.example", f"Good {i}") for i in range(3)]
    world.suppress("out@x.example")
    held = [
        world.lead(None, "No Mail"),
        world.lead("risky@x.example", "Risky", status="risky"),
        world.lead("out@x.example", "Out"),
    ]
    campaign_id = world.campaign([*good, *held])
    assert due() == [(campaign_id, "audience")]
    summary = campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    assert (summary.candidates, summary.sendable, summary.verdict) == (6, 3, "passed")
    assert summary.decisions == {"sent": 3, "held": 2, "suppressed": 1}
    assert summary.messages == {"accepted": 3}
    assert summary.sending["attempted"] == 3
    assert sink.addresses == {f"good{i}@x.example": 1 for i in range(3)}
    assert due() == []
    again = campaigns.run_wave(campaign_id, 1, this_hour(), "night-1-again")
    assert (again.decisions, again.messages, len(sink.messages)) == (summary.decisions, summary.messages, 3)


def six_defects(world):
    company_id = uuid4()
    return [
        world.lead("two..dots@x.example", "Broken Syntax", status=None),
        world.lead("info@x.example", "Role Address", is_role=True, status="risky"),
        world.lead("buyer@thrown.example", "Disposable", is_disposable=True, status="risky"),
        world.lead("max@nomx.example", "No Exchanger", has_mx=False, status="invalid"),
        world.lead("jose@x.example", "José García", company_id=company_id),
        world.lead("jg@x.example", "JOSE GARCIA", company_id=company_id, company=None),
        world.lead("eva@x.example", "No Basis", legal_basis=None),
    ]


def test_campaign_is_blocked_with_its_six_defects(world, sink):
    campaign_id = world.campaign([world.lead("good@x.example", "Good"), *six_defects(world), world.lead(None, "Held")])
    with pytest.raises(GateBlockedError, match="email_is_well_formed") as blocked:
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    assert set(blocked.value.verdict.failed_rules) == {
        "email_is_well_formed", "email_is_no_role_address", "email_is_not_disposable", "domain_has_mail_exchanger",
        "email_is_not_invalid", "name_and_company_are_unique", "legal_basis_is_set",
    }  # fmt: skip
    assert decisions(world) == {"gate_failed": 8, "held": 1}
    assert (world.value("select count(*) from app.messages"), sink.messages) == (0, [])
    rules = world.rows("select rule_id, evidence from app.campaign_decisions where decision = 'gate_failed'")
    by_rule = sorted(row["rule_id"] for row in rules)
    assert by_rule.count("audience_blocked") == 1  # the good one
    assert by_rule.count("name_and_company_are_unique") == 2


def test_blocked_campaign_wakes_nobody_until_something_changed(world):
    bad = world.lead("info@x.example", "Role", is_role=True)
    campaign_id = world.campaign([world.lead("good@x.example", "Good"), bad])
    with pytest.raises(GateBlockedError):
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    later = this_hour() + timedelta(hours=1)
    assert due(later) == []
    campaigns.stop_members(campaign_id, [bad], "a role address")
    assert due(later) == [(campaign_id, "audience")]
    summary = campaigns.run_wave(campaign_id, 1, later, "night-2")
    assert (summary.verdict, summary.decisions) == ("passed", {"sent": 1, "sequence_stopped": 1})


def test_held_candidate_makes_a_wave_when_its_reason_is_gone(world):
    lead = world.lead("a@x.example", status="risky")
    campaign_id = world.campaign([lead])
    assert campaigns.run_wave(campaign_id, 1, this_hour(), "n1").verdict == "skipped"
    later = this_hour() + timedelta(hours=1)
    assert due(later) == []
    with world.database.kept_transaction() as connection:
        connection.execute("alter table raw.email_checks disable trigger user")
        connection.execute("update raw.email_checks set status = 'valid', checked_at = now()")
    assert due(later) == [(campaign_id, "audience")]
    assert campaigns.run_wave(campaign_id, 1, later, "n2").messages == {"accepted": 1}


def test_override_lets_the_blocked_wave_go(world, sink):
    campaign_id = world.campaign(
        [world.lead("good@x.example", "Good"), world.lead("info@x.example", "Role", is_role=True)]
    )
    with pytest.raises(GateBlockedError) as blocked:
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    world.suppress("good@x.example")  # meanwhile
    made = quality.override(
        blocked.value.verdict.gate_run_id,
        "Mara",
        "role address confirmed by telephone",
        datetime.now(UTC) + timedelta(hours=1),
    )
    later = datetime.now(UTC) + timedelta(minutes=30)
    wave = campaigns.due_campaigns(later)[0]
    assert (wave.why, wave.wave_at) == ("unfinished", this_hour())
    summary = campaigns.run_wave(wave.campaign_id, wave.step_no, wave.wave_at, "night-2")
    assert (summary.verdict, summary.decisions) == ("overridden", {"sent": 2})
    assert summary.messages == {"accepted": 1, "suppressed": 1}
    assert sink.addresses == {"info@x.example": 1}
    assert {row["gate_run_id"] for row in world.rows("select gate_run_id from app.campaign_decisions")} == {made}
    assert due() == []


def test_revoked_result_stops_the_wave(world, sink):
    campaign_id = world.campaign([world.lead("good@x.example", "Good")])
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, this_hour())
    verdict = quality.run_gate(snapshot_id, "campaign_audience")
    quality.revoke(verdict.gate_run_id, "Olaf", "wrong segment")
    with pytest.raises(psycopg.errors.IntegrityError, match="does not stand"):
        campaigns.queue_messages(snapshot_id, verdict.gate_run_id)
    with pytest.raises(quality.GateRefusedError, match="revoked by Olaf"):
        campaigns.run_wave(campaign_id, 1, this_hour(), "night-1")
    assert (world.value("select count(*) from app.messages"), sink.messages) == (0, [])


def test_result_of_another_snapshot_is_refused(world):
    first, second = (world.campaign([world.lead(f"{name}@x.example", name)]) for name in "ab")
    snapshot_id, foreign = (campaigns.freeze_audience(each, 1, this_hour()) for each in (first, second))
    with pytest.raises(LookupError, match="no gate result"):
        campaigns.queue_messages(snapshot_id, world.verdict(foreign))


def test_not_ready_campaign_is_due_so_that_its_task_says_why(world):
    campaign_id = world.campaign([world.lead()], subject="{{ secret }}")
    assert due() == [(campaign_id, "not_ready")]
    with pytest.raises(campaigns.CampaignNotReadyError, match="the name secret is not allowed"):
        campaigns.run_wave(campaign_id, 1, this_hour(), "n")


@pytest.mark.parametrize(
    "statement",
    [
        "update app.campaigns set status = 'paused'",
        "update app.email_accounts set status = 'paused'",
        "update app.campaign_steps set send_at = now() + interval '1 hour'",
        "update app.campaigns set deleted_at = now()",
    ],
)
def test_what_is_not_active_is_not_due(world, statement):
    world.campaign([world.lead()])
    with world.database.kept_transaction() as connection:
        connection.execute(statement)
    assert due() == []


def test_deferred_message_makes_its_wave_due_again(database, monkeypatch):
    with Sink(lambda _, tries: None if tries else "451 4.7.1 greylisted") as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        monkeypatch.setenv("LEADHOUSE_SMTP_RETRY_SECONDS", "0.5,1")
        settings.cache_clear()
        world = Campaigns(database, smtp_port=sink.port)
        campaign_id = world.campaign([world.lead("a@x.example")])
        first = campaigns.run_wave(campaign_id, 1, this_hour(), "n1")
        assert (first.messages, first.sending["deferred"]) == ({"queued": 1}, 1)
        assert due(datetime.now(UTC) + timedelta(seconds=2)) == [(campaign_id, "unfinished")]
        counts = delivery.send_queued(campaign_id, "n2", wait=timedelta(seconds=5))
        assert (counts["accepted"], sink.addresses) == (1, {"a@x.example": 1})


def test_window_that_closes_in_the_middle_of_a_wave_ends_its_sending(world, sink, monkeypatch):
    campaign_id = world.campaign(world.leads(6))
    asked = []

    def is_open(*_):
        asked.append(1)
        return len(asked) <= 3  # the wave's own question, whether something is due, the first claim

    monkeypatch.setattr(candidates.SendWindow, "is_open", is_open)
    summary = campaigns.run_wave(campaign_id, 1, this_hour(), "test")
    assert summary.sending["attempted"] == 1  # a first group is one message: how fast the server is, nobody knows yet
    assert summary.messages == {"accepted": 1, "queued": 5}
    monkeypatch.undo()


def test_account_of_poor_reputation_is_paused_in_the_middle_of_a_wave(database, monkeypatch):
    with Sink(lambda address, _: "550 5.1.1 User unknown" if address.startswith("p1") else None) as sink:
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{sink.port}")
        monkeypatch.setenv("LEADHOUSE_SIGNING_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        world = Campaigns(database, smtp_port=sink.port)
        campaign_id = world.campaign(world.leads(600))  # p1, p10…p19, p100…p199: nearly a fifth is dead
        summary = campaigns.run_wave(campaign_id, 1, this_hour(), "n1")
        assert summary.messages["queued"] > 300
        assert sum(summary.messages.values()) == 600
        account = world.rows("select status, paused_reason from app.email_accounts")[0]
        assert account["status"] == "paused"
        assert "limit 5 %" in account["paused_reason"]
        assert due() == []


@pytest.mark.parametrize(("complaints", "paused"), [(0, False), (1, True)])
def test_complaints_pause_an_account(world, complaints, paused):
    campaign_id = world.campaign(world.leads(60))
    campaigns.run_wave(campaign_id, 1, this_hour(), "n1")
    with world.database.kept_transaction() as connection:
        connection.execute(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at) select current_date, gen_random_uuid(), gen_random_uuid(), organization_id, message_id,"
            " 'complained', now() from app.messages limit %s",
            [complaints],
        )
    snapshot_id = world.value("select snapshot_id from quality.snapshots")
    reason = campaigns.finish_wave(snapshot_id, "n2", "passed").paused_reason
    assert (reason is not None) == paused
    assert reason is None or "1 complaints for 60 messages" in reason


@pytest.mark.parametrize(
    "poison",
    [
        "update app.campaigns set config = '{\"contact_gap_days\": 999999999999}' where campaign_id = %s",
        "update app.campaigns set config = '{\"daily_cap\": 1000000000000000000000000}' where campaign_id = %s",
        "update app.campaign_steps set send_at = '-infinity' where campaign_id = %s",
    ],
)
def test_no_value_of_one_campaign_stops_the_others(world, poison):
    bad, good = (world.campaign([world.lead(f"{name}@x.example", name)]) for name in ("bad", "good"))
    world.value(f"{poison} returning 1", bad)
    assert dict(due()) == {bad: "not_ready", good: "audience"}
