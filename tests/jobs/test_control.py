"""Jobs are requested, paused, resumed and cancelled by those who may, through the states that there are."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from leadhouse.jobs import control, logs, requests, shards
from leadhouse.jobs.requests import JobStateError

RUN_ON = date(2026, 11, 20)


def state(tenant, job_id):
    row = tenant.rows(
        "select status::text, wanted_status::text, run_no, dag_run_id from app.jobs where job_id = %s", job_id
    )
    return (row[0]["status"], row[0]["wanted_status"], row[0]["run_no"])


def make(tenant, role="sales_manager", kind="crawl", **options):
    with tenant.acting(role) as member:
        return control.request_job(member, kind, {"pages": 3} if kind == "crawl" else {}, **options)["job_id"]


def steer(tenant, verb, job_id, role="sales_manager"):
    with tenant.acting(role) as member:
        return getattr(control, verb)(member, job_id)


def test_a_request_knows_who_asked_and_is_dispatched_when_released(north):
    job = make(north, released=False)
    row = north.rows("select requested_by, created_by, organization_id from app.jobs where job_id = %s", job)[0]
    assert row == {
        "requested_by": north.users["sales_manager"], "created_by": north.users["sales_manager"],
        "organization_id": north.organization_id,
    }  # fmt: skip
    assert job not in {waiting.job_id for waiting in requests.pending()}
    steer(north, "start_job", job)
    steer(north, "start_job", job)
    assert job in {waiting.job_id for waiting in requests.pending()}


def test_pause_resume_and_cancel_at_a_safe_point(north):
    job = make(north)
    requests.mark_dispatched(job)
    requests.start(job)
    control.require_wanted(job)
    assert steer(north, "pause_job", job)["wanted_status"] == "paused"
    with pytest.raises(control.StoppedError, match="paused"):
        control.require_wanted(job)
    assert control.settle(job) == "paused"
    assert control.settle(job) is None
    assert state(north, job) == ("paused", None, 1)
    with pytest.raises(control.StoppedError):
        control.require_wanted(job)
    assert job not in {waiting.job_id for waiting in requests.pending()}
    steer(north, "resume_job", job)
    steer(north, "resume_job", job)
    assert state(north, job) == ("paused", "running", 2)
    again = next(waiting for waiting in requests.pending() if waiting.job_id == job)
    assert again.dag_run_id == f"job__{job}__2"
    requests.mark_dispatched(job)
    requests.start(job)
    assert state(north, job) == ("running", None, 2)
    steer(north, "cancel_job", job)
    with pytest.raises(JobStateError, match="cancelled, it cannot be paused"):
        steer(north, "pause_job", job)
    assert control.settle(job) == "cancelled"
    assert state(north, job) == ("cancelled", None, 2)


def test_a_wish_is_taken_back_before_the_work_stopped(north):
    job = make(north)
    requests.start(job)
    steer(north, "pause_job", job)
    steer(north, "resume_job", job)
    control.require_wanted(job)
    assert state(north, job) == ("running", None, 1)


def test_what_has_not_begun_is_cancelled_at_once(north):
    job = make(north)
    steer(north, "cancel_job", job)
    assert state(north, job) == ("cancelled", None, 1)
    assert control.is_withdrawn(job)
    assert job not in {waiting.job_id for waiting in requests.pending()}


def test_a_failed_job_is_tried_again_by_a_further_run(north):
    job = make(north)
    requests.start(job)
    requests.fail(job, "the site was away")
    steer(north, "start_job", job)
    assert state(north, job) == ("failed", "running", 2)
    assert job in {waiting.job_id for waiting in requests.pending()}
    requests.refuse(job, "Airflow does not know the DAG")
    assert state(north, job) == ("failed", None, 2)


ALLOWED = {
    "start_job": {"pending", "running", "failed"}, "pause_job": {"running"}, "resume_job": {"paused"},
    "cancel_job": {"pending", "running", "paused"},
}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(ALLOWED))
@pytest.mark.parametrize("status", ["pending", "running", "paused", "completed", "failed", "cancelled"])
def test_every_verb_in_every_state(north, verb, status):
    ended = datetime.now(UTC) if status in ("completed", "failed", "cancelled") else None
    job = north.rows(
        "insert into app.jobs (organization_id, kind, status, finished_at) values (%s, 'crawl', %s, %s)"
        " returning job_id",
        north.organization_id, status, ended,
    )[0]["job_id"]  # fmt: skip
    if status in ALLOWED[verb]:
        steer(north, verb, job)
    else:
        before = state(north, job)
        with pytest.raises(JobStateError, match=f"is {status}, it cannot be"):
            steer(north, verb, job)
        assert state(north, job) == before


def test_a_rep_steers_own_jobs_and_others_none(north, south):
    own, other = make(north, "sales_rep"), make(north, "sales_manager")
    for verb in ALLOWED:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"):
            steer(north, verb, other, "sales_rep")
        with pytest.raises(control.JobNotFoundError, match="there is no job"):
            steer(south, verb, own)
        for role in ("read_only", "client"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                steer(north, verb, own, role)
    for role in ("read_only", "client"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="does not create jobs"):
            make(north, role)
    steer(north, "cancel_job", own, "sales_rep")
    with north.acting("sales_rep") as rep:
        assert {row["job_id"] for row in rep.execute("select job_id from app.jobs")} == {own}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rep.execute("update app.jobs set status = 'completed'")


def test_an_api_key_without_the_permission_steers_nothing(north):
    job = make(north)
    with (
        north.acting("sales_manager", permissions=["jobs:read"]) as key,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        control.cancel_job(key, job)


@pytest.mark.parametrize("parameters", [{"path": "/etc/passwd"}, {"requested_by_run": "scheduled"}])
def test_a_member_names_nothing_of_the_server(north, parameters):
    with north.acting("organization_admin") as admin, pytest.raises(JobStateError, match="does not take"):
        control.request_job(admin, "import", parameters)


def test_a_member_names_sources_that_it_sees(north, south):
    south.rows(
        "insert into app.sources (source_key, organization_id, kind, name)"
        " values ('csv/south', %s, 'csv', 's') returning 1",
        south.organization_id,
    )
    with north.acting("organization_admin") as admin, pytest.raises(control.JobNotFoundError, match="csv/south"):
        control.request_job(admin, "import", {"source_keys": ["csv/south"]})
    with south.acting("organization_admin") as admin:
        assert control.request_job(admin, "import", {"source_keys": ["csv/south"]})["status"] == "pending"
    with (
        south.acting("organization_admin") as admin,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"),
    ):
        control.request_job(admin, "crawl", {}, organization_id=north.organization_id)


def test_an_abandoned_job_follows_its_wish(north):
    job = make(north)
    requests.start(job)
    steer(north, "cancel_job", job)
    assert job not in {found for found, _ in control.settle_abandoned(600)}
    assert (job, "cancelled") in control.settle_abandoned(0)
    assert state(north, job)[0] == "cancelled"


def test_progress_counts_sources_with_an_outcome(north):
    job = requests.request_job("crawl", {"urls": [f"https://p{i}.example/" for i in range(3)]}, RUN_ON)
    requests.start(job)
    shards.plan_shards(job, 2)
    for subject, outcome in (
        ("web/p0.example", "succeeded"),
        ("web/p1.example", "failed"),
        ("web/p1.example", "succeeded"),
    ):
        north.rows(
            "insert into quality.step_outcomes (run_id, stage, subject, outcome, started_at, finished_at)"
            " values (%s, 'crawl_site', %s, %s, now(), clock_timestamp()) returning 1",
            f"job__{job}", subject, outcome,
        )  # fmt: skip
    control.report_progress(job)
    row = north.rows("select progress_total, progress_done, progress_failed from app.jobs where job_id = %s", job)
    assert list(row[0].values()) == [3, 2, 0]


def test_logs_are_read_in_order_by_those_who_see_the_job(north, south):
    job = make(north, "sales_rep")
    logs.write(job, "info", "it begins")
    assert logs.write_many(job, [("debug", "a detail", {"n": 1}), ("error", "x" * 5000, {})]) == 2
    logs.write(uuid4(), "info", "nobody's")
    with north.acting("sales_rep") as rep:
        lines = logs.read_logs(rep, job)
        assert [(line.level, line.message[:8]) for line in lines] == [
            ("info", "it begin"), ("debug", "a detail"), ("error", "xxxxxxxx"),
        ]  # fmt: skip
        assert lines[1].details == {"n": 1}
        assert [line.level for line in logs.read_logs(rep, job, after=lines[0].log_no, levels=["error"])] == ["error"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rep.execute("insert into app.job_logs (job_id, level, message) values (%s, 'info', 'x')", [job])
    with north.acting("read_only") as reader:
        assert len(logs.read_logs(reader, job)) == 3
    for tenant, role in ((north, "other_rep"), (north, "client"), (south, "organization_admin")):
        with tenant.acting(role) as stranger:
            assert logs.read_logs(stranger, job) == []


def test_months_of_logs_are_partitions(north):
    with north.database.connect("maintenance") as connection:
        assert connection.execute("select app.ensure_job_log_partitions('2020-02-10') as made").fetchone()["made"] == 1
        assert connection.execute("select app.ensure_job_log_partitions('2020-02-11') as made").fetchone()["made"] == 0
    job = make(north)
    for logged_at in ("2020-02-01", "2020-02-29 23:59:59.999"):
        north.rows(
            "insert into app.job_logs (job_id, level, message, logged_at) values (%s, 'info', 'x', %s) returning 1",
            job, f"{logged_at}+00",
        )  # fmt: skip
    assert north.rows("select count(*) as n from app.job_logs_2020_02") == [{"n": 2}]


def test_first_lines_of_a_month_at_once_make_one_partition(database):
    job = requests.request_job("crawl", {}, RUN_ON)
    failed = []

    def write():
        try:
            logs.write(job, "info", "x")
        except psycopg.Error as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_no_partition_of_the_logs_is_granted(north):
    job = make(north)
    logs.write(job, "info", "x")
    partition = north.rows(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'app.job_logs'::regclass"
    )
    assert partition
    with north.acting("organization_admin") as admin, pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute(f"select * from {partition[0]['name']}")  # noqa: S608 - a name of the catalog


def test_the_requester_hears_how_a_job_ended(north):
    for ending, kind in ((lambda job: requests.finish(job, {"landed": 7}), "job_completed"),
                         (lambda job: requests.fail(job, "it broke"), "job_failed")):  # fmt: skip
        job = make(north, "sales_rep")
        requests.start(job)
        ending(job)
        told = north.rows(
            "select user_id, kind, message, link from app.notifications where link ->> 'id' = %s", str(job)
        )
        assert [(row["user_id"], row["kind"]) for row in told] == [(north.users["sales_rep"], kind)]
        assert told[0]["message"] in ("landed 7", "it broke")
        assert UUID(told[0]["link"]["id"]) == job
