"""The sites say what the truth says, the same on every run."""

from __future__ import annotations

import hashlib
import html
import os
import re
import subprocess
import sys

import phonenumbers
import pytest
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from stdnum.il import hp as il_company

from demo.truth import ordinary_sites, truth
from demo.world import Site, World
from demo.world.answers import Request, pages_of, respond
from demo.world.pages import plan
from demo.world.structured import traps
from demo.world.visible import is_reachable

WORLD = World()
DIGEST = """
import hashlib
from demo.world import World
from demo.world.answers import Request, pages_of, respond
digest = hashlib.sha256()
for site, page in pages_of(World(day=1)):
    digest.update(respond(World(day=1), Request(site.host, page.path)).body)
print(digest.hexdigest())
"""


def body(world: World, site: Site, path: str) -> str:
    answer = respond(world, Request(site.host, path))
    assert answer.status == 200, (site.host, path, answer.status)
    return answer.body.decode()


def whole(world: World, site: Site) -> str:
    return html.unescape("\n".join(body(world, site, page.path) for page in plan(site)))


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def test_bytes_follow_from_seed_and_day_alone() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", DIGEST], env=os.environ | {"PYTHONHASHSEED": salt, "PYTHONPATH": "."},
            capture_output=True, text=True, check=True,
        ).stdout
        for salt in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1]
    own = hashlib.sha256()
    for site, page in pages_of(World(day=1)):
        own.update(respond(World(day=1), Request(site.host, page.path)).body)
    assert own.hexdigest() == runs[0].strip()


def test_another_seed_is_another_world() -> None:
    assert [company.phone for company in World(8)] == [company.phone for company in World(7)]  # the cast's own
    assert [c.people for c in World(8)] != [c.people for c in World(7)]
    assert [World(8, 40).company(30).name] != [World(7, 40).company(30).name]


@pytest.mark.parametrize("companies", [20, 300])
def test_about_a_twentieth_of_the_pages_changes_in_a_night(companies: int) -> None:
    before, after = World(companies=companies), World(companies=companies, day=1)
    pairs = [
        (respond(before, Request(site.host, page.path)), respond(after, Request(site.host, page.path)))
        for site, page in pages_of(before)
        if is_reachable(site.company)
    ]
    changed = sum(old.body != new.body for old, new in pairs)
    assert 0.03 <= changed / len(pairs) <= 0.10, (changed, len(pairs))
    for old, new in pairs:  # Last-Modified moves exactly when an answer may have changed
        assert old.body == new.body or old.headers["Last-Modified"] != new.headers["Last-Modified"]


def test_sites_have_real_sizes_and_enough_pages() -> None:
    for site in ordinary_sites(WORLD):
        assert 3 <= len(plan(site)) <= 13
        assert all(5_000 < len(body(WORLD, site, page.path)) < 60_000 for page in plan(site))


@pytest.mark.parametrize("companies", [20, 250])
def test_numbers_and_vat_ids_are_valid(companies: int) -> None:
    phones, vats = [], []
    for company in World(companies=companies):
        numbers = [company.phone, company.fax, *(person.phone for person in company.people if person.phone)]
        numbers += [party.phone for party in company.third_parties if party.phone]
        for number in numbers:
            parsed = phonenumbers.parse(number)
            assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.region_code_for_number(phonenumbers.parse(company.phone)) == company.country
        phones.append(company.phone)
        vats.append(company.vat_id)
        check = {"GB": gb_vat.is_valid, "IL": lambda value: il_company.is_valid(value[2:])}
        assert check.get(company.country, eu_vat.is_valid)(company.vat_id), company.vat_id
    assert len(set(vats)) == len(vats)
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("day", [0, *(pytest.param(day, marks=pytest.mark.slow) for day in (1, 5))])
def test_every_fact_of_the_truth_stands_on_the_pages(day: int) -> None:
    world = World(companies=60, day=day)
    facts = {company["key"]: company for company in truth(world)["companies"]}
    for company in world:
        if not is_reachable(company):
            continue
        right = facts[f"c{company.index}"]
        sites = [site for site in ordinary_sites(world) if site.company == company]
        text = "\n".join(whole(world, site) for site in sites)
        assert right["name"] in text
        assert right["legal_name"] in text
        assert right["printed_vat_id"] in text
        assert right["street"] in text
        for number in right["phones"]:
            national = str(phonenumbers.parse(number).national_number)
            assert national in digits(text), (company.name, number)
        for person in right["people"]:
            assert any(spelling in text for spelling in person["spellings"]), (company.name, person["name"])
        for address in right["emails"] if right["emails_are_plain"] else []:
            assert f"mailto:{address}" in text, (company.name, address)


def test_hidden_addresses_are_not_plain_on_the_pages() -> None:
    for index in (7, 8, 19):  # entities, split, (at)
        company = WORLD.company(index)
        raw = "\n".join(
            body(WORLD, Site(company, company.domain), page.path) for page in plan(Site(company, company.domain))
        )
        assert company.emails[0] not in raw


def test_traps_stand_on_the_pages_and_are_no_facts() -> None:
    for site in ordinary_sites(WORLD):
        text = whole(WORLD, site)
        for trap in traps(site):
            if trap.field == "phone" and trap.kind == "fax":
                continue  # some makes print no fax
            shown = digits(text) if trap.field == "phone" else text
            value = str(phonenumbers.parse(trap.value).national_number) if trap.field == "phone" else trap.value
            if trap.kind == "web_agency" and trap.field != "name":
                continue  # the footer of some makes names the agency only
            assert value in shown, (site.host, trap)
            assert trap.value not in (*site.company.emails, site.company.phone)


def test_the_layout_change_loses_all_people_of_one_site() -> None:
    company = WORLD.company(14)
    site = Site(company, company.domain)
    names = [person.name for person in company.people]
    assert all(name in whole(WORLD, site) for name in names)
    assert not any(name in whole(WORLD.at(1), site) for name in names)
    script = respond(WORLD.at(1), Request(site.host, "/assets/team.js"))
    assert names[0].encode() in script.body
    by_key = {entry["key"]: entry for entry in truth(WORLD.at(1))["companies"]}
    assert by_key["c14"]["people"] == []


def test_the_employer_change_moves_one_person_and_leaves_the_mailbox() -> None:
    change = truth(WORLD.at(1))["employer_change"]
    old, new = WORLD.at(1).owner(change["from"]), WORLD.at(1).owner(change["to"])
    assert old is not None
    assert new is not None
    assert change["name"] not in [person.name for person in old.people]
    assert change["name"] in [person.name for person in new.people]
    assert change["name"] in whole(WORLD.at(1), Site(new, new.domain))
    assert truth(WORLD.at(1))["mailboxes"][change["old_email"]] == "accept"


def test_the_right_to_left_site_says_so() -> None:
    company = WORLD.company(9)
    assert 'lang="he" dir="rtl"' in body(WORLD, Site(company, company.domain), "/")


def test_the_team_list_is_a_pdf() -> None:
    company = WORLD.company(13)
    answer = respond(WORLD, Request(company.host(company.domain), "/downloads/team.pdf"))
    assert answer.content_type == "application/pdf"
    assert answer.body.startswith(b"%PDF-1.4")
    start = int(answer.body.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert answer.body[start:].startswith(b"xref")
