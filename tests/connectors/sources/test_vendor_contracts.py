"""Requests of our connectors and answers of our simulators, as the vendors' own specifications say."""

from __future__ import annotations

from uuid import UUID

import pytest

from demo.providers.apollo import ApolloSimulator
from demo.providers.hunter import HunterSimulator
from demo.providers.simulator import Fault
from leadhouse.connectors.api_connector import SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import find_type, open_connector
from tests.connectors.sources.conftest import HASTY, QUICK
from tests.connectors.sources.vendor_contracts import Contract, needs_contracts

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
    simulator.faults = [Fault.BUSY]
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
    simulator.faults = [Fault.BUSY]
    read("hunter", simulator, url, key, domains=[company.domain], type="personal")
    with pytest.raises(SourceError):
        read("hunter", simulator, url, {"api_key": "a-wrong-key"})
    require_conformance("hunter", simulator, {"/account", "/domain-search", "/email-finder", "/email-verifier"})
