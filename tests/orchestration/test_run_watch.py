"""A job whose run somebody deletes or ends in Airflow is settled, and none that is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from leadhouse.jobs import control, leases, logs, lost_runs, requests
from leadhouse.jobs.held_work import held
from leadhouse.orchestration.airflow_api import AirflowApi, AirflowUnavailableError
from leadhouse.orchestration.dispatcher import dispatch_pending
from leadhouse.orchestration.job_runs import RUN_KEY
from leadhouse.orchestration.run_watch import LOOK_SECONDS, RunWatch
from tests.orchestration.run_counter import RunCounter


class Stage:
    """An Airflow that the test speaks for, and a watch whose clock the test turns."""

    def __init__(self, database: Any, airflow: RunCounter) -> None:
        self.database, self.airflow, self.now = database, airflow, 0.0
        self.api = AirflowApi(airflow.url, "dispatcher", "secret")
        self.watch = RunWatch(clock=lambda: self.now)

    def begin(self, kind: Any = "import", *, is_started: bool = True) -> UUID:
        job_id = requests.request_job(kind, {}, datetime.now(UTC).date())
        dispatch_pending(self.api)
        if is_started:
            requests.start(job_id)
        self.age()
        return job_id

    def age(self) -> None:
        """All jobs were begun an hour ago."""
        with self.database.owner() as owner:
            owner.execute(
                "update app.jobs set dispatched_at = dispatched_at - interval '1 hour',"
                " started_at = started_at - interval '1 hour'"
            )

    def delete_runs(self) -> None:
        self.airflow.runs.clear()

    def look(self, seconds: float = LOOK_SECONDS) -> list[str]:
        self.now += seconds
        return [status for _, status in self.watch.look(self.api)]

    def job(self, job_id: UUID) -> tuple[str, str | None, str | None]:
        with self.database.owner() as owner:
            row = owner.execute(
                "select status::text as status, wanted_status::text as wanted, error from app.jobs where job_id = %s",
                [job_id],
            ).fetchone()
        return row["status"], row["wanted"], row["error"]

    def wish(self, verb: str, job_id: UUID) -> None:
        with self.database.connect("jobs") as connection:
            getattr(control, verb)(connection, job_id)


@pytest.fixture
def stage(module_database: Any) -> Iterator[Stage]:
    with module_database.owner() as owner:
        owner.execute("delete from app.jobs")
    with RunCounter() as airflow:
        yield Stage(module_database, airflow)


@pytest.mark.parametrize("is_started", [True, False])
def test_a_job_whose_run_was_deleted_fails_after_the_grace_and_says_why(stage: Stage, is_started: bool) -> None:
    job_id = stage.begin(is_started=is_started)
    assert stage.look() == []
    stage.delete_runs()
    assert stage.look() == []
    assert stage.look(stage.watch.grace - 1) == []
    assert stage.look() == ["failed"]
    status, _, error = stage.job(job_id)
    assert status == "failed"
    assert "not in Airflow any more" in str(error)
    with stage.database.owner() as owner:
        assert [(line.level, line.message) for line in logs.read_logs(owner, job_id)] == [("error", error)]
    stage.wish("start_job", job_id)
    assert dispatch_pending(stage.api) == 1
    assert stage.airflow.runs == {("import_records", f"job__{job_id}__2"): 1}


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_job_whose_run_ended_without_a_word_fails(stage: Stage, state: str) -> None:
    job_id = stage.begin("enrich")
    stage.airflow.states[f"job__{job_id}"] = state
    assert stage.look() == []
    assert stage.look(stage.watch.grace) == ["failed"]
    assert f"ended in Airflow ({state})" in str(stage.job(job_id)[2])


def test_a_run_that_is_cleared_meanwhile_goes_on(stage: Stage) -> None:
    job_id = stage.begin()
    stage.airflow.states[f"job__{job_id}"] = "failed"
    assert stage.look() == []
    stage.airflow.states[f"job__{job_id}"] = "running"
    assert stage.look(stage.watch.grace) == []
    stage.airflow.states[f"job__{job_id}"] = "failed"
    assert stage.look() == []
    assert stage.job(job_id)[0] == "running"


@pytest.mark.parametrize(("verb", "status"), [("pause_job", "paused"), ("cancel_job", "cancelled")])
def test_what_was_wished_is_true_then(stage: Stage, verb: str, status: str) -> None:
    job_id = stage.begin()
    stage.wish(verb, job_id)
    stage.delete_runs()
    stage.look()
    assert stage.look(stage.watch.grace) == [status]
    assert stage.job(job_id) == (status, None, None)


def test_a_job_that_was_to_be_resumed_stays_paused_and_can_be_once_more(stage: Stage) -> None:
    job_id = stage.begin()
    stage.wish("pause_job", job_id)
    control.settle(job_id)
    stage.wish("resume_job", job_id)
    dispatch_pending(stage.api)
    stage.age()
    stage.delete_runs()
    stage.look()
    assert stage.look(stage.watch.grace) == ["paused"]
    stage.wish("resume_job", job_id)
    assert dispatch_pending(stage.api) == 1
    assert stage.airflow.runs == {("import_records", f"job__{job_id}__3"): 1}


def test_nothing_is_settled_while_its_worker_lives(stage: Stage) -> None:
    load, crawl = stage.begin(), stage.begin("crawl")
    with stage.database.owner() as owner:
        owner.execute("insert into app.shards (job_id, shard_no, hosts) values (%s, 0, '{a.example}')", [crawl])
    lease = leases.lease_shard(crawl, 0, "run")
    stage.delete_runs()
    with held(load, "a.csv", f"job__{load}"):
        stage.look()
        assert stage.look(stage.watch.grace) == []
    assert stage.look() == []  # the grace begins anew
    assert stage.look(stage.watch.grace) == ["failed"]
    assert (stage.job(load)[0], stage.job(crawl)[0]) == ("failed", "running")
    leases.give_back(lease, 0)
    stage.look()
    assert stage.look(stage.watch.grace) == ["failed"]


def test_a_crawl_of_the_night_is_looked_for_by_its_own_name(stage: Stage) -> None:
    run_id, job_id = "scheduled__2026-11-20T01:00:00+00:00", uuid4()
    requests.request_job("crawl", {RUN_KEY: run_id}, datetime.now(UTC).date(), job_id=job_id)
    requests.start(job_id)
    stage.age()
    stage.airflow.runs[("crawl_sites", run_id)] = 1
    stage.look()
    assert stage.look(stage.watch.grace) == []
    stage.delete_runs()
    stage.look()
    assert stage.look(stage.watch.grace) == ["failed"]
    stage.wish("start_job", job_id)  # its further run is the dispatcher's
    assert dispatch_pending(stage.api) == 1
    assert stage.airflow.runs == {("crawl_sites", f"job__{job_id}__2"): 1}


@pytest.mark.parametrize("answer", ["500", "404", "403"])
def test_where_airflow_does_not_say_nothing_is_settled(stage: Stage, answer: str) -> None:
    job_id = stage.begin()
    for _ in range(3):
        stage.airflow.fail_next = [answer]
        with pytest.raises(AirflowUnavailableError, match=answer):
            stage.look(stage.watch.grace)
    assert stage.job(job_id)[0] == "running"


def test_a_further_run_that_began_meanwhile_is_not_settled_for_the_former(stage: Stage) -> None:
    job_id = stage.begin()
    [former] = lost_runs.list_begun(UUID(int=0))
    requests.fail(job_id, "the disk was full")
    stage.wish("start_job", job_id)
    assert lost_runs.settle_lost_run(former, "it is gone") is None
    assert stage.job(job_id) == ("failed", "running", None)


def test_many_jobs_are_looked_at_in_turn(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_runs, "MOST_JOBS", 2)
    jobs = [stage.begin() for _ in range(5)]
    stage.delete_runs()
    settled = [status for _ in range(3) for status in stage.look()]
    stage.now += stage.watch.grace
    while len(settled) < len(jobs):
        found = stage.look()
        assert found, "a look found nobody"
        settled += found
    assert settled == ["failed"] * len(jobs)
    assert stage.look(0) == []
