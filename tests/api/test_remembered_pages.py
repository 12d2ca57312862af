"""Pages that are kept: never of another version, never beyond their bounds, and for whom the database says."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from leadhouse.api import lead_pages
from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.problems import ProblemError
from leadhouse.api.remembered_pages import SECONDS, RememberedPages
from leadhouse.api.shapes import Paging
from leadhouse.identity.audit import Origin
from leadhouse.leads import work_list
from leadhouse.leads.work_list import LeadFilter
from tests.api.resource_world import Resources


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


@pytest.fixture
def trips(monkeypatch):
    """The number of questions of each way to the database and back."""
    counted = []
    ask = CallerWork.ask_alone

    async def noted(work, *questions):
        counted.append(len(questions))
        return await ask(work, *questions)

    monkeypatch.setattr(CallerWork, "ask_alone", noted)
    lead_pages.forget_pages()
    return counted


def listed(member, **asked):
    return member.get("/leads", pageSize=100, **asked)


# What changes a lead that is shown, each in another way: of `lead`, by the database's owner.
CHANGES = {
    "work": "update app.leads set priority = 'urgent' where lead_id = %s returning 1",
    "tags": "update app.leads set tags = tags || '{more}' where lead_id = %s returning 1",
    "facts": "update app.lead_facts set full_name = 'Another Name' where lead_id = %s returning 1",
    "score": "update app.lead_facts set lead_score = 77 where lead_id = %s returning 1",
    "owner": "update app.leads set owner_id = null where lead_id = %s returning 1",
    "deleted": "update app.leads set deleted_at = now() where lead_id = %s returning 1",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["manager", "rep"])
def test_a_page_is_kept_until_a_lead_on_it_changes(on, trips, name, change):
    member, lead = getattr(on, name), on.lead(owner="rep", full_name="First Name")
    first = listed(member)
    assert str(lead) in [each["leadId"] for each in first["data"]]
    asked_anew = trips[-1]
    assert listed(member) == listed(member) == first
    assert trips[-2:] == [1, 1]
    on.world.rows(CHANGES[change], lead)
    after = listed(member)
    assert trips[-2:] == [1, asked_anew]
    assert after != first
    assert after["pagination"]["total"] == len(after["data"])
    assert listed(member) == after
    lead_pages.forget_pages()
    assert listed(member) == after


def test_a_rep_keeps_the_page_while_others_work(on, trips):
    on.lead(owner="rep")
    before = listed(on.rep)
    on.lead(owner="mate")
    on.world.rows("update app.leads set notes = 'x' where owner_id = %s returning 1", on.people["mate"].user)
    trips.clear()
    assert listed(on.rep) == before
    assert trips == [1]


def test_who_has_the_same_reach_is_answered_alike_and_nobody_else(on, trips):
    on.lead(owner="rep")
    whole = listed(on.manager)
    assert trips[-1] > 1
    assert listed(on.reader) == whole  # reads all as well
    assert trips[-1] == 1
    seen = {each["leadId"] for each in whole["data"]}
    for name in ("mate", "stranger", "client"):
        theirs = {each["leadId"] for each in listed(getattr(on, name))["data"]}
        assert theirs < seen or not theirs & seen, name


def test_a_page_of_a_list_or_a_client_is_read_each_time(on, trips):
    made = on.manager.post("/lists", {"name": "kept by nobody"}, 201)
    lead = on.lead()
    path = f"/lists/{made['listId']}/members"
    assert listed(on.manager, listId=made["listId"])["data"] == []
    on.manager.post(path, {"leadIds": [str(lead)]})
    assert [each["leadId"] for each in listed(on.manager, listId=made["listId"])["data"]] == [str(lead)]
    listed(on.client)
    listed(on.client)
    assert trips[-1] > 1


def test_who_was_ended_is_answered_nothing_that_is_kept(api, on, trips):
    person = on.world.member("sales_rep", on.people["rep"].organization)
    signed = on.world.sign_in(person)
    headers = {"Authorization": f"Bearer {signed.access_token}"}
    path = "/api/v1/leads?pageSize=7"
    assert [api.get(path, headers=headers).status_code for _ in range(3)] == [200, 200, 200]
    ended = (
        "update identity.sessions set revoked_at = now(), revoked_reason = 'signed_out' where user_id = %s returning 1"
    )
    on.world.rows(ended, person.user)
    assert api.get(path, headers=headers).status_code == 401


def test_a_reach_that_is_another_each_time_is_given_up(on, monkeypatch):
    person, told = on.people["manager"], []
    claims = {"sub": str(person.user), "organization_id": str(person.organization)}
    work = CallerWork(Caller(person.user, person.organization, None, None, claims), Origin())

    def another(_):
        told.append(work_list.Standing(work_list.Reach(False, [uuid4()], False), 0, None))
        return told[-1]

    lead_pages.forget_pages()
    monkeypatch.setattr(work_list, "standing_of", another)
    with pytest.raises(ProblemError, match="changes all the time") as refused:
        asyncio.run(lead_pages.read_leads(work, person.organization, Paging(sort_by="createdAt"), LeadFilter()))
    assert refused.value.problem.status == 503
    assert len(told) == lead_pages.MOST_ROUNDS
    lead_pages.forget_pages()


def test_the_version_is_one_sum_of_what_the_policies_show(on):
    on.lead(owner="rep")
    on.lead()
    shown = (
        "select coalesce(sum(leads), 0)::bigint as leads, coalesce(sum(changes), 0)::bigint as changes from"
        " (select leads, changes from app.owner_counters union all"
        " select leads, changes from app.owner_counter_changes) as cell"
    )
    for name in ("manager", "reader", "rep", "mate", "stranger"):
        with on.world.acting(on.people[name]) as connection:
            by_policies = connection.execute(shown).fetchone()
            by_function = connection.execute("select leads, changes from app.my_lead_reach()").fetchone()
        assert dict(by_policies) == dict(by_function), name


def test_bounds_by_size_time_and_use():
    now = [0.0]
    pages = RememberedPages(most_bytes=100, clock=lambda: now[0])
    for name in "abc":
        pages.keep(name, name.encode() * 30, 1)
    assert pages.body("a", 1) == b"a" * 30  # used last
    pages.keep("d", b"d" * 30, 1)
    assert [pages.holds(name) for name in "abcd"] == [True, False, True, True]
    assert pages.body("a", 2) is None
    pages.keep("a", b"new", 2)
    assert (pages.body("a", 1), pages.body("a", 2)) == (None, b"new")
    pages.keep("large", b"x" * 101, 1)
    assert not pages.holds("large")
    pages.keep("e", b"e", 1)
    now[0] = SECONDS
    pages.keep("f", b"f", 1)
    assert [pages.holds(name) for name in "ef"] == [False, True]


def test_a_body_is_what_the_page_says(on):
    on.lead(owner="rep", full_name='Zoë "quoted" \u2028 Ünal')
    lead_pages.forget_pages()
    assert json.dumps(listed(on.rep)) == json.dumps(listed(on.rep))


def test_who_has_a_page_is_told_so_without_its_being_read(on, api, trips):
    lead = on.lead(owner="rep")

    def ask(member, had=None, **asked):
        headers = {**member.headers, "If-None-Match": had} if had else member.headers
        return api.get("/api/v1/leads", params={"pageSize": 100, **asked}, headers=headers)

    tag = ask(on.manager).headers["etag"]
    lead_pages.forget_pages()  # as at another server
    told = ask(on.manager, f'"other", {tag}')
    assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", tag)
    assert trips[-1] == 1
    assert [ask(on.rep, tag).status_code, ask(on.manager, tag, pageSize=50).status_code] == [200, 200]
    on.world.rows("update app.leads set notes = 'another' where lead_id = %s returning 1", lead)
    after = ask(on.manager, tag)
    assert (after.status_code, after.headers["etag"] != tag) == (200, True)
    assert "etag" not in ask(on.client).headers
