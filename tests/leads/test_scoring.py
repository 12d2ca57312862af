"""Scores: one definition for dbt and SQL, versions that explain the past, previews that the next build keeps."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest

from leadhouse.database import connect
from leadhouse.leads import scoring
from leadhouse.leads.facts import project_facts
from leadhouse.leads.scoring import ProfileRow, ScoringError, Weight
from leadhouse.transform import build_marts
from tests.transform.mart_world import MartWorld


@pytest.fixture(scope="module")
def scored(team):
    """Three people of one company: two leads of north, owned by rep and nobody, one of south; marts built."""
    world = MartWorld(team.database)
    subjects = world.state(
        "https://scored.example/",
        {"c": {"name": "Scored", "country_code": "DE", "employee_band": "51-200", "phone_e164": "+4930111"}},
        {
            "head": ({"full_name": "Ada Head", "title": "Head of Sales", "email": "ada@scored.example"}, "c"),
            "junior": ({"full_name": "Ben Junior", "title": "Praktikant"}, "c"),
        },
        source="web/scored.example",
    )
    company = world.entity("company", subjects["c"])
    head, junior = (world.entity("person", subjects[key]) for key in ("head", "junior"))
    leads = SimpleNamespace(
        head=team.lead(owner="rep", entity=head),
        junior=team.lead(campaign=team.campaign, entity=junior),
        foreign=team.lead(organization=team.south, entity=head),
    )
    build_marts("cli__scored")
    project_facts("cli__scored")
    return SimpleNamespace(world=world, company=company, **vars(leads))


def marts(scored, column="lead_score"):
    rows = scored.world.rows(f"select lead_id, {column} as value from mart_leads.dim_leads")  # noqa: S608
    return {row["lead_id"]: row["value"] for row in rows}


def test_function_and_marts_give_one_score(team, scored):
    with connect("leads") as connection:
        found = {lead: scoring.calculate_lead_score(connection, lead) for lead in marts(scored)}
    assert found == marts(scored)
    # new 10, medium 5, recent 10, company 10, phone 5, and an address 5
    assert (found[scored.head], found[scored.junior]) == (45, 40)


def test_factors_in_words_sum_to_the_score(team, scored):
    with team.acting("rep") as connection:
        factors = scoring.explain_lead_score(connection, scored.head)
        assert sum(each.points for each in factors) == scoring.calculate_lead_score(connection, scored.head) == 45
    assert "status new: 10 of 40 points" in {each.reason for each in factors}


def test_what_is_known_before_contact_makes_the_fit(scored):
    fit, confidence = marts(scored, "fit_score"), marts(scored, "data_confidence")
    # country 10, employees 20 and director 20 of country 10, industry 10, employees 20, seniority 30
    assert (fit[scored.head], fit[scored.junior]) == (71, 43)
    assert confidence[scored.head] == 10  # one source, nobody agrees, observed in March
    assert set(marts(scored, "engagement_score").values()) == {0}


@pytest.mark.slow
def test_preview_writes_nothing_and_is_what_the_next_build_does(team, scored):
    rows = [Weight("has_email", "true", 30), Weight("status", "new", 0)]
    before = marts(scored)
    with team.acting("admin") as connection:
        moves = {each.lead_id: each for each in scoring.preview_weights(connection, team.north, rows)}
        assert scoring.get_versions(connection, team.north) == []
        assert scoring.replace_weights(connection, team.north, rows) == "1.1"
    assert {lead: (each.score_now, each.score_then) for lead, each in moves.items()} == {
        scored.head: (45, 60), scored.junior: (40, 30),
    }  # fmt: skip
    with scored.world.database.owner() as connection:
        connection.execute("update mart_leads.fct_score_factors set scored_on = scored_on - 1")
    build_marts("cli__other_weights")
    after = marts(scored)
    assert after == before | {lead: each.score_then for lead, each in moves.items()}
    assert after[scored.foreign] == before[scored.foreign]
    versions = scored.world.rows(
        "select distinct rule_version, score_total from mart_leads.fct_score_factors where lead_id = %s order by 1",
        scored.head,
    )
    assert versions == [
        {"rule_version": "1.0", "score_total": 45},
        {"rule_version": "1.1", "score_total": 60},
    ]
    evidence = scored.world.rows(
        "select factor, evidence_id from mart_leads.fct_score_factors where lead_id = %s and rule_version = '1.1'"
        " and evidence_id is not null",
        scored.head,
    )
    assert {row["factor"] for row in evidence} == {"status", "has_company", "has_email"}


@pytest.mark.slow
def test_profile_of_its_own_and_who_moves(team, scored):
    rows = [ProfileRow("seniority", "junior", 40), ProfileRow("title", "praktikant", 10)]
    with team.acting("admin") as connection:
        moves = {each.lead_id: each for each in scoring.preview_profile(connection, team.north, rows)}
        version = scoring.replace_profile(connection, team.north, rows)
        assert [row.factor for row in scoring.get_profile(connection, team.north) if row.is_own] == [
            "seniority",
            "title",
        ]
    # country 10 and employees 20 of 40, and seniority 40 and title 10 more to have
    assert {lead: (each.score_now, each.score_then) for lead, each in moves.items()} == {
        scored.head: (71, 33), scored.junior: (43, 89),
    }  # fmt: skip
    build_marts("cli__other_profile")
    assert {lead: marts(scored, "fit_score")[lead] for lead in moves} == {
        lead: each.score_then for lead, each in moves.items()
    }
    assert marts(scored, "rule_version")[scored.head] == version
    assert marts(scored, "rule_version")[scored.foreign] == "1.0"


def test_a_version_keeps_the_rows_of_its_transaction(team, scored):
    with team.acting("admin") as connection:
        before = scoring.get_versions(connection, team.north)
        scoring.replace_weights(connection, team.north, [])
        scoring.replace_weights(connection, team.north, [Weight("priority", "low", 9)])
        newest = scoring.get_versions(connection, team.north)
        assert len(newest) == len(before) + 1
        assert newest[0].weights == [{"factor": "priority", "input_value": "low", "points": 9}]
        assert newest[0].created_by == team.users["admin"]
        assert newest[1:] == before
        assert {each.points for each in scoring.get_weights(connection, team.north) if each.is_own} == {9}
        connection.commit()
        scoring.replace_weights(connection, team.north, [Weight("priority", "low", 9)])
        assert scoring.get_versions(connection, team.north) == newest


@pytest.mark.parametrize(
    "rows",
    [
        [Weight("charm", "true", 5)],
        [Weight("status", "new", 101)],
        [Weight("status", "new", 1), Weight("status", "new", 2)],
    ],
)
def test_rows_that_cannot_be_kept_are_refused_with_the_reason(team, scored, rows):
    with team.acting("admin") as connection:
        before = scoring.get_weights(connection, team.north)
        with pytest.raises(ScoringError, match="left as they are"):
            scoring.replace_weights(connection, team.north, rows)
        assert scoring.get_weights(connection, team.north) == before


@pytest.mark.parametrize("name", ["manager", "rep", "reader", "client", "stranger"])
def test_only_who_may_change_settings_changes_weights(team, scored, name):
    with team.acting("admin") as connection:
        before = scoring.get_versions(connection, team.north)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), team.acting(name) as connection:
        scoring.replace_weights(connection, team.north, [Weight("status", "new", 3)])
    with team.acting("admin") as connection:
        assert scoring.get_versions(connection, team.north) == before


def test_the_score_of_a_lead_one_does_not_see_is_nobodys(team, scored):
    seen = {}
    for name in ("admin", "reader", "rep", "mate", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = scoring.calculate_lead_score(connection, scored.head) is not None
    assert seen == {
        "admin": True, "reader": True, "rep": True, "mate": False, "client": False, "stranger": False,
    }  # fmt: skip


def test_versions_and_profiles_of_another_organization_are_not_seen(team, scored):
    with team.acting("stranger") as connection:
        assert scoring.get_versions(connection, team.north) == []
        assert not [row for row in scoring.get_profile(connection, team.north) if row.is_own]
        assert not [row for row in scoring.get_weights(connection, team.north) if row.is_own]
        with pytest.raises(Exception, match="not yours"):
            connection.execute("select * from app.last_activity(%s, %s)", [team.north, [scored.head]])
