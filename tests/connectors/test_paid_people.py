"""Apollo and Hunter, read from their simulators: what is stated, what it costs, what a fault means."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from demo.providers.apollo import ApolloSimulator
from demo.providers.hunter import HunterSimulator
from demo.providers.simulator import Fault
from leadhouse.connectors.api_connector import ApiConnector, SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import check_source, find_type, open_connector
from leadhouse.records import CompanyAttribute, Extraction, PersonAttribute
from tests.connectors.conftest import HASTY, QUICK

SOURCE = SourceOf("apollo/test", UUID(int=7))


def opened(kind, simulator, url, **parameters) -> ApiConnector:
    return open_connector(
        find_type(kind), SOURCE, {"base_url": url, **QUICK, **parameters}, {"api_key": simulator.key}, patience=HASTY
    )


def values(extraction: Extraction, attribute):
    records = extraction.persons if isinstance(attribute, PersonAttribute) else extraction.companies
    return {value.value for record in records for value in record.values.get(attribute, ())}


@pytest.fixture
def apollo(world, served):
    simulator = ApolloSimulator(world, prefix="/api/v1")
    return simulator, served(simulator)


@pytest.fixture
def hunter(world, served):
    simulator = HunterSimulator(world, prefix="/v2")
    return simulator, served(simulator)


def test_people_are_searched_for_nothing_and_matched_ten_a_call(apollo, world):
    simulator, url = apollo
    pages = list(opened("apollo", simulator, url, search="people").pages())
    stated = [each for page in pages for each in page.statements]
    people = {person.email: person for company in world for person in company.people}
    assert {mail for each in stated for mail in values(each, PersonAttribute.EMAIL)} == set(people)
    assert sum(page.credits for page in pages) == len(people) == 1_000 - simulator.credits
    assert all(len((each.body or {}).get("details", ())) <= 10 for each in simulator.heard)
    one = next(each for each in stated if values(each, PersonAttribute.EMAIL))
    person = people[next(iter(values(one, PersonAttribute.EMAIL)))]
    assert values(one, PersonAttribute.TITLE) == {person.title}
    assert values(one, CompanyAttribute.DOMAIN) == values(one, PersonAttribute.COMPANY_DOMAIN)
    assert one.organization_id == SOURCE.organization_id
    assert one.persons[0].company_key == one.companies[0].record_key


def test_organizations_come_with_their_address_and_size(apollo, world):
    simulator, url = apollo
    company = next(each for each in world if each.country == "DE")
    connector = opened("apollo", simulator, url, domains=[company.domain, "nobody.example"])
    (stated,) = connector.statements()
    assert isinstance(stated, Extraction)
    assert values(stated, CompanyAttribute.NAME) == {company.name}
    assert values(stated, CompanyAttribute.COUNTRY_CODE) == {"DE"}
    (address,) = stated.companies[0].values[CompanyAttribute.ADDRESS]
    assert address.parts is not None
    assert (address.parts.city, address.parts.postal_code) == (company.address.city, company.address.postal_code)
    assert simulator.credits == 999


def test_a_domain_gives_its_company_and_its_people(hunter, world):
    simulator, url = hunter
    company = next(each for each in world if len(each.people) > 1)
    connector = opened("hunter", simulator, url, domains=[company.domain], per_domain=2)
    (page,) = connector.pages()
    assert page.credits == 1 == 1_000 - simulator.credits
    of_company = next(each for each in page.statements if isinstance(each, Extraction) and each.companies)
    assert values(of_company, CompanyAttribute.DOMAIN) == {company.domain}
    assert values(of_company, CompanyAttribute.EMAIL) <= set(company.emails)


def test_who_is_not_found_costs_nothing_and_stops_nobody(hunter, world):
    simulator, url = hunter
    company = next(each for each in world if each.people)
    person = company.people[0]
    people = [
        {"full_name": "Nemo Nihil", "domain": company.domain},
        {"full_name": person.name, "domain": company.domain},
    ]
    pages = list(opened("hunter", simulator, url, people=people, emails=[person.email]).pages())
    assert [len(page.statements) for page in pages] == [0, 1, 1]
    assert [page.credits for page in pages] == [Decimal(0), Decimal(1), Decimal(1)]
    (found,) = pages[1].statements
    assert isinstance(found, Extraction)
    assert found.persons[0].values[PersonAttribute.EMAIL][0].confidence == 0.97


def test_a_verification_under_way_is_asked_again_by_the_next_run(hunter, world):
    simulator, url = hunter
    email = next(person.email for company in world for person in company.people)
    simulator.in_flight = (email,)
    connector = opened("hunter", simulator, url, emails=[email])
    assert [len(page.statements) for page in connector.pages()] == [0]
    assert [len(page.statements) for page in connector.pages()] == [1]


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.AWAY])
def test_what_was_not_processed_is_asked_again(apollo, fault):
    simulator, url = apollo
    simulator.faults = [fault]
    connector = opened("apollo", simulator, url, search="companies", enrich=False)
    assert sum(1 for _ in connector.statements()) == 12
    assert simulator.credits == 999


@pytest.mark.parametrize("fault", [Fault.STALLED, Fault.DROPPED, Fault.BROKEN])
def test_a_charged_call_without_an_answer_is_not_sent_again(apollo, fault):
    simulator, url = apollo
    simulator.faults = [fault]
    connector = opened("apollo", simulator, url, search="companies", enrich=False)
    with pytest.raises(SourceError) as failure:
        list(connector.statements())
    assert failure.value.is_charge_unknown
    assert len(simulator.heard) == 1


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.BROKEN])
def test_a_call_that_changes_nothing_is_sent_again(apollo, fault):
    simulator, url = apollo
    simulator.faults = [fault]
    assert "credits left: 1000" in opened("apollo", simulator, url).check()
    assert len(simulator.heard) == 2


@pytest.mark.parametrize("fault", [Fault.MALFORMED, Fault.HUGE])
def test_a_malformed_answer_says_so(apollo, fault):
    simulator, url = apollo
    simulator.faults = [fault]
    found = check_source("apollo", {"base_url": url, **QUICK}, {"api_key": simulator.key}, patience=HASTY)
    assert (found.ok, found.reason) == (False, "malformed")


def test_what_a_test_finds(apollo, hunter, world):
    simulator, url = apollo
    key = {"api_key": simulator.key}

    def reason(kind="apollo", address=url, credentials=key, **parameters):
        found = check_source(kind, {"base_url": address, **QUICK, **parameters}, credentials, patience=HASTY)
        assert found.ok == (found.reason == "works")
        assert "a-wrong-key" not in found.detail
        return found.reason

    assert reason() == "works"
    assert reason(credentials={"api_key": "a-wrong-key"}) == "unauthorized"
    assert reason(credentials={}) == reason(credentials={"api_key": ""}) == "not_valid"
    assert reason(criteria={"q_keywords": "x"}) == "not_valid"
    assert reason(search="people", criteria={"q_organisation_name": "x"}) == "not_valid"
    assert reason(address="http://169.254.169.254/latest") == "refused_address"
    assert reason(address="ftp://x.example") == "not_valid"
    assert reason(address=f"{url}/nowhere") == "wrong_url"
    assert reason(address="http://127.0.0.1:1") == "refused_address"
    assert reason(address="https://no-such-host.invalid") == "unreachable"
    assert reason("teapot") == "not_valid"
    simulator.credits = 0
    assert reason() == "no_credit"
    simulator.per_minute = 0
    assert reason() == "rate_limited"
    account, other = hunter
    assert reason("hunter", other, {"api_key": account.key}) == "works"
    account.credits = 0
    assert reason("hunter", other, {"api_key": account.key}) == "no_credit"
