"""The queries of docs/analysts.md run as an analyst's login over filled marts, and each gives rows."""

from __future__ import annotations

import re

import psycopg
import pytest
from psycopg.rows import dict_row

from leadhouse.database.analysts import ensure_analyst
from leadhouse.settings import PROJECT
from leadhouse.transform import build_marts
from tests.dbt_project.test_populated_marts import night, world

__all__ = ["night", "world"]

PAGE = (PROJECT / "docs" / "analysts.md").read_text()
QUERY = re.compile(r"^## (?P<title>[^\n]+)\n(?:(?!^## ).)*?^```sql\n(?P<statement>.*?)^```$", re.M | re.S)
QUERIES = {match["title"]: match["statement"] for match in QUERY.finditer(PAGE)}


def test_page_has_its_queries():
    assert list(QUERIES) == [
        "Who to call today", "Why this score", "Where the values came from", "What the gate stopped",
        "Cost per lead by source", "What changed, and how fresh it is", "Who answered, and what they said",
        "Which source earns", "Which source is rotting", "Whom to ask first", "How fresh it is, field by field",
    ]  # fmt: skip
    assert PAGE.count("```sql") == len(QUERIES)


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def login(module_database):
    """An analyst's, of an organization that has nothing yet."""
    with module_database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values ('west', 'West')")
        return ensure_analyst(connection, module_database.admin_url, "west")


@pytest.mark.parametrize("title", QUERIES)
def test_query_is_understood(login, title):
    """On empty marts: names, types and rights."""
    with psycopg.connect(login) as connection:
        connection.execute(QUERIES[title])


@pytest.fixture(scope="module")
def logins(world, night):
    """Analysts of the organization with the campaign and of one that knows nobody; the company has moved since."""
    world.organization("south")
    with world.database.owner() as connection:  # the company was a customer, and is none any more
        connection.execute("delete from app.suppressions")
    moved = {"c": {"name": "Delta", "phone_e164": ["+493"]}}
    people = {key: ({"full_name": f"Person {key}", "email": f"{key}@delta.example"}, "c") for key in ("one", "two")}
    world.state("https://delta.example/", moved, people, source="web/delta.example")
    for row in world.rows("select entity_id from resolution.entities"):
        world.touch(row["entity_id"])
    build_marts("cli__next_night")
    with world.database.owner() as connection:
        return {slug: ensure_analyst(connection, world.database.admin_url, slug) for slug in ("north", "south")}


@pytest.mark.slow
@pytest.mark.parametrize("title", QUERIES)
def test_query_gives_rows(logins, title):
    with psycopg.connect(logins["north"], row_factory=dict_row) as connection:
        rows = connection.execute(QUERIES[title]).fetchall()
    assert rows
    assert any(value is not None for value in rows[0].values())


@pytest.mark.slow
def test_the_answers_are_those_of_the_night(logins, night):
    with psycopg.connect(logins["north"], row_factory=dict_row) as connection:
        answers = {title: connection.execute(statement).fetchall() for title, statement in QUERIES.items()}
    assert {row["full_name"] for row in answers["Who to call today"]} == {"Person one", "Person two"}
    factors = answers["Why this score"]
    assert min(100, sum(row["points"] for row in factors)) == factors[0]["score_total"]
    assert {row["attribute"] for row in answers["Where the values came from"]} >= {"full_name", "email"}
    assert [row["overridden"] for row in answers["What the gate stopped"]] == [1, 1]
    [source] = answers["Cost per lead by source"]
    assert (source["source"], source["leads"], float(source["eur_per_lead"])) == ("api", 2, 0.002)
    changed = {(row["attribute"], row["new_value"]) for row in answers["What changed, and how fresh it is"]}
    assert ("phone_e164", "+493") in changed
    [earned] = answers["Which source earns"]
    assert (earned["source"], earned["leads"], earned["contacted"], earned["replied"]) == ("api", 2, 2, 2)
    rotting = {row["source_key"]: row["is_suspicious"] for row in answers["Which source is rotting"]}
    assert rotting["web/closed.example"] is True
    assert rotting["web/slow.example"] is False
    asked = {(row["attribute"], row["provider"]): row["calls"] for row in answers["Whom to ask first"]}
    assert asked == {
        ("email", "cheap"): 1,
        ("email", "dear"): 1,
        ("phone_e164", "cached"): 0,
        ("phone_e164", "lost"): 1,
    }
    fresh = {(row["entity_kind"], row["attribute"]): row["shown"] for row in answers["How fresh it is, field by field"]}
    assert fresh["person", "email"] == 2


@pytest.mark.slow
def test_another_organization_finds_no_leads_of_it(logins):
    with psycopg.connect(logins["south"], row_factory=dict_row) as connection:
        for title in list(QUERIES)[:5]:
            assert connection.execute(QUERIES[title]).fetchall() == []
