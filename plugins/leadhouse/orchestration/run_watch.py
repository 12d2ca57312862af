"""Runs that somebody deletes or marks as ended in Airflow leave a job behind: it is settled once that is sure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from leadhouse.jobs import lost_runs
from leadhouse.jobs.lost_runs import GRACE_SECONDS
from leadhouse.jobs.requests import Job
from leadhouse.jobs.run_links import DAGS
from leadhouse.orchestration.airflow_api import AirflowApi

LOOK_SECONDS = 15.0
FIRST = UUID(int=0)
UNDER_WAY = frozenset({"queued", "running"})


@dataclass
class RunWatch:
    """Asks Airflow about the runs of open jobs, some at each look, and remembers since when one is gone.

    A job is settled when its run is gone at two looks that lie `grace` seconds apart, and at none between: a run that
    has just ended may be about to close its job, and one that is cleared in Airflow begins anew. A dispatcher that
    starts anew begins to count anew.
    """

    grace: float = GRACE_SECONDS
    clock: Callable[[], float] = time.monotonic
    gone_since: dict[str, float] = field(default_factory=dict)
    looked_at: float | None = None
    after: UUID = FIRST

    def look(self, api: AirflowApi) -> list[tuple[UUID, str]]:
        """The next jobs in turn; returns those that were settled, with their states. Nothing before it is time.

        Raises:
            AirflowUnavailableError: nothing is known now, and nothing is settled.
            DatabaseError, psycopg.Error: the database does not answer.
        """
        if self.looked_at is not None and self.clock() - self.looked_at < LOOK_SECONDS:
            return []
        self.looked_at = now = self.clock()
        self.gone_since = {run: since for run, since in self.gone_since.items() if now - since < 10 * self.grace}
        jobs = lost_runs.list_begun(self.after, self.grace)
        self.after = jobs[-1].job_id if len(jobs) == lost_runs.MOST_JOBS else FIRST
        settled = []
        for job in jobs:
            reason = self._find_reason(job, api.find_state(DAGS[job.kind], job.dag_run_id))
            status = lost_runs.settle_lost_run(job, reason) if reason else None
            if reason:
                self.gone_since.pop(job.dag_run_id)  # settled, or somebody works on it still
            if status is not None:
                settled.append((job.job_id, status))
        return settled

    def _find_reason(self, job: Job, state: str | None) -> str | None:
        """Why the job cannot go on by itself; None while its run goes on, or has not been gone for long."""
        if state in UNDER_WAY:
            self.gone_since.pop(job.dag_run_id, None)
            return None
        if self.clock() - self.gone_since.setdefault(job.dag_run_id, self.clock()) < self.grace:
            return None
        if state is None:
            return f"Its run {job.dag_run_id} is not in Airflow any more: it was deleted there. Start the job again."
        return (
            f"Its run {job.dag_run_id} has ended in Airflow ({state}) and did not close the job: somebody marked it so "
            "there, or its last task was killed. Read its log in Airflow, then start the job again."
        )
