"""Tasks that find out what is wanted and missing, and close the request behind the run."""

from __future__ import annotations

from airflow.sdk import TriggerRule, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import ENRICHED, RAW_PROVIDER
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import close_failed_job, job_of_run, working_on
from leadhouse.orchestration.notifier import FailureNotifier


@stage_task(on_failure_callback=[FailureNotifier(), close_failed_job])
def check_emails() -> int:
    """Check every address that was never checked, or too long ago; the number of checks that landed."""
    from leadhouse import enrichment
    from leadhouse.jobs import control, requests

    run = current_run()
    job_id, is_dispatched = job_of_run(run.run_id)
    if is_dispatched:
        if control.is_withdrawn(job_id, run.run_id):
            raise AirflowSkipException(f"Job {job_id} was withdrawn before its run began, or has a later one.")
        requests.start(job_id)
    with working_on(job_id if is_dispatched else None, "check_emails", run.run_id):
        return enrichment.check_emails(run.run_id, run.run_on)


@stage_task()
def request_wanted() -> int:
    """Ask for what a campaign or a search wants and the marts lack; the number of new requests."""
    from leadhouse import enrichment

    return enrichment.request_wanted(current_run().run_id)


@stage_task()
def call_provider() -> int:
    """Make the paid calls that are requested and within budget, each at most once; the number of answers."""
    from leadhouse import enrichment

    run = current_run()
    job_id, is_dispatched = job_of_run(run.run_id)
    asked_for = job_id if is_dispatched else None
    with working_on(asked_for, "call_provider", run.run_id) as before_call:  # before anything is paid is a safe point
        return enrichment.call_provider(run.run_id, run.run_on, asked_for, before_call)


@stage_task(trigger_rule=TriggerRule.ALL_DONE)
def finish_enrichment(checked: int | None, requested: int | None, answered: int | None) -> dict[str, int]:
    """Close the job with its counts; one whose calls were not made has failed, or stopped where somebody wished it."""
    from leadhouse.jobs import control, requests

    counts = {"checks": checked or 0, "requests": requested or 0, "answers": answered or 0}
    run_id = current_run().run_id
    job_id, is_dispatched = job_of_run(run_id)
    if not is_dispatched or control.is_withdrawn(job_id, run_id):
        return counts
    if answered is not None:
        requests.finish(job_id, counts)
    elif control.settle(job_id) is None:
        requests.fail(job_id, "Not all addresses were checked and providers asked.", run_id)
    return counts


def _landed() -> int:
    """What this run has landed, or asked in vain: its last tries' own counts, and the ledger.

    A try that was killed has landed what it has committed, and the next one does not count it.
    """
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    pulled = get_current_context()["ti"].xcom_pull(task_ids=["check_emails", "call_provider"])
    with connect("console") as connection:
        row = connection.execute(load("orchestration").count_landed, {"run_id": current_run().run_id}).fetchone()
    return max(sum(count or 0 for count in pulled), int(row["landed"]) if row else 0)


@stage_task(outlets=[RAW_PROVIDER], trigger_rule=TriggerRule.ALL_DONE)
def announce_facts() -> int:
    """Wake resolution when something has landed."""
    landed = _landed()
    if not landed:
        raise AirflowSkipException("Nothing has landed: the marts are complete.")
    return landed


@stage_task(outlets=[ENRICHED], trigger_rule=TriggerRule.ALL_DONE)
def announce_enriched() -> None:
    """Wake the campaigns when nothing has landed: what could be had is in the marts."""
    landed = _landed()
    if landed:
        raise AirflowSkipException(f"{landed} facts have landed: the marts are built once more first.")
