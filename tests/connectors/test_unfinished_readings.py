"""A source that one run does not finish: the next goes on, and asks and pays for nothing a second time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from demo.providers.apollo import ApolloSimulator
from demo.providers.rest import RestSimulator
from demo.providers.simulator import Fault
from demo.providers.unipile import ACCOUNT, UnipileSimulator, handle
from demo.servers.wire import json_answer
from leadhouse.connectors.source_errors import SourceError
from leadhouse.credentials import new_master_key
from leadhouse.settings import settings
from tests.connectors.test_source_runs import Tenant

DAY = date(2026, 11, 2)
MASTER_KEY = new_master_key()
LIST = {
    "path": "/contacts/cursor", "items": "data", "authentication": {"kind": "bearer"},
    "paging": {"kind": "cursor", "field": "after", "path": "meta.next"},
    "map": {"key": "id", "person": {"values": {"full_name": "name", "email": "mails[*].value"}}},
}  # fmt: skip


@pytest.fixture
def tenant_of(module_database, monkeypatch, served):
    """Makes the tenant of a simulator."""
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)

    def make(simulator):
        made = Tenant(module_database, simulator, served(simulator))
        settings.cache_clear()
        return made

    return make


@pytest.fixture
def listed(tenant_of, world):
    made = tenant_of(RestSimulator(world))
    made.simulator.base = made.url
    return made


def days(number):
    return DAY + timedelta(days=number)


def read_state(tenant):
    (row,) = tenant.rows("select read_state from app.sources where source_key = %s", tenant.source_key)
    return row["read_state"]


def standing(tenant):
    (row,) = tenant.rows(
        "select count(distinct unit_key) as units from raw.extractions where source_key = %s", tenant.source_key
    )
    return row["units"]


def asked_twice(tenant):
    heard = Counter((each.method, each.path, str(each.query), str(each.body)) for each in tenant.simulator.heard)
    return [each for each, times in heard.items() if times > 1]


def test_a_list_longer_than_a_runs_calls_is_read_to_its_end(listed):
    listed.add(kind="api", **LIST, max_calls=1)
    pages = -(-len(listed.simulator.contacts()) // 7)
    summaries = [listed.run(days(number)) for number in range(pages)]
    assert [each.reason for each in summaries] == ["over_budget"] * (pages - 1) + ["works"]
    assert [each.resumed for each in summaries] == list(range(pages))
    assert sum(each.landed for each in summaries) == standing(listed) == len(listed.simulator.contacts())
    assert all(each.received == each.landed + each.known + each.quarantined for each in summaries)
    assert (asked_twice(listed), read_state(listed)) == ([], {})
    assert listed.run(days(pages)).known == 7, "the next reading begins at the first page"


def test_a_failure_in_the_middle_of_paging_is_gone_on_from(listed):
    listed.add(kind="api", **LIST, incremental={"path": "updated_at", "field": "updated_since"})
    listed.simulator.faults = [None, *[Fault.AWAY] * 3]
    failed = listed.run()
    assert (failed.reason, failed.landed, "after" in read_state(listed)) == ("provider_failed", 7, False)
    asked = len(listed.simulator.heard)
    rest = listed.run()
    pages = -(-len(listed.simulator.contacts()) // 7)
    assert (rest.reason, rest.resumed, rest.calls) == ("works", 1, pages - 1)
    assert len(listed.simulator.heard) == asked + pages - 1
    assert read_state(listed) == {"after": "2026-01-01T00:00:00Z"}


def test_a_list_of_several_days_retracts_nobody(listed, monkeypatch):
    listed.add(kind="api", **LIST, is_whole=True)
    whole = listed.run().landed
    listed.simulator.gone = {listed.simulator.contacts()[0]["id"]}

    def cut_at(calls):
        listed.rows(
            "update app.sources set config = jsonb_set(config, '{max_calls}', %s) where source_key = %s",
            Jsonb(calls), listed.source_key,
        )  # fmt: skip

    cut_at(2)
    assert listed.run(days(1)).reason == "over_budget"
    cut_at(100)
    with monkeypatch.context() as patch:
        patch.setattr("leadhouse.connectors.unfinished_reading.WHOLE_WITHIN", timedelta(0))
        over_days = listed.run(days(2))
    assert (over_days.reason, over_days.resumed, over_days.retracted) == ("works", 2, 0)
    assert listed.run(days(3)).retracted == 1, "one run saw the whole list"
    assert standing(listed) == whole


def test_a_whole_list_of_too_few_is_not_believed(listed):
    listed.add(kind="api", **LIST, is_whole=True)
    whole = listed.run().landed
    people = [each["id"] for each in listed.simulator.contacts()]
    listed.simulator.gone = set(people[2:])
    few = listed.run(days(1))
    assert (few.reason, few.retracted, whole) == ("malformed", 0, len(people))
    assert f"names 2 where {whole} stood" in few.detail
    assert "watch" in few.detail
    listed.simulator.gone = set()
    back = listed.run(days(1))
    assert (back.reason, back.resumed, back.known) == ("works", 0, whole), "it was the list's fault, and is read anew"
    listed.simulator.gone = set(people[2:])
    listed.rows(
        "update app.sources set config = jsonb_set(config, '{watch}', %s) where source_key = %s",
        Jsonb({"least_share": 0.01, "reason": "the guild has closed"}), listed.source_key,
    )  # fmt: skip
    true = listed.run(days(2))
    assert (true.reason, true.retracted) == ("works", whole - 2)
    listed.rows(
        "update app.sources set config = jsonb_set(config, '{watch}', '{\"least_share\": 0.01}') where source_key = %s",
        listed.source_key,
    )
    with pytest.raises(SourceError, match="needs a reason"):
        listed.run(days(3))


def test_an_address_of_a_page_that_has_run_out_begins_anew(listed, monkeypatch):
    listed.add(kind="api", **LIST, max_calls=1)
    listed.run()
    right = listed.simulator.answer
    monkeypatch.setattr(listed.simulator, "answer", lambda asked: json_answer({"error": "cursor"}, 410))
    assert listed.run(days(1)).reason == "wrong_url"
    monkeypatch.setattr(listed.simulator, "answer", right)
    anew = listed.run(days(2))
    assert (anew.resumed, anew.known) == (0, 7)


def test_an_answer_that_cannot_be_read_is_asked_for_again(listed):
    listed.add(kind="api", **LIST)
    listed.simulator.faults = [None, Fault.MALFORMED]
    broken = listed.run()
    assert (broken.reason, broken.landed, broken.quarantined) == ("malformed", 7, 1)
    rest = listed.run()
    assert (rest.reason, rest.resumed) == ("works", 1)
    assert standing(listed) == len(listed.simulator.contacts())


def test_begun_anew_by_hand(listed):
    listed.add(kind="api", **LIST, max_calls=1)
    listed.run()
    again = listed.run(days(1), anew=True)
    assert (again.resumed, again.known) == (0, 7)


def test_a_days_money_is_not_spent_on_the_same_people_each_day(tenant_of, world):
    tenant = tenant_of(ApolloSimulator(world, prefix="/api/v1"))
    tenant.add(search="people", criteria={"organization_locations": ["Germany"]}, max_eur=1, credit_price_eur=0.1)
    first = tenant.run(DAY)
    assert (first.reason, first.eur) == ("over_budget", Decimal(1)), "one call of ten a day"
    summaries = [first]
    while summaries[-1].reason != "works":
        summaries.append(tenant.run(days(len(summaries))))
        assert len(summaries) < 20
    assert len(summaries) == 2, "17 of them, ten a day"
    assert asked_twice(tenant) == []
    taken = Decimal(1000 - tenant.simulator.credits)
    assert tenant.spent() == sum(each.eur for each in summaries) == Decimal("0.1") * taken
    assert sum(each.landed for each in summaries) == 2 * standing(tenant), "a person and who employs her"


def test_profiles_beyond_a_runs_calls_get_their_turn(tenant_of, world):
    tenant = tenant_of(UnipileSimulator(world))
    people = [handle(each) for company in world for each in company.people][:5]
    tenant.add(kind="linkedin", account_id=ACCOUNT, profiles=people, max_calls=2)
    summaries = [tenant.run(days(number)) for number in range(3)]
    assert [(each.calls, each.landed) for each in summaries] == [(2, 2), (2, 2), (1, 1)]
    assert summaries[-1].reason == "works"
