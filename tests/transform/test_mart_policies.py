"""Marts as each role sees them: the scope of the work itself, at once; analysts see their organization's rows."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest

from leadhouse.database.analysts import ensure_analyst
from leadhouse.leads.facts import project_facts
from leadhouse.transform import build_marts
from tests.leads.lead_team import LeadTeam
from tests.transform.mart_world import MartWorld

OF_LEADS = ("dim_leads", "dim_leads_history", "fct_status_changes", "fct_score_factors")
ROLES = ("admin", "manager", "rep", "mate", "reader", "client", "stranger")


@pytest.fixture(scope="module")
def team(module_database):
    return LeadTeam(module_database)


@pytest.fixture(scope="module")
def seen(team):
    """Three firms with a person each; north's leads on them: the rep's, the client's, nobody's; south has the first."""
    world = MartWorld(team.database)
    people, companies = {}, {}
    for name in ("reps", "clients", "loose"):
        subjects = world.state(
            f"https://{name}.example/",
            {"c": {"name": name, "domain": f"{name}.example"}},
            {"p": ({"full_name": name, "email": f"p@{name}.example"}, "c")},
            source=f"web/{name}.example",
        )
        companies[name] = world.entity("company", subjects["c"])
        people[name] = world.entity("person", subjects["p"])
    leads = {
        "reps": team.lead(owner="rep", entity=people["reps"]),
        "clients": team.lead(campaign=team.campaign, entity=people["clients"]),
        "loose": team.lead(entity=people["loose"]),
        "foreign": team.lead(organization=team.south, entity=people["reps"]),
    }
    build_marts("cli__policies")
    project_facts("cli__policies")
    with team.database.owner() as owner:
        analyst = ensure_analyst(owner, team.database.admin_url, "north")
    return SimpleNamespace(world=world, leads=leads, people=people, companies=companies, analyst=analyst)


def ids(team, name, column, mart):
    with team.acting(name) as connection:
        return {row[column] for row in connection.execute(f"select distinct {column} from {mart}")}  # noqa: S608


@pytest.mark.parametrize("mart", OF_LEADS)
def test_what_is_told_of_a_lead_is_seen_with_the_lead(team, seen, mart):
    ours = {seen.leads[name] for name in ("reps", "clients", "loose")}
    wanted = {
        "admin": ours, "manager": ours, "reader": ours, "rep": {seen.leads["reps"]}, "mate": set(),
        "client": {seen.leads["clients"]}, "stranger": {seen.leads["foreign"]},
    }  # fmt: skip
    assert {name: ids(team, name, "lead_id", f"mart_leads.{mart}") for name in ROLES} == wanted


def test_a_lead_that_changed_hands_is_seen_by_its_new_owner_at_once(team, seen):
    with team.database.owner() as owner:
        owner.execute(
            "update app.leads set owner_id = %s where lead_id = %s", [team.users["mate"], seen.leads["loose"]]
        )
    try:
        assert ids(team, "mate", "lead_id", "mart_leads.dim_leads") == {seen.leads["loose"]}
    finally:
        with team.database.owner() as owner:
            owner.execute("update app.leads set owner_id = null where lead_id = %s", [seen.leads["loose"]])


@pytest.mark.parametrize(
    ("mart", "column", "kind"),
    [
        ("mart_leads.dim_people", "person_id", "people"),
        ("mart_leads.fct_person_values", "person_id", "people"),
        ("mart_companies.dim_companies", "company_id", "companies"),
        ("mart_companies.fct_company_values", "company_id", "companies"),
    ],
)
def test_a_client_sees_people_and_companies_of_its_leads_alone(team, seen, mart, column, kind):
    known = getattr(seen, kind)
    found = {name: ids(team, name, column, mart) for name in ROLES}
    assert found.pop("client") == {known["clients"]}
    assert set(map(frozenset, found.values())) == {frozenset(known.values())}


@pytest.mark.slow
def test_a_merged_person_stays_visible_to_the_client_of_its_lead(team, seen):
    """The policy follows redirects: the lead still names the entity that was joined to another."""
    seen.world.merge(seen.people["clients"], seen.people["loose"])
    build_marts("cli__policies_merged")
    try:
        assert ids(team, "client", "person_id", "mart_leads.dim_people") == {seen.people["loose"]}
    finally:
        seen.world.unmerge(seen.people["clients"], seen.people["loose"])
        build_marts("cli__policies_parted")


def test_an_overlay_is_seen_instead_of_the_shared_row_by_those_who_see_the_company(team, seen):
    seen.world.correct(team.north, seen.companies["clients"], "name", "Clients Holding")
    build_marts("cli__policies_overlay")
    names = {name: ids(team, name, "name", "mart_companies.dim_companies") for name in ("rep", "client", "stranger")}
    assert names == {
        "rep": {"reps", "Clients Holding", "loose"}, "client": {"Clients Holding"},
        "stranger": {"reps", "clients", "loose"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mart", "readers"),
    [
        ("mart_analytics.agg_funnel_weekly", {"admin", "manager", "reader", "stranger"}),
        ("mart_analytics.dim_owners", {"admin", "manager", "rep", "mate", "reader", "stranger"}),
        ("mart_analytics.dim_campaigns", {"admin", "manager", "rep", "mate", "reader", "client"}),
        ("mart_analytics.dim_dates", set(ROLES)),
        ("mart_analytics.fct_source_runs", {"admin", "manager", "rep", "mate", "reader", "stranger"}),
    ],
)
def test_figures_are_for_those_whose_role_reads_them(team, seen, mart, readers):
    found = set()
    for name in ROLES:
        with team.acting(name) as connection:
            if connection.execute(f"select 1 from {mart} limit 1").fetchone():  # noqa: S608
                found.add(name)
    assert found == readers


def test_a_client_sees_its_own_campaign_alone(team, seen):
    assert ids(team, "client", "campaign_id", "mart_analytics.dim_campaigns") == {team.campaign}


def test_a_key_reads_no_more_than_its_permissions(team, seen):
    with team.acting("admin", permissions=["campaigns:read"]) as connection:
        for mart in ("mart_leads.dim_leads", "mart_leads.dim_people", "mart_companies.dim_companies"):
            assert connection.execute(f"select count(*) as rows from {mart}").fetchone() == {"rows": 0}  # noqa: S608
        assert connection.execute("select count(*) as rows from mart_analytics.dim_campaigns").fetchone() == {"rows": 2}


def test_an_analyst_reads_the_marts_of_the_organization(team, seen):
    with psycopg.connect(seen.analyst) as connection:
        rows = connection.execute("select lead_id from mart_leads.dim_leads_history").fetchall()
        assert {row[0] for row in rows} == {seen.leads[name] for name in ("reps", "clients", "loose")}


def test_no_policy_of_a_mart_calls_a_function_for_each_row(team, seen):
    slow = seen.world.rows(
        "select polrelid::regclass::text as mart, polname from pg_policy join pg_class on pg_class.oid = polrelid"
        " where relnamespace::regnamespace::text ~ '^mart_'"
        " and regexp_replace(pg_get_expr(polqual, polrelid), 'SELECT (identity|app|resolution)\\.', '', 'g')"
        " ~ '(identity|app|resolution)\\.\\w+\\('"
    )
    assert slow == []
