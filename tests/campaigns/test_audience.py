"""Every candidate of a wave gets one decision, with its rule and evidence; the first rule that holds is the one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from leadhouse import campaigns
from leadhouse.campaigns import CampaignNotReadyError
from tests.campaigns.audience_factory import Campaigns, this_hour


@pytest.fixture
def world(database):
    return Campaigns(database)


def decided(world, campaign_id, step_no=1):
    """(decision, rule, evidence) by lead, after freezing; the sendable ones have none yet."""
    snapshot_id = campaigns.freeze_audience(campaign_id, step_no, this_hour())
    rows = world.rows(
        "select member.lead_id, member.is_sendable, decision, rule_id, evidence from quality.snapshot_members as member"
        " left join app.campaign_decisions using (snapshot_id, member_id) where member.snapshot_id = %s",
        snapshot_id,
    )
    assert all(row["is_sendable"] == (row["decision"] is None) for row in rows)
    return {row["lead_id"]: (row["decision"], row["rule_id"], row["evidence"]) for row in rows}


@pytest.mark.parametrize(
    ("facts", "decision", "rule", "evidence"),
    [
        ({}, None, None, None),
        ({"email": None}, "held", "no_email", {}),
        ({"status": "risky"}, "held", "email_unverified", {"email_status": "risky"}),
        ({"status": "unknown"}, "held", "email_unverified", {"email_status": "unknown"}),
        ({"status": None}, "held", "email_unverified", {"email_status": "not checked"}),
        ({"verified": "now() - interval '91 days'"}, "held", "facts_are_stale", ...),
        ({"verified": "null::timestamptz", "status": None}, "held", "email_unverified", ...),
        ({"kind": "company"}, "held", "no_person", {}),
        ({"in_marts": False}, "held", "not_in_marts", {}),
        ({"lead_status": "converted"}, "held", "lead_is_closed", {"status": "converted"}),
        ({"company": None}, "held", "template_value_missing", ...),
        # what is known to be wrong is left for the gate
        ({"status": "invalid"}, None, None, None),
        ({"status": "risky", "is_role": True}, None, None, None),
        ({"status": "unknown", "has_mx": False}, None, None, None),
        ({"status": "risky", "is_disposable": True}, None, None, None),
        ({"email": "two..dots@x.example", "status": None}, None, None, None),
        ({"legal_basis": None}, None, None, None),
    ],
)  # fmt: skip
def test_rule_of_one_candidate(world, facts, decision, rule, evidence):
    lead = world.lead(**facts)
    found = decided(world, world.campaign([lead]))[lead]
    assert found[:2] == (decision, rule)
    if evidence is not ...:
        assert found[2] == evidence


@pytest.mark.parametrize(
    ("value", "scope", "of", "held"),
    [
        ("anna@kunde.example", "email", "own", True),
        ("kunde.example", "domain", "own", True),
        ("anna@kunde.example", "email", "everybody", True),
        ("anna@kunde.example", "email", "another", False),
    ],
)
def test_opt_out(world, value, scope, of, held):
    lead = world.lead("anna@kunde.example")
    other = Campaigns(world.database)
    with world.database.kept_transaction() as connection:
        connection.execute(
            "insert into app.suppressions (organization_id, scope, value_normalized, reason, source)"
            " values (%s, %s, %s, 'manual', 'test')",
            [{"own": world.organization_id, "another": other.organization_id, "everybody": None}[of], scope, value],
        )
    found = decided(world, world.campaign([lead]))[lead]
    expected = ("suppressed", "opted_out", {"reason": "manual", "scope": scope, "source": "test"})
    assert found == (expected if held else (None, None, None))
    assert world.value("select is_suppressed from quality.snapshot_members") is held


def test_suppressed_outranks_a_defect(world):
    lead = world.lead("info@x.example", is_role=True)
    world.suppress("info@x.example")
    assert decided(world, world.campaign([lead]))[lead][0] == "suppressed"


def test_stopped_member(world):
    lead = world.lead()
    campaign_id = world.campaign([lead])
    assert campaigns.stop_members(campaign_id, [lead], "asked by telephone") == 1
    assert campaigns.stop_members(campaign_id, [lead], "again") == 0
    decision, rule, evidence = decided(world, campaign_id)[lead]
    assert (decision, rule, evidence["reason"]) == ("sequence_stopped", "member_stopped", "asked by telephone")


def test_own_overlay_comes_before_the_shared_row_and_others_are_not_seen(world):
    lead = world.lead("shared@x.example", "Shared Name")
    other = Campaigns(world.database)
    with world.database.kept_transaction() as connection:
        for organization_id, name in ((world.organization_id, "Own Name"), (other.organization_id, "Foreign Name")):
            connection.execute(
                "insert into mart_leads.dim_people select %s, person_id, company_id, %s, title_raw, %s, email_status,"
                " country_code, legal_basis, last_verified_at from mart_leads.dim_people where organization_id is null",
                [organization_id, name, f"{name.partition(' ')[0].lower()}@x.example"],
            )
            connection.execute(
                "insert into mart_companies.dim_companies (organization_id, company_id, name) select %s, company_id, %s"
                " from mart_companies.dim_companies where organization_id is null",
                [organization_id, f"{name} GmbH"],
            )
        world.check(
            connection,
            "own@x.example",
            {"status": "valid", "has_mx": True, "is_role": False, "is_disposable": False, "verified": "now()"},
        )
    assert decided(world, world.campaign([lead]))[lead] == (None, None, None)
    row = world.rows("select full_name, email_normalized, company_name from quality.snapshot_members")[0]
    assert row == {"full_name": "Own Name", "email_normalized": "own@x.example", "company_name": "Own Name GmbH"}


def test_newest_check_of_an_address_counts(world):
    lead = world.lead("a@x.example")
    with world.database.kept_transaction() as connection:
        connection.execute("select raw.ensure_partitions((current_date - interval '40 days')::date)")
        connection.execute(
            "insert into raw.email_checks select (current_date - interval '40 days')::date, email_normalized,"
            " gen_random_uuid(), domain, 'invalid', is_syntax_valid, has_mx, is_role, is_free, is_disposable, null,"
            " checked_at - interval '40 days' from raw.email_checks"
        )
    decided(world, world.campaign([lead]))
    assert world.value("select email_status from quality.snapshot_members") == "valid"


def test_best_leads_go_first_under_the_cap(world):
    scored = {score: world.lead(f"s{score}@x.example", f"S {score}", score=score) for score in (10, 90, 50)}
    found = decided(world, world.campaign(list(scored.values()), daily_cap=2))
    assert {score: found[lead][0] for score, lead in scored.items()} == {90: None, 50: None, 10: "over_cap"}
    assert found[scored[10]][2]["place"] == 3
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert world.value("select held_until from app.campaign_decisions") == midnight


def test_account_limit_counts_what_went_out_today(world):
    with world.database.kept_transaction() as connection:
        connection.execute("update app.email_accounts set daily_limit = 3")
    world.queued(world.campaign(world.leads(2, "first.example")))
    leads = world.leads(3, "second.example")
    found = decided(world, world.campaign(leads))
    assert sorted(str(decision) for decision, _, _ in found.values()) == ["None", "over_cap", "over_cap"]


def test_address_that_another_campaign_wrote_to_waits(world):
    first, second = world.lead("a@x.example", "A A"), world.lead("b@x.example", "B B")
    world.queued(world.campaign([first]))
    campaign_id = world.campaign([first, second])
    found = decided(world, campaign_id)
    assert (found[first][:2], found[second][0]) == (("held", "contacted_recently"), None)
    assert world.value(
        "select held_until - now() > interval '29 days' from app.campaign_decisions where decision = 'held'"
    )
    eager = world.campaign([first], contact_gap_days=0)
    assert decided(world, eager)[first] == (None, None, None)


def test_address_that_has_this_message_already_is_a_duplicate(world):
    first = world.lead("a@x.example", "A A")
    campaign_id = world.campaign([first])
    world.queued(campaign_id)
    twin = world.lead("a@x.example", "A B")
    world.add_members(campaign_id, [twin])
    with world.database.kept_transaction() as connection:  # the hour has passed
        connection.execute("alter table quality.snapshots disable trigger user")
        connection.execute("update quality.snapshots set wave_at = wave_at - interval '1 hour'")
    found = decided(world, campaign_id)
    assert {lead: each[:2] for lead, each in found.items()} == {twin: ("duplicate", "address_already_mailed")}


def test_send_window_of_the_organization_s_time_zone(world):
    lead = world.lead()
    now = datetime.now(UTC)
    tomorrow = now.isoweekday() % 7 + 1
    closed = world.campaign(
        [lead], send_window={"weekdays": [(tomorrow % 7) + 1], "opens_at": "08:00", "closes_at": "18:00"}
    )
    assert decided(world, closed)[lead][:2] == ("outside_send_window", "outside_send_window")
    open_now = world.campaign([lead], send_window={"weekdays": [1, 2, 3, 4, 5, 6, 7]})
    assert decided(world, open_now)[lead] == (None, None, None)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"daily_cap": "many"}, r"config\.daily_cap"),
        ({"send_window": {"opens": "08:00"}}, r"config\.send_window\.opens"),
        ({"subject": "{{ 1/0 }}"}, "the subject, line 1: div is not allowed"),
        ({"body": "{% for x in y %}"}, "the body, line 1"),
    ],
)
def test_set_up_that_is_wrong_is_said(world, broken, message):
    with pytest.raises(CampaignNotReadyError, match=message):
        campaigns.plan(world.campaign([world.lead()], **broken))


def test_missing_address_of_the_organization_is_said(world):
    campaign_id = world.campaign([world.lead()])
    with world.database.kept_transaction() as connection:
        connection.execute("update identity.organizations set postal_address = ' '")
    with pytest.raises(CampaignNotReadyError, match="no postal address"):
        campaigns.freeze_audience(campaign_id, 1, this_hour())
    with pytest.raises(CampaignNotReadyError, match="no e-mail step 7"):
        campaigns.freeze_audience(campaign_id, 7, this_hour())


def test_freezing_twice_changes_nothing(world):
    campaign_id = world.campaign([world.lead()])
    wave = this_hour() + timedelta(minutes=17)
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, wave)
    world.add_members(campaign_id, [world.lead("late@x.example", "Late")])
    assert campaigns.freeze_audience(campaign_id, 1, this_hour()) == snapshot_id
    assert world.value("select count(*) from quality.snapshot_members") == 1
    with pytest.raises(ValueError, match="time zone"):
        campaigns.freeze_audience(campaign_id, 1, datetime(2026, 1, 1))  # noqa: DTZ001 - the defect


def test_freezing_at_once_makes_one_snapshot(world):
    campaign_id = world.campaign(world.leads(50))
    found, start = [], threading.Barrier(4)

    def freeze():
        start.wait()
        found.append(campaigns.freeze_audience(campaign_id, 1, this_hour()))

    threads = [threading.Thread(target=freeze) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 4
    assert len(set(found)) == 1
    assert world.value("select count(*) from quality.snapshot_members") == 50


def test_plan_tells_all_and_writes_nothing(world):
    with world.database.kept_transaction() as connection:
        connection.execute("update app.email_accounts set price_eur = 0.002")
    campaign_id = world.campaign([world.lead("a@x.example"), world.lead("b@x.example", "B B"), world.lead(None)])
    told = campaigns.plan(campaign_id).as_json()
    assert (told["candidates"], told["to_send"], told["price_eur"], told["obstacle"]) == (3, 2, 0.004, None)
    assert told["held_by_rule"] == {"no_email": 1}
    assert {line["email"] for line in told["sendable"]} == {"a@x.example", "b@x.example"}
    assert told["wave_at"] == this_hour().isoformat()
    assert world.value("select count(*) from quality.snapshots") == 0
    with world.database.kept_transaction() as connection:
        connection.execute("update app.email_accounts set status = 'paused', paused_reason = 'too many bounces'")
    assert "too many bounces" in campaigns.plan(campaign_id).obstacle


def test_decision_is_not_changed_but_by_an_override(world):
    campaign_id = world.campaign([world.lead(None)])
    campaigns.freeze_audience(campaign_id, 1, this_hour())
    with (
        pytest.raises(psycopg.errors.IntegrityError, match="held is not changed"),
        world.database.connect("campaigns") as connection,
    ):
        connection.execute("update app.campaign_decisions set decision = 'sent'")


def test_second_step_takes_whom_the_first_reached_long_enough_ago(world):
    leads = {name: world.lead(f"{name}@x.example", name) for name in ("reached", "fresh", "refused")}
    campaign_id = world.campaign(list(leads.values()))
    world.add_step(campaign_id, 2, delay_days=3)
    world.queued(campaign_id)
    with world.database.kept_transaction() as connection:
        for name, state, age in (("reached", "accepted", 4), ("fresh", "accepted", 2), ("refused", "rejected", 4)):
            address = f"{name}@x.example"
            connection.execute("update app.messages set state = 'claimed' where email_normalized = %s", [address])
            connection.execute(
                "update app.messages set state = %s::app.message_state, finished_at = now() - make_interval(days => %s)"
                " where email_normalized = %s",
                [state, age, address],
            )
    assert decided(world, campaign_id, step_no=2) == {leads["reached"]: (None, None, None)}


def test_unknown_campaign(world):
    with pytest.raises(CampaignNotReadyError, match="no e-mail step 1"):
        campaigns.plan(uuid4())
