"""Campaigns over HTTP: each operation as owner, as another role and from another organization."""

from __future__ import annotations

from uuid import uuid4

import pytest

from leadhouse.api import campaigns
from tests.api.resource_world import Resources, calls_by_route, ids, is_camel, walk

STEP = {"stepNo": 1, "subjectTemplate": "A question", "bodyTemplate": "Hello {{ person.full_name }}"}


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


def draft(on, **body):
    return on.manager.post("/campaigns/create", {"name": f"Campaign {uuid4().hex[:8]}", **body}, 201)


def test_a_campaign_from_draft_to_completed(on):
    account = on.row(
        "insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port) values"
        " (%s, %s, 'Mara', 'smtp.example', 587) returning email_account_id", on.north, f"{uuid4().hex}@x.example",
    )["email_account_id"]  # fmt: skip
    made = draft(on, description="Ports", config={"cap": 5})
    path = f"/campaigns/{made['campaignId']}"
    assert (made["status"], made["type"], made["config"], made["members"]) == ("draft", "email", {"cap": 5}, 0)
    assert made["responseRate"] is None
    assert is_camel(made)
    on.manager.put(path, {"status": "active", "emailAccountId": str(account)}, 422)  # it has no steps yet
    assert on.manager.put(f"{path}/steps", {"steps": [STEP]})["steps"][0]["channel"] == "email"
    assert on.manager.put(path, {"status": "active", "emailAccountId": str(account)})["status"] == "active"
    on.manager.put(path, {"status": "draft"}, 422)
    assert on.manager.put(path, {"status": "paused", "description": None})["description"] is None
    assert on.manager.put(path, {"status": "completed"})["status"] == "completed"
    assert on.reader.get(f"{path}/steps") == on.manager.get(f"{path}/steps")


def test_it_is_deleted_and_restored(on):
    path = f"/campaigns/{draft(on)['campaignId']}"
    on.manager.delete(path)
    on.manager.get(path, 404)
    on.stranger.post(f"{path}/restore", None, 404)
    assert on.manager.post(f"{path}/restore")["status"] == "draft"
    on.manager.post(f"{path}/restore", None, 404)


@pytest.mark.parametrize("name", ["stranger", "client"])
def test_who_does_not_reach_it_finds_none(on, name):
    path = f"/campaigns/{draft(on)['campaignId']}"
    member = getattr(on, name)
    for method, at, body in [("GET", path, None), ("PUT", path, {"name": "x"}), ("DELETE", path, None),
                             ("GET", f"{path}/steps", None), ("PUT", f"{path}/steps", {"steps": []}),
                             ("GET", f"{path}/members", None), ("POST", f"{path}/members", {"leadIds": [str(uuid4())]}),
                             ("POST", f"{path}/members/stop", {"leadIds": [str(uuid4())]})]:  # fmt: skip
        member.ask(method, at, 404, json=body)


@pytest.mark.parametrize("name", ["rep", "reader"])
def test_who_reads_changes_nothing(on, name):
    path = f"/campaigns/{draft(on)['campaignId']}"
    member = getattr(on, name)
    assert member.get(path)["status"] == "draft"
    member.put(path, {"name": "mine"}, 403)
    member.delete(path, 403)
    member.ask("PUT", f"{path}/steps", 403, json={"steps": [STEP]})
    member.post("/campaigns/create", {"name": uuid4().hex}, 403)
    member.ask("POST", f"{path}/members", 403, json={"leadIds": [str(on.lead(owner="rep"))]})
    member.ask("POST", f"{path}/members/stop", 403, json={"leadIds": [str(on.lead(owner="rep"))]})


def test_a_client_sees_its_own(on):
    mine = draft(on, clientId=str(on.client_id))
    assert mine["clientName"] == "Customer"
    assert ids(on.client.get("/campaigns", pageSize=100), "campaignId") == ids({"data": [mine]}, "campaignId")
    on.client.put(f"/campaigns/{mine['campaignId']}", {"name": "x"}, 403)


def test_the_list_is_filtered_sorted_and_paged(on):
    word = f"w{uuid4().hex[:6]}"
    made = [draft(on, name=f"{word} {number}", type="social" if number % 2 else "email") for number in range(7)]
    chosen = [each["campaignId"] for each in made]
    found = walk(on.manager, "/campaigns", "campaignId", search=word, pageSize=3, sortBy="name", sortOrder="asc")
    assert [str(each) for each in found] == chosen
    for sort in ("createdAt", "updatedAt", "status", "members", "leads", "responseRate"):
        for order in ("asc", "desc"):
            found = walk(on.manager, "/campaigns", "campaignId", search=word, pageSize=3, sortBy=sort, sortOrder=order)
            assert sorted(map(str, found)) == sorted(chosen)
    assert len(on.manager.get("/campaigns", search=word, type="social")["data"]) == 3
    assert len(on.manager.get("/campaigns", search=word, status="active")["data"]) == 0
    assert len(on.manager.get("/campaigns", search=word, status=["draft", "active"])["data"]) == 7
    assert on.manager.get("/campaigns", search=word, clientId=str(on.client_id))["data"] == []
    assert on.stranger.get("/campaigns", search=word)["pagination"]["total"] == 0
    on.manager.get("/campaigns", 422, status="asleep")
    on.manager.get("/campaigns", 422, cursor="e30")


def test_members_come_and_are_stopped(on):
    path = f"/campaigns/{draft(on)['campaignId']}"
    leads = [str(on.lead(full_name=f"Member {number}")) for number in range(5)]
    foreign = str(on.lead(organization=on.south))
    added = on.manager.post(f"{path}/members", {"leadIds": [*leads, foreign]})
    assert sorted(added["leadIds"]) == sorted(leads)
    assert on.manager.post(f"{path}/members", {"leadIds": leads})["leadIds"] == []
    found = walk(on.manager, f"{path}/members", "leadId", pageSize=2, sortBy="fullName", sortOrder="asc")
    assert [str(each) for each in found] == leads
    assert len(on.manager.post(f"{path}/members/stop", {"leadIds": leads[:2]})["leadIds"]) == 2
    stopped = [each for each in on.manager.get(f"{path}/members")["data"] if each["stoppedAt"]]
    assert {each["stoppedReason"] for each in stopped} == {"stopped by a person"}
    assert on.manager.get(path)["membersStopped"] == 2


def test_a_step_that_was_written_to_people_stays(on):
    path = f"/campaigns/{draft(on)['campaignId']}"
    second = {**STEP, "stepNo": 2, "delayDays": 3}
    assert len(on.manager.put(f"{path}/steps", {"steps": [STEP, second]})["steps"]) == 2
    on.manager.put(f"{path}/steps", {"steps": [second]}, 422)  # a gap
    on.manager.put(f"{path}/steps", {"steps": [STEP, {**STEP}]}, 422)
    assert len(on.manager.put(f"{path}/steps", {"steps": [STEP]})["steps"]) == 1


def test_a_version_that_was_overtaken_is_refused(on):
    path = f"/campaigns/{draft(on)['campaignId']}"
    tag = on.manager.ask("GET", path).headers["etag"]
    on.manager.ask("PUT", path, 200, json={"description": "first"}, headers={"If-Match": tag})
    on.manager.ask("PUT", path, 412, json={"description": "second"}, headers={"If-Match": tag})
    on.manager.ask("DELETE", path, 412, headers={"If-Match": tag})


def test_what_cannot_be_is_refused(on):
    taken = draft(on)
    on.manager.post("/campaigns/create", {"name": taken["name"]}, 409)
    for body in ({}, {"name": ""}, {"name": "x", "type": "fax"}, {"name": "x", "unheard": 1}):
        on.manager.post("/campaigns/create", body, 422)
    on.manager.post("/campaigns/create", {"name": uuid4().hex, "clientId": str(uuid4())}, 422)
    on.manager.put(f"/campaigns/{taken['campaignId']}", {}, 422)
    for word in ("create", "bulk", "x"):
        assert on.manager.ask("GET", f"/campaigns/{word}").status_code in (404, 405)
    key = {"Idempotency-Key": uuid4().hex}
    body = {"name": uuid4().hex}
    first = on.manager.ask("POST", "/campaigns/create", 201, json=body, headers=key).json()
    assert on.manager.ask("POST", "/campaigns/create", 201, json=body, headers=key).json() == first


def test_every_operation_was_called(app):
    found = calls_by_route(app, [campaigns.router])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 11
