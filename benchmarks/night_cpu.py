"""A night on which little has changed, against the first: CPU of crawl, resolve and marts, the database's included.

Two nights of one company come before: they pay for imports, for the first build of every mart, and show what a night
costs that has nothing to do. That start-up is taken off each figure and told in the note. ``--pages N`` sets the size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

from benchmarks import crawling
from benchmarks.company_sites import PAGES, change, company_sites, host
from benchmarks.local_site import serve
from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.jobs import requests
from leadhouse.jobs.crawl import run_shard
from leadhouse.resolution.stage import resolve_unread
from leadhouse.transform.build import build_marts
from leadhouse.transform.staging import deploy_staging

SIZE = 2_000
CHANGED = 0.05
STAGES = ("crawl", "resolve", "marts")


def run() -> list[Result]:
    """A line a stage and one for all."""
    wanted = int(sys.argv[sys.argv.index("--pages") + 1]) if "--pages" in sys.argv else SIZE
    companies = wanted // len(PAGES)
    site = company_sites(0, companies + 2)
    with serve(site) as (proxy,), own_database(**crawling.ENVIRONMENT, LEADHOUSE_CRAWL_PROXY=proxy) as database:
        deploy_staging()
        _night(database, 0, [host(companies)])
        start_up, _ = _night(database, 1, [host(companies + 1)])
        hosts = [host(number) for number in range(companies)]
        first, asked = _night(database, 2, hosts)
        changed = change(site, CHANGED)
        second, asked_again = _night(database, 3, hosts)
    told = f"{asked} pages, then {asked_again} asked of which {changed} had changed"
    lines = [_line(stage, first[stage], second[stage], start_up[stage], "") for stage in STAGES]
    total = _line("whole night", sum(first.values()), sum(second.values()), sum(start_up.values()), "<= 0.15", told)
    return [*lines, total]


def _line(stage: str, first: float, second: float, start_up: float, aim: str, told: str = "") -> Result:
    note = f"{told}{'; ' if told else ''}start-up {start_up:.2f} s apart"
    ours, peer = second - start_up, first - start_up
    return Result(f"second night: {stage}", ours, peer, "first night", "s CPU", ours / peer, aim, note)


def _night(database: OwnDatabase, day: int, hosts: list[str]) -> tuple[dict[str, float], int]:
    """CPU seconds of each stage, and the pages that were asked for."""
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
        before = database.seconds()
        spent[stage] = cpu_seconds(work) + database.seconds() - before
        if stage == "crawl":
            requests.finish(job_id, counts[0])
    return spent, sum(each["pages"] for each in counts)
