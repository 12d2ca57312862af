"""The priced providers: what they answer, what they charge, and that both ledgers can agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from demo.truth import truth
from demo.world import World
from demo.world.provider_answers import CHEAP, DEAR, Verdict, person_email


class Client:
    """A client that keeps its own count."""

    def __init__(self, place: dict[str, Any]) -> None:
        self.url, self.headers, self.paid = place["url"], {"Authorization": f"Bearer {place['key']}"}, Decimal(0)

    def ask(self, name: str, domain: str, key: str | None = None, timeout: float = 5) -> requests.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        body = {"full_name": name, "company_domain": domain}
        answer = requests.post(f"{self.url}/v1/person-email", json=body, headers=headers, timeout=timeout)
        self.paid += Decimal(answer.headers.get("X-Charged-EUR", "0"))
        return answer

    def ledger(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/v1/ledger", headers=self.headers, timeout=5).json()


@pytest.fixture(scope="module")
def cheap(running) -> Client:
    return Client(running.addresses["providers"][0])


def test_answers_are_the_truths_and_the_ledgers_agree(cheap: Client) -> None:
    wanted = truth(World())["providers"]["findwell"]["answers"][:25]
    for entry in wanted:
        if entry["full_name"] == World().company(1).people[1].name:
            continue
        answer = cheap.ask(entry["full_name"], entry["company_domain"]).json()
        assert answer["email"] == entry["email"]
        assert (answer["charged_eur"] > 0) == (entry["email"] is not None)
    book = cheap.ledger()
    assert Decimal(book["total_eur"]) == cheap.paid
    assert sum(Decimal(entry["charged_eur"]) for entry in book["entries"]) == cheap.paid


def test_a_repeated_key_is_answered_again_and_not_charged(cheap: Client) -> None:
    person, domain = World().company(0).people[0].name, World().company(0).domain
    first = cheap.ask(person, domain, "k1")
    before = cheap.ledger()["total_eur"]
    again = cheap.ask(person, domain, "k1")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert cheap.ledger()["total_eur"] == before
    assert cheap.ask("Somebody Else", domain, "k1").status_code == 422


def test_one_call_times_out_after_charging(cheap: Client) -> None:
    company = World().company(1)
    person = company.people[1].name
    before = Decimal(cheap.ledger()["total_eur"])
    with pytest.raises(requests.ConnectionError):
        cheap.ask(person, company.domain, "k2")
    book = cheap.ledger()
    assert book["entries"][-1]["answered"] is False
    assert Decimal(book["total_eur"]) == before + Decimal("0.02")
    assert cheap.ask(person, company.domain, "k2").json()["status"] == "hit"  # same key: answered, not charged again
    assert Decimal(cheap.ledger()["total_eur"]) == before + Decimal("0.02")


def test_bad_questions_cost_nothing(cheap: Client) -> None:
    before, url = cheap.ledger()["total_eur"], f"{cheap.url}/v1/person-email"
    assert requests.post(url, json={}, timeout=5).status_code == 401
    assert requests.post(url, data=b"not json", headers=cheap.headers, timeout=5).status_code == 400
    assert requests.post(url, json={"full_name": "A B"}, headers=cheap.headers, timeout=5).status_code == 422
    miss = cheap.ask("Nobody At All", "zahnarzt-lindner.example").json()
    assert (miss["status"], miss["email"], miss["charged_eur"]) == ("miss", None, 0)
    assert cheap.ledger()["total_eur"] == before


def test_companies_can_be_asked_for(cheap: Client) -> None:
    answer = requests.post(
        f"{cheap.url}/v1/company", json={"company_domain": "optique-verdier.example"}, headers=cheap.headers, timeout=5
    ).json()
    assert answer["status"] == "hit"
    assert answer["company"]["name"] == "Optique Verdier"


def test_the_limit_ends_the_batch(running) -> None:
    server = running.stack.providers[1]
    client = Client(running.addresses["providers"][1])
    server.provider = type(server.provider)(**{f: getattr(DEAR, f) for f in DEAR.__slots__} | {"limit_eur": 0.2})
    try:
        statuses = [
            client.ask(person.name, company.domain).status_code for company in World() for person in company.people[:1]
        ]
    finally:
        server.provider = DEAR
    assert statuses.count(402) > 0
    assert client.paid <= Decimal("0.2")


def test_error_rates_are_as_stated() -> None:
    world = World(companies=300)
    verdicts = [
        person_email(world, CHEAP, person.name, company.domain).verdict
        for company in world
        for person in company.people
    ]
    hits = [verdict for verdict in verdicts if verdict is not Verdict.MISS]
    assert 0.25 <= hits.count(Verdict.WRONG) / len(hits) <= 0.35
    dear = [person_email(world, DEAR, p.name, company.domain).verdict for company in world for p in company.people]
    assert dear.count(Verdict.WRONG) == 0


def test_jose_is_found_under_each_spelling() -> None:
    world = World()
    domain = world.company(6).domain
    spellings = ("José García Molina", "Jose Garcia Molina", "JOSE GARCIA MOLINA")
    assert len({person_email(world, DEAR, name, domain).email for name in spellings}) == 1
