"""One request is one run, whatever dies in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from leadhouse.jobs import control, requests
from leadhouse.orchestration import dispatcher
from leadhouse.orchestration.airflow_api import AirflowApi, AirflowUnavailableError
from leadhouse.orchestration.dispatcher import BEAT, dispatch_pending, run_until
from leadhouse.orchestration.job_runs import RUN_KEY, job_of_run
from leadhouse.settings import PROJECT, settings
from tests.orchestration.run_counter import RunCounter

KILLS = 4


@pytest.fixture
def airflow():
    with RunCounter() as counter:
        yield counter


def api_of(airflow):
    return AirflowApi(airflow.url, "dispatcher", "secret")


def request(kind="crawl", **parameters):
    return requests.request_job(kind, parameters, datetime.now(UTC).date())


def test_each_request_becomes_one_run_of_its_dag(database, airflow):
    crawl, load, enrich = request("crawl"), request("import"), request("enrich")
    assert dispatch_pending(api_of(airflow)) == 3
    assert airflow.runs == {
        ("crawl_sites", f"job__{crawl}"): 1,
        ("import_records", f"job__{load}"): 1,
        ("enrich_leads", f"job__{enrich}"): 1,
    }
    assert dispatch_pending(api_of(airflow)) == 0
    assert sum(airflow.asked.values()) == 3


def test_a_run_leads_back_to_its_job(database, airflow):
    job_id = request()
    dispatch_pending(api_of(airflow))
    assert airflow.notes == {f"job__{job_id}": f"Job: {settings().public_url}/api/v1/jobs/{job_id}"}


def test_request_of_a_run_is_left_to_that_run(database, airflow):
    requests.request_job("crawl", {RUN_KEY: "scheduled__2026"}, datetime.now(UTC).date(), job_id=uuid4())
    assert dispatch_pending(api_of(airflow)) == 0
    assert not airflow.asked


def test_lost_answer_is_asked_again_and_refused(database, airflow):
    job_id = request()
    airflow.fail_next = ["lost"]
    with pytest.raises(AirflowUnavailableError):
        dispatch_pending(api_of(airflow))
    assert dispatch_pending(api_of(airflow)) == 1
    assert airflow.runs == {("crawl_sites", f"job__{job_id}"): 1}
    assert airflow.asked[f"job__{job_id}"] == 2


def test_refusal_for_good_fails_the_request_and_no_other(database, airflow):
    bad, good = request(), request()
    airflow.fail_next = ["422"]
    assert dispatch_pending(api_of(airflow)) == 1
    with database.connect("jobs") as connection:
        rows = connection.execute("select job_id, status::text, error from app.jobs").fetchall()
    state = {row["job_id"]: row for row in rows}
    assert state[bad]["status"] == "failed"
    assert "answered 422" in state[bad]["error"]
    assert state[good]["status"] == "pending"
    assert airflow.runs == {("crawl_sites", f"job__{good}"): 1}


def test_unknown_dag_and_expired_token_are_tried_again(database, airflow):
    request()
    api = api_of(airflow)
    airflow.fail_next = ["404"]
    with pytest.raises(AirflowUnavailableError, match="answered 404"):
        dispatch_pending(api)
    airflow.tokens.clear()
    assert dispatch_pending(api) == 1
    assert sum(airflow.runs.values()) == 1


def test_a_dag_that_is_not_there_keeps_no_other_waiting(database, airflow):
    for _ in range(101):
        request("import")
    crawl = request("crawl")
    airflow.fail_next = ["404"]
    with pytest.raises(AirflowUnavailableError, match="answered 404"):
        dispatch_pending(api_of(airflow))
    assert airflow.runs == {("crawl_sites", f"job__{crawl}"): 1}


def test_requests_that_runs_have_left_behind_keep_no_other_waiting(database, airflow):
    for _ in range(100):  # of runs that died between their request and its start
        requests.request_job("crawl", {RUN_KEY: "scheduled__2026"}, datetime.now(UTC).date(), job_id=uuid4())
    request()
    assert dispatch_pending(api_of(airflow)) == 1


def test_request_that_is_gone_when_its_run_has_begun_ends_no_dispatcher(database, airflow):
    gone, stays = request(), request()
    api = api_of(airflow)
    trigger = api.trigger

    def trigger_and_purge(dag_id, run_id, note):
        with database.owner() as owner:
            owner.execute("delete from app.jobs where job_id = %s", [gone])
        return trigger(dag_id, run_id, note)

    api.trigger = trigger_and_purge
    assert dispatch_pending(api) == 1
    assert airflow.runs[("crawl_sites", f"job__{stays}")] == 1


def test_loop_outlives_a_statement_that_breaks_off_and_settles_wishes_while_airflow_is_away(database, monkeypatch):
    stopped, told = threading.Event(), []

    def settle():
        told.append(1)
        if len(told) == 1:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        stopped.set()
        return []

    monkeypatch.setattr(dispatcher.control, "settle_abandoned", settle)
    request()
    run_until(stopped, lambda: AirflowApi("http://127.0.0.1:9", "dispatcher", "secret"))
    assert len(told) == 2


def test_loop_goes_on_when_airflow_comes_back(database, airflow):
    request()
    stopped = threading.Event()
    doors = iter([AirflowApi("http://127.0.0.1:9", "dispatcher", "secret")])
    loop = threading.Thread(target=run_until, args=(stopped, lambda: next(doors, api_of(airflow))))
    loop.start()
    try:
        wait_for(lambda: sum(airflow.runs.values()) == 1)
        beat = settings().home / BEAT
        beat.unlink(missing_ok=True)
        wait_for(beat.exists)  # it goes round and says so
    finally:
        stopped.set()
        loop.join(20)


@pytest.mark.slow
def test_kills_at_random_moments_start_every_run_once(database, airflow, tmp_path):
    jobs = [request() for _ in range(40)]
    random.seed(7)
    environment = {
        **os.environ,
        "LEADHOUSE_AIRFLOW_URL": airflow.url,
        "LEADHOUSE_AIRFLOW_PASSWORD": "secret",
        "PYTHONPATH": str(PROJECT / "plugins"),
    }
    for attempt in range(KILLS + 6):
        process = subprocess.Popen([sys.executable, "-m", "leadhouse.orchestration.dispatcher"], env=environment)
        begun = sum(airflow.asked.values())
        if attempt < KILLS:
            # killed in the middle of its work: once it has asked for some of the runs
            wait_for(lambda begun=begun: sum(airflow.asked.values()) >= min(begun + random.randint(1, 6), len(jobs)))
            process.send_signal(signal.SIGKILL)
            process.wait()
            continue
        wait_for(lambda: not undispatched(database))
        process.terminate()
        assert process.wait(10) == 0
        break
    assert airflow.runs == {("crawl_sites", f"job__{job_id}"): 1 for job_id in jobs}
    assert not undispatched(database)


def undispatched(database):
    with database.connect("jobs") as connection:
        return connection.execute("select job_id from app.jobs where dispatched_at is null").fetchall()


def wait_for(done, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_resumed_job_gets_a_further_run(database, airflow):
    job_id = request()
    assert dispatch_pending(api_of(airflow)) == 1
    requests.start(job_id)
    with database.connect("jobs") as connection:
        control.pause_job(connection, job_id)
    assert control.settle(job_id) == "paused"
    assert dispatch_pending(api_of(airflow)) == 0
    with database.connect("jobs") as connection:
        control.resume_job(connection, job_id)
    airflow.fail_next = ["lost"]
    with pytest.raises(AirflowUnavailableError):
        dispatch_pending(api_of(airflow))
    assert dispatch_pending(api_of(airflow)) == 1
    assert dispatch_pending(api_of(airflow)) == 0
    assert airflow.runs == {("crawl_sites", f"job__{job_id}"): 1, ("crawl_sites", f"job__{job_id}__2"): 1}
    assert [job_of_run(run_id) for _, run_id in airflow.runs] == [(job_id, True)] * 2


def test_a_run_that_is_refused_leaves_a_paused_job_paused(database, airflow):
    job_id = request()
    requests.start(job_id)
    with database.connect("jobs") as connection:
        control.pause_job(connection, job_id)
    control.settle(job_id)
    with database.connect("jobs") as connection:
        control.resume_job(connection, job_id)
    airflow.fail_next = ["422"]
    assert dispatch_pending(api_of(airflow)) == 0
    assert dispatch_pending(api_of(airflow)) == 0
    with database.connect("jobs") as connection:
        row = connection.execute("select status::text, wanted_status, error from app.jobs").fetchone()
    assert (row["status"], row["wanted_status"]) == ("paused", None)
    assert "answered 422" in row["error"]


def test_what_was_only_written_down_waits(database, airflow):
    with database.connect("jobs") as connection:
        job_id = control.request_job(connection, "enrich", {}, released=False)["job_id"]
    assert dispatch_pending(api_of(airflow)) == 0
    with database.connect("jobs") as connection:
        control.start_job(connection, job_id)
    assert dispatch_pending(api_of(airflow)) == 1
