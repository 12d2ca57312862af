"""
# resolve_entities

Decides who is who: joins what has landed to companies and people, and writes every touched id to the ledger of
changes.

**What.** Reads the batches that have landed since the last time, in commit order, and matches their records by
exact keys (domain, VAT id, email, phone with name). Ids are stable: a merge leaves a redirect, an un-merge reopens
it.

**When.** Whenever pages, imported rows, email checks or paid answers have landed (assets `raw_web`, `raw_imports`,
`raw_provider`), and every quarter of an hour in case an event was lost. While a crawl or an import that was requested
less than five minutes ago is under way it waits, so that what comes together is built together. What there is to do
stands in `raw.batches`. A run that has not ended four hours after it was queued is told of and goes on.

**Inputs.** `raw.batches` after the position of `resolve_entities`, `staging` views, `resolution.match_decisions`.

**Outputs.** `resolution.entities`, `assignments`, `redirects`, `changes`; the asset `entities`.

**Triage.**

- *The task is red.* Nothing of the batch is committed; the position has not moved. Clear the task when the cause is
  gone.
- *Two companies became one and should not have.* Un-merge them: `leadhouse.resolution.unmerge`; the decision stands
  against later matches.
- *It is skipped.* Its log names the request that it waits for, or says that nothing was left unread.
- *It runs but nothing changes.* Compare `app.batch_counters` with `app.consumer_positions`: when they are equal
  there is nothing unread.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag

from leadhouse.orchestration.assets import RAW_IMPORTS, RAW_PROVIDER, RAW_WEB
from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag, told_after
from leadhouse.orchestration.stages import resolve_unread


@dag(
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/15 * * * *", timezone="UTC"), assets=RAW_WEB | RAW_IMPORTS | RAW_PROVIDER
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=4),
    doc_md=__doc__,
    tags=[DagTag.RESOLVE, DagTag.BY_ASSET],
)
def resolve_entities() -> None:
    """Read what is unread."""
    resolve_unread()


resolve_entities()
