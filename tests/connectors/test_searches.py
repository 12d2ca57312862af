"""ZoomInfo, LinkedIn through Unipile, Overpass and SearXNG, each read from its simulator."""

from __future__ import annotations

import tomllib
from pathlib import Path
from uuid import UUID

import pytest

from demo.providers.overpass import OverpassSimulator
from demo.providers.searxng import SearxngSimulator
from demo.providers.simulator import Asked, Fault, Simulator
from demo.providers.unipile import ACCOUNT, UnipileSimulator, company_handle, handle
from demo.providers.zoominfo import ZoomInfoSimulator
from demo.world.model import Answer
from leadhouse.connectors.api_connector import SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import check_source, find_type, open_connector
from leadhouse.records import CompanyAttribute, Extraction, PersonAttribute
from tests.connectors.conftest import HASTY, QUICK

SAVED = Path(__file__).parents[2] / "scrapers" / "goldens" / "directory"


def opened(kind, url, credentials=None, **parameters):
    given = {"base_url": url, **QUICK, **parameters}
    return open_connector(find_type(kind), SourceOf(f"{kind}/test", UUID(int=7)), given, credentials, patience=HASTY)


def reason(kind, url, credentials=None, **parameters):
    found = check_source(kind, {"base_url": url, **QUICK, **parameters}, credentials, patience=HASTY)
    assert found.ok == (found.reason == "works")
    return found.reason


def stated(statements, attribute):
    kind = "persons" if isinstance(attribute, PersonAttribute) else "companies"
    found = [each for each in statements if isinstance(each, Extraction)]
    return {
        value.value for each in found for record in getattr(each, kind) for value in record.values.get(attribute, ())
    }


# ZoomInfo


@pytest.fixture
def zoominfo(world, served):
    simulator = ZoomInfoSimulator(world)
    return simulator, served(simulator), {"username": "demo", "password": simulator.key}


def test_zoominfo_signs_in_once_and_pays_for_what_it_matches(zoominfo, world):
    simulator, url, account = zoominfo
    pages = list(opened("zoominfo", url, account, search="contacts").pages())
    people = {person.email for company in world for person in company.people}
    statements = [each for page in pages for each in page.statements]
    assert stated(statements, PersonAttribute.EMAIL) == people
    assert sum(page.credits for page in pages) == len(people) == 1000 - simulator.credits
    assert sum(heard.path == "/authenticate" for heard in simulator.heard) == 1
    assert all(len((heard.body or {}).get("matchPersonInput", ())) <= 25 for heard in simulator.heard)
    assert not any(simulator.key in str(page.answer.body) for page in pages)


def test_zoominfo_finds_companies_by_domain(zoominfo, world):
    simulator, url, account = zoominfo
    company = next(iter(world))
    (page,) = opened("zoominfo", url, account, domains=[company.domain, "nobody.example"]).pages()
    assert stated(page.statements, CompanyAttribute.NAME) == {company.name}
    assert stated(page.statements, CompanyAttribute.DOMAIN) >= {company.domain}
    assert (page.credits, simulator.credits) == (1, 999)


def test_a_number_that_must_not_be_called_is_not_stated(zoominfo, world):
    simulator, url, account = zoominfo
    person = next(person for company in world for person in company.people)
    connector = opened("zoominfo", url, account, emails=[person.email])
    assert stated(connector.statements(), PersonAttribute.PHONE_E164)
    simulator.not_to_call = frozenset({person.key})
    assert not stated(connector.statements(), PersonAttribute.PHONE_E164)


def test_zoominfos_test(zoominfo):
    simulator, url, account = zoominfo
    assert reason("zoominfo", url, account) == "works"
    assert reason("zoominfo", url, {**account, "password": "wrong"}) == "unauthorized"
    assert reason("zoominfo", url, {"username": "demo"}) == "not_valid"
    assert reason("zoominfo", url, account, criteria={"country": "Germany"}) == "not_valid"
    assert reason("zoominfo", url, account, search="contacts", criteria={"rpp": 9}) == "not_valid"
    simulator.credits = 0
    assert reason("zoominfo", url, account) == "no_credit"


# LinkedIn


@pytest.fixture
def unipile(world, served):
    simulator = UnipileSimulator(world)
    return simulator, served(simulator), {"access_token": simulator.key}


def test_connections_are_read_page_by_page(unipile, world):
    simulator, url, token = unipile
    statements = list(opened("linkedin", url, token, account_id=ACCOUNT, connections=True).statements())
    people = [person for company in world for person in company.people]
    assert stated(statements, PersonAttribute.FULL_NAME) == {person.name for person in people}
    assert len(statements) == len(people) > simulator.page_size
    assert not stated(statements, PersonAttribute.TITLE)  # a headline is what somebody says of themselves


def test_profiles_and_companies_are_read_and_who_is_not_there_stops_nobody(unipile, world):
    _, url, token = unipile
    company = next(each for each in world if each.people)
    person = company.people[0]
    parameters = {"profiles": ["no-body", handle(person)], "companies": [company_handle(company)]}
    pages = list(opened("linkedin", url, token, account_id=ACCOUNT, **parameters).pages())
    assert [len(page.statements) for page in pages] == [0, 1, 1]
    assert stated(pages[1].statements, PersonAttribute.TITLE) == {person.title}
    assert stated(pages[1].statements, PersonAttribute.COMPANY_NAME) == {company.name}
    assert stated(pages[2].statements, CompanyAttribute.DOMAIN) == {company.domain}
    assert stated(pages[2].statements, CompanyAttribute.COUNTRY_CODE) == {company.country}


def test_linkedins_test(unipile):
    simulator, url, token = unipile
    assert reason("linkedin", url, token, account_id=ACCOUNT) == "works"
    assert reason("linkedin", url, {"access_token": "a-wrong-token"}, account_id=ACCOUNT) == "unauthorized"
    assert reason("linkedin", url, token, account_id="unknown") == "not_valid"
    assert reason("linkedin", url, token) == "not_valid"
    simulator.is_connected = False
    assert reason("linkedin", url, token, account_id=ACCOUNT) == "unauthorized"


# discovery


@pytest.fixture
def overpass(world, served):
    simulator = OverpassSimulator(world, prefix="/api")
    return simulator, served(simulator)


def test_businesses_of_a_country_come_with_their_sites(overpass, world):
    _, url = overpass
    connector = opened("overpass", url, tags=["office=company", "shop=*"], country_code="DE")
    statements = list(connector.statements())
    german = [each for each in world if each.country == "DE"]
    assert stated(statements, CompanyAttribute.DOMAIN) == {each.domain for each in german}
    assert stated(statements, CompanyAttribute.COUNTRY_CODE) == {"DE"}
    address = statements[0].companies[0].values[CompanyAttribute.ADDRESS][0]
    assert address.parts is not None
    assert address.parts.postal_code in {each.address.postal_code for each in german}
    assert connector.discovers


def test_a_place_is_searched_by_its_name(overpass, world):
    simulator, url = overpass
    city = next(iter(world)).address.city
    statements = list(opened("overpass", url, tags=["office=company"], place=city).statements())
    assert len(statements) == sum(each.address.city == city for each in world)
    assert f'["name"="{city}"]' in simulator.query


def test_a_query_that_ran_out_of_time_is_not_whole(overpass):
    simulator, url = overpass
    simulator.gives_up = True
    with pytest.raises(SourceError, match="timed out") as failure:
        list(opened("overpass", url, tags=["office=company"], country_code="DE").statements())
    assert failure.value.reason == "provider_failed"


def test_overpass_test(overpass):
    simulator, url = overpass
    asked = {"tags": ["office=company"], "country_code": "DE"}
    assert reason("overpass", url, **asked) == "works"
    assert reason("overpass", url, tags=["office=company"]) == "not_valid"
    assert reason("overpass", url, tags=["office"], country_code="DE") == "not_valid"
    assert reason("overpass", url, tags=['a="];out;='], country_code="DE") == "not_valid"
    simulator.faults = [Fault.BUSY]
    assert reason("overpass", url, **asked) == "works"
    simulator.per_minute = 0
    assert reason("overpass", url, **asked) == "rate_limited"


@pytest.fixture
def searxng(world, served):
    simulator = SearxngSimulator(world)
    return simulator, served(simulator)


def test_sites_that_answer_a_query_are_candidates_once(searxng, world):
    _, url = searxng
    company = next(iter(world))
    query = f"{company.trade} {company.address.city}"
    connector = opened("searxng", url, queries=[query], pages=10, leave_out=["portal.example"])
    pages = list(connector.pages())
    found = stated([each for page in pages for each in page.statements], CompanyAttribute.DOMAIN)
    assert company.domain in found
    assert found <= {each.domain for each in world}
    assert all(len({each.unit_key for each in page.statements}) == len(page.statements) for page in pages)
    assert pages[-1].statements == []
    assert pages[0].statements[0].companies[0].values[CompanyAttribute.DOMAIN][0].confidence == 0.3


def test_searxngs_test(searxng):
    simulator, url = searxng
    assert reason("searxng", url, queries=["bakers"]) == "works"
    assert reason("searxng", url, queries=[]) == "not_valid"
    simulator.allows_json = False
    assert reason("searxng", url, queries=["bakers"]) == "not_allowed"


# directories


class ListServer(Simulator):
    """Any address answers the saved page of the directory spider."""

    def refusal(self, asked: Asked) -> Answer | None:
        return None

    def answer(self, asked: Asked) -> Answer:
        return Answer(200, {}, (SAVED / "page.html").read_bytes())


def test_a_directorys_test_counts_its_entries(world, served):
    url = f"{served(ListServer(world))}/members"
    listing = tomllib.loads((SAVED / "listing.toml").read_text())

    def check(**parameters):
        return check_source("web_site", {"start_url": url, "spider": "directory", **parameters}, None, patience=HASTY)

    found = check(listing=listing)
    assert (found.reason, found.detail) == ("works", "The page lists 2 companies and leads to 2 more pages.")
    assert check(listing={**listing, "entry": "tr.member"}).reason == "malformed"
    assert check().reason == "not_valid"
    assert check(listing={"entry": "li"}).reason == "not_valid"
