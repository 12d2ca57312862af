"""What holds for every endpoint: callers, transactions, problems, repeats, versions, headers, limits."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

import psycopg
import pytest
import requests
import structlog
import uvicorn
from fastapi import APIRouter, Depends

from leadhouse.api import connections, exchanges, routers
from leadhouse.api.application import create_app
from leadhouse.api.callers import PersonSignedIn
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, make_cursor, paging_by, read_cursor
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions
from leadhouse.identity import teams
from leadhouse.identity.api_keys import revoke_api_key
from leadhouse.identity.audit import Origin
from leadhouse.identity.sessions import sign_out
from leadhouse.settings import settings

PROBLEM = {"type", "title", "status", "detail", "instance", "requestId"}


class NewThing(Shape):
    """A body."""

    team_name: str
    pause: float = 0.0


class Thing(Shape):
    """An answer."""

    team_id: UUID
    created_at: datetime


class ThingSort(StrEnum):
    """What things are sorted by."""

    NAME = "name"
    CREATED_AT = "createdAt"


ThingPaging = Annotated[Paging, Depends(paging_by(ThingSort, ThingSort.CREATED_AT))]
things = APIRouter(prefix="/things", tags=["things"])


@things.post("", status_code=201)
def create_thing(body: NewThing, work: Work) -> Thing:
    time.sleep(body.pause)
    team_id = teams.create_team(work.connection, body.team_name)
    return Thing(team_id=team_id, created_at=datetime.now(UTC))


@things.post("/refused")
def create_and_refuse(body: NewThing, work: Work) -> None:
    teams.create_team(work.connection, body.team_name)
    raise not_found("campaign")


@things.post("/broken")
def create_and_break(body: NewThing, work: Work) -> None:
    teams.create_team(work.connection, body.team_name)
    raise RuntimeError("a fault with a secret in it")


@things.post("/late")
def fail_at_the_commit(work: Work) -> Thing:
    work.connection.execute(
        "insert into identity.team_members (organization_id, team_id, user_id)"
        " values (identity.current_organization_id(), gen_random_uuid(), identity.current_user_id())"
    )
    return Thing(team_id=uuid4(), created_at=datetime.now(UTC))


@things.get("/list")
def list_things(paging: ThingPaging, work: Work) -> Page[Any]:
    found = teams.list_teams(work.connection)
    return paging.answer([paging.sort_by, paging.sort_order, paging.search], len(found))


@things.get("/role")
def show_role(work: Work) -> dict[str, str]:
    row = work.connection.execute(
        "select current_user as role, identity.current_organization_id()::text as organization,"
        " current_setting('leadhouse.request') as request"
    ).fetchone()
    return dict(row)


@things.get("/person")
def show_person(caller: PersonSignedIn) -> dict[str, str]:
    return {"user": str(caller.user_id)}


@things.get("/unasked")
def ask_nobody() -> dict[str, str]:
    return {}


@things.get("/{team_id}")
def get_thing(team_id: UUID, work: Work, conditions: Conditions) -> Thing:
    for team in teams.list_teams(work.connection):
        if team.team_id == team_id:
            return conditions.answer(Thing(team_id=team_id, created_at=team.created_at), team.name)
    raise not_found("thing")


@things.patch("/{team_id}")
def change_thing(team_id: UUID, body: NewThing, work: Work, conditions: Conditions) -> dict[str, bool]:
    [name] = [team.name for team in teams.list_teams(work.connection) if team.team_id == team_id]
    conditions.require(name)
    return {"done": teams.rename_team(work.connection, team_id, body.team_name)}


@pytest.fixture(scope="module")
def app(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routers, "SIGNED_IN", (*routers.SIGNED_IN, things))
        patch.setenv("LEADHOUSE_API_ORIGINS", "https://app.example")
        settings.cache_clear()
        yield create_app()
    settings.cache_clear()


@pytest.fixture(scope="module")
def admin(world):
    return world.member("organization_admin")


@pytest.fixture(scope="module")
def mine(world, admin):
    return world.headers(admin)


@pytest.fixture
def logged(monkeypatch):
    """What the API logs, as text, however the process's logs are configured."""
    text = io.StringIO()
    processors = [structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()]
    logger = structlog.wrap_logger(structlog.PrintLogger(text), processors, structlog.make_filtering_bound_logger(20))
    monkeypatch.setattr(exchanges, "log", logger)
    return text


def team_names(world, person):
    rows = world.rows("select name from identity.teams where organization_id = %s", person.organization)
    return sorted(row["name"] for row in rows)


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) - {"errors"} == PROBLEM
    assert body["status"] == status
    assert body["requestId"] == answer.headers["x-request-id"]
    return body


def test_health(api):
    assert api.get("/api/v1/health/live").json() == {"status": "up"}
    assert api.get("/api/v1/health/ready").json() == {"status": "up"}


def test_endpoint_runs_as_the_caller_and_says_from_where(api, world, admin, mine):
    seen = api.get("/api/v1/things/role", headers={**mine, "User-Agent": "curl/8"}).json()
    assert (seen["role"], seen["organization"]) == ("authenticated", str(admin.organization))
    assert '"agent": "curl/8"' in seen["request"]


def test_stranger_is_refused_also_where_nobody_is_asked_for(api):
    for path in ("role", "unasked", "list", str(uuid4())):
        answer = api.get(f"/api/v1/things/{path}")
        assert problem(answer, 401)["type"] == "urn:leadhouse:problem:not-signed-in"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.post("/api/v1/things", json={"teamName": "x"}).status_code == 401


@pytest.mark.parametrize("credentials", ["nonsense", "lh_abcdefgh_" + "x" * 43, "a.b.c", "", "\x7f"])
def test_wrong_credentials_are_refused(api, credentials):
    problem(api.get("/api/v1/things/role", headers={"Authorization": f"Bearer {credentials}"}), 401)


def test_session_that_was_ended_ends_at_once(api, world):
    person = world.member()
    session = world.sign_in(person)
    headers = {"Authorization": f"Bearer {session.access_token}"}
    assert api.get("/api/v1/things/role", headers=headers).status_code == 200
    sign_out(person.user, session.session_id, Origin())
    problem(api.get("/api/v1/things/role", headers=headers), 401)


def test_key_is_its_owner_narrowed_and_ends_at_once(api, world):
    admin = world.member("organization_admin")
    headers = world.key(admin, "teams:read")
    bearer = {"Authorization": f"Bearer {headers['X-API-Key']}"}
    assert api.get("/api/v1/things/role", headers=bearer).json()["organization"] == str(admin.organization)
    assert api.get("/api/v1/things/list", headers=headers).status_code == 200
    refused = problem(api.post("/api/v1/things", json={"teamName": "by a key"}, headers=headers), 403)
    assert "This API key may do teams:read; that is not enough here." in refused["detail"]
    problem(api.get("/api/v1/things/person", headers=headers), 403)
    refused = problem(api.get("/api/v1/matches", headers=headers), 403)
    assert "; it lacks people:write. Use a key" in refused["detail"]
    [_, former] = world.team_of("organization_admin", "organization_admin")
    of_a_reader = world.key(former, "people:write")
    with world.database.owner() as owner:
        owner.execute("update identity.members set role = 'read_only' where user_id = %s", [former.user])
    refused = problem(api.get("/api/v1/matches", headers=of_a_reader), 403)
    assert "may do nothing that its owner may do; it lacks people:write" in refused["detail"]
    with world.acting(admin) as connection:
        [key] = [row["api_key_id"] for row in connection.execute("select api_key_id from identity.api_keys")]
        assert revoke_api_key(connection, key)
    problem(api.get("/api/v1/things/list", headers=headers), 401)


def test_answer_comes_after_the_commit_and_a_refusal_undoes(api, world, admin, mine):
    made = api.post("/api/v1/things", json={"teamName": "kept"}, headers=mine)
    assert made.status_code == 201
    assert set(made.json()) == {"teamId", "createdAt"}
    problem(api.post("/api/v1/things/refused", json={"teamName": "undone"}, headers=mine), 404)
    broken = problem(api.post("/api/v1/things/broken", json={"teamName": "undone"}, headers=mine), 500)
    assert "secret" not in str(broken)
    assert team_names(world, admin) == ["kept"]
    problem(api.post("/api/v1/things", json={"teamName": "kept"}, headers=mine), 409)


def test_trace_of_a_fault_shows_no_values(api, mine, logged):
    api.post("/api/v1/things/broken", json={"teamName": "the hidden name"}, headers=mine)
    written = logged.getvalue()
    assert "RuntimeError" in written
    assert "the hidden name" not in written


def test_what_the_database_refuses_is_no_fault(api, mine):
    problem(api.post("/api/v1/things/late", headers=mine), 422)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/body/teamName"), ({"teamName": 1}, "/body/teamName"), ({"teamName": "x", "more": 1}, "/body/more")],
)
def test_invalid_body_says_where(api, mine, body, pointer):
    found = problem(api.post("/api/v1/things", json=body, headers=mine), 422)
    assert [each["pointer"] for each in found["errors"]] == [pointer]


def test_malformed_requests(api, mine):
    json = {**mine, "Content-Type": "application/json"}
    problem(api.post("/api/v1/things", content=b"{", headers=json), 400)
    problem(api.get("/api/v1/things/no-uuid", headers=mine), 422)
    problem(api.get("/api/v1/nothing", headers=mine), 404)
    problem(api.put("/api/v1/things", headers=mine), 405)
    problem(api.get(f"/api/v1/things/{uuid4()}", headers=mine), 404)
    problem(api.get("/api/v1/things/list?page=0", headers=mine), 422)
    problem(api.get("/api/v1/things/list?pageSize=101", headers=mine), 422)
    problem(api.get("/api/v1/things/list?sortBy=password", headers=mine), 422)


def test_paging_is_read_and_answered(api, world):
    headers = world.headers(world.member("organization_admin"))
    for name in ("a", "b", "c"):
        api.post("/api/v1/things", json={"teamName": name}, headers=headers)
    asked = {"page": 1, "pageSize": 2, "sortBy": "name", "sortOrder": "asc", "search": " x "}
    answer = api.get("/api/v1/things/list", params=asked, headers=headers).json()
    assert answer["data"] == ["name", "asc", "x"]
    assert answer["pagination"] == {
        "page": 1, "pageSize": 2, "total": 3, "totalPages": 2, "hasMore": False, "nextCursor": None,
    }  # fmt: skip
    assert read_cursor(make_cursor(datetime(2026, 1, 1, tzinfo=UTC), "id"), 2) == ["2026-01-01 00:00:00+00:00", "id"]


def test_versions(api, world):
    headers = world.headers(world.member("organization_admin"))
    made = api.post("/api/v1/things", json={"teamName": "first"}, headers=headers).json()["teamId"]
    tag = api.get(f"/api/v1/things/{made}", headers=headers).headers["etag"]
    unchanged = api.get(f"/api/v1/things/{made}", headers={**headers, "If-None-Match": f'"other", {tag}'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    path = f"/api/v1/things/{made}"
    assert api.patch(path, json={"teamName": "second"}, headers={**headers, "If-Match": tag}).status_code == 200
    problem(api.patch(path, json={"teamName": "third"}, headers={**headers, "If-Match": tag}), 412)
    assert api.get(path, headers=headers).headers["etag"] != tag


def test_repeat_has_one_effect_and_the_same_answer(api, world):
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    first = api.post("/api/v1/things", json={"teamName": "once"}, headers=headers)
    again = api.post("/api/v1/things", json={"teamName": "once"}, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["content-type"] == first.headers["content-type"]
    assert team_names(world, person) == ["once"]
    other = problem(api.post("/api/v1/things", json={"teamName": "other"}, headers=headers), 422)
    assert other["type"] == "urn:leadhouse:problem:key-reused"
    bad = {**headers, "Idempotency-Key": "short"}
    problem(api.post("/api/v1/things", json={"teamName": "x"}, headers=bad), 400)


def test_key_of_somebody_else_is_another_key(api, world):
    one, other = world.team_of("organization_admin", "organization_admin")
    key = {"Idempotency-Key": str(uuid4())}
    assert api.post("/api/v1/things", json={"teamName": "one"}, headers={**world.headers(one), **key}).is_success
    assert api.post("/api/v1/things", json={"teamName": "two"}, headers={**world.headers(other), **key}).is_success


def test_refusal_is_not_kept(api, world):
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    problem(api.post("/api/v1/things/broken", json={"teamName": "x"}, headers=headers), 500)
    assert api.post("/api/v1/things", json={"teamName": "x"}, headers=headers).status_code == 201


def test_kept_answer_cannot_be_read_without_its_key(api, world):
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    made = api.post("/api/v1/things", json={"teamName": "sealed"}, headers=headers).json()["teamId"]
    [row] = world.rows("select * from identity.request_answers where user_id = %s", person.user)
    assert made.encode() not in bytes(row["answer_sealed"])
    assert headers["Idempotency-Key"].encode() not in bytes(row["key_hash"])


def test_key_is_forgotten_after_a_day(api, world):
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    assert api.post("/api/v1/things", json={"teamName": "day 1"}, headers=headers).status_code == 201
    world.rows("update identity.request_answers set created_at = now() - interval '25 hours'")
    assert api.post("/api/v1/things", json={"teamName": "day 2"}, headers=headers).status_code == 201
    assert team_names(world, person) == ["day 1", "day 2"]


def test_headers_of_every_answer(api, mine):
    for answer in (
        api.get("/api/v1/things/role", headers=mine),
        api.get("/api/v1/none"),
        api.get("/api/v1/health/live"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert len(answer.headers["x-request-id"]) == 32
    given = api.get("/api/v1/health/live", headers={"X-Request-ID": "trace-12345678"})
    assert given.headers["x-request-id"] == "trace-12345678"
    hostile = api.get("/api/v1/health/live", headers={"X-Request-ID": "x" * 500})
    assert hostile.headers["x-request-id"] != "x" * 500


def test_other_origins_are_told_only_if_they_are_named(api, mine):
    named = api.get("/api/v1/things/role", headers={**mine, "Origin": "https://app.example"})
    assert named.headers["access-control-allow-origin"] == "https://app.example"
    other = api.get("/api/v1/things/role", headers={**mine, "Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
    assert api.options("/api/v1/things", headers=asked).status_code == 200


def test_body_that_is_too_large(api, mine):
    size = settings().api_body_bytes
    problem(api.post("/api/v1/things", content=b"x" * (size + 1), headers=mine), 413)
    chunks = (b"x" * 65536 for _ in range(size // 65536 + 2))
    problem(api.post("/api/v1/things", content=chunks, headers=mine), 413)


@pytest.mark.parametrize("kind", ["application/octet-stream", "multipart/form-data; boundary=x"])
def test_nothing_is_read_of_a_strangers_file(app, kind):
    told, read = [], []

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": b"x" * 65536, "more_body": len(read) < 100}

    async def send(message):
        told.append(message)

    path = "/api/v1/files" if "form" in kind else f"/api/v1/file-uploads/{uuid4()}/parts/1"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "path": path, "raw_path": path.encode(),
        "method": "POST" if "form" in kind else "PUT", "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"authorization", b"Bearer nobody"), (b"content-type", kind.encode())],
        "client": ("198.51.100.7", 1), "server": ("testserver", 80),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert told[0]["status"] == 401
    assert read == []


def test_rate_is_told_and_held(api, world, monkeypatch):
    headers = world.headers(world.member())
    monkeypatch.setenv("LEADHOUSE_API_REQUESTS_A_MINUTE", "3")
    settings.cache_clear()
    try:
        answers = [api.get("/api/v1/things/role", headers=headers) for _ in range(5)]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    left = [int(answer.headers["ratelimit-remaining"]) for answer in answers]
    assert left[:1] == [2]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused, left
    problem(refused[0], 429)
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60


def test_pool_leaves_nothing_on_its_connections(api, world):
    """Callers in turn, with refusals and faults between them, each see their own organization alone."""
    people = [world.member("organization_admin") for _ in range(4)]
    headers = [world.headers(person) for person in people]

    def ask(number):
        who = number % len(people)
        path = ("role", "refused", "broken", "role")[number % 3]
        if path == "role":
            return api.get("/api/v1/things/role", headers=headers[who]).json()["organization"], who
        api.post(f"/api/v1/things/{path}", json={"teamName": "x"}, headers=headers[who])
        return str(people[who].organization), who

    with ThreadPoolExecutor(8) as threads:
        for organization, who in threads.map(ask, range(120)):
            assert organization == str(people[who].organization)
    with connections.pool().connection() as connection:
        row = connection.execute(
            "select current_user as role, nullif(current_setting('request.jwt.claims', true), '') as claims,"
            " nullif(current_setting('leadhouse.request', true), '') as request"
        ).fetchone()
    assert row == {"role": "leadhouse_api", "claims": None, "request": None}
    with connections.pool().connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select from app.leads")


def test_connections_that_the_server_dropped_are_replaced(api, world, mine):
    assert api.get("/api/v1/things/role", headers=mine).status_code == 200
    world.rows(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name = 'leadhouse api' and datname = current_database()"
    )
    assert api.get("/api/v1/things/role", headers=mine).status_code == 200


def test_hundred_repeats_at_once_make_one_effect(app, world):
    """Over real sockets: all hundred get the same answer, from one effect."""
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(200)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/api/v1/things"
    try:
        with ThreadPoolExecutor(100) as threads:
            asked = [
                threads.submit(
                    requests.post, url, json={"teamName": "one of hundred", "pause": 0.3}, headers=headers, timeout=60
                )
                for _ in range(100)
            ]
            answers = [each.result() for each in asked]
    finally:
        server.should_exit = True
        serving.join(10)
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 99
    assert team_names(world, person) == ["one of hundred"]


def test_log_names_request_and_caller_but_no_address(api, mine, admin, logged):
    api.get(f"/api/v1/things/{uuid4()}?search=secret", headers={**mine, "X-Request-ID": "logged-12345"})
    written = logged.getvalue()
    assert "logged-12345" in written
    assert str(admin.user) in written
    assert "secret" not in written
    assert "/api/v1/things/{team_id}" in written


@pytest.mark.parametrize("path", ["/webhooks/event-types", "/webhooks/samples", "/analytics/metrics"])
def test_an_ended_session_gets_no_answer_that_needs_no_row(api, world, path):
    person = world.member("organization_admin")
    headers = world.headers(person)
    assert api.get(f"/api/v1{path}", headers=headers).status_code == 200
    world.rows("update identity.sessions set revoked_at = now(), revoked_reason = 'revoked' where user_id = %s",
               person.user)  # fmt: skip
    assert api.get(f"/api/v1{path}", headers=headers).status_code == 401
