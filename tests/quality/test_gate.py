"""The gate judges what is sendable, keeps its verdicts, and nothing gets past it."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from leadhouse import quality
from leadhouse.campaigns import freeze_audience
from leadhouse.quality import GateRefusedError, Rule, Suite
from leadhouse.quality.checking import _sqlalchemy_url
from leadhouse.quality.suites import SUITES, campaign_audience
from leadhouse.settings import settings
from tests.campaigns.audience_factory import Campaigns, this_hour

INSERT = (
    "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id,"
    " email_normalized, gate_run_id, gate_verdict, email_account_id)"
    " select organization_id, %(campaign_id)s, 1, lead_id, snapshot_id, member_id, email_normalized, %(gate_run_id)s,"
    " %(verdict)s, %(account_id)s from quality.snapshot_members where snapshot_id = %(snapshot_id)s"
)


@pytest.fixture
def world(database):
    return Campaigns(database)


def judged(world, leads):
    campaign_id = world.campaign(leads)
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    return campaign_id, snapshot_id, quality.run_gate(snapshot_id, "campaign_audience")


def test_clean_audience_passes_and_the_verdict_is_kept(world):
    _, snapshot_id, verdict = judged(world, [world.lead("a@x.example"), world.lead("b@x.example", "Bo Lind")])
    assert (verdict.verdict, verdict.rows_checked, verdict.failures) == ("passed", 2, ())
    row = world.rows("select * from quality.gate_results")[0]
    assert (row["gate_run_id"], row["snapshot_id"], row["verdict"]) == (verdict.gate_run_id, snapshot_id, "passed")
    assert row["result"]["statistics"]["successful_expectations"] == len(campaign_audience.CAMPAIGN_AUDIENCE.rules)
    rules = world.rows("select rule_id, passed, threshold from quality.gate_expectations")
    assert {rule["rule_id"] for rule in rules} == {rule.rule_id for rule in campaign_audience.CAMPAIGN_AUDIENCE.rules}
    assert all(rule["passed"] and rule["threshold"] for rule in rules)
    stored = world.rows("select * from quality.suites")
    assert [(each["suite_name"], each["suite_version"]) for each in stored] == [
        (verdict.suite_name, verdict.suite_version)
    ]
    again = quality.run_gate(snapshot_id, "campaign_audience")
    assert (again.gate_run_id, again.explain()) == (verdict.gate_run_id, verdict.explain())
    assert world.value("select count(*) from quality.gate_results") == 1


def test_each_defect_breaks_its_rule_and_names_its_row(world):
    person_id = uuid4()
    company_id = uuid4()
    planted = {
        "email_is_well_formed": [world.lead("two..dots@x.example", "A A")],
        "email_is_no_role_address": [world.lead("info@x.example", "B B", is_role=True, status="risky")],
        "email_is_not_disposable": [world.lead("c@thrown.example", "C C", is_disposable=True, status="risky")],
        "domain_has_mail_exchanger": [world.lead("d@nomx.example", "D D", has_mx=False, status="unknown")],
        "email_is_not_invalid": [world.lead("e@x.example", "E E", status="invalid")],
        "legal_basis_is_set": [
            world.lead("f@x.example", "F F", legal_basis=None), world.lead("f2@x.example", "F 2", legal_basis=" "),
        ],
        "full_name_is_present": [world.lead("g@x.example", None, is_role=False)],
        "company_is_present": [world.lead("h@x.example", "H H", company=None)],
        "name_and_company_are_unique": [
            world.lead("jose@x.example", "José García", company_id=company_id),
            world.lead("jg@x.example", "JOSE GARCIA", company_id=company_id, company=None),
        ],
        "person_is_unique": [
            world.lead("i@x.example", "I I", person_id=person_id, company_id=uuid4()),
            world.lead("i2@x.example", "I 2", person_id=person_id, company_id=uuid4()),
        ],
        "address_is_unique": [world.lead("k@x.example", "K K"), world.lead("k@x.example", "L L")],
        "mail_exchanger_is_known": [world.lead("m@x.example", "M M", has_mx=None)],
    }  # fmt: skip
    good = [world.lead("good@x.example", "Gut Gut")]
    campaign_id = world.campaign(
        [lead for leads in [*planted.values(), good] for lead in leads], subject="Hi", body="Hi"
    )
    verdict = quality.run_gate(freeze_audience(campaign_id, 1, this_hour()), "campaign_audience")
    assert verdict.verdict == "failed"
    lead_of = {
        row["member_id"]: row["lead_id"]
        for row in world.rows("select member_id, lead_id from quality.snapshot_members")
    }
    found = {result.rule.rule_id: {lead_of[each] for each in result.unexpected_members} for result in verdict.failures}
    # one person's two leads have one address and one name, since the mart has one row for the person
    twins = set(planted["person_is_unique"])
    assert found.pop("address_is_unique") == set(planted.pop("address_is_unique")) | twins
    assert found.pop("name_and_company_are_unique") == set(planted.pop("name_and_company_are_unique")) | twins
    assert found == {rule: set(leads) for rule, leads in planted.items()}
    assert set(verdict.failed_rules).isdisjoint({"company_is_present", "mail_exchanger_is_known"})
    stored = world.rows(
        "select unexpected_members, unexpected_count from quality.gate_expectations"
        " where rule_id = 'email_is_well_formed'"
    )[0]
    assert (len(stored["unexpected_members"]), stored["unexpected_count"]) == (1, 1)


def test_warnings_do_not_stop(world):
    _, _, verdict = judged(world, [world.lead("a@x.example", has_mx=None)])
    assert (verdict.verdict, [each.rule.rule_id for each in verdict.failures]) == (
        "passed",
        ["mail_exchanger_is_known"],
    )


def test_empty_audience_fails(world):
    _, _, verdict = judged(world, [world.lead(None)])
    assert (verdict.verdict, verdict.failed_rules) == ("failed", ("audience_has_rows",))


def test_held_rows_are_not_judged(world):
    _, _, verdict = judged(world, [world.lead("a@x.example"), world.lead("b@x.example", status="risky")])
    assert (verdict.verdict, verdict.rows_checked) == ("passed", 1)


@pytest.mark.parametrize("component", ["campaigns", "owner"])
def test_failed_result_can_not_be_referenced(world, component):
    campaign_id, snapshot_id, verdict = judged(world, [world.lead("info@x.example", is_role=True)])
    key = {
        "campaign_id": campaign_id,
        "snapshot_id": snapshot_id,
        "gate_run_id": verdict.gate_run_id,
        "account_id": world.account_id,
    }
    connect = world.database.owner if component == "owner" else lambda: world.database.connect(component)
    for claimed in ("failed", "passed", "overridden"):
        with pytest.raises(psycopg.errors.IntegrityError), connect() as connection:
            connection.execute(INSERT, {**key, "verdict": claimed})
    with world.database.owner() as connection:  # even where no trigger looks, the keys hold
        connection.execute("alter table app.messages disable trigger user")
    with pytest.raises(psycopg.errors.ForeignKeyViolation), connect() as connection:
        connection.execute(INSERT, {**key, "verdict": "passed"})
    assert world.value("select count(*) from app.messages") == 0


def test_result_of_another_snapshot_does_not_count(world):
    lead, other = world.lead("a@x.example"), world.lead("b@x.example", "B B")
    campaign_id, other_campaign = world.campaign([lead]), world.campaign([other])
    snapshot_id, foreign = (freeze_audience(each, 1, this_hour()) for each in (campaign_id, other_campaign))
    key = {"campaign_id": campaign_id, "snapshot_id": snapshot_id, "account_id": world.account_id, "verdict": "passed"}
    with pytest.raises(psycopg.errors.ForeignKeyViolation), world.database.connect("campaigns") as connection:
        connection.execute(INSERT, {**key, "gate_run_id": world.verdict(foreign)})


def test_held_candidate_can_not_be_referenced(world):
    campaign_id = world.campaign([world.lead("a@x.example", status="risky")])
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    key = {"campaign_id": campaign_id, "snapshot_id": snapshot_id, "account_id": world.account_id, "verdict": "passed"}
    with pytest.raises(psycopg.errors.ForeignKeyViolation), world.database.connect("campaigns") as connection:
        connection.execute(INSERT, {**key, "gate_run_id": world.verdict(snapshot_id)})


def test_verdicts_are_never_changed(world):
    campaign_id = world.campaign([world.lead("a@x.example")])
    world.verdict(freeze_audience(campaign_id, 1, this_hour()), "failed")
    for statement in (
        "update quality.gate_results set verdict = 'passed'",
        "delete from quality.gate_results",
        "update quality.snapshot_members set email_normalized = 'else@x.example'",
        "update quality.snapshots set step_no = 2",
    ):
        with pytest.raises(psycopg.errors.IntegrityError, match="never changed"), world.database.owner() as connection:
            connection.execute(statement)


def test_rule_that_can_not_be_evaluated_leaves_no_verdict(world, monkeypatch):
    """A verdict stays for the wave: one that was given because the database went away would block it for good."""
    broken = Suite(
        "broken",
        (
            Rule(
                "nonsense",
                "expect_column_values_to_not_be_null",
                {"column": "no_such_column"},
                "critical",
                "0 rows",
                "A test.",
            ),
        ),
    )
    monkeypatch.setitem(SUITES, "broken", broken)
    campaign_id = world.campaign([world.lead("a@x.example")])
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    with pytest.raises(quality.RuleNotEvaluatedError, match=r"nonsense: .*no_such_column"):
        quality.run_gate(snapshot_id, "broken")
    assert world.rows("select 1 from quality.gate_results") == []
    monkeypatch.setitem(SUITES, "broken", Suite("broken", (replace(broken.rules[0], severity="warning"),)))
    verdict = quality.run_gate(snapshot_id, "broken")
    assert (verdict.verdict, [each.rule.rule_id for each in verdict.failures]) == ("passed", ["nonsense"])


def test_verdict_ends_a_day_after_the_freeze_and_an_old_audience_gets_none(world):
    _, snapshot_id, verdict = judged(world, [world.lead("a@x.example")])
    frozen_at = world.value("select created_at from quality.snapshots")
    assert verdict.expires_at - frozen_at == timedelta(hours=24)
    age(world, snapshot_id, "25 hours")
    with pytest.raises(GateRefusedError, match=r"frozen on .* too long ago"):
        quality.run_gate(snapshot_id, "campaign_audience")
    assert world.value("select count(*) from quality.gate_results") == 1


def age(world, snapshot_id, by):
    """As if everything about the snapshot had been made so long before."""
    with world.database.owner() as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update quality.snapshots set created_at = created_at - %s::interval where snapshot_id = %s",
            [by, snapshot_id],
        )
        connection.execute(
            "update quality.gate_results set created_at = created_at - %(by)s::interval,"
            " expires_at = expires_at - %(by)s::interval where snapshot_id = %(snapshot_id)s",
            {"by": by, "snapshot_id": snapshot_id},
        )


def test_unknown_suite_and_snapshot_are_named(world):
    with pytest.raises(LookupError, match=r"no suite 'nope'.*campaign_audience"):
        quality.run_gate(uuid4(), "nope")
    with pytest.raises(LookupError, match="Freeze the audience first"):
        quality.run_gate(uuid4(), "campaign_audience")


def test_gate_speaks_to_the_database_alone(world, monkeypatch):
    seen = []
    connect = socket.socket.connect

    def watched(self, address):
        seen.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    judged(world, [world.lead("a@x.example")])
    assert all(isinstance(address, str) or address[0] in {"127.0.0.1", "::1"} for address in seen), seen


def test_password_may_hold_signs_that_mean_something_to_great_expectations(monkeypatch):
    monkeypatch.setenv("LEADHOUSE_DATABASE_URL", "postgresql://app:p%24HOME%40%2F@db.example:5433/lead?sslmode=require")
    settings.cache_clear()
    try:
        url = _sqlalchemy_url()
    finally:
        settings.cache_clear()
    assert url == "postgresql+psycopg://app:p%24HOME%40%2F@db.example:5433/lead?sslmode=require"


def failed(world):
    campaign_id = world.campaign([world.lead("a@x.example")])
    snapshot_id = freeze_audience(campaign_id, 1, this_hour())
    return campaign_id, snapshot_id, world.verdict(snapshot_id, "failed")


def soon(**delta):
    return datetime.now(UTC) + timedelta(**delta)


@pytest.mark.parametrize(
    ("by", "reason", "expires_at", "message"),
    [
        ("", "a reason long enough", soon(hours=1), "names the person"),
        ("Mara", "too short", soon(hours=1), "at least 10"),
        ("Mara", "a reason long enough", soon(hours=-1), "in the future"),
        ("Mara", "a reason long enough", soon(days=30), "7 days ahead"),
        ("Mara", "a reason long enough", datetime(2027, 1, 1), "time zone"),  # noqa: DTZ001 - the defect
    ],
)
def test_override_is_complete(world, by, reason, expires_at, message):
    _, _, gate_run_id = failed(world)
    with pytest.raises(GateRefusedError, match=message):
        quality.override(gate_run_id, by, reason, expires_at)


def test_override_names_a_failed_result(world):
    _, snapshot_id, gate_run_id = failed(world)
    made = quality.override(gate_run_id, "Mara", "checked by telephone", soon(hours=1))
    row = world.rows("select * from quality.gate_results where gate_run_id = %s", made)[0]
    assert (row["verdict"], row["overrides_gate_run_id"], row["overridden_by"]) == ("overridden", gate_run_id, "Mara")
    assert quality.run_gate(snapshot_id, "campaign_audience").gate_run_id == made
    with pytest.raises(GateRefusedError, match="names a failed result"):
        quality.override(made, "Mara", "an override of an override", soon(hours=1))
    with pytest.raises(GateRefusedError, match="does not exist"):
        quality.override(uuid4(), "Mara", "checked by telephone", soon(hours=1))


def test_database_itself_refuses_an_override_of_nothing(world):
    _, snapshot_id, _ = failed(world)
    passed = world.verdict(snapshot_id, "passed")
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="names a failed result"),
        world.database.connect("quality") as connection,
    ):
        connection.execute(
            "insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict,"
            " rows_checked, expires_at, overrides_gate_run_id, overridden_by, override_reason)"
            " values (%s, %s, 'campaign_audience', 'test', 'overridden', 0, now() + interval '1 hour', %s, 'x',"
            " 'long enough a reason')",
            [world.organization_id, snapshot_id, passed],
        )


def test_revoked_result_is_not_repeated(world):
    _, snapshot_id, verdict = judged(world, [world.lead("a@x.example")])
    quality.revoke(verdict.gate_run_id, "Olaf", "wrong segment")
    quality.revoke(verdict.gate_run_id, "Mara", "a second time changes nothing")
    with pytest.raises(GateRefusedError, match=r"revoked by Olaf \(wrong segment\)"):
        quality.run_gate(snapshot_id, "campaign_audience")
    assert world.value("select count(*) from quality.gate_revocations") == 1


def test_revoked_override_leaves_the_failure(world):
    _, snapshot_id, verdict = judged(world, [world.lead("info@x.example", is_role=True)])
    made = quality.override(verdict.gate_run_id, "Mara", "checked by telephone", soon(hours=1))
    quality.revoke(made, "Olaf", "it was the wrong number")
    assert quality.run_gate(snapshot_id, "campaign_audience").gate_run_id == verdict.gate_run_id
    with pytest.raises(GateRefusedError, match="names a person"):
        quality.revoke(made, " ", "x")
    with pytest.raises(GateRefusedError, match="no gate result"):
        quality.revoke(uuid4(), "Olaf", "x")
