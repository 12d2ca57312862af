"""Tasks of the stages after landing: who is who, and the marts."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from leadhouse.orchestration.assets import ENTITIES, MARTS
from leadhouse.orchestration.conventions import current_run, stage_task
from leadhouse.orchestration.job_runs import find_open_jobs
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
    summary = transform.build_marts(run.run_id, full_refresh=full_refresh)
    counts = as_counts(summary) | {"batches": summary.window.to_batch - summary.window.from_batch}
    adopted = leads.adopt_from_searches(run.run_id)
    if adopted:
        counts |= as_counts(transform.build_marts(f"{run.run_id}__adopted")) | {"batches": counts["batches"]}
    return counts | {"leads_adopted": adopted}


@stage_task()
def project_facts() -> int:
    """Show the marts' new values on the leads."""
    from leadhouse import leads

    return leads.project_facts(current_run().run_id)


@stage_task(outlets=[MARTS])
def announce_marts(built: dict[str, Any]) -> None:
    """Wake enrichment, unless only messages have changed: their figures need nothing and are wanted by nobody else.

    What was built decides, too: entities whose own run had failed are built by the next, whatever wakes that.
    """
    woken_by = {asset.name for asset in get_current_context()["triggering_asset_events"]}
    has_news = built["batches"] or built["leads_adopted"] or built["is_full_refresh"]
    if woken_by and ENTITIES.name not in woken_by and not has_news:
        raise AirflowSkipException("Only messages have changed since the last build.")
