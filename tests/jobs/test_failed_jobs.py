"""A job that failed says why: in its row, and in the log that its requester follows."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from leadhouse.jobs import logs, requests
from leadhouse.ledger.steps import recorded_step

RUN_ON = date(2026, 11, 20)


def told(database: Any, job_id: UUID) -> tuple[str, list[tuple[str, str]]]:
    """The job's error, and its log as level and message."""
    with database.owner() as connection:
        error = connection.execute("select error from app.jobs where job_id = %s", [job_id]).fetchone()["error"]
        return error, [(line.level, line.message) for line in logs.read_logs(connection, job_id)]


def started(kind: Any = "import") -> UUID:
    job_id = requests.request_job(kind, {}, RUN_ON)
    requests.start(job_id)
    return job_id


def test_the_reason_of_each_step_stands_in_error_and_log(database: Any) -> None:
    job_id = started()
    run_id = f"job__{job_id}"
    with pytest.raises(RuntimeError), recorded_step("imports", run_id, "import_records", "mended.csv"):
        raise RuntimeError("the disk was full")
    with recorded_step("imports", run_id, "import_records", "mended.csv"):
        pass
    with pytest.raises(ValueError, match="key"), recorded_step("imports", run_id, "import_records", "apollo/north/x"):
        raise ValueError("the key is refused")
    with pytest.raises(ValueError, match="else"), recorded_step("imports", "job__other", "import_records", "y"):
        raise ValueError("somebody else's")
    requests.fail(job_id, "1 of 2 files and sources were not read.", run_id)
    why = "1 of 2 files and sources were not read.\napollo/north/x: ValueError: the key is refused"
    assert told(database, job_id) == (why, [("error", why)])


def test_a_run_that_cannot_begin_is_told_in_the_log(database: Any) -> None:
    job_id = requests.request_job("crawl", {}, RUN_ON)
    requests.refuse(job_id, "Airflow knows no DAG crawl_sites.")
    assert told(database, job_id) == (
        "Airflow knows no DAG crawl_sites.", [("error", "Airflow knows no DAG crawl_sites.")],
    )  # fmt: skip


def test_an_exception_without_words_is_still_a_reason(database: Any) -> None:
    job_id = started("crawl")
    requests.fail(job_id, "")
    error, [(level, message)] = told(database, job_id)
    assert (level, message) == ("error", error)
    assert "gave no reason" in error


def test_what_cannot_fail_leaves_no_line(database: Any) -> None:
    job_id = started()
    requests.finish(job_id, {})
    with pytest.raises(requests.JobStateError):
        requests.fail(job_id, "too late")
    assert told(database, job_id) == (None, [])
