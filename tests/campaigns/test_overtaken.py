"""What changes between freezing and sending: waves side by side, a stop, a closed lead. Nobody is mailed for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from leadhouse import campaigns, quality
from leadhouse.database.queries import load
from tests.campaigns.audience_factory import Campaigns, this_hour

CLAIM = "select lead_id from app.claim_messages(%s, 'sender', 100)"


@pytest.fixture
def world(database):
    return Campaigns(database)


def frozen(world, *leads, **config):
    """A campaign with its frozen audience and a passed result of it."""
    campaign_id = world.campaign(list(leads), **config)
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, this_hour())
    return campaign_id, snapshot_id, world.verdict(snapshot_id)


def limit(world, messages):
    world.rows("update app.email_accounts set daily_limit = %s returning 1", messages)


def decisions(world, snapshot_id):
    rows = world.rows(
        "select decision, rule_id, count(*)::int as n from app.campaign_decisions where snapshot_id = %s"
        " group by 1, 2 order by 1, 2",
        snapshot_id,
    )
    return [tuple(row.values()) for row in rows]


def claimed(world, campaign_id):
    with world.database.connect("delivery") as connection:
        return [row["lead_id"] for row in connection.execute(CLAIM, [campaign_id])]


def test_waves_frozen_side_by_side_keep_the_accounts_limit_together(world):
    limit(world, 3)
    first, second = (frozen(world, *world.leads(2, domain)) for domain in ("one.example", "two.example"))
    assert campaigns.queue_messages(*first[1:]) == 2
    assert campaigns.queue_messages(*second[1:]) == 1
    assert decisions(world, second[1]) == [("over_cap", "over_cap", 1), ("sent", "gate_passed", 1)]
    assert campaigns.queue_messages(*second[1:]) == 0
    held = world.rows("select evidence, held_until from app.campaign_decisions where decision = 'over_cap'")[0]
    assert (held["evidence"]["used_today"], held["evidence"]["account_limit"]) == (2, 3)
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert held["held_until"] == tomorrow
    world.rows("update app.messages set state = 'cancelled' returning 1")
    due = [(wave.campaign_id, wave.why) for wave in campaigns.due_campaigns(tomorrow + timedelta(hours=1))]
    assert (second[0], "audience") in due


def test_one_address_in_two_waves_gets_one_message(world):
    first, second = (frozen(world, world.lead("anna@x.example", name)) for name in ("Anna Berg", "A. Berg"))
    assert [campaigns.queue_messages(*each[1:]) for each in (first, second)] == [1, 0]
    assert decisions(world, second[1]) == [("held", "contacted_recently", 1)]


def test_message_that_was_on_its_way_while_a_wave_froze_is_seen(world):
    """Its row is older than the snapshot, and was not committed yet when the snapshot looked."""
    first = frozen(world, world.lead("anna@x.example", "Anna Berg"))
    second = world.campaign([world.lead("anna@x.example", "A. Berg")])
    with world.database.connect("campaigns") as other:
        wave = other.execute(load("campaigns").find_wave, {"snapshot_id": first[1], "gate_run_id": first[2]}).fetchone()
        assert other.execute(load("campaigns").queue_messages, wave).rowcount == 1
        snapshot_id = campaigns.freeze_audience(second, 1, this_hour())
    assert campaigns.queue_messages(snapshot_id, world.verdict(snapshot_id)) == 0
    assert decisions(world, snapshot_id) == [("held", "contacted_recently", 1)]


def test_what_waits_from_yesterday_is_of_todays_messages(world):
    limit(world, 3)
    waiting, wave = (frozen(world, *world.leads(2, domain)) for domain in ("one.example", "two.example"))
    campaigns.queue_messages(*waiting[1:])
    world.rows("update app.messages set created_at = created_at - interval '1 day' returning 1")
    assert campaigns.plan(wave[0]).held_by_rule == {"over_cap": 1}
    assert campaigns.queue_messages(*wave[1:]) == 1


def test_who_asks_for_no_gap_gets_none(world):
    first, second = (
        frozen(world, world.lead("anna@x.example", name), contact_gap_days=0) for name in ("Anna Berg", "A. Berg")
    )
    assert [campaigns.queue_messages(*each[1:]) for each in (first, second)] == [1, 1]


def test_override_of_yesterday_keeps_todays_limit_and_ends(world):
    limit(world, 2)
    campaign_id = world.campaign(world.leads(2, "one.example"))
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, this_hour())
    failed = world.verdict(snapshot_id, "failed")
    campaigns.queue_messages(snapshot_id, failed)
    campaigns.queue_messages(*frozen(world, world.lead("b@x.example", "B"))[1:])
    made = quality.override(failed, "Mara", "the list was checked by hand", datetime.now(UTC) + timedelta(hours=2))
    assert [wave.why for wave in campaigns.due_campaigns(datetime.now(UTC)) if wave.campaign_id == campaign_id] == [
        "unfinished"
    ]
    assert campaigns.queue_messages(snapshot_id, made) == 1
    assert decisions(world, snapshot_id) == [("over_cap", "over_cap", 1), ("sent", "gate_overridden", 1)]
    world.rows("update app.messages set state = 'cancelled' returning 1")
    assert [wave for wave in campaigns.due_campaigns(datetime.now(UTC)) if wave.why == "unfinished"] == []


def test_member_that_was_stopped_after_freezing_gets_no_message(world):
    lead = world.lead()
    campaign_id, snapshot_id, gate_run_id = frozen(world, lead)
    campaigns.stop_members(campaign_id, [lead], "asked by telephone")
    assert campaigns.queue_messages(snapshot_id, gate_run_id) == 0
    assert decisions(world, snapshot_id) == [("sequence_stopped", "member_stopped", 1)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update app.campaign_members set stopped_at = now() where lead_id = %s returning 1", "member_stopped"),
        ("update app.leads set deleted_at = now() where lead_id = %s returning 1", "lead_is_closed"),
        ("update app.leads set status = 'converted' where lead_id = %s returning 1", "lead_is_closed"),
    ],
    ids=["stopped", "deleted", "converted"],
)
def test_queued_message_goes_to_nobody_who_is_out(world, change, reason):
    out, other = world.lead("out@x.example", "Out"), world.lead("in@x.example", "In")
    campaign_id, *wave = frozen(world, out, other)
    campaigns.queue_messages(*wave)
    world.rows(change, out)
    assert claimed(world, campaign_id) == [other]
    rows = world.rows("select lead_id, state::text as state, reason_class from app.messages where lead_id = %s", out)
    assert rows == [{"lead_id": out, "state": "cancelled", "reason_class": reason}]
    assert claimed(world, campaign_id) == []


def test_what_is_queued_waits_while_the_organization_is_locked(world):
    lead = world.lead()
    campaign_id, *wave = frozen(world, lead)
    campaigns.queue_messages(*wave)
    world.rows(
        "insert into billing.subscriptions (organization_id, tier, status) values (%s, 'FREE', 'canceled') returning 1",
        world.organization_id,
    )
    assert claimed(world, campaign_id) == []
    assert world.states(campaign_id) == {"queued": 1}
    world.rows("update billing.subscriptions set status = 'active' returning 1")
    assert claimed(world, campaign_id) == [lead]


def test_who_objected_is_not_written_to_at_another_address(world):
    lead, other = world.lead("anna@x.example"), world.lead("bo@x.example", "Bo Lind")
    campaign_id, *wave = frozen(world, lead, other)
    campaigns.queue_messages(*wave)
    later, *later_wave = frozen(world, lead, contact_gap_days=0)
    campaigns.queue_messages(*later_wave)
    world.rows(
        "update mart_leads.dim_people set email_normalized = 'berg@y.example' where full_name = 'Anna Berg' returning 1"
    )
    with world.database.owner() as connection:
        world.check(connection, "berg@y.example", {"status": "valid", "has_mx": True, "is_role": False,
                                                   "is_disposable": False, "verified": "now()"})  # fmt: skip
    third = world.campaign([lead], contact_gap_days=0)
    assert [each.email_normalized for each in campaigns.plan(third).sendable] == ["berg@y.example"]
    world.suppress("anna@x.example")
    assert campaigns.plan(third).held_by_rule == {"opted_out": 1}
    assert (claimed(world, campaign_id), claimed(world, later)) == ([other], [])


def test_message_is_of_the_campaign_whose_audience_was_judged(world):
    campaign_id, snapshot_id, gate_run_id = frozen(world, world.lead())
    other = world.campaign([])
    with world.database.connect("campaigns") as connection:
        queries = load("campaigns")
        key = {"snapshot_id": snapshot_id, "gate_run_id": gate_run_id}
        wave = connection.execute(queries.find_wave, key).fetchone()
        for wrong in ({"campaign_id": other}, {"step_no": 2}):
            with (
                pytest.raises(psycopg.errors.ForeignKeyViolation, match="message_is_of_its_wave"),
                connection.transaction(),
            ):
                connection.execute(queries.queue_messages, {**wave, **wrong})
    assert campaigns.queue_messages(snapshot_id, gate_run_id) == 1
    assert world.states(campaign_id) == {"queued": 1}


def test_account_stays_while_mail_waits_for_it(world):
    campaign_id, *wave = frozen(world, world.lead())
    campaigns.queue_messages(*wave)
    other = world.value(
        "insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port) select"
        " organization_id, 'other@nordlicht.example', 'Other', smtp_host, 25 from app.email_accounts"
        " returning email_account_id"
    )
    change = "update app.campaigns set email_account_id = %s where campaign_id = %s returning 1"
    with pytest.raises(psycopg.errors.CheckViolation, match="wait for its account"):
        world.rows(change, other, campaign_id)
    with world.database.owner() as owner:  # what a race could leave behind
        owner.execute("set local session_replication_role = replica")
        owner.execute(change, [other, campaign_id])
    assert claimed(world, campaign_id) == []
    assert world.rows("select state::text as state, reason_class from app.messages") == [
        {"state": "cancelled", "reason_class": "account_changed"}
    ]
    world.rows(change, world.account_id, campaign_id)
