"""A night on which little has changed, against the first: CPU of crawl, resolve and marts, the database's included.

Each is measured at two sizes, in a database of its own. What a page more costs is the slope between the two; what is
left of either at no page at all is the start-up (imports, a mart that is built whole, tables that are looked through),
told apart. A night of one company comes before, which pays for the first build of every mart. ``--pages N`` sets the
larger size. The CPU of the server of the sites, which runs in this process, is taken off.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from benchmarks import crawling
from benchmarks.company_sites import PAGES, change, company_sites, host
from benchmarks.local_site import Site, serve
from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.jobs import requests
from leadhouse.jobs.crawl import run_shard
from leadhouse.resolution.stage import resolve_unread
from leadhouse.transform.build import build_marts
from leadhouse.transform.staging import deploy_staging

SIZE = 4_000
CHANGED = 0.05
STAGES = ("crawl", "resolve", "marts")


@dataclass(frozen=True)
class Night:
    """CPU seconds of each stage, and the pages that were asked for."""

    spent: dict[str, float]
    asked: int

    def of(self, stage: str) -> float:
        """The seconds of a stage; of all where none is named."""
        return self.spent[stage] if stage else sum(self.spent.values())


@dataclass(frozen=True)
class Nights:
    """The first night of a size, and the one on which a share of its pages has changed."""

    first: Night
    second: Night
    changed: int


def run() -> list[Result]:
    """A line a stage and one for all."""
    wanted = int(sys.argv[sys.argv.index("--pages") + 1]) if "--pages" in sys.argv else SIZE
    small, large = (_nights(size // len(PAGES)) for size in (wanted // 2, wanted))
    lines = [_line(f"second night: {stage}", stage, small, large, "", "") for stage in STAGES]
    told = f"{large.first.asked} pages, then {large.second.asked} asked of which {large.changed} had changed; "
    return [*lines, _line("second night: whole night", "", small, large, "<= 0.15", told)]


def _line(name: str, stage: str, small: Nights, large: Nights, aim: str, told: str) -> Result:
    """Milliseconds that a page more costs, on the second night and on the first."""
    pages = large.first.asked - small.first.asked
    ours = (large.second.of(stage) - small.second.of(stage)) * 1000 / pages
    peer = (large.first.of(stage) - small.first.of(stage)) * 1000 / pages
    start_up = large.second.of(stage) - ours * large.first.asked / 1000
    first = large.first.of(stage) - peer * large.first.asked / 1000
    note = (
        f"{told}{small.second.of(stage):.2f} s at {small.first.asked} pages and {large.second.of(stage):.2f} s at "
        f"{large.first.asked}, the first night {small.first.of(stage):.2f} and {large.first.of(stage):.2f}; "
        f"start-up apart: {start_up:.2f} s, {first:.2f} s of the first night"
    )
    return Result(name, ours, peer, "first night", "ms CPU/page", ours / peer, aim, note)


def _nights(companies: int) -> Nights:
    site = company_sites(0, companies + 1)
    with serve(site) as (proxy,), own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy) as database:
        deploy_staging()
        _night(database, site, 0, [host(companies)])
        hosts = [host(number) for number in range(companies)]
        first = _night(database, site, 1, hosts)
        changed = change(site, CHANGED)
        return Nights(first, _night(database, site, 2, hosts), changed)


def _night(database: OwnDatabase, site: Site, day: int, hosts: list[str]) -> Night:
    spent: dict[str, float] = {}
    run_id = f"bench__{day}"
    urls = [f"http://{each}" for each in hosts]
    job_id, numbers = crawling.plan(urls, len(PAGES) + 2, crawling.RUN_ON + timedelta(days=day))
    counts: list[dict[str, int]] = []
    stages: dict[str, Callable[[], object]] = {
        "crawl": lambda: counts.extend(run_shard(job_id, number, run_id) for number in numbers),
        "resolve": lambda: resolve_unread(run_id),
        "marts": lambda: build_marts(run_id),
    }
    for stage, work in stages.items():
        before, served = database.seconds(), site.seconds()
        spent[stage] = cpu_seconds(work) + database.seconds() - before - (site.seconds() - served)
        if stage == "crawl":
            requests.finish(job_id, counts[0])
    return Night(spent, sum(each["pages"] for each in counts))
