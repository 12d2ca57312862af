"""Whoever works on a part of a job holds it by a session of the database: it is free when the worker's session ends.

A crawl's shards have leases, which their supervisor renews. A file, a source or a step of an enrichment is worked on by
one process that may be busy for long with one thing, so nothing here needs a thread: the lock lasts as long as the
session. The session may end before the worker (a restart of Postgres, a pooler, a cut line); the worker finds out when
it asks `HeldWork.require`, before each outside effect, and takes the part again or gives way to who has it by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.database import connect, free_and_close, queries
from leadhouse.jobs import control


class WorkHeldError(RuntimeError):
    """Another living process works on the part: this one gives way."""


class HeldWork:
    """A part of a job (a file's path, a source's key, a step's name) that this process works on for one run."""

    def __init__(self, job_id: UUID, part: str, run_id: str) -> None:
        self._job_id, self._part, self._run_id = job_id, part, run_id
        self._connection, self._backend = self._take()

    def require(self) -> None:
        """Returns while this process may go on; ask it before every outside effect.

        Raises:
            StoppedError: the job was paused or cancelled, or has a later run.
            WorkHeldError: the session was lost, and another process has taken the part.
            DatabaseError, psycopg.Error: the session was lost, and the database does not answer.
        """
        if not self._is_held():
            self._connection.close()
            self._connection, self._backend = self._take()
        control.require_wanted(self._job_id, self._connection, run_id=self._run_id)

    def close(self) -> None:
        """The part is free, and the job where nobody else works on it."""
        free_and_close(self._connection)

    def _take(self) -> tuple[Connection[Any], int]:
        values = {"job_id": self._job_id, "part": self._part}
        connection = connect("jobs", autocommit=True)
        try:
            session = connection.execute(_sql().hold_job, values).fetchone()
            held = connection.execute(_sql().hold_part, values).fetchone()
            if session is None or held is None or not held["is_mine"]:
                raise WorkHeldError(
                    f"{self._part} of job {self._job_id} is being worked on by another process, this one gives way: "
                    "nothing was done. Try again when that has ended."
                )
        except BaseException:
            connection.close()
            raise
        return connection, int(session["backend"])

    def _is_held(self) -> bool:
        """Whether the session is still the one that took the part."""
        try:
            row = self._connection.execute(_sql().find_backend).fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and int(row["backend"]) == self._backend


@contextmanager
def held(job_id: UUID, part: str, run_id: str) -> Iterator[HeldWork]:
    """The part of the job, held until the block ends, however it does.

    Raises:
        WorkHeldError: another process works on it.
        StoppedError: the job was paused or cancelled, or has a later run.
    """
    work = HeldWork(job_id, part, run_id)
    try:
        work.require()
        yield work
    finally:
        work.close()


def _sql() -> queries.Queries:
    return queries.load("jobs")
