"""An interface declared in data: every way to sign in, to page, to go on, and to go wrong."""

from __future__ import annotations

from uuid import UUID

import pytest

from demo.providers.rest import RestSimulator
from demo.providers.simulator import Fault
from leadhouse.connectors.api_connector import SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import check_source, find_type, open_connector
from leadhouse.records import CompanyAttribute, PersonAttribute
from tests.connectors.conftest import HASTY, QUICK

MAP = {
    "key": "id",
    "person": {"values": {"full_name": "name", "title": "job.title", "email": "mails[*].value", "phone_e164": "tel"}},
    "company": {"values": {"name": "firm.label", "domain": "firm.site"}},
}
PAGINGS = {
    "single": ({"kind": "single"}, "$"),
    "page": ({"kind": "page", "field": "page", "total": "pages"}, "data"),
    "offset": ({"kind": "offset", "field": "offset", "size_field": "limit", "size": 5, "total": "total"}, "data"),
    "cursor": ({"kind": "cursor", "field": "after", "path": "meta.next"}, "data"),
    "link": ({"kind": "link", "path": "next"}, "data"),
    "header_link": ({"kind": "header_link"}, "$"),
    "header_cursor": ({"kind": "header_cursor", "header": "X-Next", "field": "after"}, "$"),
}


@pytest.fixture
def simulator(world, served):
    made = RestSimulator(world, sign_in="none")
    made.base = served(made)
    return made


def declared(simulator, way="cursor", **parameters):
    paging, items = PAGINGS[way]
    return {
        "base_url": simulator.base, "path": f"/contacts/{way}", "items": items, "map": MAP, "paging": paging, **QUICK,
        **parameters,
    }  # fmt: skip


def opened(simulator, way="cursor", credentials=None, cursor=None, **parameters):
    source = SourceOf("api/test", UUID(int=7), cursor or {})
    return open_connector(find_type("api"), source, declared(simulator, way, **parameters), credentials, patience=HASTY)


def names(statements):
    return [each.persons[0].values[PersonAttribute.FULL_NAME][0].value for each in statements]


@pytest.mark.parametrize("way", PAGINGS)
def test_every_paging_reads_everybody_once(simulator, way):
    stated = list(opened(simulator, way).statements())
    assert sorted(names(stated)) == sorted(each["name"] for each in simulator.contacts())
    assert len({each.unit_key for each in stated}) == len(stated)
    assert len(simulator.heard) == (1 if way == "single" else -(-len(stated) // (5 if way == "offset" else 7)))


def test_what_is_mapped_is_stated_with_its_path(simulator):
    first = next(opened(simulator).statements())
    (mail,) = first.persons[0].values[PersonAttribute.EMAIL]
    assert mail.locator == "mails[*].value"
    assert first.companies[0].values[CompanyAttribute.DOMAIN][0].raw.startswith("https://www.")
    assert first.persons[0].values[PersonAttribute.COMPANY_DOMAIN]


SIGN_INS = {
    "bearer": ({"kind": "bearer"}, {"key": "KEY"}),
    "header": ({"kind": "header", "name": "X-Demo-Key"}, {"key": "KEY"}),
    "query": ({"kind": "query", "name": "demo_key"}, {"key": "KEY"}),
    "basic": ({"kind": "basic"}, {"username": "demo", "password": "KEY"}),
    "client_credentials": ({"kind": "client_credentials"}, {"client_id": "demo", "client_secret": "KEY"}),
}


@pytest.mark.parametrize("kind", SIGN_INS)
def test_every_sign_in_lets_in_and_its_lack_is_said(simulator, kind):
    simulator.sign_in = kind
    way, stated = SIGN_INS[kind]
    way = {**way, "grant_url": f"{simulator.base}/grant"} if kind == "client_credentials" else way
    right = {name: simulator.key if value == "KEY" else value for name, value in stated.items()}
    wrong = dict.fromkeys(stated, "wrong-wrong-wrong")
    assert sum(1 for _ in opened(simulator, credentials=right, authentication=way).statements()) == len(
        simulator.contacts()
    )
    parameters = declared(simulator, authentication=way)
    assert check_source("api", parameters, right, patience=HASTY).ok
    assert check_source("api", parameters, {}, patience=HASTY).reason == "not_valid"
    if kind != "client_credentials":  # whose grant the simulator gives to everybody
        found = check_source("api", parameters, wrong, patience=HASTY)
        assert found.reason == "unauthorized"
        assert "wrong-wrong" not in found.detail


def test_a_run_goes_on_where_the_last_one_ended(simulator):
    keys = [each["id"] for each in simulator.contacts()]
    simulator.updated = {key: f"2026-02-{day:02d}T00:00:00Z" for day, key in enumerate(keys, 1)}
    rule = {"path": "updated_at", "field": "updated_since", "initial": "2026-01-01T00:00:00Z"}
    pages = list(opened(simulator, incremental=rule).pages())
    assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)
    newest = max(simulator.updated.values())
    assert pages[-1].cursor == {"after": newest}
    simulator.updated[keys[3]] = "2026-03-01T00:00:00Z"
    (page,) = opened(simulator, cursor=pages[-1].cursor, incremental=rule).pages()
    assert len(page.statements) == 1
    assert page.cursor == {"after": "2026-03-01T00:00:00Z"}
    ordered = list(opened(simulator, incremental={**rule, "is_ordered": True}).pages())
    assert all(page.cursor for page in ordered)


def test_credentials_do_not_follow_a_link_to_another_host(simulator):
    simulator.sign_in, simulator.leads_away = "bearer", True
    connector = opened(simulator, "link", {"key": simulator.key}, authentication={"kind": "bearer"})
    with pytest.raises(SourceError, match="lies outside") as failure:
        list(connector.statements())
    assert failure.value.reason == "wrong_url"


def test_what_a_name_resolves_to_is_told_to_no_tenant():
    found = check_source("api", {"base_url": "http://localhost:1", "map": {"key": "id", "company": {}}}, patience=HASTY)
    assert found.reason == "refused_address"
    assert "127.0.0.1" not in found.detail
    assert "::1" not in found.detail


def test_paging_that_goes_in_circles_ends(simulator):
    simulator.goes_in_circles = True
    with pytest.raises(SourceError, match="in circles"):
        list(opened(simulator).statements())


@pytest.mark.parametrize(
    ("fault", "reason"), [(Fault.MALFORMED, "malformed"), (Fault.CUT, "malformed"), (Fault.HUGE, "malformed")]
)
def test_an_answer_of_another_form_says_so(simulator, fault, reason):
    simulator.faults = [fault]
    with pytest.raises(SourceError) as failure:
        list(opened(simulator).statements())
    assert failure.value.reason == reason


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.AWAY, Fault.BROKEN, Fault.DROPPED])
def test_passing_trouble_is_waited_for(simulator, fault):
    simulator.faults = [fault]
    assert len(names(opened(simulator).statements())) == len(simulator.contacts())


WRONG = [
    ({"paging": {"kind": "cursor"}}, "needs field, path"),
    ({"authentication": {"kind": "header"}}, "needs a name"),
    ({"authentication": {"kind": "client_credentials"}}, "grant_url"),
    ({"method": "POST"}, "changes_nothing"),
    ({"map": {"key": "id", "person": {"values": {"shoe_size": "x"}}}}, "shoe_size"),
    ({"map": {"key": "id", "person": {"values": {"email": "[["}}}}, "no JSON path"),
    ({"items": "$..*..*..*"}, "one '..' at most"),
    ({"map": {"key": "id", "person": {"values": {"email": "a." * 200 + "a"}}}}, "300 characters"),
    ({"is_whole": True, "incremental": {"path": "a", "field": "b"}}, "not whole"),
    ({"base_url": "https://me:word@x.example"}, "base_url"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("parameters", "why"), WRONG)
def test_a_declaration_that_does_not_fit_says_where(simulator, parameters, why):
    found = check_source("api", declared(simulator) | parameters, None, patience=HASTY)
    assert (found.ok, found.reason) == (False, "not_valid")
    assert why in found.detail


def test_items_that_nobody_is_known_by_fail_the_test(simulator):
    nobody = {"key": "id", "person": {"values": {"title": "job.title"}}}
    found = check_source("api", declared(simulator) | {"map": nobody}, None, patience=HASTY)
    assert (found.ok, found.reason) == (False, "malformed")
