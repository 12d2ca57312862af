"""Leads: adopted from searches, following merges, showing what the marts know and what a person corrected."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from psycopg.types.json import Jsonb

from leadhouse.leads import (
    CorrectionError,
    adopt_from_searches,
    correct,
    explain_entity,
    explain_value,
    follow_merges,
    project_facts,
    revert_correction,
)
from leadhouse.transform import build_marts


@pytest.fixture(scope="module")
def adopted(world, people):
    """Sales people for both organizations; the private Spaniard is found by north alone."""
    world.search(people.north, "sales", titles=["sales"])
    world.search(people.south, "sales", titles=["sales"])
    world.search(people.south, "broken", countries=["DE"])
    count = adopt_from_searches("cli__adopt")
    build_marts("cli__adopted")
    project_facts("cli__project")
    leads = {
        (row["organization_id"], row["entity_id"]): row["lead_id"]
        for row in world.rows("select organization_id, entity_id, lead_id from app.leads")
    }
    return count, leads


def test_searches_find_what_the_organization_sees(people, adopted):
    count, leads = adopted
    assert count == 3
    assert set(leads) == {
        (people.north, people.de_person), (people.north, people.es_person), (people.south, people.de_person)
    }  # fmt: skip


def test_search_with_unknown_criteria_is_named_and_stops_no_other(world, adopted):
    [row] = world.rows(
        "select outcome, message from quality.step_outcomes where run_id = 'cli__adopt' and stage = 'adopt_leads'"
    )
    assert row["outcome"] == "partial"
    assert "'broken'" in row["message"]
    assert "countries" in row["message"]


def test_second_run_adopts_nothing(adopted):
    assert adopt_from_searches("cli__adopt_again") == 0


def test_deleted_lead_does_not_come_back(world, people, adopted):
    _, leads = adopted
    lead_id = leads[people.north, people.es_person]
    world.write("update app.leads set deleted_at = now() where lead_id = %s returning lead_id", lead_id)
    assert adopt_from_searches("cli__adopt_deleted") == 0
    assert project_facts("cli__retract") == 1
    assert world.facts(lead_id) is None
    world.write("update app.leads set deleted_at = null where lead_id = %s returning lead_id", lead_id)


def test_limit_is_how_many_leads_a_search_holds(world, people):
    search = world.search(people.south, "firms", entity_kind="company", limit=1)
    assert adopt_from_searches("cli__limit") == 1
    assert adopt_from_searches("cli__limit_again") == 0
    rows = world.rows("select entity_kind::text from app.leads where first_source = %s", f"search:{search}")
    assert rows == [{"entity_kind": "company"}]


def test_facts_come_from_the_marts_and_are_written_once(world, people, adopted):
    facts = world.facts(adopted[1][people.north, people.de_person])
    assert (facts["full_name"], facts["title"], facts["email_normalized"]) == (
        "Person de",
        "Head of Sales",
        "p@de.example",
    )
    assert (facts["company_id"], facts["company_name"], facts["country_code"]) == (people.de_company, "Firm de", "DE")
    project_facts("cli__project_once")
    assert project_facts("cli__project_twice") == 0


def test_score_is_the_sum_of_its_factors(world, people, adopted):
    lead_id = adopted[1][people.north, people.de_person]
    [lead] = world.rows("select lead_score, is_contactable from mart_leads.dim_leads where lead_id = %s", lead_id)
    factors = world.rows("select factor, points from mart_leads.fct_score_factors where lead_id = %s", lead_id)
    assert {row["factor"]: row["points"] for row in factors} == {
        "status": 10, "rating": 0, "priority": 5, "recency": 10, "has_company": 10, "has_phone": 5, "has_email": 5,
    }  # fmt: skip
    assert lead == {"lead_score": 45, "is_contactable": True}


def test_correction_shows_at_once_for_that_organization_alone(world, people, adopted):
    _, leads = adopted
    correct(people.north, people.de_person, "email", " New@DE.example ", "rang them")
    correct(people.north, people.de_company, "name", "Firm Deutschland")
    mine, theirs = (world.facts(leads[org, people.de_person]) for org in (people.north, people.south))
    assert (mine["email_normalized"], mine["company_name"]) == ("new@de.example", "Firm Deutschland")
    assert (theirs["email_normalized"], theirs["company_name"]) == ("p@de.example", "Firm de")


def test_correction_outlives_projections_before_and_after_the_build(world, people, adopted):
    lead_id = adopted[1][people.north, people.de_person]
    project_facts("cli__before_build")
    assert world.facts(lead_id)["email_normalized"] == "new@de.example"
    before = world.facts(lead_id)
    build_marts("cli__corrected")
    project_facts("cli__after_build")
    assert world.facts(lead_id) == before


def test_explanation_shows_source_time_rule_and_losers(people, adopted):
    lead_id = adopted[1][people.north, people.de_person]
    [winner, loser] = explain_value(people.north, lead_id, "email").person["email"]
    assert (winner.value, winner.rule_id, winner.source_key, winner.is_winner) == (
        "new@de.example",
        "correction",
        "correction",
        True,
    )
    assert (loser.value, loser.rule_id, loser.is_winner) == ("p@de.example", "correction", False)
    assert (loser.url, loser.extractor, loser.extractor_version) == ("https://de.example/", "company_site", "1")
    assert loser.observed_at.tzinfo is not None
    theirs = explain_value(people.south, adopted[1][people.south, people.de_person])
    assert [each.value for each in theirs.person["email"]] == ["p@de.example"]
    assert theirs.company["name"][0].value == "Firm de"


def test_explanation_holds_corrections_that_no_build_has_seen(people, adopted):
    correct(people.south, people.fr_person, "title", "CEO")
    correct(people.south, people.fr_person, "email", None, "has none")
    explained = explain_entity(people.south, "person", people.fr_person)
    assert [(each.value, each.is_winner) for each in explained["title"]] == [("CEO", True), ("CTO", False)]
    assert [(each.value, each.is_winner, each.rule_id) for each in explained["email"]] == [
        (None, False, "correction"), ("p@fr.example", False, "corrected_to_none"),
    ]  # fmt: skip
    assert explain_entity(people.north, "person", people.fr_person)["title"][0].value == "CTO"


@pytest.mark.slow
def test_reverted_correction_lets_the_source_win_again(world, people):
    made = correct(people.south, people.fr_company, "name", "Firme")
    assert revert_correction(people.south, made)
    assert not revert_correction(people.south, made)
    build_marts("cli__reverted")
    assert explain_entity(people.south, "company", people.fr_company)["name"][0].value == "Firm fr"


def test_impossible_corrections_say_why(people):
    with pytest.raises(CorrectionError, match=r"no attribute 'colour'.*full_name"):
        correct(people.north, people.de_person, "colour", "red")
    with pytest.raises(CorrectionError, match="sees no person or company"):
        correct(people.south, people.es_person, "title", "x")
    with pytest.raises(CorrectionError, match="empty"):
        correct(people.north, people.de_person, "title", "  ")
    with pytest.raises(LookupError, match="no lead"):
        explain_value(people.north, uuid.uuid4())


def test_merge_keeps_the_losers_work_and_unmerge_brings_it_back(world, people):
    [loser] = world.adopt(people.south, people.fr_person)
    winner = world.rows(
        "select lead_id from app.leads where organization_id = %s and entity_id = %s", people.south, people.de_person
    )[0]["lead_id"]
    world.write("update app.leads set notes = 'met in Lyon', tags = '{fair,vip}' where lead_id = %s returning 1", loser)
    world.write("update app.leads set notes = 'called', tags = '{vip}' where lead_id = %s returning 1", winner)
    world.merge(people.fr_person, people.de_person)
    assert follow_merges("cli__merge") == 1
    assert world.lead(loser)["deleted_at"] is not None
    assert (world.lead(winner)["notes"], world.lead(winner)["tags"]) == ("called\n\nmet in Lyon", ["vip", "fair"])
    [redirect] = world.rows(
        "select from_lead_id, to_lead_id, added_tags from app.lead_redirects where reverted_at is null"
    )
    assert redirect == {"from_lead_id": loser, "to_lead_id": winner, "added_tags": ["fair"]}
    assert follow_merges("cli__merge_again") == 0
    assert world.adopt(people.south, people.fr_person) == []
    world.unmerge(people.fr_person, people.de_person)
    assert follow_merges("cli__unmerge") == 1
    assert world.lead(loser)["deleted_at"] is None
    assert (world.lead(winner)["notes"], world.lead(winner)["tags"]) == ("called", ["vip"])
    assert world.lead(loser)["notes"] == "met in Lyon"


def test_two_that_part_from_one_on_the_same_night_both_take_their_own_back(world, people):
    winner, *losers = (world.entity("person") for _ in range(3))
    kept, *gone = (world.adopt(people.south, entity)[0] for entity in (winner, *losers))
    stated = {kept: ("Call after 5, not call before", ["key"]), gone[0]: ("call", ["fair"]), gone[1]: ("met", ["vip"])}
    for lead, (notes, tags) in stated.items():
        world.write("update app.leads set notes = %s, tags = %s where lead_id = %s returning 1", notes, tags, lead)
    for loser in losers:
        world.merge(loser, winner)
    assert follow_merges("cli__merge_two") == 2
    assert world.lead(kept)["notes"].count("\n\n") == 2
    assert sorted(world.lead(kept)["tags"]) == ["fair", "key", "vip"]
    for loser in losers:
        world.unmerge(loser, winner)
    assert follow_merges("cli__unmerge_two") == 2
    assert (world.lead(kept)["notes"], world.lead(kept)["tags"]) == stated[kept]


@pytest.mark.slow
def test_lead_of_a_merged_entity_shows_the_winner_and_is_not_doubled(world, people):
    [company] = world.adopt(people.north, people.fr_company)
    world.merge(people.fr_company, people.de_company)
    build_marts("cli__company_merge")
    project_facts("cli__company_facts")
    assert world.facts(company)["company_name"] == "Firm Deutschland"
    assert world.adopt(people.north, people.de_company) == []
    world.unmerge(people.fr_company, people.de_company)


@pytest.mark.parametrize("component", ["transform", "campaigns", "console", "enrichment", "resolution"])
def test_nobody_but_the_leads_component_writes_facts(world, component):
    rights = world.rows(
        "select has_table_privilege(%(role)s, 'app.lead_facts', 'select') as reads,"
        " has_table_privilege(%(role)s, 'app.lead_facts', 'insert, update, delete, truncate') as writes".replace(
            "%(role)s", "%s"
        ),
        f"leadhouse_{component}",
        f"leadhouse_{component}",
    )
    assert not rights[0]["writes"]
    assert rights[0]["reads"] is (component in {"campaigns", "console", "enrichment"})


def test_dbt_cannot_read_the_projection(world):
    with psycopg.connect(world.database.dbt_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from app.lead_facts")


def test_a_search_feeds_the_campaign_that_names_it(world, people, adopted):
    search = world.search(people.north, "of one source", source_keys=["web/fr.example"])
    with world.database.owner() as owner:
        campaign = owner.execute(
            "insert into app.campaigns (organization_id, name, config) values (%s, 'fed', %s) returning campaign_id",
            (people.north, Jsonb({"audience": {"lead_search_id": str(search)}})),
        ).fetchone()["campaign_id"]
    members = (
        "select lead.entity_id from app.campaign_members as member join app.leads as lead using (lead_id)"
        " where member.campaign_id = %s"
    )
    adopt_from_searches("cli__feed")
    assert [row["entity_id"] for row in world.rows(members, campaign)] == [people.fr_person]
    adopt_from_searches("cli__feed_again")
    assert len(world.rows(members, campaign)) == 1
