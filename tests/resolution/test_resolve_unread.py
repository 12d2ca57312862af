"""Exact keys, retraction, late commits, hubs: shared records alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadhouse.resolution import full_refresh, resolve_unread

A, B, C = "https://alpha.example.com/", "https://beta.example.org/", "https://gamma.example.net/"
ALPHA = {"name": "Alpha GmbH", "domain": "alpha-bau.de", "vat_id": "DE111111125"}


def test_pages_of_one_domain_are_one_company(world):
    world.land("https://www.alpha-bau.de/", {"name": "Alpha", "domain": "alpha-bau.de"})
    world.land("https://www.alpha-bau.de/impressum", {"name": "Alpha Bau GmbH", "domain": "alpha-bau.de"})
    summary = resolve_unread("run")
    assert world.entity("https://www.alpha-bau.de/") == world.entity("https://www.alpha-bau.de/impressum")
    assert (summary.created, summary.merged, summary.units) == (1, 0, 2)


def test_two_domains_with_one_vat_id_are_merged_and_leave_a_redirect(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de", "vat_id": "DE111111125"})
    first = resolve_unread("one")
    older = world.entity(A)
    world.land(B, {"name": "Alpha", "domain": "alpha-shop.de", "vat_id": "DE111111125"})
    second = resolve_unread("two")
    assert world.entity(B) == world.entity(A) == older
    [(organization, loser, winner)] = world.redirects()
    assert (organization, winner, world.status(loser), world.status(older)) == (None, older, "merged", "active")
    assert world.changes(second.batch_no) == {(older, None, "updated"), (loser, None, "merged")}
    assert (first.batch_no, second.batch_no) == (1, 2)
    [row] = world.query(
        "select match_key, match_reason from resolution.assignments where subject_id = %s", (world.subject(B),)
    )
    assert row == {"match_key": "vat_id:DE111111125", "match_reason": "exact key"}


def test_two_of_one_name_in_two_towns_stay_apart(world):
    world.land(
        A, {"name": "Bäckerei Müller", "domain": "mueller-ulm.de", "phone_e164": "+49731123456", "address": "Ulm"}
    )
    world.land(
        B, {"name": "Bäckerei Müller", "domain": "mueller-kiel.de", "phone_e164": "+49431123456", "address": "Kiel"}
    )
    resolve_unread("run")
    assert world.entity(A) != world.entity(B)


def test_one_name_and_phone_are_one_company(world):
    world.land(A, {"name": "Bäckerei Müller GmbH", "domain": "mueller-ulm.de", "phone_e164": "+49731123456"})
    world.land(B, {"name": "Baeckerei Mueller", "phone_e164": "+49731123456"})
    resolve_unread("run")
    assert world.entity(A) == world.entity(B)


def test_free_mail_and_role_addresses_join_nobody(world):
    world.land(A, {"name": "Alpha", "email": "praxis@gmx.de"}, [{"full_name": "Eva Alt", "email": "info@alpha.de"}])
    world.land(B, {"name": "Beta", "email": "praxis@gmx.de"}, [{"full_name": "Udo Neu", "email": "info@alpha.de"}])
    resolve_unread("run")
    assert world.entity(A) != world.entity(B)
    assert world.entity(A, kind="person") != world.entity(B, kind="person")


def test_person_is_found_in_imprint_team_and_by_email(world):
    site = {"name": "Alpha", "domain": "alpha.de"}
    world.land(A + "team", site, [{"full_name": "José Müller", "title": "CEO", "email": "jm@alpha.de"}])
    world.land(A + "imprint", site, [{"full_name": "Dr. Jose Mueller"}])
    world.land(B, None, [{"full_name": "J. Müller", "email": "JM@alpha.de"}])
    resolve_unread("run")
    assert len({world.entity(unit, kind="person") for unit in (A + "team", A + "imprint", B)}) == 1


def test_same_name_at_two_companies_are_two_people(world):
    world.land(A, {"domain": "alpha.de", "name": "A"}, [{"full_name": "Eva Alt"}])
    world.land(B, {"domain": "beta.de", "name": "B"}, [{"full_name": "Eva Alt"}])
    resolve_unread("run")
    assert world.entity(A, kind="person") != world.entity(B, kind="person")


def test_vanished_page_retracts_and_its_return_brings_the_id_back(world):
    world.land(A, ALPHA, [{"full_name": "Eva Alt"}])
    resolve_unread("one")
    company, person = world.entity(A), world.entity(A, kind="person")
    world.land(A)
    gone = resolve_unread("two")
    assert world.entity(A) is None
    assert {world.status(company), world.status(person)} == {"retired"}
    assert world.changes(gone.batch_no) == {(company, None, "retired"), (person, None, "retired")}
    world.land(A, ALPHA, [{"full_name": "Eva Alt"}])
    back = resolve_unread("three")
    assert (world.entity(A), world.entity(A, kind="person")) == (company, person)
    assert (company, None, "created") in world.changes(back.batch_no)


def test_person_who_left_the_page_is_not_the_one_who_stands_there_now(world):
    site = {"name": "Alpha", "domain": "alpha.de"}
    world.land(A, site, [{"full_name": "Eva Alt", "email": "eva@alpha.de"}])
    resolve_unread("one")
    eva = world.entity(A, kind="person")
    world.land(A, site, [{"full_name": "Udo Neu", "email": "udo@alpha.de"}])  # the same record key
    resolve_unread("two")
    assert world.entity(A, kind="person") != eva
    assert world.status(eva) == "retired"


def test_corrected_name_keeps_the_id(world):
    site = {"name": "Alpha", "domain": "alpha.de"}
    world.land(A, site, [{"full_name": "Eva Alt", "email": "eva@alpha.de"}])
    resolve_unread("one")
    eva = world.entity(A, kind="person")
    world.land(A, site, [{"full_name": "Eva Alt-Neumann", "email": "eva@alpha.de"}])
    resolve_unread("two")
    assert world.entity(A, kind="person") == eva
    assert world.status(eva) == "active"


def test_id_goes_on_when_the_older_half_of_a_merge_vanishes(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de", "vat_id": "DE111111125"})
    resolve_unread("one")
    company = world.entity(A)
    world.land(B, {"name": "Alpha", "domain": "alpha-shop.de", "vat_id": "DE111111125"})
    resolve_unread("two")
    world.land(A)
    resolve_unread("three")
    assert world.entity(B) == company
    assert world.status(company) == "active"


def test_late_commit_of_an_earlier_observation_is_read(world):
    """A transaction that began first and commits last: a time or id watermark would never see it."""
    world.land(A, ALPHA)
    resolve_unread("one")
    world.land(B, {"name": "Beta", "domain": "beta.de"}, at=world.clock - timedelta(days=2))
    summary = resolve_unread("two")
    assert summary.units == 1
    assert world.entity(B) is not None


def test_late_commit_does_not_replace_a_newer_statement(world):
    world.land(A, {"name": "Alpha", "domain": "new.de"})
    resolve_unread("one")
    company = world.entity(A)
    world.land(A, {"name": "Alpha", "domain": "old.de"}, at=world.clock - timedelta(days=2))
    resolve_unread("two")
    assert world.entity(A) == company
    assert world.query("select key_value from resolution.subject_keys where key_kind = 'domain'") == [
        {"key_value": "new.de"}
    ]


def test_keys_go_with_their_subjects(world):
    world.land(A, ALPHA)
    world.land(B, {"name": "Beta", "domain": "beta.de"})
    resolve_unread("one")
    (kept,) = world.query("select subject_id from resolution.subject_keys where key_value = 'beta.de'")
    with world.database.owner() as connection:
        connection.execute("delete from resolution.subjects where subject_id <> %s", [kept["subject_id"]])
    assert world.query("select distinct subject_id from resolution.subject_keys") == [kept]


def test_nothing_unread_changes_nothing(world):
    world.land(A, ALPHA)
    resolve_unread("one")
    before = world.state()
    summary = resolve_unread("two")
    assert (summary.batch_no, summary.units) == (None, 0)
    assert world.state() == before
    outcomes = world.query("select outcome from quality.step_outcomes order by started_at")
    assert [row["outcome"] for row in outcomes] == ["succeeded", "skipped"]


def test_unchanged_neighbours_are_not_touched(world):
    world.land(A, ALPHA)
    world.land(B, {"name": "Beta", "domain": "beta.de"})
    resolve_unread("one")
    world.land(A, ALPHA | {"employee_band": "10-49"})
    summary = resolve_unread("two")
    assert world.changes(summary.batch_no) == {(world.entity(A), None, "updated")}
    assert summary.dirty == 0


def portal_pages(world, count, start=0):
    return [
        world.extraction(
            f"https://directory.example.com/{n}", {"name": f"Company {chr(97 + n)}", "domain": "portal.de"}
        )
        for n in range(start, start + count)
    ]


def test_hub_key_joins_nobody_and_ceasing_to_be_one_joins_again(world):
    world.land_all(portal_pages(world, 15))
    resolve_unread("one")
    units = [f"https://directory.example.com/{n}" for n in range(22)]
    assert len({world.entity(unit) for unit in units[:15]}) == 1
    world.land_all(portal_pages(world, 7, start=15))
    resolve_unread("two")
    assert len({world.entity(unit) for unit in units}) == 22
    for unit in units[:5]:
        world.land(unit)
    resolve_unread("three")
    assert len({world.entity(unit) for unit in units[5:]}) == 1
    before = world.state()
    full_refresh("refresh")
    assert world.state() == before


def test_pages_of_a_site_never_make_its_own_domain_a_hub(world):
    pages = [
        world.extraction(f"https://www.alpha-bau.de/{n}", {"name": f"Page {chr(97 + n)}", "domain": "alpha-bau.de"})
        for n in range(26)
    ]
    world.land_all(pages)
    resolve_unread("run")
    assert len({world.entity(each.unit_key) for each in pages}) == 1


@pytest.mark.parametrize("host", ["facebook.com", "www.linkedin.com", "alpha.github.io/x"])
def test_domain_of_a_portal_is_no_key(world, host):
    world.land(A, {"name": "Alpha", "domain": host})
    world.land(B, {"name": "Beta", "domain": host})
    resolve_unread("run")
    assert (world.entity(A) == world.entity(B)) == (host == "alpha.github.io/x")


def test_person_is_touched_when_the_company_becomes_another(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de", "vat_id": "DE111111125"})
    world.land(B, {"name": "Alpha", "domain": "beta.de"}, [{"full_name": "Eva Alt"}])
    resolve_unread("one")
    world.land(B + "imprint", {"name": "Alpha", "domain": "beta.de", "vat_id": "DE111111125"})
    summary = resolve_unread("two")
    assert world.entity(A) == world.entity(B)
    assert (world.entity(B, kind="person"), None, "updated") in world.changes(summary.batch_no)
