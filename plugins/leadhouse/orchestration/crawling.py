"""Tasks of `crawl_sites`: a job row, its shards, their counts."""

from __future__ import annotations

from typing import Any

from airflow.sdk import TriggerRule, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import RAW_WEB
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import RUN_KEY, close_failed_job, find_job, job_of_run
from leadhouse.orchestration.notifier import FailureNotifier


@stage_task(on_failure_callback=[FailureNotifier(), close_failed_job])
def plan_crawl() -> list[int]:
    """Start the run's job and divide its sources over shards of hosts; the numbers of the shards."""
    from leadhouse.jobs import control, requests, shards

    run, params = current_run(), get_current_context()["params"]
    job_id, is_dispatched = job_of_run(run.run_id)
    if not is_dispatched:
        wanted = {key: params[key] for key in ("source_keys", "urls", "pages", "reason") if params[key]}
        requests.request_job("crawl", {**wanted, RUN_KEY: run.run_id}, run.run_on, job_id=job_id)
    shard_count = find_job(job_id)["parameters"].get("shards") or params["shards"]
    if control.is_withdrawn(job_id, run.run_id):
        raise AirflowSkipException(f"Job {job_id} was withdrawn before its run began, or has a later one.")
    requests.start(job_id)
    return shards.plan_shards(job_id, shard_count)


@stage_task(map_index_template="shard {{ task.op_kwargs['shard_no'] }}")
def crawl_shard(shard_no: int) -> dict[str, Any]:
    """Crawl one shard in a process of its own: archive, extract, land."""
    from leadhouse.jobs import control, crawl

    run_id = current_run().run_id
    try:
        return crawl.run_shard(job_of_run(run_id)[0], shard_no, run_id)
    except control.StoppedError as stop:
        raise AirflowSkipException(str(stop)) from stop


@stage_task(outlets=[RAW_WEB], trigger_rule=TriggerRule.ALL_DONE)
def finish_crawl(shard_numbers: list[int] | None) -> dict[str, int]:
    """Add the shards' counts up and close the job. What landed moves on, also when a shard failed."""
    from leadhouse.jobs import control, requests, shards

    if shard_numbers is None:
        raise AirflowSkipException("The crawl was not planned.")
    run_id = current_run().run_id
    job_id = job_of_run(run_id)[0]
    totals, unfinished = shards.total_counts(job_id)
    if control.is_withdrawn(job_id, run_id):
        return totals
    if unfinished and control.settle(job_id) is not None:
        return totals
    if unfinished:
        told = f"{len(unfinished)} of {len(shard_numbers)} shards did not finish: {unfinished}"
        requests.fail(job_id, told, run_id)
    else:
        requests.finish(job_id, totals)
    return totals
