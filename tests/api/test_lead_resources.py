"""Leads over HTTP: each operation as owner, as another role and from another organization."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from leadhouse.api import leads
from tests.api.resource_world import Resources, calls_by_route, ids, is_camel, walk


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


@pytest.fixture(scope="module")
def twelve(on):
    """Leads of a tag of their own, with scores and names, two without either."""
    made = []
    for number in range(12):
        facts = {"full_name": f"Person {number:02}", "lead_score": number * 5} if number < 10 else {}
        made.append(on.lead(owner="rep" if number % 3 == 0 else None, **facts))
    on.world.rows("update app.leads set tags = '{twelve}' where lead_id = any (%s) returning 1", made)
    return made


def enter(on, name="manager", **body):
    key = uuid4().hex[:10]
    stated = {"fullName": f"Mara {key}", "emailNormalized": f"mara.{key}@nordlicht.example", **body}
    return getattr(on, name).post("/leads/create", stated, 201)


def test_a_lead_is_entered_read_changed_and_deleted(on):
    made = enter(on, title="CTO", companyName="Nordlicht", priority="high", tags=["fair"], notes="met",
                 customFields={"stand": "B4"}, assignedTo=on.address("rep"))  # fmt: skip
    assert made["title"] == "CTO"
    assert (made["priority"], made["tags"], made["ownerEmail"]) == ("high", ["fair"], on.address("rep"))
    assert made["customFields"] == {"stand": "B4"}
    path = f"/leads/{made['leadId']}"
    assert on.rep.get(path) == on.manager.get(path) == made
    assert is_camel(made)
    changed = on.manager.put(path, {"status": "contacted", "title": "CFO", "notes": None, "reason": "called"})
    assert (changed["status"], changed["title"], changed["notes"]) == ("contacted", "CFO", None)
    history = on.manager.get(f"{path}/history")
    assert [each["toStatus"] for each in history["statuses"]] == ["new", "contacted"]
    assert history["statuses"][-1]["reason"] == "called"
    assert history["owners"][-1]["toOwnerId"] == str(on.people["rep"].user)
    assert history["legalBases"][0]["basis"] == "legitimate_interest"
    score = on.manager.get(f"{path}/score")
    assert 0 <= score["leadScore"] <= 100
    assert sum(each["points"] for each in score["factors"]) >= score["leadScore"]
    on.manager.delete(path)
    on.manager.get(path, 404)
    assert on.manager.post(f"{path}/restore")["leadId"] == made["leadId"]


@pytest.mark.parametrize("name", ["mate", "stranger", "client"])
def test_who_does_not_reach_a_lead_finds_none(on, name):
    path = f"/leads/{enter(on)['leadId']}"
    member = getattr(on, name)
    member.get(path, 404)
    member.get(f"{path}/history", 404)
    member.get(f"{path}/score", 404)
    member.put(path, {"notes": "x"}, 404)
    member.delete(path, 404)
    assert member.ask("POST", f"{path}/qualify", json={"rating": 5}).status_code in (403, 404)
    assert member.ask("POST", f"{path}/assign", json={"email": on.address("mate")}).status_code in (403, 404)
    assert member.ask("POST", f"{path}/restore").status_code in (403, 404)
    assert on.manager.get(path)["notes"] is None


def test_who_only_reads_changes_nothing(on):
    lead = enter(on)
    path = f"/leads/{lead['leadId']}"
    assert on.reader.get(path)["leadId"] == lead["leadId"]
    on.reader.put(path, {"notes": "x"}, 403)
    on.reader.delete(path, 403)
    on.reader.post("/leads/create", {"fullName": "No One"}, 403)
    on.reader.post(f"{path}/qualify", {"rating": 3}, 403)
    on.reader.ask("POST", "/leads/bulk-update", 403, json={"leadIds": [lead["leadId"]], "status": "lost"})


def test_a_client_reads_the_leads_of_its_campaigns(on):
    campaign = on.row(
        "insert into app.campaigns (organization_id, name, client_id) values (%s, %s, %s) returning campaign_id",
        on.north, uuid4().hex, on.client_id,
    )["campaign_id"]  # fmt: skip
    seen, unseen = on.lead(campaign=campaign), on.lead()
    assert on.client.get(f"/leads/{seen}")["leadId"] == str(seen)
    on.client.get(f"/leads/{unseen}", 404)
    assert ids(on.client.get("/leads", campaignId=str(campaign)), "leadId") == [seen]


def test_a_rating_makes_the_status(on):
    path = f"/leads/{enter(on)['leadId']}"
    assert on.manager.get(path)["qualificationData"] is None
    theirs = {"budget": "yes", "who_asked": "a name of theirs"}
    rated = on.manager.post(f"{path}/qualify", {"rating": 4, "criteria": theirs})
    assert (rated["status"], rated["rating1To5"]) == ("qualified", 4)
    assert on.manager.get(path)["qualificationData"] == rated["qualificationData"]
    at = rated["qualificationData"].pop("ratedAt")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert rated["qualificationData"] == {
        "rating": 4, "threshold": 3, "isQualified": True, "ratedBy": str(on.people["manager"].user),
        "formerRating": None, "criteria": theirs,
    }  # fmt: skip
    assert on.manager.post(f"{path}/qualify", {"rating": 1})["status"] == "rejected"
    for rating in (0, 6, 2.5, None):
        on.manager.post(f"{path}/qualify", {"rating": rating}, 422)


def test_assigning_gives_and_notifies(on):
    lead = enter(on)
    assigned = on.manager.post(f"/leads/{lead['leadId']}/assign", {"email": on.address("mate")})
    assert assigned["ownerId"] == str(on.people["mate"].user)
    assert on.mate.get(f"/leads/{lead['leadId']}")["ownerId"] == assigned["ownerId"]
    told = on.world.rows("select 1 from app.notifications where user_id = %s", on.people["mate"].user)
    assert len(told) == 1
    on.manager.post(f"/leads/{lead['leadId']}/assign", {"email": "nobody@x.example"}, 404)


def test_many_at_once(on, twelve):
    wanted = [str(each) for each in twelve[:3]]
    foreign = on.lead(organization=on.south)
    answer = on.manager.post("/leads/bulk-update", {"leadIds": [*wanted, str(foreign)], "addTags": ["bulk"]})
    assert answer["changed"] == 3
    outcomes = {each["leadId"]: each["outcome"] for each in answer["outcomes"]}
    assert outcomes == {**dict.fromkeys(wanted, "updated"), str(foreign): "not_found"}
    assigned = on.manager.post("/leads/bulk-assign", {"leadIds": wanted[:2], "email": on.address("mate")})
    assert assigned["changed"] == 2
    rep = on.rep.post("/leads/bulk-update", {"leadIds": wanted, "priority": "urgent"})
    assert {each["outcome"] for each in rep["outcomes"]} <= {"updated", "not_found", "forbidden"}
    extra = [str(on.lead()), str(on.lead())]
    gone = on.manager.ask("DELETE", "/leads/bulk", 200, json={"leadIds": extra}).json()
    assert gone["changed"] == 2
    on.manager.get(f"/leads/{extra[0]}", 404)


@pytest.mark.parametrize("path", ["bulk-update", "bulk-assign", "bulk"])
def test_a_call_takes_100_leads(on, path):
    body = {"leadIds": [str(uuid4()) for _ in range(101)]}
    body |= {"bulk-update": {"status": "lost"}, "bulk-assign": {"email": None}, "bulk": {}}[path]
    method = "DELETE" if path == "bulk" else "POST"
    on.manager.ask(method, f"/leads/{path}", 422, json=body)


@pytest.mark.parametrize("word", ["create", "bulk", "bulk-update", "bulk-assign", "no-id"])
def test_a_word_is_never_an_id(on, word):
    assert on.manager.ask("GET", f"/leads/{word}").status_code in (404, 405)
    assert on.manager.ask("PUT", f"/leads/{word}", json={"notes": "x"}).status_code in (404, 405)


def test_the_list_is_filtered(on, twelve):
    tagged = {"tag": "twelve", "pageSize": 100}
    assert set(ids(on.manager.get("/leads", **tagged), "leadId")) == set(twelve)
    on.world.rows("update app.leads set status = 'lost', priority = 'low' where lead_id = %s returning 1", twelve[5])
    assert ids(on.manager.get("/leads", status="lost", **tagged), "leadId") == [twelve[5]]
    assert ids(on.manager.get("/leads", priority=["low", "urgent"], status="lost", **tagged), "leadId") == [twelve[5]]
    owned = set(ids(on.manager.get("/leads", assignedTo=str(on.people["rep"].user), **tagged), "leadId"))
    assert owned == set(ids(on.rep.get("/leads", **tagged), "leadId"))
    assert owned
    assert owned < set(twelve)
    assert ids(on.manager.get("/leads", search="person 07", **tagged), "leadId") == [twelve[7]]
    on.manager.get("/leads", 422, status="unheard")
    on.manager.get("/leads", 422, campaignId="no id")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["createdAt", "updatedAt", "leadScore", "fullName"])
def test_pages_by_number_and_by_cursor_agree(on, twelve, sort, order):
    found = walk(on.manager, "/leads", "leadId", tag="twelve", pageSize=5, sortBy=sort, sortOrder=order)
    assert sorted(found) == sorted(twelve)
    if sort in ("leadScore", "fullName"):
        named = found[:10] if order == "asc" else found[:10][::-1]
        assert named == twelve[:10]  # those without a value come last in both orders
    page = on.manager.get("/leads", tag="twelve", pageSize=5)["pagination"]
    assert (page["total"], page["totalPages"], page["hasMore"]) == (12, 3, True)


def test_a_page_that_cannot_be_is_refused(on):
    for params in ({"page": 0}, {"pageSize": 101}, {"pageSize": 0}, {"sortBy": "password"}, {"sortOrder": "up"},
                   {"cursor": "xyz"}):  # fmt: skip
        on.manager.get("/leads", 422, **params)
    cursor = on.manager.get("/leads", pageSize=1, sortBy="createdAt")["pagination"]["nextCursor"]
    on.manager.get("/leads", 422, cursor=cursor, sortBy="fullName")


def test_a_version_that_was_overtaken_is_refused(on):
    path = f"/leads/{enter(on)['leadId']}"
    tag = on.manager.ask("GET", path).headers["etag"]
    assert on.manager.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304
    on.manager.ask("PUT", path, 200, json={"notes": "first"}, headers={"If-Match": tag})
    on.manager.ask("PUT", path, 412, json={"notes": "second"}, headers={"If-Match": tag})
    on.manager.ask("DELETE", path, 412, headers={"If-Match": tag})
    assert on.manager.get(path)["notes"] == "first"


def test_a_repeated_entry_makes_one_lead(on):
    key = {"Idempotency-Key": uuid4().hex}
    body = {"fullName": f"Once {uuid4().hex[:6]}", "emailNormalized": f"{uuid4().hex[:8]}@once.example"}
    first = on.manager.ask("POST", "/leads/create", 201, json=body, headers=key)
    again = on.manager.ask("POST", "/leads/create", 201, json=body, headers=key)
    assert first.json() == again.json()
    refused = on.manager.ask("POST", "/leads/create", 422, json=body)
    assert "lives already" in refused.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [{}, {"fullName": ""}, {"emailNormalized": "none"}, {"fullName": "x", "phoneE164": "040"}, {"unheard": 1},
     {"fullName": "x", "status": "won"}, {"fullName": "x", "tags": ["a" * 61]}, {"fullName": "a\x00b"}],
)  # fmt: skip
def test_a_lead_that_cannot_be_is_told_where(on, body):
    problem = on.manager.ask("POST", "/leads/create", 422, json=body).json()
    assert problem["type"].startswith("urn:leadhouse:problem:")
    assert problem["requestId"]
    assert all(each["pointer"].startswith("/body") for each in problem["errors"])


def test_what_was_deleted_long_ago_stays(on):
    lead = on.lead()
    old = datetime.now(UTC) - timedelta(days=31)
    on.world.rows("update app.leads set deleted_at = %s where lead_id = %s returning 1", old, lead)
    assert on.manager.ask("POST", f"/leads/{lead}/restore").status_code in (409, 422)
    on.stranger.post(f"/leads/{lead}/restore", None, 404)
    on.manager.put(f"/leads/{enter(on)['leadId']}", {}, 422)


def test_every_operation_was_called(app):
    found = calls_by_route(app, [leads.router])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 13
