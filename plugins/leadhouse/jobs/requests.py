"""Request rows: the truth of what was asked for. States follow the trigger of app.jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import errors
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries

JobKind = Literal["crawl", "import", "enrich"]


class JobStateError(RuntimeError):
    """The job cannot take the state: it was cancelled, has ended, or is not there."""


@dataclass(frozen=True)
class Job:
    """A request; `run_on` is the logical date (UTC) that every retry shares."""

    job_id: UUID
    kind: JobKind
    dag_run_id: str
    run_on: date
    parameters: dict[str, Any]


def request_job(
    kind: JobKind,
    parameters: Mapping[str, Any],
    run_on: date,
    organization_id: UUID | None = None,
    job_id: UUID | None = None,
) -> UUID:
    """Writes the request and returns its id. With `job_id` a repeat finds the row that the first call made.

    For a crawl `parameters` are ``source_keys`` or ``urls`` (neither: all that is due), ``pages`` and ``shards``.
    """
    values = {
        "kind": kind,
        "parameters": Jsonb(dict(parameters)),
        "run_on": run_on,
        "organization_id": organization_id,
        "job_id": job_id,
    }
    with connect("jobs") as connection:
        row = connection.execute(_sql().insert_job, values).fetchone()
    if row is not None:
        return UUID(str(row["job_id"]))
    if job_id is None:
        raise JobStateError("The database gave the new request no id; run `leadhouse doctor`.")
    return job_id


def find_job(job_id: UUID) -> Job:
    """The request.

    Raises:
        JobStateError: there is none.
    """
    with connect("jobs") as connection:
        row = connection.execute(_sql().find_job, {"job_id": job_id}).fetchone()
    if row is None:
        raise JobStateError(f"There is no job {job_id} in app.jobs; request it again.")
    return Job(row["job_id"], row["kind"], row["dag_run_id"], row["run_on"], row["parameters"])


def pending() -> list[Job]:
    """Released requests and resumed jobs that no run was started for, oldest first, 100 of a kind at most.

    Those that runs have written for themselves are left to them.
    """
    with connect("jobs") as connection:
        return [Job(**row) for row in connection.execute(_sql().list_pending)]


def mark_dispatched(job_id: UUID) -> None:
    """A run of the job's name exists now."""
    _change(_sql().mark_dispatched, job_id)


def start(job_id: UUID) -> None:
    """Running, also again after a failure. Raises JobStateError when the job has ended or was cancelled."""
    _change(_sql().start_job, job_id)


def finish(job_id: UUID, counts: Mapping[str, Any]) -> None:
    """Completed with its counts."""
    _change(_sql().finish_job, job_id, counts=Jsonb(dict(counts)))


def fail(job_id: UUID, error: str, run_id: str | None = None) -> None:
    """Failed, with what a person should know: in the row, and as the last line of the job's log.

    With `run_id` what its steps said when they failed stands behind it.
    """
    told = error.strip() or "The job failed and gave no reason."
    if run_id is not None:
        told = "\n".join([told, *_faults(run_id)])
    _change(_sql().fail_job, job_id, says=told, error=told[:4000])


def refuse(job_id: UUID, error: str) -> None:
    """No run can be started: the request has failed; a job that was to be resumed or tried again stays as it is."""
    told = error.strip() or "Airflow refused the run and gave no reason."
    _change(_sql().refuse_job, job_id, says=told, error=told[:4000])


def _faults(run_id: str) -> list[str]:
    with connect("jobs") as connection:
        rows = connection.execute(_sql().select_faults, {"run_id": run_id}).fetchall()
    return [f"{row['subject']}: {row['message']}" for row in rows]


def _change(statement: Any, job_id: UUID, *, says: str | None = None, **values: Any) -> None:
    """Changes the row; what it says goes to the job's log as an error, in the same transaction."""
    with connect("jobs") as connection:
        try:
            changed = connection.execute(statement, {"job_id": job_id, **values}).rowcount
        except errors.CheckViolation as error:
            raise JobStateError(str(error.diag.message_primary)) from error
        if changed and says:
            line = {"job_id": job_id, "levels": ["error"], "messages": [says], "details": [Jsonb({})]}
            connection.execute(_sql().write_logs, line)
    if not changed:
        raise JobStateError(f"There is no job {job_id} in app.jobs; request it again.")


def _sql() -> queries.Queries:
    return queries.load("jobs")
