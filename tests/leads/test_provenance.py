"""One function says where every value comes from, to whom it may; `leadhouse explain` prints it."""

from __future__ import annotations

import json
import uuid

import pytest
from psycopg import errors
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.leads import correct, explain_value
from leadhouse.transform import build_marts


@pytest.fixture(scope="module")
def leads(world, people):
    """A lead of north and one of south on the German person, and north's own on the Spanish one."""
    made = {
        "north": world.adopt(people.north, people.de_person)[0],
        "south": world.adopt(people.south, people.de_person)[0],
        "private": world.adopt(people.north, people.es_person)[0],
    }
    build_marts("cli__adopted_for_provenance")
    return made


def asked_by(world, organization_id, role, statement, *parameters):
    """What a member of the organization is answered."""
    with world.database.owner() as connection:
        user = connection.execute(
            "insert into identity.users (email_normalized) values (%s) returning user_id",
            [f"{uuid.uuid4().hex}@x.example"],
        ).fetchone()["user_id"]
        connection.execute(
            "insert into identity.members (organization_id, user_id, role) values (%s, %s, %s)",
            [organization_id, user, role],
        )
        connection.commit()
        claims = {"sub": str(user), "organization_id": str(organization_id), "role": "authenticated"}
        connection.execute("set session authorization leadhouse_api")
        connection.execute("set role authenticated")
        connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        return connection.execute(statement, parameters).fetchall()


def test_every_value_has_its_extraction_digest_rule_and_losers(world, people, leads):
    found = explain_value(people.north, leads["north"])
    assert {"full_name", "title", "email"} <= found.person.keys()
    assert {"name", "country_code", "phone_e164"} <= found.company.keys()
    for candidates in [*found.person.values(), *found.company.values()]:
        assert [each.place for each in candidates] == list(range(1, len(candidates) + 1))
        assert candidates[0].is_primary
        for each in candidates:
            assert each.extraction_id is not None
            assert len(each.content_hash) == 64
            assert (each.origin, each.url) == ("file", "https://de.example/"), "no fetch was landed with it"


def test_members_resolve_the_values_of_their_own_leads_alone(world, people, leads):
    ask = "select * from app.explain_lead(%s, %s)"
    mine = asked_by(world, people.north, "sales_manager", ask, leads["private"], "title")
    assert [(row["value"], row["is_private"], row["rule_id"]) for row in mine] == [
        ("Sales Director", True, "only_candidate")
    ]
    with pytest.raises(errors.NoDataFound):
        asked_by(world, people.south, "organization_admin", ask, leads["private"], None)
    with pytest.raises(errors.NoDataFound):
        asked_by(world, people.north, "sales_rep", ask, leads["private"], None)  # not that person's lead
    private = explain_value(people.north, leads["private"], "title").person["title"][0]
    evidence = "select * from app.find_evidence(%s, 'person', %s, %s)"
    asked = (people.es_person, [private.record_id])
    assert asked_by(world, people.south, "organization_admin", evidence, people.south, *asked) == []
    with pytest.raises(errors.InsufficientPrivilege):
        asked_by(world, people.south, "organization_admin", evidence, people.north, *asked)


def test_a_correction_is_told_before_the_marts_hold_it(world, people, leads):
    correct(people.north, people.de_person, "title", "Chief", "rang them")
    ask = "select value, rule_id, origin, is_winner from app.explain_lead(%s, 'title')"
    rows = asked_by(world, people.north, "sales_manager", ask, leads["north"])
    assert [(row["value"], row["rule_id"], row["origin"], row["is_winner"]) for row in rows] == [
        ("Chief", "correction", "correction", True), ("Head of Sales", "correction", "file", False),
    ]  # fmt: skip
    theirs = asked_by(world, people.south, "sales_manager", ask, leads["south"])
    assert [row["value"] for row in theirs] == ["Head of Sales"]


def test_a_lead_that_no_mart_holds_yet_is_explained_by_its_entity(world, people, leads):
    [young] = world.adopt(people.north, people.fr_person)
    assert explain_value(people.north, young, "full_name").person["full_name"][0].value == "Person fr"


def test_the_command_prints_it(world, people, leads, tmp_path):
    target = tmp_path / "why.json"
    done = CliRunner().invoke(app, ["explain", str(leads["private"]), "email", "--json", str(target)])
    assert done.exit_code == 0, done.output
    assert "p@es.example" in done.output
    assert "person.email = p@es.example" in done.output
    assert "won: nothing else is stated (only_candidate)" in done.output
    assert "✓ the value, + kept beside it, · lost" in done.output
    assert json.loads(target.read_text())["person"]["email"][0]["value"] == "p@es.example"
    assert CliRunner().invoke(app, ["explain", str(uuid.uuid4())]).exit_code == 1
