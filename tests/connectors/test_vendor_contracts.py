"""Requests of our connectors and answers of our simulators, as the vendors' own specifications say."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest

from demo.providers.apollo import ApolloSimulator
from demo.providers.hunter import HunterSimulator
from demo.providers.simulator import Fault, Heard
from demo.providers.zoominfo import ZoomInfoSimulator
from leadhouse.connectors.api_connector import SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import find_type, open_connector
from tests.connectors.conftest import HASTY, QUICK
from tests.connectors.vendor_contracts import Contract, needs_contracts

pytestmark = needs_contracts


def read(kind, simulator, url, credentials, **parameters):
    source = SourceOf(f"{kind}/test", UUID(int=7))
    connector = open_connector(
        find_type(kind), source, {"base_url": url, **QUICK, **parameters}, credentials, patience=HASTY
    )
    connector.check()
    return list(connector.statements())


def require_conformance(vendor, simulator, operations):
    contract = Contract(vendor)
    faults = [each for heard in simulator.heard for each in contract.faults(heard, simulator.prefix)]
    asked = Counter(f"{heard.method} {heard.path.removeprefix(simulator.prefix)}" for heard in simulator.heard)
    for operation, times in sorted(asked.items()):  # shown by `pytest -rP`
        print(f"{vendor:9} {operation:32} {times} requests and {times} answers held, {len(faults)} faults")
    assert faults == []
    assert {heard.path.removeprefix(simulator.prefix) for heard in simulator.heard} == operations


def test_apollo(world, served):
    simulator = ApolloSimulator(world, prefix="/api/v1")
    url, key = served(simulator), {"api_key": simulator.key}
    company = next(each for each in world if each.people)
    criteria = {"person_titles": ["a"], "include_similar_titles": True, "organization_locations": ["Germany", "France"]}
    assert read("apollo", simulator, url, key, search="people", criteria=criteria)
    people = [{"name": company.people[0].name, "domain": company.domain}]
    assert read("apollo", simulator, url, key, search="companies", domains=[company.domain], people=people)
    simulator.faults = [None, Fault.BUSY]  # the first asks for the account
    read("apollo", simulator, url, key, domains=["nobody.example"])
    with pytest.raises(SourceError):
        read("apollo", simulator, url, {"api_key": "a-wrong-key"})
    operations = {
        "/users/api_profile", "/mixed_people/api_search", "/mixed_companies/search", "/people/bulk_match",
        "/organizations/bulk_enrich",
    }  # fmt: skip
    require_conformance("apollo", simulator, operations)


def test_hunter(world, served):
    simulator = HunterSimulator(world, prefix="/v2")
    url, key = served(simulator), {"api_key": simulator.key}
    company = next(each for each in world if each.people)
    person = company.people[0]
    people = [
        {"full_name": person.name, "domain": company.domain},
        {"full_name": "Nemo Nihil", "domain": company.domain},
    ]
    assert read(
        "hunter", simulator, url, key, domains=[company.domain, "nobody.example"], people=people, emails=[person.email]
    )  # fmt: skip
    simulator.faults = [None, Fault.BUSY]  # the first asks for the account
    read("hunter", simulator, url, key, domains=[company.domain], type="personal")
    with pytest.raises(SourceError):
        read("hunter", simulator, url, {"api_key": "a-wrong-key"})
    require_conformance("hunter", simulator, {"/account", "/domain-search", "/email-finder", "/email-verifier"})


def test_zoominfo(world, served):
    simulator = ZoomInfoSimulator(world)
    url, account = served(simulator), {"username": "demo", "password": simulator.key}
    company = next(each for each in world if each.people)
    assert read("zoominfo", simulator, url, account, search="contacts", criteria={"managementLevel": "directors"})
    domains, emails = [company.domain], [company.people[0].email]
    assert read("zoominfo", simulator, url, account, search="companies", domains=domains, emails=emails)
    operations = {
        "/authenticate", "/lookup/usage", "/search/contact", "/search/company", "/enrich/contact", "/enrich/company",
    }  # fmt: skip
    require_conformance("zoominfo", simulator, operations)


WRONG = {
    "an operation": {"path": "/people/mismatch"},
    "a query field": {"query": {"reveal_everything": ["true"]}},
    "no sign-in": {"headers": {}},
    "a body of another type": {"body": {"details": "Ada"}},
    "a name that a detail does not have": {"body": {"details": [{"nickname": "Ada"}]}},
    "a status": {"status": 418},
    "an answer of another type": {"answer": {"credits_consumed": "ten"}},
    "a field that no answer has": {"answer": {"people": []}},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_specification_says_is_found(what):
    right = {
        "method": "POST", "path": "/people/bulk_match", "query": {}, "headers": {"x-api-key": "k"},
        "body": {"details": [{"name": "Ada"}]}, "status": 200, "answer": {"matches": [], "credits_consumed": 0},
    }  # fmt: skip
    contract = Contract("apollo")
    assert contract.faults(Heard(**right), "") == []
    assert contract.faults(Heard(**(right | WRONG[what])), "")
