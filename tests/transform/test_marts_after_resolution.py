"""Landing, resolution and marts together: what resolution joins and parts shows in the marts, for whom it is meant."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from leadhouse.database.analysts import ensure_analyst
from leadhouse.landing import Landing
from leadhouse.records import Fetch, Outcome
from leadhouse.resolution import resolve_unread, unmerge
from leadhouse.transform import build_marts
from tests.transform.mart_world import NOON, MartWorld

MARTS = {
    "mart_companies.dim_companies": "company_id",
    "mart_companies.fct_company_values": "company_id, attribute, place",
    "mart_companies.dim_company_aliases": "company_id, alias_kind, alias",
    "mart_leads.dim_people": "person_id",
    "mart_leads.fct_person_values": "person_id, attribute, place",
}
ALIASES = (
    "select alias_kind, alias, match_key, match_weight, decided_by, is_reverted from mart_companies.dim_company_aliases"
)


class ResolvedWorld(MartWorld):
    """Who is who is found by resolution itself."""

    def note_subjects(self, *_):
        """Resolution does."""

    def content(self):
        statement = "select * from {} order by organization_id nulls first, {}"
        return {mart: self.rows(statement.format(mart, order)) for mart, order in MARTS.items()}


@pytest.fixture(scope="module")
def world(module_database):
    return ResolvedWorld(module_database)


@pytest.fixture(scope="module")
def first_night(world):
    """A company under two domains that one VAT id joins, and two imports that contradict each other."""
    organizations = {slug: world.organization(slug) for slug in ("north", "south")}
    for domain in ("epsilon.example", "epsilon.test"):
        world.state(
            f"https://{domain}/impressum",
            {"c": {"name": "Epsilon", "domain": domain, "vat_id": "DE362667647"}},
            {"p": ({"full_name": "Eva Stein", "email": f"eva@{domain}"}, "c")},
            source=f"web/{domain}",
        )
    for slug, organization in organizations.items():
        world.state(
            "file:crm.csv",
            {
                "line 2": {
                    "name": f"Epsilon {slug}",
                    "domain": "epsilon.example",
                    "phone_e164": f"+4930{len(slug)}{slug == 'north':d}",
                }
            },
            source=f"csv/{slug}",
            organization=organization,
        )
    resolve_unread("cli__resolve")
    build_marts("cli__marts")
    with world.database.owner() as connection:
        logins = {slug: ensure_analyst(connection, world.database.admin_url, slug) for slug in organizations}
    return SimpleNamespace(**organizations, logins=logins)


def test_one_company_under_two_domains_is_one_row_with_both(world, first_night):
    [shared] = world.rows("select * from mart_companies.dim_companies where organization_id is null")
    domains = world.rows(
        "select value from mart_companies.fct_company_values where organization_id is null and attribute = 'domain'"
        " and is_winner"
    )
    assert {row["value"] for row in domains} == {"epsilon.example", "epsilon.test"}
    assert shared["source_count"] == 2


def test_aliases_say_what_was_joined_and_by_which_key(world, first_night):
    """One former id and one further domain, once each, shared and in both overlays, there beside their own names."""
    shared = world.rows(f"{ALIASES} where organization_id is null order by alias_kind")
    [merged, domain] = shared
    [loser] = world.rows("select from_entity_id::text as id from resolution.redirects where organization_id is null"
                         " and to_entity_id in (select company_id from mart_companies.dim_companies)")  # fmt: skip
    assert merged["alias"] == loser["id"]
    assert merged["match_key"] == "vat_id:DE362667647"
    [shown] = world.rows("select domain from mart_companies.dim_companies where organization_id is null")
    assert domain["alias_kind"] == "domain"
    assert {domain["alias"], shown["domain"]} == {"epsilon.example", "epsilon.test"}
    for slug, login in first_night.logins.items():
        kinds = [row["alias_kind"] for row in world.seen_by(login, f"{ALIASES} order by alias_kind")]
        assert kinds == ["company_id", "company_id", "domain", "name"], slug  # its own row of the file was merged too


@pytest.mark.parametrize(("slug", "phone"), [("north", "+493051"), ("south", "+493050")])
def test_contradicting_imports_show_to_their_organization_alone(world, first_night, slug, phone):
    seen = world.seen_by(
        first_night.logins[slug], "select company_id, phone_e164, source_count from mart_companies.dim_companies"
    )
    assert [(row["phone_e164"], row["source_count"]) for row in seen] == [(phone, 3)]


def test_page_that_has_not_changed_is_verified_without_a_change_of_any_value(world, first_night):
    later = NOON + timedelta(days=40)
    landing = Landing("landing", run_on=later.date(), run_id="cli__later", source_key="web/epsilon.example")
    landing.add_fetch(
        Fetch(
            fetch_id=uuid4(), source_key="web/epsilon.example", url="https://epsilon.example/impressum",
            requested_at=later, outcome=Outcome.NOT_MODIFIED, status_code=304,
        )
    )  # fmt: skip
    landing.commit()
    resolve_unread("cli__unchanged")
    build_marts("cli__verified")
    verified = world.rows("select last_verified_at from mart_companies.dim_companies where organization_id is null")
    assert verified == [{"last_verified_at": later}]
    assert world.rows("select 1 from mart_companies.fct_company_changes") == []


@pytest.mark.slow
def test_wrong_merge_is_undone_in_the_marts_and_incremental_equals_full(world, first_night):
    [loser] = world.rows(
        "select from_entity_id from resolution.redirects join resolution.entities on entity_id = from_entity_id"
        " where entity_kind = 'company' and redirects.organization_id is null and reverted_batch_no is null"
    )
    unmerge(loser["from_entity_id"], decided_by="kim", run_id="cli__undo")
    summary = build_marts("cli__undone")
    assert not summary.is_full_refresh
    shared = world.rows("select domain from mart_companies.dim_companies where organization_id is null order by 1")
    assert [row["domain"] for row in shared] == ["epsilon.example", "epsilon.test"]
    undone = world.rows(f"{ALIASES} where alias_kind = 'company_id' and organization_id is null")
    assert [tuple(row.values()) for row in undone] == [
        ("company_id", str(loser["from_entity_id"]), None, None, "kim", True)
    ]
    employers = world.rows(
        "select count(distinct company_id) as companies from mart_leads.dim_people where organization_id is null"
    )
    assert employers == [{"companies": 2}]
    by_ledger = world.content()
    build_marts("cli__all", full_refresh=True)
    assert world.content() == by_ledger


@pytest.mark.slow
def test_second_night_retracts_what_a_page_no_longer_says(world, first_night):
    world.state(
        "https://epsilon.test/impressum",
        {"c": {"name": "Epsilon", "domain": "epsilon.test"}},
        source="web/epsilon.test",
    )
    resolve_unread("cli__resolve_2")
    build_marts("cli__marts_2")
    assert world.rows("select 1 from mart_leads.fct_person_values where value = 'eva@epsilon.test'") == []
    by_ledger = world.content()
    build_marts("cli__all_2", full_refresh=True)
    assert world.content() == by_ledger
