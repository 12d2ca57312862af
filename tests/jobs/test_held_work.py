"""Who works on a part of a job is known to the database: nobody settles the job or works beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from leadhouse.jobs import control, requests
from leadhouse.jobs.held_work import HeldWork, WorkHeldError, held
from leadhouse.settings import PROJECT

WORK = """
import sys
from uuid import UUID
from leadhouse.jobs.held_work import held
with held(UUID(sys.argv[1]), "a.csv", "job__" + sys.argv[1]):
    print("at work", flush=True)
    sys.stdin.read()
"""


def started(north: Any) -> UUID:
    job_id = requests.request_job("import", {}, date(2026, 11, 20), north.organization_id)
    requests.mark_dispatched(job_id)
    requests.start(job_id)
    return job_id


def wish(north: Any, verb: str, job_id: UUID) -> None:
    with north.acting("sales_manager") as member:
        getattr(control, verb)(member, job_id)


def settled(job_id: UUID) -> list[str]:
    return [status for found, status in control.settle_abandoned(0) if found == job_id]


def backend_of(work: HeldWork) -> int:
    return work._backend


def end_session(north: Any, backend: int) -> None:
    north.rows("select pg_terminate_backend(%s, 5000)", backend)


@pytest.fixture
def job(north: Any) -> UUID:
    return started(north)


@pytest.mark.parametrize(("verb", "status"), [("pause_job", "paused"), ("cancel_job", "cancelled")])
def test_a_job_that_is_worked_on_is_not_abandoned(north: Any, job: UUID, verb: str, status: str) -> None:
    with held(job, "a.csv", f"job__{job}"):
        with held(job, "b.csv", f"job__{job}"):
            wish(north, verb, job)
        assert settled(job) == []  # one of two has ended
    assert settled(job) == [status]


def test_a_second_worker_gives_way_and_one_of_another_part_does_not(job: UUID) -> None:
    with held(job, "a.csv", f"job__{job}"):
        with pytest.raises(WorkHeldError, match=r"a\.csv of job .* another process"), held(job, "a.csv", f"job__{job}"):
            pytest.fail("two work on the same")
        with held(job, "b.csv", f"job__{job}"):
            pass
    with held(job, "a.csv", f"job__{job}"):
        pass


def test_a_worker_that_is_killed_holds_nothing(north: Any, job: UUID) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, str(job)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(),
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "at work\n"
    wish(north, "pause_job", job)
    assert settled(job) == []
    worker.kill()
    worker.communicate()
    until(lambda: settled(job) == ["paused"])


def test_a_worker_whose_session_was_ended_takes_its_part_again(north: Any, job: UUID) -> None:
    with held(job, "a.csv", f"job__{job}") as work:
        end_session(north, backend_of(work))
        work.require()
        wish(north, "pause_job", job)
        assert settled(job) == []


def test_a_worker_whose_session_was_ended_gives_way_to_who_came_meanwhile(north: Any, job: UUID) -> None:
    with held(job, "a.csv", f"job__{job}") as work:
        end_session(north, backend_of(work))
        with held(job, "a.csv", f"job__{job}"), pytest.raises(WorkHeldError):
            work.require()


def test_a_worker_whose_job_was_settled_while_it_had_no_session_stops(north: Any, job: UUID) -> None:
    with closing(HeldWork(job, "a.csv", f"job__{job}")) as work:
        end_session(north, backend_of(work))
        wish(north, "pause_job", job)
        assert settled(job) == ["paused"]
        wish(north, "resume_job", job)
        requests.mark_dispatched(job)
        requests.start(job)
        with pytest.raises(control.StoppedError, match="later run"):
            work.require()
        with held(job, "b.csv", f"job__{job}__2") as again:
            again.require()


def test_a_wish_is_heard_by_who_holds_the_part(north: Any, job: UUID) -> None:
    with held(job, "a.csv", f"job__{job}") as work:
        wish(north, "pause_job", job)
        with pytest.raises(control.StoppedError, match="paused"):
            work.require()
    with pytest.raises(control.StoppedError), held(job, "a.csv", f"job__{job}"):
        pytest.fail("it was to stop before it began")


def test_a_run_begins_no_job_that_is_paused_or_has_a_later_run(north: Any, job: UUID) -> None:
    first, second = f"job__{job}", f"job__{job}__2"
    assert not control.is_withdrawn(job, first)
    wish(north, "pause_job", job)
    assert settled(job) == ["paused"]
    assert control.is_withdrawn(job, first)
    wish(north, "resume_job", job)
    assert control.is_withdrawn(job, first)
    assert not control.is_withdrawn(job, second)
    requests.start(job)
    assert control.is_withdrawn(job, first)
    assert not control.is_withdrawn(job, second)
    assert not control.is_withdrawn(job, "scheduled__2026-11-20")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT / "plugins")}


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
