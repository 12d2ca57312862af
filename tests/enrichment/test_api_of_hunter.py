"""Hunter in the waterfall, against its simulator: a sealed key, and its words for a miss and for a limit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import SecretBytes

from demo.providers.hunter import HunterSimulator
from demo.providers.simulator import Fault
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.database import connect
from leadhouse.enrichment import ProviderUnavailableError, call_provider, request_wanted
from leadhouse.enrichment.providers import Price, put_provider, put_waterfall
from leadhouse.settings import settings
from tests.connectors.conftest import served, world
from tests.enrichment.conftest import DAY

__all__ = ["served", "world"]


@pytest.fixture
def hunter(world, served, demand, monkeypatch):
    """The simulator behind a provider of the organization, whose key is a sealed secret."""
    simulator = HunterSimulator(world)
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    monkeypatch.delenv("LEADHOUSE_PROVIDER_URL", raising=False)
    url = served(simulator)
    with connect("credentials") as connection:
        key = SecretBytes(simulator.key.encode())
        secret_id = put_secret(connection, demand.organization_id, "hunter", key, kind="provider")
    with connect("enrichment") as connection:
        prices = {"person.email": Price(Decimal("0.04"))}
        put_provider(connection, demand.organization_id, "hunter", "hunter", url, prices, secret_id=secret_id)
        put_waterfall(connection, demand.organization_id, "person.email", ["hunter"])
    yield simulator
    settings.cache_clear()


def test_addresses_are_found_and_what_is_not_found_costs_nothing(hunter, demand, world):
    company = next(each for each in world if each.people)
    person = company.people[0]
    demand.add(person.name, domain=company.domain)
    demand.add("Nobody Known", domain=company.domain)
    request_wanted("run", DAY)
    assert call_provider("run", DAY) == 2
    assert demand.states() == {person.name: "hit", "Nobody Known": "miss"}
    assert demand.spent() == Decimal("0.04")
    assert hunter.credits == 999
    [record] = demand.query("select payload #>> '{email,0,value}' as email from raw.person_records")
    assert record["email"] == person.email
    assert all(hunter.key not in each.path and "api_key" not in each.query for each in hunter.heard)


def test_an_api_that_is_away_stops_the_stage_and_charges_nobody(hunter, demand):
    hunter.faults.append(Fault.AWAY)
    demand.add("Ada Berg")
    request_wanted("run", DAY)
    with pytest.raises(ProviderUnavailableError, match="hunter cannot be asked now"):
        call_provider("run", DAY)
    assert demand.spent() == 0


def test_an_api_that_is_busy_for_a_moment_is_asked_again_and_charges_once(hunter, demand, world):
    company = next(each for each in world if each.people)
    person = company.people[0]
    hunter.faults.append(Fault.BUSY)
    demand.add(person.name, domain=company.domain)
    request_wanted("run", DAY)
    assert call_provider("run", DAY) == 1
    assert (demand.states(), demand.spent(), hunter.credits) == ({person.name: "hit"}, Decimal("0.04"), 999)


def test_a_key_that_cannot_be_opened_claims_nothing(hunter, demand, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    settings.cache_clear()
    demand.add("Ada Berg")
    request_wanted("run", DAY)
    with pytest.raises(ProviderUnavailableError, match="hunter has no key"):
        call_provider("run", DAY)
    assert demand.states() == {"Ada Berg": "pending"}
    assert hunter.heard == []
