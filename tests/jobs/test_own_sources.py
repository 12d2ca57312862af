"""Sources of an organization: who makes them, what each kind must say, how a test and a job move their figures."""

from __future__ import annotations

import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import psycopg
import pytest

from leadhouse.jobs import control, requests, source_care
from leadhouse.jobs.shards import plan_shards
from leadhouse.jobs.source_care import SourceNotValidError
from leadhouse.settings import settings


def make(tenant, kind="csv", role="sales_manager", **options):
    with tenant.acting(role) as member:
        return source_care.create_source(member, tenant.organization_id, kind, options.pop("name", "mine"), **options)


def secret(tenant):
    """A secret's row with bytes that nothing opens: naming it is what is tested here."""
    key = tenant.rows(
        "insert into credentials.data_keys (organization_id, version, master_key_id, wrapped_key,"
        " retired_at) values (%s, (random() * 1000000)::integer + 1, 'k', decode(repeat('00', 60), 'hex'), now())"
        " returning data_key_id",
        tenant.organization_id,
    )[0]["data_key_id"]
    return tenant.rows(
        "insert into credentials.secrets (organization_id, name, kind, ciphertext, data_key_id)"
        " values (%s, %s, 'api_key', '\\x01'::bytea || uuid_send(%s), %s) returning secret_id",
        tenant.organization_id, uuid4().hex, key, key,
    )[0]["secret_id"]  # fmt: skip


def test_a_source_of_a_member_has_its_id_as_key_and_its_maker(north):
    made = make(north)
    row = north.rows("select source_key, created_by, status from app.sources where source_id = %s", made["source_id"])[
        0
    ]
    assert row == {
        "source_key": f"csv/{made['source_id']}", "created_by": north.users["sales_manager"], "status": "active",
    }  # fmt: skip
    site = make(north, "web_site", start_url="https://Shop.Example:8443/a?b=c")
    host = north.rows("select host from app.sources where source_id = %s", site["source_id"])[0]["host"]
    assert host == "shop.example:8443"


WRONG = [
    ("csv", {"config": {"auth": {"Password": "x"}}}, "must not hold credentials"),
    ("csv", {"config": {"list": [{"api_key": "x"}]}}, "must not hold credentials"),
    ("csv", {"config": {"path": "/etc/passwd"}}, "names a file of the server"),
    ("csv", {"config": {"kind": "dog"}}, "company or person"),
    ("csv", {"config": {"interval_days": 0}}, "from 1 to 365"),
    ("web_site", {}, "start_url is not"),
    ("web_site", {"start_url": "ftp://x.example/"}, "start_url is not"),
    ("web_site", {"start_url": "https://user:word@x.example/"}, "start_url is not"),
    ("api", {}, "base_url"),
    ("api", {"config": {"base_url": "https://me:word@x.example"}}, "holds a password"),
    ("apollo", {}, "without credentials"),
    ("zoominfo", {}, "without credentials"),
    ("linkedin", {}, "without credentials"),
    ("provider", {}, "set up by the operator"),
]


@pytest.mark.parametrize(("kind", "options", "why"), WRONG)
def test_what_a_kind_needs(north, kind, options, why):
    with pytest.raises(SourceNotValidError, match=why):
        make(north, kind, **options)


def test_a_change_is_judged_like_a_new_source(north):
    made = make(north, "apollo", is_active=False)
    with north.acting("sales_manager") as member:
        with pytest.raises(psycopg.errors.CheckViolation, match="without credentials"), member.transaction():
            member.execute("update app.sources set is_active = true where source_id = %s", [made["source_id"]])
        member.execute(
            "update app.sources set is_active = true, secret_id = %s where source_id = %s",
            [secret(north), made["source_id"]],
        )


def test_a_secret_of_another_organization_cannot_be_named(north, south):
    with pytest.raises(source_care.SourceNotValidError):
        make(north, "apollo", secret_id=secret(south))


def test_who_makes_and_sees_sources(north, south):
    for role in ("sales_rep", "read_only", "client"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            make(north, role=role)
    made = make(north)["source_id"]
    with south.acting("organization_admin") as stranger:
        with pytest.raises(control.JobNotFoundError):
            source_care.find_source(stranger, made)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            source_care.create_source(stranger, north.organization_id, "csv", "x")
    with south.acting("organization_admin") as stranger, pytest.raises(psycopg.errors.NoDataFound):
        stranger.execute("select app.record_source_test(%s, true, 'x')", [made])
    for role, sees in (("sales_rep", True), ("read_only", True), ("client", False)):
        with north.acting(role) as member:
            assert (
                len(member.execute("select 1 from app.sources where source_id = %s", [made]).fetchall()) == 1
            ) is sees
    with north.acting("read_only") as reader:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
            source_care.check_source(reader, made)
        assert reader.execute("update app.sources set name = 'x' where source_id = %s", [made]).rowcount == 0
    for column in ("jobs_run", "records_landed", "source_key", "last_test_result"):
        with north.acting("sales_manager") as member, pytest.raises(psycopg.errors.InsufficientPrivilege):
            member.execute(f"update app.sources set {column} = default where source_id = %s", [made])  # noqa: S608


@pytest.fixture
def site(monkeypatch):
    """A site on loopback that answers 200, or 500 under /broken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", f"127.0.0.1:{server.server_port}")
    settings.cache_clear()
    yield f"http://127.0.0.1:{server.server_port}"
    settings.cache_clear()
    server.shutdown()
    server.server_close()


def test_a_test_notes_what_it_found(north, site):
    sources = {
        "good": make(north, "web_site", start_url=f"{site}/"),
        "broken": make(north, "api", config={"base_url": f"{site}/broken"}),
        "refused": make(north, "web_site", start_url="http://127.0.0.1:9/"),
        "nothing": make(north, "csv"),
        "file": make(north, "csv", config={"file_id": str(uuid4())}),
        "keyed": make(north, "zoominfo", secret_id=secret(north)),
        "keyless": make(north, "linkedin", is_active=False),
    }
    with north.acting("sales_manager") as member:
        found = {name: source_care.check_source(member, made["source_id"]) for name, made in sources.items()}
        row = source_care.find_source(member, sources["broken"]["source_id"])
    assert {name: result["has_passed"] for name, result in found.items()} == {
        "good": True, "broken": False, "refused": False, "nothing": False, "file": True, "keyed": True,
        "keyless": False,
    }  # fmt: skip
    assert (row["last_test_result"], row["last_test_message"], row["status"]) == (
        "failed",
        "127.0.0.1 answers 500.",
        "error",
    )
    assert found["keyless"]["status"] == "inactive"
    assert row["last_tested_at"] is not None


def land(tenant, run_id, source_key, landed, quarantined):
    """A batch, as landing writes it."""
    tenant.rows(
        "insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, received, landed, known,"
        " quarantined)"
        " values (app.take_batch_number('raw'), gen_random_uuid(), current_date, %s, %s, %s, %s, 0, %s) returning 1",
        run_id, source_key, landed + quarantined, landed, quarantined,
    )  # fmt: skip


def told(tenant, run_id, source_key, outcome):
    """The outcome of a source, as a crawl writes it."""
    tenant.rows(
        "insert into quality.step_outcomes (run_id, stage, subject, outcome, started_at, finished_at)"
        " values (%s, 'crawl_site', %s, %s, now(), clock_timestamp()) returning 1", run_id, source_key, outcome,
    )  # fmt: skip


def figures(tenant, source):
    row = tenant.rows(
        "select jobs_run, jobs_completed, records_landed, records_quarantined, last_run_at is not null as ran"
        " from app.sources where source_id = %s", source["source_id"],
    )[0]  # fmt: skip
    return tuple(row.values())


def test_jobs_move_the_figures_of_their_sources(north):
    good, bad = make(north), make(north)
    with north.acting("sales_manager") as member:
        job = control.request_job(member, "import", {"source_keys": [good["source_key"], bad["source_key"]]})["job_id"]
        assert [row["outcome"] for row in source_care.list_jobs_of_source(member, good["source_id"])] == [None]
    requests.start(job)
    land(north, f"job__{job}", good["source_key"], 5, 1)
    land(north, f"job__{job}", good["source_key"], 2, 0)
    told(north, f"job__{job}", bad["source_key"], "failed")
    assert figures(north, good) == (0, 0, 0, 0, False)
    requests.fail(job, "one of two")
    assert figures(north, good) == (1, 0, 7, 1, True)
    assert figures(north, bad) == (1, 0, 0, 0, True)
    with north.acting("sales_manager") as member:
        control.start_job(member, job)
    requests.start(job)
    land(north, f"job__{job}__2", bad["source_key"], 3, 0)
    told(north, f"job__{job}__2", bad["source_key"], "succeeded")
    requests.finish(job, {})
    requests.finish(job, {})
    assert figures(north, good) == (1, 1, 7, 1, True)  # the same job, tried again: one run
    assert figures(north, bad) == (1, 1, 3, 0, True)
    with north.acting("read_only") as member:
        (row,) = source_care.list_jobs_of_source(member, good["source_id"])
        assert (row["job_id"], row["outcome"], row["landed"], row["status"]) == (job, "completed", 7, "completed")


def test_a_cancelled_job_is_no_run_but_what_landed_counts(north):
    source = make(north)
    with north.acting("sales_manager") as member:
        job = control.request_job(member, "import", {"source_keys": [source["source_key"]]})["job_id"]
    requests.start(job)
    land(north, f"job__{job}", source["source_key"], 4, 0)
    with north.acting("sales_manager") as member:
        control.cancel_job(member, job)
    control.settle(job)
    assert figures(north, source) == (0, 0, 4, 0, True)


def test_a_scheduled_import_finds_its_source_by_what_landed(north, south):
    source = make(north)
    job = requests.request_job("import", {"requested_by_run": "scheduled__x"}, date(2026, 11, 20))
    requests.start(job)
    land(north, "scheduled__x", source["source_key"], 2, 0)
    requests.finish(job, {})
    assert figures(north, source) == (1, 1, 2, 0, True)
    with north.acting("read_only") as member:
        assert [row["kind"] for row in source_care.list_jobs_of_source(member, source["source_id"])] == [None]
    with south.acting("organization_admin") as stranger:
        assert source_care.list_jobs_of_source(stranger, source["source_id"]) == []


def test_many_jobs_that_end_at_once_lose_no_count(north):
    sources = [make(north) for _ in range(6)]
    keys = [source["source_key"] for source in sources]
    with north.acting("sales_manager") as member:
        jobs = [control.request_job(member, "import", {"source_keys": keys})["job_id"] for _ in range(12)]
    for job in jobs:
        requests.start(job)
        for key in keys:
            land(north, f"job__{job}", key, 1, 0)
    threads = [threading.Thread(target=requests.finish, args=(job, {})) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {figures(north, source) for source in sources} == {(12, 12, 12, 0, True)}


def test_a_job_of_one_organization_crawls_no_source_of_another(north, south):
    """Neither by naming nothing, which means all that is due, nor by an address whose source is another's own."""
    host = f"{uuid4().hex}.example"
    theirs = south.rows(
        "insert into app.sources (organization_id, source_key, kind, name, start_url)"
        " values (%s, %s, 'web_site', 'x', %s) returning source_key",
        south.organization_id, f"web/{host}", f"https://{host}/",
    )[0]["source_key"]  # fmt: skip
    mine = make(north, "web_site", start_url="https://mine.example/")["source_key"]
    for parameters in ({}, {"urls": [f"https://{host}/"]}):
        with north.acting("organization_admin") as admin:
            job_id = control.request_job(admin, "crawl", parameters)["job_id"]
        plan_shards(job_id, 2)
        keys = north.rows("select source_key from app.job_sources where job_id = %s", job_id)
        assert theirs not in {row["source_key"] for row in keys}
        assert parameters or mine in {row["source_key"] for row in keys}
