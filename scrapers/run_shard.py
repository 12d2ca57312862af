"""``python -m scrapers.run_shard``: crawl one leased shard; `leadhouse.jobs.crawl` starts it and watches.

The last line of standard output is the counts as JSON. Exit codes: 0 done, 1 failed (run it again, it resumes),
3 the lease was taken over.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from leadhouse.archive import ArchiveWriter, read_exchanges
from leadhouse.database import connect
from leadhouse.jobs.leases import Lease
from leadhouse.jobs.sources import Source, SourceOutcome, finish_sources, load_sources
from leadhouse.landing import ShardLease, StaleLeaseError
from leadhouse.records import Outcome
from leadhouse.settings import settings
from scrapers.base.former import former_robots
from scrapers.base.host_leases import HostLeases
from scrapers.base.source_spider import SourceSpider
from scrapers.middlewares.archive import index_replays
from scrapers.pipelines.landing import RunContext
from scrapers.process import die_with, run_spiders
from scrapers.spiders import all_spiders

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
    # robots.txt of the last 24 hours counts as asked; what this job asked itself is newer
    replays = index_replays(former_robots(shard.sources))
    replays |= index_replays(read_exchanges(settings().archive_root, prefix))
    held = HostLeases(Lease(lease.job_id, lease.shard_no, lease.token), (source.host for source in shard.sources))
    with ArchiveWriter(settings().archive_root, f"{prefix}{lease.token:06d}") as archive:
        shared = {
            "page_budget": pages, "job_id": lease.job_id, "archive": archive, "replays": replays, "run": run,
            "host_leases": held,
        }  # fmt: skip
        try:
            run_spiders(
                ((spider, {"sources": sources, **shared}) for spider, sources in _by_spider(shard.sources, run)),
                "scrapers.pipelines.landing.LandingPipeline",
            )
        finally:
            held.close()


def _by_spider(sources: list[Source], run: RunContext) -> Iterator[tuple[type[SourceSpider], list[Source]]]:
    """Each spider with its sources. A source whose spider does not exist is broken, and the others go on."""
    spiders = {str(spider.name): spider for spider in all_spiders()}
    for source in sources:
        if source.spider not in spiders:
            reason = f"no spider {source.spider!r}: config.spider is one of {', '.join(sorted(spiders))}"
            log.error("%s: %s", source.source_key, reason)
            now = datetime.now(UTC)
            with connect("jobs") as connection:
                broken = SourceOutcome(source, Outcome.BROKEN, reason, {}, now, 0.0)
                finish_sources(connection, run.run_id, run.run_on, [broken])
            run.counts["sources"] += 1
    for name, spider in spiders.items():
        own = [source for source in sources if source.spider == name]
        if own and run.fatal is None:
            yield spider, own


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
