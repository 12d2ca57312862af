"""A night on which little has changed, against the first: CPU of crawl, resolve and marts, the database's included.

Two kinds of nights. Where sites have no sitemap every page is asked and answers 304 ("second night"); where they have
one with the day of each page's last change, only what has moved is asked ("second night, sitemaps").

Each is measured at two sizes, in a database of its own. What a page more costs is the slope between the two; what is
left of either at no page at all is the start-up (imports, a mart that is built whole, tables that are looked through),
told apart. A night of one company comes before, which pays for the first build of every mart. ``--pages N`` sets the
larger size, ``--kind asked`` or ``--kind sitemaps`` leaves the other out. The CPU of the server of the sites, which
runs in this process, is taken off.

A night on which nothing has changed at all is counted, not timed: its requests against the first night's, and of sites
without sitemaps, by the rule of `scrapers.base.revisits`, those of a night after four weeks in which nothing changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from benchmarks import crawling
from benchmarks.company_sites import PAGES, change, company_sites, host, more_paths
from benchmarks.local_site import Site, serve
from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.jobs import requests
from leadhouse.jobs.crawl import run_shard
from leadhouse.jobs.sources import KnownPage
from leadhouse.resolution.stage import resolve_unread
from leadhouse.transform.build import build_marts
from leadhouse.transform.staging import deploy_staging
from scrapers.base import revisits

SIZE = 4_000
SMALL = 2_000
CHANGED = 0.05
STAGES = ("crawl", "resolve", "marts")
KINDS = {"asked": "second night", "sitemaps": "second night, sitemaps"}
COUNTED_SITES = 20
SITE_SIZES = (len(PAGES), 40)  # a small company's, and as many as the platform reads of any
WEEKS = 4


@dataclass(frozen=True)
class Night:
    """CPU seconds of each stage, and the pages that were looked after."""

    spent: dict[str, float]
    pages: int

    def of(self, stage: str) -> float:
        """The seconds of a stage; of all where none is named."""
        return self.spent[stage] if stage else sum(self.spent.values())


@dataclass(frozen=True)
class Nights:
    """The first night of a size, and the one on which a share of its pages has changed."""

    first: Night
    second: Night
    changed: int
    answers: int  # to the requests of the second


def run() -> list[Result]:
    """A line a stage and one for all, of each kind; then the requests of nights on which nothing has changed."""
    wanted = int(_option("--pages", str(SIZE)))
    kinds = [_option("--kind", "")] if "--kind" in sys.argv else list(KINDS)
    lines: list[Result] = []
    for kind in kinds:
        small, large = (
            _nights(size // len(PAGES), with_sitemaps=kind == "sitemaps") for size in (min(SMALL, wanted // 2), wanted)
        )
        lines += [_line(f"{KINDS[kind]}: {stage}", stage, small, large, "", "") for stage in STAGES]
        told = f"{large.first.pages} pages, {large.changed} of them changed, {large.answers} requests; "
        lines.append(_line(f"{KINDS[kind]}: whole night", "", small, large, "<= 0.15", told))
    return [*lines, *(_requests(more_paths(size)) for size in SITE_SIZES), *map(_four_weeks, SITE_SIZES)]


def _option(name: str, default: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def _line(name: str, stage: str, small: Nights, large: Nights, aim: str, told: str) -> Result:
    """Milliseconds that a page more costs, on the second night and on the first."""
    pages = large.first.pages - small.first.pages
    ours = (large.second.of(stage) - small.second.of(stage)) * 1000 / pages
    peer = (large.first.of(stage) - small.first.of(stage)) * 1000 / pages
    start_up = large.second.of(stage) - ours * large.first.pages / 1000
    first = large.first.of(stage) - peer * large.first.pages / 1000
    note = (
        f"{told}{small.second.of(stage):.2f} s at {small.first.pages} pages and {large.second.of(stage):.2f} s at "
        f"{large.first.pages}, the first night {small.first.of(stage):.2f} and {large.first.of(stage):.2f}; "
        f"start-up apart: {start_up:.2f} s, {first:.2f} s of the first night"
    )
    return Result(name, ours, peer, "first night", "ms CPU/page", ours / peer, aim, note)


def _nights(companies: int, *, with_sitemaps: bool) -> Nights:
    site = company_sites(0, companies + 1, with_sitemaps=with_sitemaps)
    with serve(site) as (proxy,), own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy) as database:
        deploy_staging()
        _night(database, site, 0, [host(companies)])
        hosts = [host(number) for number in range(companies)]
        first = _night(database, site, 1, hosts)
        changed, before = change(site, CHANGED), site.answers
        second = _night(database, site, 2, hosts)
        return Nights(first, second, changed, site.answers - before)


def _night(database: OwnDatabase, site: Site, day: int, hosts: list[str]) -> Night:
    spent: dict[str, float] = {}
    run_id = f"bench__{day}"
    job_id, numbers = _plan(day, hosts, len(PAGES))
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


def _plan(day: int, hosts: list[str], pages: int) -> tuple[UUID, list[int]]:
    urls = [f"http://{each}" for each in hosts]
    return crawling.plan(urls, pages + 2, crawling.RUN_ON + timedelta(days=day))


def _requests(paths: tuple[str, ...]) -> Result:
    """Requests of a night on which nothing has changed, of sites with sitemaps; nobody need be resolved for them."""
    site = company_sites(0, COUNTED_SITES, paths, with_sitemaps=True)
    hosts = [host(number) for number in range(COUNTED_SITES)]
    answers: list[int] = []
    with serve(site) as (proxy,), own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy):
        for day in (1, 2):
            before = site.answers
            job_id, numbers = _plan(day, hosts, len(paths))
            counts = [run_shard(job_id, number, f"bench__{day}") for number in numbers]
            requests.finish(job_id, counts[0])
            answers.append(site.answers - before)
    note = (
        f"{answers[1]} and {answers[0]} of {COUNTED_SITES} sites: the sitemap says that no page need be asked. "
        "robots.txt holds for a day; a night later than that asks for it, too"
    )
    name = f"unchanged night, sitemaps, {len(paths)} pages a site"
    first, second = (each / COUNTED_SITES for each in answers)
    return Result(name, second, first, "first night", "requests/site", second / first, "<= 0.05", note)


def _four_weeks(size: int) -> Result:
    """The mean night of a week after some weeks of unchanged nights, of a site without a sitemap: by the rule alone."""
    began, paths = datetime.now(UTC), more_paths(size)
    confirmed = dict.fromkeys(paths, began)
    asked = 0.0
    for night in range(1, 7 * WEEKS + 8):
        now = began + timedelta(days=night)
        due = [path for path in paths if path == "/" or _is_due(path, confirmed[path], began, now)]
        confirmed |= dict.fromkeys(due, now)
        asked += len(due) + 1 if night > 7 * WEEKS else 0  # and robots.txt
    a_night, first = asked / 7 + 1 / 7, float(size + 2)  # /sitemap.xml is tried at first, and once a week
    name = f"unchanged night after {WEEKS} weeks, no sitemap, {size} pages a site"
    note = "counted by the rule of revisits: the start page each night, others after a fifth of the time they stood"
    return Result(name, a_night, first, "first night", "requests/site", a_night / first, "<= 0.05", note)


def _is_due(path: str, confirmed_at: datetime, since: datetime, now: datetime) -> bool:
    known = KnownPage(None, None, confirmed_at, confirmed_at=confirmed_at, changed_at=since)
    return revisits.is_due(f"http://site.example{path}", known, "any@1", now)
