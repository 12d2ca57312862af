"""Apollo in the waterfall, against its simulator: what is found takes a credit, what is hidden was paid for, too."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import uuid4

import pytest
from pydantic import SecretBytes, SecretStr

from demo.providers.apollo import ApolloSimulator
from demo.providers.simulator import Fault
from demo.servers.wire import json_answer
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.database import connect
from leadhouse.enrichment import ProviderUnavailableError, call_provider, request_wanted
from leadhouse.enrichment.api_of_apollo import ApolloFinder
from leadhouse.enrichment.provider_client import Asked, Endpoint
from leadhouse.enrichment.providers import Price, put_provider, put_waterfall
from leadhouse.settings import settings
from tests.connectors.conftest import served, world
from tests.enrichment.conftest import DAY

__all__ = ["served", "world"]
PRICE = Decimal("0.08")


@pytest.fixture
def apollo(world, served, demand, monkeypatch):
    """The simulator behind a provider of the organization, whose key is a sealed secret."""
    simulator = ApolloSimulator(world)
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    monkeypatch.delenv("LEADHOUSE_PROVIDER_URL", raising=False)
    url = served(simulator)
    with connect("credentials") as connection:
        key = SecretBytes(simulator.key.encode())
        secret_id = put_secret(connection, demand.organization_id, "apollo", key, kind="provider")
    with connect("enrichment") as connection:
        put_provider(
            connection, demand.organization_id, "apollo", "apollo", url, {"person.email": Price(PRICE)},
            secret_id=secret_id,
        )  # fmt: skip
        put_waterfall(connection, demand.organization_id, "person.email", ["apollo"])
    yield simulator
    settings.cache_clear()


def person_of(world):
    company = next(each for each in world if each.people)
    return company, company.people[0]


def test_who_is_found_takes_a_credit_and_who_is_not_takes_none(apollo, demand, world):
    company, person = person_of(world)
    demand.add(person.name, domain=company.domain)
    demand.add("Nobody Known", domain=company.domain)
    request_wanted("run", DAY)
    assert call_provider("run", DAY) == 2
    assert demand.states() == {person.name: "hit", "Nobody Known": "miss"}
    assert (demand.spent(), apollo.credits) == (PRICE, 999)
    [record] = demand.query(
        "select payload #>> '{email,0,value}' as email, payload #>> '{email,0,confidence}' as share"
        " from raw.person_records"
    )
    assert (record["email"], float(record["share"])) == (person.email, 0.95)
    assert {(each.method, each.path) for each in apollo.heard} == {("POST", "/api/v1/people/bulk_match")}


def test_an_address_that_is_not_shown_is_a_miss_that_was_paid_for(apollo, demand, world, monkeypatch):
    company, person = person_of(world)
    right = apollo.answer

    def hidden(asked):
        payload = json.loads(right(asked).body)
        payload["matches"][0]["email"] = "email_not_unlocked@domain.com"
        return json_answer(payload)

    monkeypatch.setattr(apollo, "answer", hidden)
    demand.add(person.name, domain=company.domain)
    request_wanted("run", DAY)
    call_provider("run", DAY)
    assert demand.states() == {person.name: "miss"}
    assert demand.spent() == PRICE
    assert demand.query("select 1 as record from raw.person_records") == []


def test_without_credit_nothing_is_charged_and_the_stage_says_so(apollo, demand, world):
    apollo.credits = 0
    company, person = person_of(world)
    demand.add(person.name, domain=company.domain)
    request_wanted("run", DAY)
    with pytest.raises(ProviderUnavailableError, match="apollo cannot be asked now"):
        call_provider("run", DAY)
    assert demand.spent() == 0


def test_an_answer_that_lacks_what_it_promises_is_quarantined(apollo, demand, world):
    apollo.faults.append(Fault.CUT)
    company, person = person_of(world)
    demand.add(person.name, domain=company.domain)
    request_wanted("run", DAY)
    call_provider("run", DAY)
    assert demand.states() == {person.name: "error"}
    assert demand.spent() == PRICE, "it may have been charged"


def test_a_companys_number_is_found_by_its_domain(world, served):
    simulator = ApolloSimulator(world)
    endpoint = Endpoint("apollo", served(simulator), SecretStr(simulator.key))
    client = ApolloFinder(endpoint)
    company = next(iter(world))
    found = client.ask(uuid4(), Asked("company.phone_e164", company_domain=company.domain), PRICE)
    assert (found.state, found.value, found.price_eur) == ("hit", company.phone.replace(" ", ""), PRICE)
    missed = client.ask(uuid4(), Asked("company.phone_e164", company_domain="nobody.example"), PRICE)
    assert (missed.state, missed.price_eur) == ("miss", 0)
    client.close()
