"""
# crawl_sites

Crawls web sites: archives every page, extracts companies and people, lands the records.

**What.** Divides the sources over shards of hosts and crawls each shard in a process of its own (Scrapy). A shard
and its hosts are leased, so that no site is crawled twice at once; landing refuses a shard whose lease was taken
over.

**When.** Every night at 01:00 UTC for the sources that are due, and once per request (`app.jobs`, kind `crawl`),
whose run is named `job__<id>`. A person can start one from the form with sources or URLs of their choice. A run that
has not ended six hours after it was queued is told of and goes on.

**Inputs.** `app.sources`, or what the request names.

**Outputs.** WARC files, `raw.fetches`, `raw.extractions`, `raw.company_records`, `raw.person_records`,
`quality.quarantine`; the asset `raw_web`.

**Triage.**

- *One shard is red.* Its log names the host. Clear the task: the shard starts again and takes this run's own pages
  from the archive, not from the site. The other shards' records have moved on already.
- *"shard … is not held".* Another process has taken the shard over, which is what should happen after a kill.
  Nothing was landed twice; do nothing.
- *All sites are `blocked` or `broken`.* Look at the Run page by reason. Check the proxy (`LEADHOUSE_CRAWL_PROXY`)
  and the resolver, then run `leadhouse doctor`.
- *A source is `layout_changed` or `too_few`.* What it would have lost is held, the rest has landed. Correct the
  extractor and run `replay_archive`; see docs/runbooks/run_again.md, also for `blocked`, `empty` and `broken`.
"""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronTriggerTimetable, Param, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, NOT_AT_FIRST_START, DagTag, told_after
from leadhouse.orchestration.crawling import crawl_shard, finish_crawl, plan_crawl

PARAMS = {
    "source_keys": Param(
        [], type="array", items={"type": "string"}, title="Sources",
        description="Keys of `app.sources`, one a line. Empty: all that are due.",
    ),
    "urls": Param(
        [], type="array", items={"type": "string", "format": "uri"}, title="Start pages",
        description="Sites to crawl besides, one URL a line; they become sources.",
    ),
    "pages": Param(
        None, type=["null", "integer"], minimum=1, maximum=10_000, title="Pages a site",
        description="At most this many. Empty: the setting `LEADHOUSE_CRAWL_PAGE_BUDGET`.",
    ),
    "shards": Param(
        2, type="integer", minimum=1, maximum=64, title="Shards",
        description="Crawl processes, side by side as far as Airflow has room; the hosts are divided among them.",
    ),
    "reason": Param(
        "", type="string", maxLength=500, title="Reason", description="Why now; kept with the request."
    ),
}  # fmt: skip


@dag(
    schedule=CronTriggerTimetable("0 1 * * *", timezone="UTC", run_immediately=NOT_AT_FIRST_START),
    catchup=False,
    max_active_runs=4,
    params=PARAMS,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=6),
    doc_md=__doc__,
    tags=[DagTag.INGEST, DagTag.NIGHTLY, DagTag.BY_JOB],
)
def crawl_sites() -> None:
    """Plan, crawl the shards side by side, add up."""
    shard_numbers = plan_crawl()
    crawled = crawl_shard.expand(shard_no=shard_numbers)
    crawled >> finish_crawl(shard_numbers)
    # the sum is made from what did finish; this leaf turns the run red when a shard did not
    crawled >> EmptyOperator(task_id="confirm_shards", trigger_rule="none_failed")


crawl_sites()
