"""A home with marts of a former shape: the next build takes it over, without hand work and without losing history."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from leadhouse.transform import DbtError, build_marts
from tests.transform.mart_world import MartWorld

pytestmark = pytest.mark.slow

FORMER = Path(__file__).with_name("former_marts.sql").read_text()
HISTORY = ("mart_leads.fct_score_factors", "mart_companies.fct_company_changes")


@pytest.fixture(scope="module")
def world(migrated_database):
    return MartWorld(migrated_database)


@pytest.fixture(scope="module")
def former(world):
    """A lead with a past: its score of January and a change of its company, in the former tables; then a build."""
    organization = world.organization("north")
    subjects = world.state(
        "https://past.example/",
        {"c": {"name": "Past", "domain": "past.example"}},
        {"p": ({"full_name": "Ann Past", "email": "ann@past.example"}, "c")},
        source="web/past.example",
    )
    company, person = world.entity("company", subjects["c"]), world.entity("person", subjects["p"])
    with world.database.connect("leads") as connection:
        [lead] = connection.execute(
            "select lead_id from app.adopt_leads(%s, %s, 'api')", [organization, [person]]
        ).fetchall()
    with world.database.connect("transform") as connection:
        connection.execute(FORMER)
        connection.execute(
            "insert into mart_leads.fct_score_factors values (%s, %s, '2026-01-05', 'status', 'new', 10, 40, 45, 'x')",
            [organization, lead["lead_id"]],
        )
        connection.execute(
            "insert into mart_companies.fct_company_changes (company_id, attribute, old_value, new_value, change_kind,"
            " detected_at, is_signal) values (%s, 'name', 'Passed', 'Past', 'changed', '2026-01-05', false)",
            [company],
        )
        for table in HISTORY:
            connection.execute(f"alter table {table} enable row level security")
            connection.execute(f"grant select on {table} to authenticated")
            connection.execute(f"create policy former on {table} for select to authenticated using (true)")
    assert build_marts("cli__taken_over").is_full_refresh
    return lead["lead_id"]


def columns(world, table):
    rows = world.rows(
        "select attname as name, attnotnull as is_required from pg_attribute where attrelid = %s::regclass"
        " and attnum > 0 and not attisdropped",
        table,
    )
    return {row["name"]: row["is_required"] for row in rows}


def test_history_of_then_stands_beside_the_rows_of_now(world, former):
    rows = world.rows(
        "select scored_on::text = '2026-01-05' as is_former, factor, rule_version from mart_leads.fct_score_factors"
        " where lead_id = %s and factor = 'status' order by scored_on",
        former,
    )
    assert rows == [
        {"is_former": True, "factor": "status", "rule_version": None},
        {"is_former": False, "factor": "status", "rule_version": "1.0"},
    ]
    assert world.rows("select old_value from mart_companies.fct_company_changes") == [{"old_value": "Passed"}]


def test_former_policies_are_gone(world, former):
    policies = world.rows("select count(*) as former from pg_policy where polname = 'former'")
    assert policies == [{"former": 0}]


def test_new_columns_are_described(world, former):
    rows = world.rows(
        "select col_description(attrelid, attnum) as told from pg_attribute where attname = 'rule_version'"
        " and attrelid = 'mart_leads.fct_score_factors'::regclass"
    )
    assert "Version of the weights" in rows[0]["told"]


def test_constraints_follow_the_contract_in_place(world, former):
    """In each table a column that the contract lets be null and the table does not, and one the other way round."""
    tables = {  # nullable, required
        "mart_leads.dim_leads": ("domain", "lead_id"),
        "mart_leads.fct_score_factors": ("input_value", "lead_id"),
        "mart_leads.dim_people": ("full_name", "person_id"),
    }
    before = {table: columns(world, table) for table in tables}
    assert {
        table: (before[table][one], before[table][other]) for table, (one, other) in tables.items()
    } == dict.fromkeys(tables, (False, True))
    oids = [world.rows("select %s::regclass::oid as oid", table) for table in tables]
    with world.database.owner() as connection:
        connection.execute("update mart_leads.fct_score_factors set input_value = coalesce(input_value, 'x')")
        for table, (nullable, required) in tables.items():
            connection.execute(f"alter table {table} alter column {nullable} set not null")
            connection.execute(f"alter table {table} alter column {required} drop not null")
        for entity in world.rows("select entity_id from resolution.entities"):
            world.touch(entity["entity_id"])
    build_marts("cli__constraints")
    assert {table: columns(world, table) for table in tables} == before
    assert [world.rows("select %s::regclass::oid as oid", table) for table in tables] == oids


def test_history_that_the_contract_cannot_take_is_refused_by_name(world, former):
    with world.database.owner() as connection:
        connection.execute("alter table mart_leads.fct_score_factors add column stray text default 'kept'")
    with pytest.raises(DbtError, match=r"fct_score_factors holds history.*renamed_from"):
        build_marts(f"cli__stray_{uuid4()}")
    with world.database.owner() as connection:
        connection.execute("alter table mart_leads.fct_score_factors drop column stray")
    build_marts(f"cli__mended_{uuid4()}")
