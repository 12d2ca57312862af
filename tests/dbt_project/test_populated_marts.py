"""Marts over rows of every kind: counts are those of the grain, joins do not multiply, and dbt's unit tests pass."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from leadhouse.database.queries import load_file
from leadhouse.transform import build_marts, dbt_project
from tests.transform.mart_world import RUN_ON, MartWorld

SQL = load_file(Path(__file__).with_name("populated_world.sql"))


class PopulatedWorld(MartWorld):
    """A world with a campaign's night behind it."""

    def insert(self, name, **parameters):
        with self.database.owner() as connection:
            cursor = connection.execute(getattr(SQL, name), parameters)
            return SimpleNamespace(**cursor.fetchone()) if cursor.description else None

    def one(self, statement):
        [row] = self.rows(statement)
        return row


@pytest.fixture(scope="module")
def world(module_database):
    return PopulatedWorld(module_database)


@pytest.fixture(scope="module")
def night(world):
    """Two leads, one of them messaged twice; a failed gate overridden twice; two replies, two costs, two answers"
    " each."""
    north = world.organization("north")
    subjects = world.state(
        "https://delta.example/",
        {"c": {"name": "Delta", "domain": "shop.delta.example", "phone_e164": ["+491", "+492"]}},
        {key: ({"full_name": f"Person {key}", "email": f"{key}@mail.example"}, "c") for key in ("one", "two")},
        source="web/delta.example",
    )
    world.entity("company", subjects["c"])
    people = [world.entity("person", subjects[key]) for key in ("one", "two")]
    scope = {"organization": north, "run_on": RUN_ON}
    with world.database.connect("leads") as connection:
        leads = [
            connection.execute("select lead_id from app.adopt_leads(%s, %s, 'api')", [north, [person]]).fetchone()[
                "lead_id"
            ]
            for person in people
        ]
    made = world.insert("insert_campaign_night", **scope)
    world.insert("insert_company_around", **scope)
    scope |= {"campaign": made.campaign_id, "account": made.email_account_id}
    scope |= {"snapshot": world.insert("insert_snapshot", **scope).snapshot_id}
    emails = ["one@mail.example", "two@former.example"]
    members = [
        world.insert("insert_member", **scope, lead=lead, email=email).member_id
        for lead, email in zip(leads, emails, strict=True)
    ]
    failed = world.insert("insert_gate_result", **scope, verdict="failed", overrides=None).gate_run_id
    gate, _ = [
        world.insert("insert_gate_result", **scope, verdict="overridden", overrides=failed).gate_run_id
        for _ in range(2)
    ]
    for rule in ("email_is_there", "legal_basis_is_there"):
        world.insert("insert_expectation", **scope, gate=failed, rule=rule)
    for lead, email, member in zip(leads, emails, members, strict=True):
        to, state = {"lead": lead, "email": email}, "accepted" if lead == leads[0] else "bounced"
        messages = [world.insert("insert_message", **scope, **to, step=1, member=member, gate=gate, state=state)]
        if lead == leads[0]:
            messages.append(world.insert("insert_second_message", **scope, **to))
        for message in messages:
            for kind in ("replied", "replied", "unsubscribed"):
                world.insert("insert_event", **scope, message=message.message_id, kind=kind)
        world.insert("insert_decision", **scope, lead=lead, member=member)
        for _ in range(2):
            world.insert("insert_cost", **scope, lead=lead)
    for provider in ("cheap", "dear"):
        world.insert("insert_provider_answer", **scope, entity=people[0], provider=provider)
    world.insert("insert_cached_answer", **scope, entity=people[0], provider="cached")
    world.insert("insert_lost_call", **scope, entity=people[0], provider="lost")
    with world.database.owner() as connection:
        connection.execute("select raw.ensure_partitions(%s)", [RUN_ON])
    for run in ("night-1", "night-2", "night-2"):
        world.insert("insert_source_run", **scope, run=run)
    world.insert("insert_source_outcome", run="night-2", source="web/slow.example", outcome="fetched", reason=None)
    world.insert(
        "insert_source_outcome", run="night-2", source="web/closed.example", outcome="blocked", reason="robots.txt"
    )
    build_marts("cli__night")
    return SimpleNamespace(north=north, leads=leads, people=people, failed=failed)


GRAINS = {
    "mart_companies.dim_companies": "select 1",
    "mart_companies.fct_company_values": "select 4",
    "mart_companies.fct_company_changes": "select 0",
    "mart_companies.dim_company_aliases": "select 0",  # nothing is merged here: test_company_aliases
    "mart_leads.dim_people": "select 2",
    "mart_leads.fct_person_values": "select 4",
    "mart_leads.dim_leads": "select count(*) from app.leads where deleted_at is null",
    "mart_leads.fct_score_factors": "select 7 * count(*) from app.leads where deleted_at is null",
    "mart_analytics.fct_messages": "select count(*) from app.messages",
    "mart_analytics.fct_gate_results": "select count(*) from quality.gate_expectations",
    "mart_analytics.fct_costs": "select count(*) from billing.costs",
    "mart_analytics.fct_campaign_decisions": "select count(*) from app.campaign_decisions",
    "mart_analytics.fct_provider_calls": "select count(*) + 1 from raw.provider_responses",  # one answer was lost
    "mart_analytics.fct_source_runs": "select 4",  # delta once, slow twice, closed once
    "mart_companies.dim_company_exclusions": "select 1",
    "mart_leads.dim_leads_history": "select count(*) from app.leads where deleted_at is null",
    "mart_leads.fct_status_changes": "select count(*) from app.lead_status_changes",
    "mart_analytics.fct_email_events": "select count(*) from raw.email_events",
    "mart_analytics.dim_campaigns": "select count(*) from app.campaigns",
    "mart_analytics.dim_sources": "select count(*) from app.sources",
    "mart_analytics.dim_owners": "select count(*) from identity.members",
    "mart_analytics.dim_dates": "select make_date(extract(year from now())::integer + 11, 1, 1) - date '2020-01-01'",
    "mart_analytics.agg_funnel_weekly": "select 1",
    "mart_analytics.agg_score_deciles": "select 0",  # nobody was written to 14 days ago: see its unit test
    "mart_analytics.agg_field_freshness": "select 5",  # name, domain, phone; full_name, email
    "mart_analytics.agg_provider_quality": "select 4",  # two providers for addresses, two for a phone
}


def test_every_mart_is_counted(world, night):
    marts = {
        row["name"]
        for row in world.rows(
            "select format('%s.%s', schemaname, tablename) as name from pg_tables where schemaname ~ '^mart_'"
        )
    }
    assert marts == set(GRAINS)


@pytest.mark.parametrize("mart", GRAINS)
def test_rows_are_those_of_the_grain(world, night, mart):
    counts = world.one(f"select ({GRAINS[mart]}) as wanted, (select count(*) from {mart}) as found")  # noqa: S608
    assert counts["found"] == counts["wanted"]


def test_unit_tests_of_the_models_pass(night):
    results = dbt_project.invoke("test", select="resource_type:unit_test")
    assert len(results) >= 5
    assert "\n".join(f"{each.node_id}: {each.message}" for each in results if each.status != "pass") == ""


def test_attempted_messages_carry_the_ledgers_cost_to_the_cent(world, night):
    costs = "select sum(amount_eur) as total from mart_analytics.fct_costs where kind = 'send'"
    messages = "select sum(cost_eur) as total from mart_analytics.fct_messages"
    assert world.one(costs) == world.one(messages)
    attempted = "select count(*) filter (where is_attempted) as attempted, count(*) as messages"
    assert world.one(f"{attempted} from mart_analytics.fct_messages") == {"attempted": 2, "messages": 3}


def test_failed_expectation_names_the_newest_override(world, night):
    rows = world.rows("select verdict, overridden_by, passed from mart_analytics.fct_gate_results order by rule_id")
    assert rows == [{"verdict": "failed", "overridden_by": "kim", "passed": False}] * 2


def test_source_run_adds_up_and_knows_what_to_expect(world, night):
    row = world.one(
        "select * from mart_analytics.fct_source_runs where source_key = 'web/slow.example' and run_id = 'night-2'"
    )
    assert row["pages"] == row["fetched"] + row["not_modified"] + row["blocked"] + row["empty"] + row["broken"] == 10
    assert row["received"] == row["landed"] + row["known"] + row["quarantined"] == 6
    assert (row["not_modified"], row["expected_least"], row["expected_most"], row["wall_seconds"]) == (2, None, None, 2)
    closed = world.one(
        "select outcome, reason, pages from mart_analytics.fct_source_runs where source_key = 'web/closed.example'"
    )
    assert closed == {"outcome": "blocked", "reason": "robots.txt", "pages": 0}


@pytest.mark.slow
def test_score_factors_are_kept_for_the_days_on_which_one_changed(world, night):
    """A build of a later day adds rows for the lead that changed, and none for the other."""
    with world.database.owner() as connection:
        connection.execute("update mart_leads.fct_score_factors set scored_on = scored_on - 1")
        connection.execute("update app.leads set rating_1_to_5 = 5 where lead_id = %s", [night.leads[0]])
    build_marts("cli__next_day")
    days = world.rows(
        "select lead_id, count(distinct scored_on) as days from mart_leads.fct_score_factors group by lead_id"
    )
    assert {row["lead_id"]: row["days"] for row in days} == {night.leads[0]: 2, night.leads[1]: 1}
    build_marts("cli__next_day_full", full_refresh=True)
    assert (
        world.rows(
            "select lead_id, count(distinct scored_on) as days from mart_leads.fct_score_factors group by lead_id"
        )
        == days
    )


def test_whom_not_to_write_to_is_told_as_it_is_decided(world, night):
    """A company below a suppressed domain; a person who objected, by another spelling, at an address of before."""
    assert world.one("select domain, exclusion_reason from mart_companies.dim_company_exclusions") == {
        "domain": "delta.example", "exclusion_reason": "existing_customer",
    }  # fmt: skip
    rows = world.rows("select lead_id, not_contactable_reason as reason from mart_leads.dim_leads")
    assert {row["lead_id"]: row["reason"] for row in rows} == dict(zip(night.leads, (None, "suppressed"), strict=True))
    held = world.rows(
        "select lead_id, (select count(*) from app.find_suppressions(organization_id, 'n@mail.example', lead_id))::int"
        " as n from app.leads"
    )
    assert {row["lead_id"]: row["n"] for row in held} == dict(zip(night.leads, (0, 1), strict=True))


def test_a_lost_call_and_one_from_the_cache_are_told_apart(world, night):
    rows = world.rows(
        "select provider, calls, cached, hits, cost_eur, cost_per_correct from mart_analytics.agg_provider_quality"
        " where attribute = 'phone_e164' order by provider"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("cached", 0, 1, 0, 0, None), ("lost", 1, 0, 0, Decimal("0.25"), None),
    ]  # fmt: skip
    lost = world.one(
        "select outcome, response_id, price_eur, position from mart_analytics.fct_provider_calls"
        " where provider = 'lost'"
    )
    assert tuple(lost.values()) == ("unknown", None, Decimal("0.25"), 2)
