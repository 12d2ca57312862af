"""Marts of a small world: one row an entity for whoever looks, private facts only for their organization."""

from __future__ import annotations

import pytest


def test_build_goes_by_the_ledger_and_all_nodes_are_well(built):
    assert not built.summary.is_full_refresh
    assert set(built.summary.nodes) == {"success", "pass"}


def test_every_node_is_stored_with_status_and_seconds(world, built):
    rows = world.rows(
        "select * from quality.dbt_nodes where run_id = 'cli__first' and resource_type in ('model', 'test')"
    )
    assert len(rows) == sum(built.summary.nodes.values())
    assert all(row["seconds"] >= 0 and row["status"] in {"success", "pass"} for row in rows)


def test_shared_row_is_made_of_shared_records_alone(world, built):
    [row] = world.rows("select * from mart_companies.dim_companies where organization_id is null")
    assert (row["company_id"], row["name"], row["employee_band"], row["source_count"]) == (built.acme, "Acme", None, 1)


@pytest.mark.parametrize(("slug", "band"), [("north", "11-50"), ("south", "51-200")])
def test_overlay_holds_the_organizations_own_facts(world, built, slug, band):
    [row] = world.rows(
        "select * from mart_companies.dim_companies where organization_id = %s and company_id = %s",
        getattr(built, slug),
        built.acme,
    )
    assert (row["employee_band"], row["phone_e164"], row["source_count"]) == (band, "+4930111", 2)


def test_private_entity_has_no_shared_row(world, built):
    [row] = world.rows(
        "select organization_id, is_private from mart_companies.dim_companies where company_id = %s", built.beta
    )
    assert row == {"organization_id": built.north, "is_private": True}


@pytest.mark.parametrize(("slug", "bands"), [("north", ["11-50", None]), ("south", ["51-200"])])
def test_each_organization_sees_exactly_one_row_an_entity(world, built, slug, bands):
    seen = world.seen_by(
        built.logins[slug], "select company_id, employee_band from mart_companies.dim_companies order by 2"
    )
    assert [row["employee_band"] for row in seen] == bands
    people = world.seen_by(built.logins[slug], "select person_id, phone_e164 from mart_leads.dim_people")
    assert people == [{"person_id": built.jose, "phone_e164": "+4940333" if slug == "north" else "+4940444"}]


@pytest.mark.parametrize("mart", ["mart_companies.fct_company_values", "mart_leads.fct_person_values"])
def test_values_show_nothing_of_another_organization(world, built, mart):
    seen = world.seen_by(built.logins["south"], f"select value, source_key, organization_id from {mart}")  # noqa: S608
    assert seen
    assert {row["organization_id"] for row in seen} == {built.south}
    assert not [
        row for row in seen if "north" in row["source_key"].lower() or row["value"] in {"ACME North", "+4940333"}
    ]


def test_login_that_sets_every_claim_sees_no_more(world, built):
    claims = f'{{"sub": "{built.south}", "organization_id": "{built.south}", "role": "authenticated"}}'
    seen = world.seen_by(
        built.logins["north"],
        "with claim as materialized (select set_config('request.jwt.claims', %s, false),"
        " set_config('request.jwt.claim.sub', %s, false))"
        " select organization_id from claim, mart_companies.dim_companies",
        claims,
        str(built.south),
    )
    assert {row["organization_id"] for row in seen} == {built.north}


def test_losing_candidates_are_kept_with_the_reason(world, built):
    rows = world.rows(
        "select value, is_winner, rule_id from mart_companies.fct_company_values"
        " where organization_id is null and attribute = 'name' order by place"
    )
    assert rows == [
        {"value": "Acme", "is_winner": True, "rule_id": "confidence"},
        {"value": "Acme GmbH", "is_winner": False, "rule_id": "confidence"},
    ]


def test_many_valued_attribute_keeps_all_with_one_primary(world, built):
    rows = world.rows(
        "select value, is_winner, is_primary, rule_id from mart_companies.fct_company_values"
        " where organization_id is null and attribute = 'phone_e164' order by place"
    )
    assert rows == [
        {"value": "+4930111", "is_winner": True, "is_primary": True, "rule_id": "confidence"},
        {"value": "+4930222", "is_winner": True, "is_primary": False, "rule_id": "kept_beside_primary"},
    ]


def test_person_names_the_company(world, built):
    rows = world.rows("select distinct company_id from mart_leads.dim_people")
    assert rows == [{"company_id": built.acme}]
