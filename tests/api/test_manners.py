"""What front ends meet at the edges: types of bodies, methods of an address, HEAD, and faults read across origins."""

from __future__ import annotations

import httpx
import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from leadhouse.api import routers
from leadhouse.api.application import create_app
from leadhouse.settings import settings
from tests.api.real_server import serving

ORIGIN = "https://app.example"
faults = APIRouter(prefix="/faults", tags=["faults"])


@faults.get("")
def fail() -> None:
    raise RuntimeError("nobody foresaw it")


@pytest.fixture(scope="module")
def app(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routers, "SIGNED_IN", (*routers.SIGNED_IN, faults))
        patch.setenv("LEADHOUSE_API_ORIGINS", ORIGIN)
        settings.cache_clear()
        yield create_app()
    settings.cache_clear()


@pytest.fixture(scope="module")
def mine(world):
    return world.headers(world.member("organization_admin"))


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_no_json_is_of_a_type_that_is_not_read(api, mine, kind):
    headers = {**mine, "Content-Type": kind} if kind else mine
    assert "application/json" in problem(api.post("/api/v1/teams", content=b'{"name": "a"}', headers=headers), 415)


def test_json_is_known_by_its_suffix_and_nothing_is_no_body(api, mine):
    headers = {**mine, "Content-Type": "application/vnd.firm+json"}
    assert api.post("/api/v1/teams", content=b'{"name": "suffix"}', headers=headers).status_code == 201
    problem(api.post("/api/v1/teams", headers=mine), 422)
    problem(api.post("/api/v1/teams", json=["a"], headers=mine), 422)


def test_json_is_no_file_and_no_part_of_one(api, mine):
    assert "multipart/form-data" in problem(api.post("/api/v1/files", json={"bucket": "imports"}, headers=mine), 415)
    body = {"bucket": "imports", "originalName": "a.csv", "contentType": "text/csv"}
    upload = api.post("/api/v1/file-uploads", json=body, headers=mine).json()["uploadId"]
    part = f"/api/v1/file-uploads/{upload}/parts/1"
    assert "application/octet-stream" in problem(api.put(part, json={"a": 1}, headers=mine), 415)
    assert api.put(part, content=b"name\n", headers=mine).status_code == 200


@pytest.mark.parametrize("body", [
    b'{"name":', b'{"name": "\xff"}', b"[" * 100_000, b'{"name": ' + b"9" * 5000 + b"}", b"\x00", b"",
], ids=["cut off", "no UTF-8", "deep", "a long number", "no text", "nothing"])  # fmt: skip
def test_what_is_no_json_is_malformed(api, mine, body):
    answer = api.post("/api/v1/teams", content=body, headers={**mine, "Content-Type": "application/json"})
    problem(answer, 422 if not body else 400)


@pytest.mark.parametrize("value", [b'"a\\ud800"', b'"a\\u0000b"', b"NaN", b"1e999"])
def test_values_that_no_column_takes_are_invalid(api, mine, value):
    body = b'{"name": "n", "config": {"a": ' + value + b"}}"
    problem(api.post("/api/v1/campaigns/create", content=body, headers={**mine, "Content-Type": "application/json"}),
            422)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("PATCH", "/leads", "GET, HEAD"), ("DELETE", "/teams", "GET, HEAD, POST"), ("GET", "/leads/bulk", "DELETE"),
    ("POST", "/leads/7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11", "DELETE, GET, HEAD, PUT"), ("GET", "/leads/create", "POST"),
])  # fmt: skip
def test_an_address_tells_all_that_it_does(api, mine, method, path, allowed):
    answer = api.request(method, f"/api/v1{path}", headers=mine)
    problem(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(("path", "wrong", "told"), [
    ("/leads?pagesize=5", "pagesize", "did you mean pageSize?"),
    ("/leads?page_size=5&status=new", "page_size", "did you mean pageSize?"),
    ("/leads?stauts=new", "stauts", "did you mean status?"),
    ("/jobs?limit=5", "limit", "There is no such parameter here, but status, kind, page, pageSize,"),
    ("/me?fields=a", "fields", "There is no such parameter: this takes none."),
])  # fmt: skip
def test_a_query_holds_what_the_operation_knows(api, mine, path, wrong, told):
    for _ in range(2):  # what a query says is remembered
        answer = api.get(f"/api/v1{path}", headers=mine)
        assert told in problem(answer, 422)
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/query/{wrong}"]
    assert api.get(f"/api/v1{path}").status_code == 401


def test_a_write_with_an_unknown_parameter_is_not_done(api, mine):
    problem(api.post("/api/v1/teams?dryrun=true", json={"name": "not made"}, headers=mine), 422)
    names = [each["name"] for each in api.get("/api/v1/teams", headers=mine).json()["data"]]
    assert "not made" not in names


def test_links_of_mails_and_providers_may_have_more(api):
    assert api.get("/api/v1/health/ready?utm_source=mail").status_code == 200


def test_head_is_get_without_content(app, mine):
    with serving(app) as url, httpx.Client(base_url=f"{url}/api/v1", headers=mine, timeout=30) as client:
        for path in ("/me", "/health/live", "/leads", "/nothing", "/teams/none"):
            asked, got = client.head(path), client.get(path)
            assert (asked.status_code, asked.content) == (got.status_code, b"")
            assert asked.headers["content-type"] == got.headers["content-type"]
        stream = client.head("/events")  # which a GET would follow
        assert (stream.status_code, stream.headers["content-type"][:17]) == (200, "text/event-stream")
        assert client.get("/me").status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/faults", 500), ("/nothing", 404), ("/leads?page=0", 422)])
def test_a_page_of_a_named_origin_reads_what_went_wrong(app, mine, path, status):
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get(f"/api/v1{path}", headers={**mine, "Origin": ORIGIN})
    problem(answer, status)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert {"Content-Disposition", "ETag", "Retry-After"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )


def test_a_preflight_lets_the_headers_of_writes_and_streams_through(api):
    wanted = "authorization,x-api-key,idempotency-key,if-match,if-none-match,content-type,last-event-id"
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": wanted}
    answer = api.options("/api/v1/leads/bulk", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-headers"] == wanted
    assert "DELETE" in answer.headers["access-control-allow-methods"]


def test_what_was_made_tells_its_place_and_does_so_again(api, app, mine):
    headers = {**mine, "Idempotency-Key": "made-and-told-0001"}
    for _ in range(2):
        made = api.post("/api/v1/teams", json={"name": "Placed"}, headers=headers)
        assert made.headers["Location"] == f"/api/v1/teams/{made.json()['teamId']}"
        assert api.get(made.headers["Location"], headers=mine).json()["name"] == "Placed"
    with TestClient(app, root_path="/leadhouse") as mounted:
        made = mounted.post("/leadhouse/api/v1/teams", json={"name": "Mounted"}, headers=mine)
        assert made.headers["Location"] == f"/leadhouse/api/v1/teams/{made.json()['teamId']}"


def test_the_specification_names_the_places_of_what_is_made(app):
    told = {
        operation["operationId"]
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
        if "Location" in operation["responses"].get("201", {}).get("headers", {})
    }
    assert {"create_lead", "create_campaign", "create_job", "subscribe_zap", "ask_lead_search", "upload_file"} <= told
    assert "create_api_key" not in told  # there is no reading of one
