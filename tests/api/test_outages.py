"""A database that goes away, ends connections or is changed meanwhile: clients are told to come again, no fault."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter
from psycopg import sql
from starlette.websockets import WebSocketDisconnect

from leadhouse.api import caller_work, connections, routers
from leadhouse.api.application import create_app
from leadhouse.api.callers import forget_callers
from leadhouse.api.shapes import Shape
from leadhouse.api.transactions import Work
from leadhouse.database.questions import Question
from leadhouse.identity import teams
from leadhouse.settings import settings
from tests.api.real_server import serving

MINE = "leadhouse api"
weather = APIRouter(prefix="/weather", tags=["weather"])


class Storms:
    """What happens amid a request; each happens once."""

    amid, held, entered = None, threading.Event(), threading.Event()

    @classmethod
    def pass_by(cls):
        amid, cls.amid = cls.amid, None
        if amid:
            amid()


class TeamName(Shape):
    """A body."""

    team_name: str


@weather.get("/read")
def read_amid(work: Work) -> dict[str, str]:
    [user] = work.connection.execute("select current_user as name").fetchall()
    Storms.pass_by()
    [again] = work.connection.execute("select current_user as name").fetchall()
    assert user == again
    return {"user": user["name"]}


@weather.get("/columns")
def read_columns(work: Work) -> list[str]:
    return list(work.connection.execute("select * from public.weather", prepare=True).fetchone() or ())


@weather.get("/columns-at-once")
async def read_columns_at_once(work: Work) -> int:
    question = Question(sql.SQL("select * from public.weather"), {}, is_kept=True)
    [[row]] = await work.ask_alone(question)
    return len(row)


@weather.post("/columns")
def read_columns_and_write(work: Work) -> list[str]:
    return read_columns(work)


@weather.post("", status_code=201)
def write_amid(body: TeamName, work: Work) -> None:
    teams.create_team(work.connection, body.team_name)
    Storms.pass_by()


@weather.get("/slow")
def hold_a_connection(work: Work) -> None:
    work.connection.execute("select 1")
    Storms.entered.set()
    Storms.held.wait(30)


class Gate:
    """A way to Postgres that can be shut: what goes through is cut off, and nobody is let in."""

    def __init__(self, url):
        self.inner = urlsplit(url)
        self._sockets, self._listening = set(), None
        self.port = 0
        self.open()

    def through(self, url):
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    def open(self):
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._admit, args=(self._listening,), daemon=True).start()

    def shut(self):
        with suppress(OSError):  # wakes who waits in accept
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _admit(self, listening):
        with suppress(OSError):
            while True:
                outer, _ = listening.accept()
                inner = socket.create_connection((self.inner.hostname, self.inner.port))
                self._sockets |= {outer, inner}
                for pair in ((outer, inner), (inner, outer)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            self._sockets.discard(each)


@pytest.fixture(scope="module")
def app(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routers, "SIGNED_IN", (*routers.SIGNED_IN, weather))
        yield create_app()


@pytest.fixture(scope="module")
def mine(world):
    return world.headers(world.member("organization_admin"))


@pytest.fixture
def gate(world, monkeypatch):
    """The API's logins go through it."""
    database = world.database
    made = Gate(database.url)
    for name, url in (("LEADHOUSE_API_URL", database.api_url), ("LEADHOUSE_DATABASE_URL", database.url)):
        monkeypatch.setenv(name, made.through(url))
    settings.cache_clear()
    forget_callers()
    yield made
    made.shut()
    connections.close_pool()
    monkeypatch.undo()
    settings.cache_clear()
    forget_callers()


def unavailable(answer):
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    return answer.json()["detail"]


def end_connections(world):
    world.rows(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name = %s and datname = current_database()", MINE,
    )  # fmt: skip


REQUESTS = {
    "a list": ("GET", "/leads?pageSize=5", None),
    "a list in a thread": ("GET", "/campaigns", None),
    "the caller": ("GET", "/me", None),
    "a write": ("POST", "/teams", {"name": "North"}),
    "a stream": ("GET", "/events?follow=false&after=0", None),
    "signing in": ("POST", "/auth/sign-in", {"email": "nobody@firm.example", "password": "a long sentence of words"}),
    "a key of somebody": ("GET", "/me", None),
}


def test_a_database_that_is_away_is_told_and_found_again(api, gate, mine):
    def ask(name):
        method, path, body = REQUESTS[name]
        headers = {"X-API-Key": f"lh_{uuid4().hex}"} if "key" in name else mine
        return api.request(method, f"/api/v1{path}", json=body, headers=headers)

    assert [ask(name).status_code for name in REQUESTS] == [200, 200, 200, 201, 200, 401, 401]
    gate.shut()
    connections.pool().timeout = 0.3  # a moment each, not five seconds
    for name in REQUESTS:
        unavailable(ask(name))
    ready = api.get("/api/v1/health/ready")
    assert (ready.status_code, ready.json()) == (503, {"status": "down"})
    assert api.get("/api/v1/health/live").status_code == 200
    gate.open()
    connections.pool().timeout = connections.WAIT_SECONDS
    before = time.monotonic()
    while (answer := ask("a list")).status_code == 503:
        assert time.monotonic() - before < 20
    assert answer.status_code == 200
    assert api.get("/api/v1/health/ready").status_code == 200


def test_a_socket_is_told_to_connect_again(api, gate, mine):
    with api.websocket_connect("/api/v1/events/ws?after=0", headers=dict(mine)):
        pass
    gate.shut()
    with (
        api.websocket_connect("/api/v1/events/ws", headers=dict(mine)) as socket_,
        pytest.raises(WebSocketDisconnect) as end,
    ):
        socket_.receive_json()
    assert end.value.code == 1013


def test_the_pool_tries_again_before_its_pauses_grow(gate):
    assert connections.pool().reconnect_timeout <= 5


def test_a_read_whose_connection_ends_is_read_once_more(api, world, mine):
    Storms.amid = lambda: end_connections(world)
    answer = api.get("/api/v1/weather/read", headers=mine)
    assert (answer.status_code, answer.json()) == (200, {"user": "authenticated"})


def test_a_write_whose_connection_ends_is_done_by_who_repeats_it(api, world):
    person = world.member("organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    Storms.amid = lambda: end_connections(world)
    said = unavailable(api.post("/api/v1/weather", json={"teamName": "South"}, headers=headers))
    assert "Idempotency-Key" in said
    assert api.post("/api/v1/weather", json={"teamName": "South"}, headers=headers).status_code == 201
    rows = world.rows("select name from identity.teams where organization_id = %s", person.organization)
    assert [row["name"] for row in rows] == ["South"]


@pytest.fixture
def changed(world):
    """A table that statements were planned for, and what a migration does to it."""
    connections.close_pool()  # of which one may know a former table
    world.rows("create table public.weather (day date)")
    world.rows("grant select on public.weather to authenticated")
    world.rows("insert into public.weather values (current_date)")
    yield lambda: world.rows("alter table public.weather add column wind integer")
    world.rows("drop table public.weather")


@pytest.mark.parametrize(("path", "before", "after"), [
    ("/columns", ["day"], ["day", "wind"]), ("/columns-at-once", 1, 2),
])  # fmt: skip
def test_a_plan_that_a_migration_overtook_is_made_anew(api, mine, changed, path, before, after):
    assert api.get(f"/api/v1/weather{path}", headers=mine).json() == before
    changed()
    answer = api.get(f"/api/v1/weather{path}", headers=mine)
    assert (answer.status_code, answer.json()) == (200, after)


def test_a_write_that_a_migration_overtook_is_told_to_come_again(api, mine, changed):
    assert api.post("/api/v1/weather/columns", headers=mine).json() == ["day"]
    changed()
    assert "being changed" in unavailable(api.post("/api/v1/weather/columns", headers=mine))
    assert api.post("/api/v1/weather/columns", headers=mine).json() == ["day", "wind"]


def test_who_finds_all_connections_in_use_is_told_to_come_again(app, mine, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_API_CONNECTIONS", "1")
    monkeypatch.setattr(caller_work, "WAIT_SECONDS", 0.2)
    settings.cache_clear()
    with serving(app) as url, httpx.Client(base_url=f"{url}/api/v1", headers=mine, timeout=60) as client:
        holding = threading.Thread(target=client.get, args=("/weather/slow",))
        holding.start()
        try:
            assert Storms.entered.wait(30)
            unavailable(client.get("/teams"))
            unavailable(client.post("/teams", json={"name": "West"}))
        finally:
            Storms.held.set()
            holding.join()
        assert client.get("/teams").status_code == 200
    monkeypatch.undo()
    settings.cache_clear()
