"""Tasks of the stages after landing: who is who, the marts, what is missing."""

from __future__ import annotations

from typing import Any

from airflow.sdk import TriggerRule, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import ENRICHED, ENTITIES, MARTS, RAW_PROVIDER
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import find_open_jobs, job_of_run
from leadhouse.orchestration.summaries import as_counts

COALESCE_MINUTES = 5


@stage_task(outlets=[ENTITIES])
def resolve_unread() -> dict[str, Any]:
    """Bring who is who up to date with every batch that has landed since the last time.

    Waits for requests that are young: a crawl and the imports beside it are resolved and built together, once.
    """
    from leadhouse import resolution

    under_way = find_open_jobs(COALESCE_MINUTES)
    if under_way:
        raise AirflowSkipException(f"Waits for {', '.join(under_way)}; whichever ends last wakes this again.")
    summary = resolution.resolve_unread(current_run().run_id)
    if summary.batch_no is None and get_current_context()["dag_run"].run_type == "scheduled":
        raise AirflowSkipException("Nothing was left unread.")
    return as_counts(summary)


@stage_task()
def build_models(full_refresh: bool = False) -> dict[str, Any]:
    """Build the marts of every entity that has changed; adopt what saved searches find, and build those leads."""
    from leadhouse import leads, transform

    run = current_run()
    counts = as_counts(transform.build_marts(run.run_id, full_refresh=full_refresh))
    adopted = leads.adopt_from_searches(run.run_id)
    if adopted:
        counts |= as_counts(transform.build_marts(f"{run.run_id}__adopted"))
    return counts | {"leads_adopted": adopted}


@stage_task()
def project_facts() -> int:
    """Show the marts' new values on the leads."""
    from leadhouse import leads

    return leads.project_facts(current_run().run_id)


@stage_task(outlets=[MARTS])
def announce_marts() -> None:
    """Wake enrichment, unless only messages have changed: their figures need nothing and are wanted by nobody else."""
    woken_by = {asset.name for asset in get_current_context()["triggering_asset_events"]}
    if woken_by and ENTITIES.name not in woken_by:
        raise AirflowSkipException("Only messages have changed since the last build.")


@stage_task()
def check_emails() -> int:
    """Check every address that was never checked, or too long ago; the number of checks that landed."""
    from leadhouse import enrichment

    run = current_run()
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
    job_id, is_job = job_of_run(run.run_id)
    return enrichment.call_provider(run.run_id, run.run_on, job_id if is_job else None)


def _landed() -> int:
    """What the two landing tasks of this run have landed; a task that failed has landed what it has committed."""
    pulled = get_current_context()["ti"].xcom_pull(task_ids=["check_emails", "call_provider"])
    return sum(count or 0 for count in pulled)


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
