"""Lists, segments, exports and what was deleted over HTTP: as owner, as another role, from another organization."""

from __future__ import annotations

import csv
import hashlib
import io
from uuid import uuid4

import pytest

from leadhouse.api import deleted_rows, exports, lists
from tests.api.resource_world import Resources, calls_by_route, ids, is_camel, walk

RULE = {"field": "full_name", "starts_with": "Listed"}


@pytest.fixture(scope="module")
def on(api, world, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_FILES_ROOT", str(tmp_path_factory.mktemp("files")))
        made = Resources(api, world)
        made.leads = [made.lead(full_name=f"Listed {number}", lead_score=number) for number in range(5)]
        yield made


def new_list(on, name="manager", **body):
    return getattr(on, name).post("/lists", {"name": f"List {uuid4().hex[:8]}", **body}, 201)


def new_segment(on, criteria=None):
    return on.manager.post("/segments", {"name": f"Segment {uuid4().hex[:8]}", "criteria": criteria or RULE}, 201)


def test_a_list_is_made_filled_changed_deleted_and_restored(on):
    made = new_list(on, description="May")
    path = f"/lists/{made['listId']}"
    assert (made["isShared"], made["members"]) == (True, 0)
    assert is_camel(made)
    leads = [str(each) for each in on.leads]
    foreign = str(on.lead(organization=on.south))
    assert sorted(on.manager.post(f"{path}/members", {"leadIds": [*leads, foreign]})["leadIds"]) == sorted(leads)
    assert on.manager.get(path)["members"] == 5
    assert sorted(map(str, ids(on.manager.get("/leads", listId=made["listId"]), "leadId"))) == sorted(leads)
    on.reader.ask("DELETE", f"{path}/members", 403, json={"leadIds": leads[:2]})
    gone = on.manager.ask("DELETE", f"{path}/members", 200, json={"leadIds": leads[:2]}).json()
    assert sorted(gone["leadIds"]) == sorted(leads[:2])
    assert on.manager.put(path, {"name": f"New {uuid4().hex[:6]}"})["description"] == "May"
    on.manager.delete(path)
    on.manager.get(path, 404)
    assert on.manager.post(f"{path}/restore")["members"] == 3
    on.manager.post(f"{path}/restore", None, 404)


@pytest.mark.parametrize("kind", ["lists", "segments"])
def test_who_does_not_reach_it_finds_none(on, kind):
    path = f"/lists/{new_list(on)['listId']}" if kind == "lists" else f"/segments/{new_segment(on)['segmentId']}"
    on.stranger.get(path, 404)
    on.stranger.put(path, {"name": "x"}, 404)
    on.stranger.delete(path, 404)
    on.stranger.post(f"{path}/restore", None, 404)
    if kind == "lists":
        on.stranger.post(f"{path}/members", {"leadIds": [str(uuid4())]}, 404)
        on.stranger.ask("DELETE", f"{path}/members", 404, json={"leadIds": [str(uuid4())]})
    else:
        on.stranger.get(f"{path}/preview", 404)
    assert on.reader.get(path)
    on.reader.put(path, {"name": "x"}, 403)
    on.reader.delete(path, 403)
    on.reader.post(f"/{kind}", {"name": "x", **({} if kind == "lists" else {"criteria": RULE})}, 403)


def test_a_personal_list_is_its_makers(on):
    made = new_list(on, "rep", isShared=False)
    on.manager.get(f"/lists/{made['listId']}", 404)
    assert on.rep.get(f"/lists/{made['listId']}") == made
    on.manager.post("/lists", {"name": ""}, 422)
    taken = new_list(on)
    on.manager.post("/lists", {"name": taken["name"]}, 422)


def test_lists_and_segments_are_searched_sorted_and_paged(on):
    word = f"w{uuid4().hex[:6]}"
    for number in range(5):
        on.manager.post("/lists", {"name": f"{word} {number}"}, 201)
        on.manager.post("/segments", {"name": f"{word} {number}", "criteria": RULE}, 201)
    for path, key, sorts in (("/lists", "listId", ("name", "members", "createdAt", "updatedAt")),
                             ("/segments", "segmentId", ("name", "createdAt", "updatedAt"))):  # fmt: skip
        for sort in sorts:
            for order in ("asc", "desc"):
                assert len(walk(on.manager, path, key, search=word, pageSize=2, sortBy=sort, sortOrder=order)) == 5
        assert on.stranger.get(path, search=word)["data"] == []


def test_a_segment_says_whom_it_finds(on):
    found = on.manager.post("/segments/preview", {"criteria": RULE})
    assert found["total"] == 5
    assert [lead["leadScore"] for lead in found["leads"]] == [4, 3, 2, 1, 0]
    made = new_segment(on, {"all": [RULE, {"field": "lead_score", "at_least": 3}]})
    path = f"/segments/{made['segmentId']}"
    assert on.manager.get(path) == made
    assert on.manager.get(f"{path}/preview")["total"] == 2
    assert on.rep.get(f"{path}/preview")["total"] == 0  # a rep's leads are the rep's
    changed = on.manager.put(path, {"criteria": RULE, "description": "all"})
    assert (changed["criteria"], changed["description"]) == (RULE, "all")
    on.manager.delete(path)
    on.manager.get(path, 404)
    assert on.manager.post(f"{path}/restore")["criteria"] == RULE


@pytest.mark.parametrize(
    "criteria",
    [{"field": "password", "is": "x"}, {"field": "status", "is": "won"}, {"all": []}, {"field": "tags", "is": "x"},
     {"field": "lead_score", "at_least": "many"}, {"not": {"not": {"not": {"not": {"not": RULE}}}}}],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_refused(on, criteria):
    on.manager.post("/segments", {"name": uuid4().hex, "criteria": criteria}, 422)
    assert "criteria" in on.manager.post("/segments/preview", {"criteria": criteria}, 422)["detail"]


def test_a_version_that_was_overtaken_is_refused(on):
    for path in (f"/lists/{new_list(on)['listId']}", f"/segments/{new_segment(on)['segmentId']}"):
        tag = on.manager.ask("GET", path).headers["etag"]
        on.manager.ask("PUT", path, 200, json={"description": "first"}, headers={"If-Match": tag})
        on.manager.ask("PUT", path, 412, json={"description": "second"}, headers={"If-Match": tag})
        on.manager.ask("DELETE", path, 412, headers={"If-Match": tag})


def rows_of(response):
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_an_export_is_made_and_read(on):
    on.lead(full_name="=cmd|' /C calc'!A0")
    body = {"name": "All", "columns": ["full_name", "lead_score", "custom_fields.stand"], "criteria": {}}
    made = on.manager.post("/exports", body, 201)
    assert (made["state"], made["rowCount"]) == ("completed", len(on.leads) + 1)
    assert is_camel(made)
    response = on.manager.ask("GET", f"/exports/{made['exportId']}/file", 200)
    assert hashlib.sha256(response.content).hexdigest() == made["sha256"]
    assert len(response.content) == made["sizeBytes"]
    rows = rows_of(response)
    assert {"full_name", "lead_score", "custom_fields.stand"} == set(rows[0])
    assert "'=cmd|' /C calc'!A0" in [row["full_name"] for row in rows]
    assert on.manager.get(f"/exports/{made['exportId']}") == made


def test_what_was_exported_can_be_left_out(on):
    body = {"leavesOutExported": True, "search": "listed", "columns": ["lead_id"]}
    fresh = str(on.lead(full_name="Listed fresh"))
    rows = rows_of(on.manager.ask("GET", f"/exports/{on.manager.post('/exports', body, 201)['exportId']}/file"))
    assert fresh in [row["lead_id"] for row in rows]
    assert on.manager.post("/exports", body, 201)["rowCount"] == 0


def test_an_export_of_a_segment_or_a_list(on):
    segment = new_segment(on, {"all": [RULE, {"field": "lead_score", "at_most": 1}]})
    assert on.manager.post("/exports", {"segmentId": segment["segmentId"]}, 201)["rowCount"] == 2
    chosen = new_list(on)
    on.manager.post(f"/lists/{chosen['listId']}/members", {"leadIds": [str(on.leads[0])]})
    assert on.manager.post("/exports", {"listId": chosen["listId"]}, 201)["rowCount"] == 1
    on.manager.post("/exports", {"segmentId": str(uuid4())}, 404)
    on.manager.post("/exports", {"columns": ["password"]}, 422)


def test_exports_are_for_their_scope(on):
    made = on.manager.post("/exports", {"columns": ["lead_id"]}, 201)
    path = f"/exports/{made['exportId']}"
    for name in ("stranger", "rep"):
        getattr(on, name).get(path, 404)
        getattr(on, name).ask("GET", f"{path}/file", 404)
    on.reader.post("/exports", {}, 403)
    assert len(walk(on.manager, "/exports", "exportId", pageSize=3, sortBy="rowCount")) >= 4
    for sort in ("createdAt", "name"):
        walk(on.manager, "/exports", "exportId", pageSize=3, sortBy=sort, sortOrder="asc")
    assert on.stranger.get("/exports")["data"] == []
    own = on.rep.post("/exports", {"columns": ["lead_id"]}, 201)
    assert own["rowCount"] == 0


def test_what_can_be_restored_is_listed(on):
    lead = on.lead(full_name="Gone lead")
    on.manager.delete(f"/leads/{lead}")
    gone = new_list(on)
    on.manager.delete(f"/lists/{gone['listId']}")
    found = on.manager.get("/deleted", pageSize=100)
    assert {(each["kind"], each["id"]) for each in found["data"]} >= {("lead", str(lead)), ("list", gone["listId"])}
    assert {each["kind"] for each in on.manager.get("/deleted", kind="lead")["data"]} == {"lead"}
    walk(on.manager, "/deleted", "id", pageSize=1, sortBy="name")
    assert on.stranger.get("/deleted")["data"] == []
    on.manager.get("/deleted", 422, kind="organization")


def test_every_operation_was_called(app):
    found = calls_by_route(app, [lists.lists, lists.segments, exports.router, deleted_rows.router])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 21
