"""Tasks of `import_records` for sources that are read call by call: which are due, one mapped task each."""

from __future__ import annotations

from typing import Any, TypedDict

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import find_job, job_of_run, working_on


class SourceRequest(TypedDict):
    """A source that is to be read, and whose it is."""

    source_key: str
    kind: str
    organization_id: str


PASSING = frozenset({"rate_limited", "unreachable", "provider_failed"})  # what another try may find gone
COUNTED = ("received", "landed", "known", "quarantined")


@stage_task()
def find_sources(files: Any) -> list[SourceRequest]:
    """The sources of the dispatched job, or all that are due; behind `find_files`, which starts the job."""
    from leadhouse.connectors.source_types import TYPES
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    job_id, is_dispatched = job_of_run(current_run().run_id)
    job = find_job(job_id) if is_dispatched else None
    if job is not None and "path" in job["parameters"]:
        return []
    wanted = {
        "kinds": [name for name, each in TYPES.items() if each.connector],
        "source_keys": job["parameters"].get("source_keys") if job else None,
        "organization_id": job["organization_id"] if job else None,
    }
    with connect("imports") as connection:
        rows = connection.execute(load("source_runs").list_due_sources, wanted).fetchall()
    return [
        {"source_key": row["source_key"], "kind": row["kind"], "organization_id": str(row["organization_id"])}
        for row in rows
    ]


@stage_task(map_index_template="{{ task.op_kwargs['source']['source_key'] }}")
def read_source(source: SourceRequest) -> dict[str, Any]:
    """Read one source; what stops it early is said in its outcome, and fails the task where nobody planned it."""
    from uuid import UUID

    from leadhouse.connectors.source_errors import SourceError
    from leadhouse.connectors.source_runs import run_source
    from leadhouse.jobs import control, logs
    from leadhouse.ledger.steps import recorded_step

    run, key = current_run(), source["source_key"]
    job_id, is_dispatched = job_of_run(run.run_id)

    with (
        working_on(job_id if is_dispatched else None, key, run.run_id) as before_call,  # a safe point
        recorded_step("imports", run.run_id, "import_records", key, UUID(source["organization_id"])) as step,
    ):
        try:
            summary = run_source(key, run.run_on, run.run_id, before_call=before_call)
        except control.StoppedError as stop:
            step.outcome, step.message = "partial", str(stop)
            raise AirflowSkipException(str(stop)) from stop
        except SourceError as error:  # it cannot be read at all: no second try will find it otherwise
            raise AirflowFailException(str(error)) from error
        counts = {name: int(getattr(summary, name)) for name in COUNTED}
        step.counts |= {**counts, "calls": summary.calls, "eur": float(summary.eur), "reason": summary.reason}
        if not summary.is_complete:
            step.outcome, step.message = "partial", summary.detail
        if is_dispatched:
            level: Any = "info" if summary.is_complete else "warning"
            logs.write(job_id, level, f"{key}: {summary.detail}", dict(step.counts))
    if summary.reason in PASSING:
        raise RuntimeError(f"{key} was not read to its end: {summary.detail}")
    if summary.reason not in ("works", "over_budget"):
        raise AirflowFailException(f"{key} was not read to its end: {summary.detail}")
    return {"rows": counts["received"], **counts}
