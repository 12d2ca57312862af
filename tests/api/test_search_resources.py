"""Lead searches and match review over HTTP: as owner, as another role, from another organization."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from leadhouse.api import lead_searches, matches
from leadhouse.resolution import resolve_unread
from leadhouse.settings import settings
from tests.api.resource_world import Resources, calls_by_route, is_camel, walk
from tests.leads.language_model_stub import LanguageModelStub

PROPOSAL = {
    "criteria": {"entity_kind": "company", "country_codes": ["DE"], "limit": 2},
    "discovery": {"tags": ["craft=carpenter"], "place": "Leipzig", "queries": []},
}


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


@pytest.fixture
def model():
    """The language model that the settings name."""
    with LanguageModelStub(json.dumps(PROPOSAL)) as stub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_LANGUAGE_MODEL_URL", f"http://{stub.address}/v1")
        patch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", stub.address)
        settings.cache_clear()
        yield stub
    settings.cache_clear()


def new_search(on, name="manager", **body):
    stated = {"name": f"Search {uuid4().hex[:8]}", "criteria": {"country_codes": ["DE"], "limit": 5}, **body}
    return getattr(on, name).post("/lead-searches", stated, 201)


def test_a_search_by_criteria_is_made_changed_started_told_and_deleted(on):
    made = new_search(on, "rep")
    path = f"/lead-searches/{made['leadSearchId']}"
    assert (made["state"], made["isActive"], made["createdBy"]) == ("confirmed", True, str(on.people["rep"].user))
    assert is_camel({**made, "discovery": {}})
    changed = on.rep.put(path, {"criteria": {"titles": ["sales"]}, "isActive": False})
    assert (changed["criteria"]["titles"], changed["isActive"]) == (["sales"], False)
    assert on.rep.post(f"{path}/start")["state"] == "running"
    assert on.rep.post(f"{path}/start")["state"] == "running"
    report = on.reader.get(f"{path}/report")
    assert (report["met"], report["requested"]) == (0, None)
    on.manager.delete(path)
    on.manager.get(path, 404)


def test_a_question_is_proposed_and_confirmed(on, model):
    made = on.rep.post("/lead-searches/ask", {"name": uuid4().hex, "question": "Two carpenters in Leipzig"}, 201)
    path = f"/lead-searches/{made['leadSearchId']}"
    assert (made["state"], made["isActive"], made["createdBy"]) == ("proposed", False, str(on.people["rep"].user))
    assert made["criteria"]["country_codes"] == ["DE"]
    on.rep.post(f"{path}/start", None, 409)
    on.rep.put(path, {"isActive": True}, 409)
    confirmed = on.rep.post(f"{path}/confirm", {"criteria": {"limit": 1}})
    assert (confirmed["state"], confirmed["isActive"], confirmed["criteria"]["limit"]) == ("confirmed", True, 1)
    on.rep.post(f"{path}/confirm", {}, 409)
    on.reader.post("/lead-searches/ask", {"name": "x", "question": "Whoever it is"}, 403)
    assert len(model.asked) == 1
    on.rep.post("/lead-searches/ask", {"name": made["name"], "question": "Again the same"}, 409)


def test_a_question_without_a_model_or_to_one_that_fails_is_told(on, model):
    model.status = 500
    body = {"name": uuid4().hex, "question": "Anybody there?"}
    problem = on.rep.ask("POST", "/lead-searches/ask", 502, json=body).json()
    assert problem["type"] == "urn:leadhouse:problem:outside-failed"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LEADHOUSE_LANGUAGE_MODEL_URL")
        settings.cache_clear()
        on.rep.ask("POST", "/lead-searches/ask", 409, json={**body, "name": uuid4().hex})


def test_who_does_not_reach_a_search_finds_none(on):
    path = f"/lead-searches/{new_search(on)['leadSearchId']}"
    for method, at, body in [("GET", path, None), ("PUT", path, {"name": "x"}), ("DELETE", path, None),
                             ("POST", f"{path}/confirm", {}), ("POST", f"{path}/start", None),
                             ("GET", f"{path}/report", None)]:  # fmt: skip
        on.stranger.ask(method, at, 404, json=body)
        assert on.client.ask(method, at, json=body).status_code in (403, 404)
    for name in ("rep", "reader"):  # a rep reads all and changes its own
        member = getattr(on, name)
        member.get(path)
        member.put(path, {"name": "mine"}, 403)
        member.delete(path, 403)
        member.post(f"{path}/confirm", {}, 403)
        member.post(f"{path}/start", None, 403)
    on.reader.post("/lead-searches", {"name": "x"}, 403)


def test_searches_are_filtered_sorted_and_paged(on):
    word = f"w{uuid4().hex[:6]}"
    for number in range(5):
        on.manager.post("/lead-searches", {"name": f"{word} {number}"}, 201)
    for sort in ("createdAt", "updatedAt", "name"):
        for order in ("asc", "desc"):
            found = walk(on.manager, "/lead-searches", "leadSearchId", search=word, pageSize=2, sortBy=sort,
                         sortOrder=order)  # fmt: skip
            assert len(found) == 5
    assert on.manager.get("/lead-searches", search=word, state="running")["data"] == []
    assert on.stranger.get("/lead-searches", search=word)["data"] == []


def test_a_search_that_cannot_be_is_refused(on):
    taken = new_search(on)
    on.manager.post("/lead-searches", {"name": taken["name"]}, 409)
    for body in ({"name": ""}, {"name": "x", "criteria": {"colour": "red"}}, {"name": "x", "discovery": {"tags": 1}}):
        on.manager.post("/lead-searches", body, 422)
    path = f"/lead-searches/{taken['leadSearchId']}"
    tag = on.manager.ask("GET", path).headers["etag"]
    on.manager.ask("PUT", path, 200, json={"isActive": False}, headers={"If-Match": tag})
    on.manager.ask("PUT", path, 412, json={"isActive": True}, headers={"If-Match": tag})
    for word in ("ask", "x"):
        assert on.manager.ask("GET", f"/lead-searches/{word}").status_code in (404, 405)


def entered(on, name="manager"):
    """A person whom the organization alone knows; its entity."""
    made = getattr(on, name).post("/leads/create", {"fullName": f"P {uuid4().hex[:6]} Q"}, 201)
    return UUID(made["entityId"])


def test_a_pair_is_decided_within_the_organization(on):
    one, other = entered(on), entered(on)
    resolve_unread("cli__pairs")
    body = {"entityA": str(one), "entityB": str(other), "decision": "same", "reason": "the same desk"}
    made = on.manager.post("/matches/decide", body)
    assert made["entitiesChanged"] == 2
    row = on.row("select decided_by, organization_id, reason from resolution.match_decisions where match_decision_id"
                 " = %s", made["matchDecisionId"])  # fmt: skip
    assert (row["decided_by"], row["organization_id"]) == (f"user {on.people['manager'].user}", on.north)
    merged = on.world.rows("select status from resolution.entities where entity_id = any (%s) order by 1", [one, other])
    assert [each["status"] for each in merged] == ["active", "merged"]
    assert on.manager.post("/matches/decide", {**body, "decision": "undecided"})["entitiesChanged"] == 2
    on.manager.post("/matches/decide", {**body, "entityB": str(one)}, 422)
    on.stranger.post("/matches/decide", body, 422)  # it sees no such entities
    for name in ("rep", "reader", "client"):
        getattr(on, name).post("/matches/decide", body, 403)


def test_waiting_pairs_are_the_organizations(on):
    one, other = entered(on), entered(on)
    on.world.rows(
        "insert into resolution.match_decisions (organization_id, entity_kind, entity_a, entity_b, decision,"
        " match_weight, reason, decided_by)"
        " values (%s, 'person', %s, %s, 'undecided', 8.5, 'name 8 bits', 'model 3')", on.north, one, other,
    )  # fmt: skip
    [found] = on.manager.get("/matches")
    assert (found["entityA"], found["entityB"], found["entityKind"]) == (str(one), str(other), "person")
    assert found["matchWeight"] == 8.5
    assert on.stranger.get("/matches") == []
    on.rep.get("/matches", 403)


def test_every_operation_was_called(app):
    found = calls_by_route(app, [lead_searches.router, matches.router])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 11
