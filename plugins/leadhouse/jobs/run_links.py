"""From a job to its run in Airflow and back: names and addresses."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from leadhouse.jobs.requests import JobKind
from leadhouse.settings import settings

DAGS: dict[JobKind, str] = {"crawl": "crawl_sites", "import": "import_records", "enrich": "enrich_leads"}


def run_url(kind: JobKind, dag_run_id: str) -> str | None:
    """The page of a run in Airflow's UI; None where no Airflow is configured."""
    base = settings().airflow_url
    return f"{base.rstrip('/')}/dags/{DAGS[kind]}/runs/{quote(dag_run_id)}" if base else None


def job_url(job_id: UUID) -> str:
    """The job as a resource of the API; Airflow shows it as the note of the run."""
    return f"{settings().public_url}/api/v1/jobs/{job_id}"
