"""``python -m scrapers.run_shard``: crawl one leased shard; `leadhouse.jobs.crawl` starts it and watches.

The last line of standard output is the counts as JSON. Exit codes: 0 done, 1 failed (run it again, it resumes),
3 the lease was taken over.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from leadhouse.archive import ArchiveWriter, read_exchanges
from leadhouse.jobs.leases import Lease
from leadhouse.jobs.sources import load_sources
from leadhouse.landing import ShardLease, StaleLeaseError
from leadhouse.settings import settings
from scrapers.middlewares.archive import index_replays
from scrapers.pipelines.landing import RunContext
from scrapers.process import die_with, run_spider
from scrapers.spiders.company_site import CompanySiteSpider

STALE_LEASE = 3
log = logging.getLogger("scrapers.run_shard")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.parent:
        die_with(options.parent)
    lease = ShardLease(options.job, options.shard, options.token)
    run = RunContext(options.run_id, options.run_on, lease)
    _crawl(run, options.pages)
    if isinstance(run.fatal, StaleLeaseError):
        log.error("%s", run.fatal)
        return STALE_LEASE
    if run.fatal is not None:
        log.error("nothing more could be landed: %s: %s", type(run.fatal).__name__, run.fatal)
        return 1
    print(json.dumps(dict(run.counts)), flush=True)
    return 0


def _crawl(run: RunContext, pages: int) -> None:
    lease = run.lease
    shard = load_sources(Lease(lease.job_id, lease.shard_no, lease.token), run.run_id)
    for counts in shard.finished.values():
        run.counts.update({name: value for name, value in counts.items() if isinstance(value, int)})
        run.counts["sources"] += 1
    run.counts["busy"] = len(shard.busy)
    for source_key in shard.busy:
        log.warning("%s is left out: another shard is crawling its host", source_key)
    if not shard.sources:
        return
    # the token makes the name this try's own; the shard's prefix finds what former tries kept
    prefix = f"{run.run_on}/{lease.job_id}/{lease.shard_no:04d}-"
    replays = index_replays(read_exchanges(settings().archive_root, prefix))
    with ArchiveWriter(settings().archive_root, f"{prefix}{lease.token:06d}") as archive:
        run_spider(
            CompanySiteSpider,
            "scrapers.pipelines.landing.LandingPipeline",
            sources=shard.sources,
            page_budget=pages,
            job_id=lease.job_id,
            archive=archive,
            replays=replays,
            run=run,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", type=UUID, required=True)
    parser.add_argument("--shard", type=int, required=True)
    parser.add_argument("--token", type=int, required=True)
    parser.add_argument("--run-id", required=True)
    parser.add_argument("--run-on", type=date.fromisoformat, required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--parent", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
