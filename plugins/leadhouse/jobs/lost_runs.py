"""Jobs whose run in Airflow has ended, or was deleted, without a word to the job."""

from __future__ import annotations

from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.requests import Job

GRACE_SECONDS = 120.0  # so long a run has to be gone; also how long after its start it is looked for at all
MOST_JOBS = 25  # of one look: each costs a question to Airflow


def list_begun(after: UUID, seconds: float = GRACE_SECONDS) -> list[Job]:
    """Jobs that a run should be working on, MOST_JOBS by id after `after`; without those whose shards are held.

    `dag_run_id` is the name of the run, also where the run has written the request for itself.
    """
    with connect("jobs") as connection:
        rows = connection.execute(_sql().list_begun, {"after": after, "seconds": seconds, "most": MOST_JOBS})
        return [Job(**row) for row in rows]


def settle_lost_run(job: Job, reason: str) -> str | None:
    """The job's state now that its run is gone: as was wished of it, else failed; the reason stands in its log.

    One that was to be resumed stays paused. None: it has ended or has a further run, or somebody works on it.
    """
    values = {"job_id": job.job_id, "dag_run_id": job.dag_run_id, "error": reason[:4000]}
    with connect("jobs") as connection:
        row = connection.execute(_sql().settle_lost_run, values).fetchone()
        if row is None:
            return None
        level = "error" if row["status"] == "failed" else "warning"
        line = {"job_id": job.job_id, "levels": [level], "messages": [reason[:4000]], "details": [Jsonb({})]}
        connection.execute(_sql().write_logs, line)
    return str(row["status"])


def _sql() -> queries.Queries:
    return queries.load("jobs")
