"""Tasks of `import_records`: which files, one mapped task each, the sum."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast
from uuid import UUID

from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import RAW_IMPORTS
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import close_failed_job, find_job, job_of_run, working_on
from leadhouse.orchestration.notifier import FailureNotifier
from leadhouse.orchestration.summaries import as_counts

Kind = Literal["company", "person"]
Mode = Literal["upsert", "skip", "merge"]


class FileRequest(TypedDict):
    """A file and whose it is; `kind` None: found out from the columns; `mode`: see `imports.import_modes`."""

    path: str
    organization_id: str
    kind: Kind | None
    mode: NotRequired[Mode]
    mapping: NotRequired[dict[str, str | None]]


COUNTED = ("rows", "landed", "known", "quarantined")


@stage_task(on_failure_callback=[FailureNotifier(), close_failed_job])
def find_files() -> list[FileRequest]:
    """The files of the dispatched job, or every file source that is due."""
    from leadhouse.jobs import control, requests

    job_id, is_dispatched = job_of_run(current_run().run_id)
    if not is_dispatched:
        return _due_files(None)
    job = find_job(job_id)
    if control.is_withdrawn(job_id, current_run().run_id):
        raise AirflowSkipException(f"Job {job_id} was withdrawn before its run began, or has a later one.")
    requests.start(job_id)
    parameters = job["parameters"]
    if "path" not in parameters:
        return _due_files(parameters.get("source_keys", []))
    if job["organization_id"] is None:
        raise ValueError(f"Job {job_id} imports {parameters['path']}, but names no organization: imports are private.")
    file = _file(parameters["path"], job["organization_id"], parameters.get("kind"))
    return [cast("FileRequest", file | {name: parameters[name] for name in ("mode", "mapping") if name in parameters})]


@stage_task(map_index_template="{{ task.op_kwargs['file']['path'].rpartition('/')[2] }}")
def import_file(file: FileRequest) -> dict[str, Any]:
    """Land one file's rows; bad ones go to quarantine with their reason."""
    from leadhouse.imports import csv_import
    from leadhouse.jobs import logs
    from leadhouse.ledger.steps import recorded_step

    run, path, organization_id = current_run(), Path(file["path"]), UUID(file["organization_id"])
    job_id, is_dispatched = job_of_run(run.run_id)
    with (
        working_on(job_id if is_dispatched else None, file["path"], run.run_id),  # between two files is a safe point
        recorded_step("imports", run.run_id, "import_records", path.name, organization_id) as step,
    ):
        summary = csv_import.import_file(
            path, organization_id, file["kind"], run.run_on, run.run_id,
            mapping=file.get("mapping"), mode=file.get("mode", "upsert"),
        )  # fmt: skip
        step.counts |= {name: getattr(summary, name) for name in COUNTED}
    if is_dispatched:
        logs.write(job_id, "info", f"{path.name} is imported.", dict(step.counts))
    return as_counts(summary)


@stage_task(outlets=[RAW_IMPORTS], trigger_rule=TriggerRule.ALL_DONE)
def finish_import(
    files: list[FileRequest] | None, imported: Any, sources: list[Any] | None = None, read: Any = None
) -> dict[str, int]:
    """Add the counts of files and sources up and close the job. What landed moves on, also when one failed."""
    from leadhouse.jobs import control, requests

    if files is None:
        raise AirflowSkipException("The files were not found out.")
    wanted = len(files) + len(sources or [])
    done = [counts for counts in (*(imported or []), *(read or [])) if counts]
    totals = {name: sum(int(counts.get(name, 0)) for counts in done) for name in COUNTED}
    run_id = current_run().run_id
    job_id, is_dispatched = job_of_run(run_id)
    is_dispatched = is_dispatched and not control.is_withdrawn(job_id, run_id)
    if is_dispatched:
        control.set_progress(job_id, wanted, len(done), 0)
    if is_dispatched and len(done) < wanted and control.settle(job_id) is not None:
        return totals
    if is_dispatched and (len(done) < wanted or sources is None):
        requests.fail(job_id, f"{wanted - len(done)} of {wanted} files and sources were not read.", run_id)
    elif is_dispatched:
        requests.finish(job_id, totals)
    return totals


def _due_files(source_keys: list[str] | None) -> list[FileRequest]:
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with connect("imports") as connection:
        rows = connection.execute(load("orchestration").list_due_files, {"source_keys": source_keys}).fetchall()
    return [_file(row["path"], row["organization_id"], row["kind"]) for row in rows]


def _file(path: str, organization_id: UUID, kind: str | None) -> FileRequest:
    return {"path": str(path), "organization_id": str(organization_id), "kind": cast("Kind | None", kind)}
