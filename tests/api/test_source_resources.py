"""Data sources and jobs over HTTP: each operation as owner, as another role and from another organization."""

from __future__ import annotations

from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from leadhouse.api import data_sources, jobs
from leadhouse.api.outside_calls import AT_ONCE, outside_call
from leadhouse.jobs import logs
from leadhouse.settings import settings
from tests.api.resource_world import Resources, calls_by_route, ids, is_camel, walk


@pytest.fixture(scope="module")
def on(api, world):
    return Resources(api, world)


def site(on, **body):
    stated = {"kind": "web_site", "name": f"Site {uuid4().hex[:6]}", "startUrl": "https://nordlicht.example/", **body}
    return on.manager.post("/data-sources/create", stated, 201)


def job(on, name="manager", **body):
    return getattr(on, name).post("/jobs/create", {"kind": "crawl", "isReleased": False, **body}, 201)


def begin(on, made):
    on.world.rows("update app.jobs set status = 'running', started_at = now() where job_id = %s", made["jobId"])


def test_a_source_is_made_changed_deleted_and_restored(on):
    made = site(on)
    path = f"/data-sources/{made['sourceId']}"
    assert (made["kind"], made["status"], made["isShared"], made["hasCredentials"]) == (
        "web_site", "active", False, False,
    )  # fmt: skip
    assert is_camel(made)
    assert on.reader.get(path) == made
    changed = on.manager.put(path, {"name": "Other", "isActive": False, "config": {"interval_days": 7}})
    assert (changed["name"], changed["status"], changed["config"]) == ("Other", "inactive", {"interval_days": 7})
    on.manager.delete(path)
    on.manager.get(path, 404)
    on.stranger.post(f"{path}/restore", None, 404)
    assert on.manager.post(f"{path}/restore")["name"] == "Other"


def test_credentials_go_in_and_never_come_out(on):
    body = {"kind": "apollo", "name": "Apollo", "credentials": {"api_key": "s3cr3t-key"}}
    made = on.admin.post("/data-sources/create", body, 201)
    assert made["hasCredentials"] is True
    path = f"/data-sources/{made['sourceId']}"
    changed = on.admin.ask("PUT", path, 200, json={"credentials": {"api_key": "an0ther-key"}})
    shown = changed.text + on.admin.ask("GET", path, 200).text + on.admin.ask("GET", "/data-sources", 200).text
    assert "s3cr3t" not in shown
    assert "an0ther" not in shown
    on.manager.post("/data-sources/create", {**body, "name": "Mine"}, 403)  # integrations are the admin's
    stored = on.world.rows("select ciphertext from credentials.secrets where organization_id = %s", on.north)
    assert all(b"key" not in bytes(row["ciphertext"]) for row in stored)


@pytest.mark.parametrize(
    "body",
    [{"kind": "web_site", "name": "x"}, {"kind": "csv", "name": "x", "config": {"path": "/etc/passwd"}},
     {"kind": "apollo", "name": "x"}, {"kind": "provider", "name": "x"}, {"kind": "api", "name": "x"},
     {"kind": "csv", "name": "x", "config": {"password": "x"}}, {"kind": "web_site", "name": "x", "startUrl": "ftp://x"}],
    ids=["no_url", "server_file", "no_credentials", "operators", "no_base", "secret_inside", "not_http"],
)  # fmt: skip
def test_a_source_that_its_kind_refuses(on, body):
    on.manager.post("/data-sources/create", body, 422)


def test_stored_credentials_are_sent_elsewhere_by_their_keeper_alone(on):
    secret = {"kind": "csv", "name": "x", "config": {"file_id": "f"}, "secretId": str(uuid4())}
    on.admin.post("/data-sources/create", secret, 422)
    on.manager.post("/data-sources/create", secret, 403)
    here, there = ({"base_url": f"https://{host}.example"} for host in ("api", "elsewhere"))
    body = {"kind": "api", "name": "CRM", "config": here, "credentials": {"token": "key"}}
    path = f"/data-sources/{on.admin.post('/data-sources/create', body, 201)['sourceId']}"
    on.manager.put(path, {"name": "Customers", "config": {**here, "streams": []}})
    on.manager.put(path, {"config": there}, 403)
    on.manager.put(path, {"config": {}}, 403)
    assert on.manager.get(path)["config"]["base_url"] == here["base_url"]
    assert on.admin.put(path, {"config": there})["config"] == there


def test_client_credentials_are_not_led_to_another_grant(on):
    way = {"kind": "client_credentials", "grant_url": "https://api.example/token"}
    config = {"base_url": "https://api.example", "authentication": way}
    body = {"kind": "api", "name": "Granted", "config": config, "credentials": {"client_id": "i", "client_secret": "s"}}
    path = f"/data-sources/{on.admin.post('/data-sources/create', body, 201)['sourceId']}"
    led = {**config, "authentication": {**way, "grant_url": "https://elsewhere.example/token"}}
    on.manager.put(path, {"config": led}, 403)
    assert on.manager.get(path)["config"] == config
    on.manager.put(path, {"config": {**config, "items": "$.data"}})


@pytest.mark.parametrize("name", ["stranger", "client"])
def test_who_does_not_reach_a_source_finds_none(on, name):
    path = f"/data-sources/{site(on)['sourceId']}"
    member = getattr(on, name)
    for method, at, body in [("GET", path, None), ("PUT", path, {"name": "x"}), ("DELETE", path, None),
                             ("POST", f"{path}/test", None), ("GET", f"{path}/jobs", None)]:  # fmt: skip
        member.ask(method, at, 404, json=body)


@pytest.mark.parametrize("name", ["rep", "reader"])
def test_who_reads_a_source_changes_nothing(on, name):
    path = f"/data-sources/{site(on)['sourceId']}"
    member = getattr(on, name)
    member.get(path)
    member.put(path, {"name": "x"}, 403)
    member.delete(path, 403)
    member.post(f"{path}/test", None, 403)
    member.post("/data-sources/create", {"kind": "csv", "name": "x", "config": {"file_id": "f"}}, 403)


def test_the_operators_sources_are_read_alone(on):
    shared = on.row(
        "insert into app.sources (source_key, kind, name, start_url, host) values (%s, 'web_site', 'Shared',"
        " 'https://open.example/', 'open.example') returning source_id", f"web/{uuid4().hex}",
    )["source_id"]  # fmt: skip
    assert shared not in ids(on.manager.get("/data-sources", pageSize=100), "sourceId")
    assert shared in ids(on.manager.get("/data-sources", pageSize=100, isShared=True), "sourceId")
    path = f"/data-sources/{shared}"
    assert on.manager.get(path)["isShared"] is True
    on.manager.put(path, {"name": "x"}, 403)
    on.manager.delete(path, 403)


def test_sources_are_filtered_sorted_and_paged(on):
    word = f"w{uuid4().hex[:6]}"
    made = [site(on, name=f"{word} {number}", isActive=number % 2 == 0)["sourceId"] for number in range(5)]
    found = walk(on.manager, "/data-sources", "sourceId", search=word, pageSize=2, sortBy="name", sortOrder="asc")
    assert [str(each) for each in found] == made
    for sort in ("createdAt", "updatedAt", "kind", "status", "lastRunAt", "recordsLanded"):
        assert len(walk(on.manager, "/data-sources", "sourceId", search=word, pageSize=2, sortBy=sort)) == 5
    assert len(on.manager.get("/data-sources", search=word, status="inactive")["data"]) == 2
    assert on.manager.get("/data-sources", search=word, kind="csv")["data"] == []
    assert on.stranger.get("/data-sources", search=word)["data"] == []


def test_a_test_asks_the_source_and_keeps_what_it_found(on, monkeypatch):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 500)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", host)
    settings.cache_clear()
    try:
        good = site(on, startUrl=f"http://{host}/")
        passed = on.manager.post(f"/data-sources/{good['sourceId']}/test")
        assert (passed["hasPassed"], passed["status"]) == (True, "active"), passed
        assert on.manager.get(f"/data-sources/{good['sourceId']}")["lastTestResult"] == "passed"
        bad = site(on, startUrl=f"http://{host}/broken")
        failed = on.manager.post(f"/data-sources/{bad['sourceId']}/test")
        assert (failed["hasPassed"], failed["status"]) == (False, "error")
    finally:
        server.shutdown()
        monkeypatch.undo()
        settings.cache_clear()
    inside = site(on, startUrl="http://127.0.0.1:1/")
    assert on.manager.post(f"/data-sources/{inside['sourceId']}/test")["hasPassed"] is False
    linked = on.admin.post(
        "/data-sources/create", {"kind": "linkedin", "name": "L", "credentials": {"cookie": "x"}}, 201
    )
    found = on.admin.post(f"/data-sources/{linked['sourceId']}/test")
    assert (found["hasPassed"], found["reason"]) == (False, "not_valid")  # no such sign-in


def test_sources_that_answer_late_leave_connections_to_the_others(on):
    made = site(on, startUrl="http://127.0.0.1:1/")
    with ExitStack() as waiting:
        for _ in range(AT_ONCE):
            waiting.enter_context(outside_call())
        on.manager.post(f"/data-sources/{made['sourceId']}/test", None, 503)
    assert on.manager.post(f"/data-sources/{made['sourceId']}/test")["hasPassed"] is False


def test_a_job_is_asked_for_steered_and_read(on):
    made = job(on, urls=["https://nordlicht.example/"], pages=3, reason="new shop")
    path = f"/jobs/{made['jobId']}"
    assert (made["status"], made["isReleased"], made["parameters"]["pages"]) == ("pending", False, 3)
    assert made["dagRunId"] == f"job__{made['jobId']}"
    assert is_camel(made)
    on.manager.post(f"{path}/pause", None, 409)
    assert on.manager.post(f"{path}/start")["isReleased"] is True
    begin(on, made)
    assert on.manager.post(f"{path}/pause")["wantedStatus"] == "paused"
    assert on.manager.post(f"{path}/resume")["wantedStatus"] is None
    assert on.manager.post(f"{path}/cancel")["wantedStatus"] == "cancelled"
    assert on.reader.get(path)["status"] == "running"
    on.world.rows("update app.jobs set status = 'cancelled', finished_at = now() where job_id = %s", made["jobId"])
    for act in ("start", "pause", "resume", "cancel"):
        on.manager.post(f"{path}/{act}", None, 409)
    tag = on.manager.ask("GET", path).headers["etag"]
    assert on.manager.ask("GET", path, headers={"If-None-Match": tag}).status_code == 304


def test_a_jobs_log_is_read_by_level_and_in_pages(on):
    made = job(on)
    lines = [
        (level, f"{level} {number}", {"at": number}) for number in range(3) for level in ("debug", "info", "error")
    ]
    logs.write_many(made["jobId"], lines)
    path = f"/jobs/{made['jobId']}/logs"
    assert [each["message"] for each in on.manager.get(path)["data"]] == [message for _, message, _ in lines]
    assert len(on.manager.get(path, level="error")["data"]) == 3
    assert len(on.manager.get(path, level=["error", "debug"])["data"]) == 6
    first = on.manager.get(path, pageSize=4)
    second = on.manager.get(path, pageSize=4, cursor=first["pagination"]["nextCursor"])
    assert second["data"] == on.manager.get(path, pageSize=4, page=2)["data"]
    assert second["data"][0]["logNo"] > first["data"][-1]["logNo"]
    on.manager.get(path, 422, level="loud")
    on.stranger.get(path, 404)
    on.manager.get(path, 422, cursor="WyJhIl0")
    assert on.manager.get(path, page=100, pageSize=100)["data"] == []
    assert "nextCursor" in str(on.manager.get(path, 422, page=102, pageSize=100))  # a number leads to no more lines


@pytest.mark.parametrize("name", ["stranger", "client", "rep"])
def test_who_does_not_reach_a_job_finds_none(on, name):
    path = f"/jobs/{job(on)['jobId']}"
    member = getattr(on, name)
    member.get(path, 404)
    for act in ("start", "pause", "resume", "cancel"):
        member.post(f"{path}/{act}", None, 404)


def test_a_rep_has_jobs_of_its_own_and_a_reader_none(on):
    own = job(on, "rep")
    assert on.rep.post(f"/jobs/{own['jobId']}/cancel")["status"] == "cancelled"
    assert on.rep.get("/jobs")["pagination"]["total"] == 1
    on.reader.post("/jobs/create", {"kind": "crawl"}, 403)
    on.reader.post(f"/jobs/{own['jobId']}/start", None, 403)


def test_jobs_are_filtered_sorted_and_paged(on):
    for _ in range(3):
        job(on, reason="many")
    everything = walk(on.manager, "/jobs", "jobId", pageSize=2)
    for sort in ("startedAt", "finishedAt", "status", "kind"):
        for order in ("asc", "desc"):
            found = walk(on.manager, "/jobs", "jobId", pageSize=2, sortBy=sort, sortOrder=order)
            assert sorted(found) == sorted(everything)
    assert {each["status"] for each in on.manager.get("/jobs", status="cancelled")["data"]} == {"cancelled"}
    assert on.manager.get("/jobs", kind="enrich")["data"] == []
    on.manager.get("/jobs", 422, status="asleep")


def test_a_job_that_cannot_be_is_refused(on):
    on.manager.post("/jobs/create", {"kind": "crawl", "sourceKeys": ["web/none"]}, 404)
    on.manager.post("/jobs/create", {"kind": "import", "urls": ["https://a.example/"]}, 409)
    for body in ({"kind": "mow"}, {"urls": ["file:///etc/passwd"]}, {"pages": 0}, {"unheard": 1}):
        on.manager.post("/jobs/create", body, 422)
    for word in ("create", "x"):
        assert on.manager.ask("GET", f"/jobs/{word}").status_code in (404, 405)
        assert on.manager.ask("GET", f"/data-sources/{word}").status_code in (404, 405)


def test_the_jobs_of_a_source(on):
    source = site(on)
    made = [job(on, sourceKeys=[source["sourceKey"]]) for _ in range(3)]
    for each in made:
        on.world.rows(
            "insert into app.job_sources (job_id, source_key, landed, quarantined, outcome, finished_at) values"
            " (%s, %s, 4, 1, 'completed', now()) on conflict (job_id, source_key) do update set landed = 4",
            each["jobId"], source["sourceKey"],
        )  # fmt: skip
    path = f"/data-sources/{source['sourceId']}/jobs"
    found = walk(on.manager, path, "jobId", pageSize=2, sortBy="requestedAt", sortOrder="asc")
    assert [str(each) for each in found] == [each["jobId"] for each in made]
    assert on.manager.get(path, status="running")["data"] == []
    assert on.manager.get(path)["data"][0]["landed"] == 4


def test_a_version_that_was_overtaken_is_refused(on):
    path = f"/data-sources/{site(on)['sourceId']}"
    tag = on.manager.ask("GET", path).headers["etag"]
    on.manager.ask("PUT", path, 200, json={"name": "first"}, headers={"If-Match": tag})
    on.manager.ask("PUT", path, 412, json={"name": "second"}, headers={"If-Match": tag})
    on.manager.ask("DELETE", path, 412, headers={"If-Match": tag})


def test_every_operation_was_called(app):
    found = calls_by_route(app, [data_sources.router, jobs.router])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 16
