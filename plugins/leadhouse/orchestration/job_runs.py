"""Runs and the requests behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from airflow.sdk import Context

JOB_PREFIX = "job__"
RUN_KEY = (
    "requested_by_run"  # parameter of a request that a run has written for itself: nobody else starts a run for it
)
RUN_NAMESPACE = UUID("6f1d2c0e-3f1b-5b61-9c53-6f0a5a0f7c11")


def job_of_run(run_id: str) -> tuple[UUID, bool]:
    """The job of a run, and whether it was requested before the run.

    ``job__<id>`` is a dispatched request, ``job__<id>__2`` its second run after a pause or a failure; any other run is
    its own request, whose id follows from the run's name, so that a retry finds the row it made before.
    """
    if run_id.startswith(JOB_PREFIX):
        return UUID(run_id.removeprefix(JOB_PREFIX).partition("__")[0]), True
    return uuid5(RUN_NAMESPACE, run_id), False


def find_job(job_id: UUID) -> dict[str, Any]:
    """The request row.

    Raises:
        LookupError: there is none.
    """
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with connect("jobs") as connection:
        row = connection.execute(load("orchestration").find_job, {"job_id": job_id}).fetchone()
    if row is None:
        raise LookupError(
            f"There is no job {job_id} in app.jobs, but this run is named after it. "
            "Request it again (`leadhouse` or the API); runs named job__… are started by the dispatcher alone."
        )
    return row


@contextmanager
def working_on(job_id: UUID | None, part: str, run_id: str) -> Iterator[Callable[[], None]]:
    """Holds a part of a dispatched job while a task works on it; the block asks what it gets before outside effects.

    Without a job nothing is held. One that is to stop, or has a later run, skips the task.

    Raises:
        WorkHeldError: another living process works on the part.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from leadhouse.jobs import control, held_work

    if job_id is None:
        yield _go_on
        return
    try:
        with held_work.held(job_id, part, run_id) as work:
            yield work.require
    except control.StoppedError as stop:
        raise AirflowSkipException(str(stop)) from stop


def _go_on() -> None:
    """Nobody steers what no job asked for."""


def find_open_jobs(minutes: int) -> list[str]:
    """Crawls and imports that were requested within `minutes` and have not ended: ``crawl <id>``."""
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with connect("console") as connection:
        rows = connection.execute(load("orchestration").find_open_jobs, {"minutes": minutes}).fetchall()
    return [f"{row['kind']} {row['job_id']}" for row in rows]


def close_failed_job(context: Context) -> None:
    """A callback: the request of a run that failed before its work began is failed, with the reason."""
    from leadhouse.jobs import requests
    from leadhouse.orchestration.conventions import databases

    job_id, _ = job_of_run(str(context["run_id"]))
    with databases(), suppress(requests.JobStateError):
        requests.fail(job_id, str(context.get("exception") or "its run failed; see the log in Airflow"))
