"""One leased shard: its sources with what is known of them, the spiders that read them, its archive file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from leadhouse.archive import ArchiveWriter, read_exchanges
from leadhouse.database import connect
from leadhouse.jobs.leases import Lease
from leadhouse.jobs.sources import Source, SourceOutcome, finish_sources, load_sources
from leadhouse.records import Outcome
from leadhouse.settings import settings
from scrapers.base.former import former_robots
from scrapers.base.host_leases import HostLeases
from scrapers.base.source_spider import SourceSpider
from scrapers.middlewares.archive import index_replays
from scrapers.pipelines.landing import RunContext
from scrapers.process import run_spiders
from scrapers.spiders import all_spiders

log = logging.getLogger(__name__)


def crawl_shard(run: RunContext, pages: int) -> None:
    """Crawls to the end, `pages` of each site at most; what came of it is in the run's counts."""
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
