"""Real time on a real server: nothing missed, nothing twice, nothing of others, no connection held."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_socket

from leadhouse.api import connections, event_feed
from leadhouse.api.application import create_app
from leadhouse.identity.audit import Origin
from leadhouse.identity.external_identities import link_external_identity
from leadhouse.jobs import logs
from leadhouse.settings import settings
from tests.api.real_server import serving

EVENTS = "/api/v1/events"


@pytest.fixture(scope="module")
def server(app):
    with serving(app) as url:
        yield url


@pytest.fixture
def people(world):
    return world.team_of("organization_admin", "sales_rep")


def campaign(world, person):
    return world.value(
        "insert into app.campaigns (organization_id, name) values (%s, %s) returning campaign_id",
        person.organization, uuid4().hex,
    )  # fmt: skip


class Reader:
    """One connection to the stream: its events as (kind, id, data), read until `stop` says so."""

    def __init__(self, response):
        self.response, self.last_id = response, None

    def events(self):
        kind, data = "message", []
        for line in self.response.iter_lines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                if data:
                    yield kind, self.last_id, json.loads("\n".join(data))
                kind, data = "message", []
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                self.last_id = int(value)


@contextmanager
def reading(server, headers, path=EVENTS, **parameters):
    with (
        httpx.Client(timeout=httpx.Timeout(30)) as client,
        client.stream("GET", server + path, headers=headers, params=parameters) as response,
    ):
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Reader(response)


def first(reader, count):
    found = []
    for event in reader.events():
        found.append(event)
        if len(found) == count:
            break
    return found


def test_a_change_arrives_with_its_channels_and_only_to_its_organization(server, world, people):
    admin, _ = people
    stranger = world.member("organization_admin")
    with (
        reading(server, world.headers(admin)) as mine,
        reading(server, world.headers(stranger), after=0) as theirs,
    ):
        made = campaign(world, admin)
        their_own = campaign(world, stranger)
        job = world.value(
            "insert into app.jobs (organization_id, kind) values (%s, 'crawl') returning job_id", admin.organization
        )
        world.rows("update app.jobs set status = 'running' where job_id = %s", job)
        seen = first(mine, 3)
        other = first(theirs, 1)
    assert [(kind, data["resource"], data["verb"], data["id"]) for kind, _, data in seen] == [
        ("change", "campaigns", "insert", str(made)), ("change", "jobs", "insert", str(job)),
        ("change", "jobs", "update", str(job)),
    ]  # fmt: skip
    assert seen[2][2]["channels"] == ["job_status_change"]
    assert "status" in seen[2][2]["changedColumns"]
    assert [each[1] for each in seen] == [each[2]["eventNo"] for each in seen]
    assert [data["id"] for _, _, data in other] == [str(their_own)]


def test_figures_of_a_campaign_are_told(server, world, people):
    admin, _ = people
    made = campaign(world, admin)
    with reading(server, world.headers(admin), channel="campaign_metrics_update") as reader:
        world.rows(
            "insert into app.campaign_counters (campaign_id, organization_id, members) values (%s, %s, 1)"
            " on conflict (campaign_id) do update set members = 2",
            made, admin.organization,
        )  # fmt: skip
        world.rows("update app.campaign_counters set members = 3 where campaign_id = %s", made)
        seen = first(reader, 2)
    assert {(data["id"], tuple(data["channels"])) for _, _, data in seen} == {(str(made), ("campaign_metrics_update",))}


def test_filters_and_an_end_for_who_does_not_wait(server, world, people):
    admin, _ = people
    headers = world.headers(admin)
    with reading(server, headers, follow="false") as reader:
        [(_, begin, data)] = list(reader.events())
    assert data["reason"] == "read"
    made = campaign(world, admin)
    world.rows("insert into app.jobs (organization_id, kind) values (%s, 'crawl')", admin.organization)
    for parameters, kinds in (
        ({"resource": "campaigns"}, ["change", "end"]), ({"channel": "new_notification"}, ["end"]),
        ({}, ["change", "change", "end"]), ({"resource": ["campaigns", "jobs"]}, ["change", "change", "end"]),
    ):  # fmt: skip
        with reading(server, headers, after=begin, follow="false", **parameters) as reader:
            found = list(reader.events())
        assert [kind for kind, _, _ in found] == kinds
    assert made
    for bad in ({"resource": "secrets"}, {"after": "-1"}, {"after": "x"}):
        assert httpx.get(server + EVENTS, headers=headers, params=bad).status_code == 422
    assert httpx.get(server + EVENTS).status_code == 401
    assert httpx.get(server + EVENTS, headers={**headers, "Last-Event-ID": "x"}).status_code == 422


def write_sources(world, organization, pauses, seed):
    """Sources of transactions that commit late, in any order, or never; the ids of those that did."""
    committed, chance = [], random.Random(seed)
    with world.database.owner() as connection:
        for pause in pauses:
            row = connection.execute(
                "insert into app.sources (source_key, organization_id, kind, name) values (%s, %s, 'csv', 'x')"
                " returning source_id",
                [f"csv/{uuid4()}", organization],
            ).fetchone()
            time.sleep(pause)
            if chance.random() < 0.25:
                connection.rollback()
            else:
                connection.commit()
                committed.append(str(row["source_id"]))
    return committed


def follow_with_breaks(server, headers, begin, done, seed):
    """What a client sees whose connection breaks off again and again: (number, id) of each change of a source."""
    seen, last, breaks = [], begin, random.Random(seed)
    while True:
        is_last = done.is_set()
        options = {"follow": "false"} if is_last else {}
        resumed = {**headers, "Last-Event-ID": str(last)}
        with reading(server, resumed, resource="sources", **options) as reader:
            for kind, number, data in reader.events():
                last = number
                if kind == "change":
                    seen.append((number, data["id"]))
                if not is_last and (breaks.random() < 0.2 or done.is_set()):
                    break
        if is_last:
            return seen


def test_resuming_misses_nothing_and_repeats_nothing_while_writers_commit_out_of_order(server, world, people):
    admin, _ = people
    headers = world.headers(admin)
    with reading(server, headers, follow="false") as reader:
        [(_, begin, _)] = list(reader.events())
    # rings at the end: no reader waits for what does not come
    [bell] = write_sources(world, admin.organization, [0], 2)
    done, rung = threading.Event(), threading.Event()

    def ring():
        while not rung.wait(0.2):
            world.rows("update app.sources set name = %s where source_id = %s", uuid4().hex, bell)

    pauses = [random.Random(5).random() * 0.03 for _ in range(20)]
    with ThreadPoolExecutor(11) as pool:
        readers = [pool.submit(follow_with_breaks, server, headers, begin, done, seed) for seed in (1, 2)]
        writers = [pool.submit(write_sources, world, admin.organization, pauses, seed) for seed in range(8)]
        committed = [each for writer in writers for each in writer.result()]
        done.set()
        pool.submit(ring)
        results = [reader.result() for reader in readers]
        rung.set()
    assert 80 < len(committed) < 160
    for seen in results:
        numbers = [number for number, _ in seen]
        assert numbers == sorted(set(numbers))
        assert sorted(each for _, each in seen if each != bell) == sorted(committed)


def test_a_break_that_was_too_long_is_said(server, world, people, monkeypatch):
    admin, _ = people
    campaign(world, admin)
    gone = event_feed.EventsGoneError("gone")

    def read(connection, after, limit):
        if after == 1:
            raise gone
        return real(connection, after, limit)

    real = event_feed.read_events
    monkeypatch.setattr(event_feed, "read_events", read)
    with reading(server, {**world.headers(admin), "Last-Event-ID": "1"}, follow="false") as reader:
        events = list(reader.events())
    assert [kind for kind, _, _ in events] == ["reset", "end"]
    assert events[0][1] == events[0][2]["eventNo"] > 1


@pytest.mark.parametrize("means", ["session", "key"])
def test_an_ended_sign_in_ends_the_stream(server, world, people, means):
    admin, _ = people
    headers = world.headers(admin) if means == "session" else world.key(admin, "campaigns:read")
    with reading(server, headers) as reader:
        events = reader.events()
        campaign(world, admin)
        assert next(events)[0] == "change"
        if means == "session":
            world.rows(
                "update identity.sessions set revoked_at = now(), revoked_reason = 'signed_out' where user_id = %s",
                admin.user,
            )
        else:
            world.rows("update identity.api_keys set revoked_at = now() where user_id = %s", admin.user)
        campaign(world, admin)
        kind, _, data = next(events)
        assert (kind, data["reason"]) == ("end", "signed_out")
        assert next(events, None) is None


def test_a_key_hears_what_its_permissions_say(server, world, people):
    admin, _ = people
    with reading(server, world.headers(admin), follow="false") as reader:
        [(_, begin, _)] = list(reader.events())
    campaign(world, admin)
    world.rows("insert into app.jobs (organization_id, kind) values (%s, 'crawl')", admin.organization)
    with reading(server, world.key(admin, "jobs:read"), after=begin, follow="false") as reader:
        assert [data.get("resource") for _, _, data in reader.events()] == ["jobs", None]


def test_waiting_streams_hold_no_connection_and_one_listener_serves_them(server, world, people):
    admin, _ = people
    headers = [world.headers(admin), world.key(admin, "campaigns:read")]
    readers = [reading(server, headers[number % 2]) for number in range(16)]
    opened = [reader.__enter__() for reader in readers]
    try:
        time.sleep(1.5)  # past the second look of a new stream
        before = time.monotonic()
        sessions = world.rows(
            "select application_name as name, state from pg_stat_activity"
            " where application_name like 'leadhouse api%%' and datname = current_database()"
        )
        assert [row["name"] for row in sessions].count("leadhouse api events") == 1
        assert [row for row in sessions if row["state"].startswith("idle in transaction")] == []
        stats = connections.pool().get_stats()
        assert stats.get("requests_waiting", 0) == 0
        assert stats["pool_available"] == stats["pool_size"]
        made = campaign(world, admin)
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda reader: first(reader, 1), opened))
        assert {events[0][2]["id"] for events in found} == {str(made)}
        assert time.monotonic() - before < 10
    finally:
        for reader in readers:
            reader.__exit__(None, None, None)


def test_too_many_streams_of_one_caller_are_refused(server, world, people, monkeypatch):
    monkeypatch.setattr("leadhouse.api.live.MOST_OF_ONE", 1)
    headers = world.headers(people[0])
    with reading(server, headers):
        time.sleep(0.2)
        answer = httpx.get(server + EVENTS, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")


def test_the_socket_tells_the_same(server, world, people):
    admin, _ = people
    url, headers = server.replace("http", "ws") + EVENTS + "/ws", world.headers(admin)
    with (
        connect_socket(url + "?resource=campaigns", additional_headers=headers) as by_header,
        connect_socket(url) as by_message,
    ):
        by_message.send(json.dumps({"authorization": headers["Authorization"]}))
        begun = [json.loads(socket.recv(10)) for socket in (by_header, by_message)]
        assert [message["type"] for message in begun] == ["heartbeat", "heartbeat"]
        made = campaign(world, admin)
        told = [json.loads(socket.recv(10)) for socket in (by_header, by_message)]
        assert {(message["type"], message["id"]) for message in told} == {("change", str(made))}
        last = told[0]["eventNo"]
    with connect_socket(f"{url}?after={last - 1}", additional_headers=headers) as resumed:
        assert json.loads(resumed.recv(10))["type"] == "heartbeat"
        assert json.loads(resumed.recv(10))["eventNo"] == last
        world.rows(
            "update identity.sessions set revoked_at = now(), revoked_reason = 'signed_out' where user_id = %s",
            admin.user,
        )
        campaign(world, admin)
        assert json.loads(resumed.recv(10))["reason"] == "signed_out"
        with pytest.raises(ConnectionClosed):
            resumed.recv(10)


@pytest.fixture(scope="module")
def by_cookie(world):
    """A server to which another system's session stands for an admin."""
    admin = world.member("organization_admin")
    account = ("airflow", str(admin.user))
    link_external_identity(admin.user, *account, Origin())

    async def account_of(_):
        return account

    with serving(create_app(account_of)) as url:
        yield url


@pytest.mark.parametrize(
    ("headers", "is_served"),
    [({"Origin": "https://elsewhere.example"}, False), ({"Sec-Fetch-Site": "same-site"}, False),
     ({"Sec-Fetch-Site": "same-origin"}, True), ({}, True)],
    ids=["another_origin", "a_neighbour", "a_page_of_ours", "a_program"],
)  # fmt: skip
def test_a_page_elsewhere_hears_nothing_by_the_cookie_of_who_opens_it(by_cookie, headers, is_served):
    with connect_socket(by_cookie.replace("http", "ws") + EVENTS + "/ws", additional_headers=headers) as socket:
        socket.send(json.dumps({"authorization": "none"}))
        if is_served:
            assert json.loads(socket.recv(10))["type"] == "heartbeat"
        else:
            with pytest.raises(ConnectionClosed):
                socket.recv(10)


@pytest.mark.parametrize("said", ["nonsense", "[]", '{"authorization": 1}', '{"authorization": "Bearer x"}'])
def test_a_socket_of_nobody_is_closed(server, said):
    with connect_socket(server.replace("http", "ws") + EVENTS + "/ws") as socket:
        socket.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
        assert closed.value.rcvd.code == 1008


def test_a_jobs_log_and_progress_stream_until_it_ends(server, world, people):
    admin, rep = people
    job = world.value(
        "insert into app.jobs (organization_id, kind, status, started_at) values (%s, 'crawl', 'running', now())"
        " returning job_id",
        admin.organization,
    )
    for level in ("debug", "info", "warning", "error"):
        logs.write(job, level, f"a line of {level}", {"level": level})
    path = f"/api/v1/jobs/{job}/logs/stream"
    with reading(server, world.headers(admin), path) as reader:
        events = reader.events()
        begun = [next(events) for _ in range(5)]
        assert [(kind, data.get("level")) for kind, _, data in begun] == [
            ("log", "debug"), ("log", "info"), ("log", "warning"), ("log", "error"), ("progress", None),
        ]  # fmt: skip
        logs.write(job, "info", "one more")
        kind, last, data = next(events)
        assert (kind, data["message"]) == ("log", "one more")
        world.rows("update app.jobs set progress_total = 4, progress_done = 1 where job_id = %s", job)
        assert next(events)[2]["progressDone"] == 1
        logs.write(job, "info", "the last")
        world.rows("update app.jobs set status = 'completed', finished_at = now() where job_id = %s", job)
        rest = list(events)
    assert [data["message"] for kind, _, data in rest if kind == "log"] == ["the last"]
    assert (rest[-1][0], rest[-1][2]["reason"]) == ("end", "completed")
    with reading(server, {**world.headers(admin), "Last-Event-ID": str(last)}, path, level="info") as reader:
        assert [data["message"] for kind, _, data in reader.events() if kind == "log"] == ["the last"]
    stranger = world.member("organization_admin")
    for outsider in (stranger, rep):  # a rep sees own jobs
        assert httpx.get(server + path, headers=world.headers(outsider)).status_code == 404


def test_a_job_knows_its_run(server, world, people, monkeypatch):
    admin, rep = people
    job = world.value(
        "insert into app.jobs (organization_id, kind) values (%s, 'enrich') returning job_id", admin.organization
    )
    path, headers = f"{server}/api/v1/jobs/{job}/run", world.headers(admin)
    waiting = httpx.get(path, headers=headers).json()
    assert (waiting["dagId"], waiting["dagRunId"], waiting["runUrl"]) == ("enrich_leads", f"job__{job}", None)
    monkeypatch.setenv("LEADHOUSE_AIRFLOW_URL", "http://127.0.0.1:8080/")
    settings.cache_clear()
    world.rows("update app.jobs set dispatched_at = now() where job_id = %s", job)
    assert httpx.get(path, headers=headers).json()["runUrl"] == (
        f"http://127.0.0.1:8080/dags/enrich_leads/runs/job__{job}"
    )
    monkeypatch.undo()
    settings.cache_clear()
    assert httpx.get(path, headers=world.headers(rep)).status_code == 404
