"""Asking for jobs and steering them, and what a working process does about it.

What a person asks for goes through functions of the database that check the caller's role: `connection` acts as that
person. A running job stops at its next safe point; the process that works on it looks every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection, errors
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.kept_connection import in_transaction
from leadhouse.jobs.leases import LEASE_SECONDS
from leadhouse.jobs.requests import JobKind, JobStateError

Row = dict[str, Any]


class StoppedError(RuntimeError):
    """The job was paused or cancelled: the work stops here, what has landed stays."""


class JobNotFoundError(LookupError):
    """There is no such job or source in the caller's organization."""


def request_job(
    connection: Connection[Any],
    kind: JobKind,
    parameters: Mapping[str, Any],
    *,
    organization_id: UUID | None = None,
    run_on: date | None = None,
    released: bool = True,
) -> Row:
    """Writes a request and returns its row; with `released` false it waits for `start_job`.

    A member names ``source_keys`` of the organization or the operator, and for a crawl ``urls``, ``pages``, ``shards``.

    Raises:
        JobNotFoundError: a source does not exist.
        JobStateError: a parameter is not for members.
        psycopg.errors.InsufficientPrivilege: the role may not create jobs.
    """
    values = {
        "kind": kind, "parameters": Jsonb(dict(parameters)), "organization_id": organization_id, "run_on": run_on,
        "released": released,
    }  # fmt: skip
    return _call(connection, _sql().request_job, values)


def start_job(connection: Connection[Any], job_id: UUID) -> Row:
    """Starts what was only written down, tries again what failed. Raises as `cancel_job`."""
    return _call(connection, _sql().begin_job, {"job_id": job_id})


def pause_job(connection: Connection[Any], job_id: UUID) -> Row:
    """Wishes a running job to stop at its next safe point. Raises as `cancel_job`."""
    return _call(connection, _sql().pause_job, {"job_id": job_id})


def resume_job(connection: Connection[Any], job_id: UUID) -> Row:
    """A paused job gets a further run; shards that are done stay done. Raises as `cancel_job`."""
    return _call(connection, _sql().resume_job, {"job_id": job_id})


def cancel_job(connection: Connection[Any], job_id: UUID) -> Row:
    """Cancels at once where nothing runs, else at the next safe point; returns the job's row.

    Raises:
        JobNotFoundError: there is no such job in the caller's organization.
        JobStateError: its state does not allow it.
        psycopg.errors.InsufficientPrivilege: the role may not, or the job is somebody else's.
    """
    return _call(connection, _sql().cancel_job, {"job_id": job_id})


def require_wanted(job_id: UUID, connection: Connection[Any] | None = None, *, run_id: str | None = None) -> None:
    """Returns while the job is to go on, and by this run where it is named; `connection` is one of `jobs` that is kept.

    Raises:
        StoppedError: it was paused or cancelled, or a later run works on it.
    """
    with in_transaction(connection) as asked:
        row = asked.execute(_sql().find_wish, {"job_id": job_id}).fetchone()
    if row and _is_overtaken(row["dag_run_id"], run_id):
        raise StoppedError(f"Job {job_id} is worked on by its later run {row['dag_run_id']}: {run_id} stops here.")
    stopped = row and (row["wanted_status"] if row["wanted_status"] in ("paused", "cancelled") else row["status"])
    if stopped in ("paused", "cancelled"):
        raise StoppedError(f"Job {job_id} is to be {stopped}: it stops here, what has landed stays.")


def is_withdrawn(job_id: UUID, run_id: str | None = None) -> bool:
    """Whether a run has no say in the job any more: it is cancelled, paused and not resumed, or has a later run."""
    with connect("jobs") as connection:
        row = connection.execute(_sql().find_wish, {"job_id": job_id}).fetchone()
    if row is None:
        return False
    is_paused = row["status"] == "paused" and row["wanted_status"] is None
    return is_paused or row["status"] == "cancelled" or _is_overtaken(row["dag_run_id"], run_id)


def _is_overtaken(newest: str, run_id: str | None) -> bool:
    """Only runs that the dispatcher has started follow one another: ``job__<id>``, ``job__<id>__2``."""
    return run_id is not None and run_id.startswith("job__") and run_id != newest


def settle(job_id: UUID) -> str | None:
    """The work has stopped: the job is paused or cancelled now, as wished; None: nothing was wished."""
    with connect("jobs") as connection:
        row = connection.execute(_sql().settle_wish, {"job_id": job_id}).fetchone()
    return str(row["status"]) if row else None


def settle_abandoned(seconds: float = 2 * LEASE_SECONDS) -> list[tuple[UUID, str]]:
    """Jobs with a wish that nobody works on (their process died): they are paused or cancelled now.

    Alive is whoever holds a shard (`leadhouse.jobs.leases`) or a part (`leadhouse.jobs.held_work`).
    """
    with connect("jobs") as connection:
        rows = connection.execute(_sql().settle_abandoned_wishes, {"seconds": seconds}).fetchall()
    return [(row["job_id"], row["status"]) for row in rows]


def report_progress(job_id: UUID, connection: Connection[Any] | None = None) -> None:
    """A crawl's progress in sources, from the outcomes that its runs have written; `connection` as above."""
    with in_transaction(connection) as asked:
        asked.execute(_sql().report_progress, {"job_id": job_id})


def set_progress(job_id: UUID, total: int, done: int, failed: int) -> None:
    """Progress in whatever units the job works in."""
    with connect("jobs") as connection:
        connection.execute(_sql().set_progress, {"job_id": job_id, "total": total, "done": done, "failed": failed})


def _call(connection: Connection[Any], statement: Any, values: Mapping[str, Any]) -> Row:
    try:
        with connection.transaction():
            row = connection.execute(statement, values).fetchone()
    except errors.NoDataFound as error:
        raise JobNotFoundError(str(error.diag.message_primary)) from error
    except errors.CheckViolation as error:
        hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
        raise JobStateError(f"{error.diag.message_primary}.{hint}") from error
    return dict(row or {})


def _sql() -> queries.Queries:
    return queries.load("jobs")
