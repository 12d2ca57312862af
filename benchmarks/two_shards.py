"""Two shards at once against one: what a page costs either way, and what the shards wait for each other.

Where other programs share the processors, wall clock says little. Twice the rate on two processors means that a page
costs no more CPU and that nobody waits for locks: both are measured here, the waits by looking every 5 ms.
"""

from __future__ import annotations

import threading
import time

import psutil

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import made_site, serve
from benchmarks.measure import Result, children_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.database import admin
from leadhouse.jobs import requests
from leadhouse.jobs.crawl import run_shard

PAGES = 100
LOOK_SECONDS = 0.005


def run() -> list[Result]:
    """The share of twice one's rate that is left: CPU a page alone, over CPU a page beside another and its waits."""
    with serve(made_site(2 * PAGES), ports=6) as urls, own_database(**crawling.ENVIRONMENT) as database:
        start_up = crawling.crawl(database, urls[:1], 1)
        one = crawling.crawl(database, urls[1:3], PAGES) - start_up
        both, waited = _together(database, urls[3:5])
        two = Spent(both.crawl - 2 * start_up.crawl, both.pages - 2, both.database - 2 * start_up.database)
    waits = waited * 1000 / two.pages
    share = one.a_page / (two.a_page + waits)
    note = f"{one.a_page:.2f} ms CPU a page alone, {two.a_page:.2f} beside another, {waits:.3f} ms waiting for locks"
    return [Result("two shards at once", two.pages / (two.a_page + waits), two.pages / one.a_page, "twice one shard",
                   "rate", share, ">= 0.9", note)]  # fmt: skip


def _together(database: OwnDatabase, starts: list[str]) -> tuple[Spent, float]:
    """What two shards spend, and how many seconds their backends waited for locks; the looks at that are taken off."""
    job_id, numbers = crawling.plan(starts, PAGES, count=2)
    before, server = children_seconds(), database.seconds()
    counts: list[dict[str, int]] = []
    shards = [
        threading.Thread(target=lambda number=number: counts.append(run_shard(job_id, number, f"bench__{job_id}")))
        for number in numbers
    ]
    for shard in shards:
        shard.start()
    waited, looking = _waits(shards)
    requests.finish(job_id, counts[0])
    pages = sum(each["fetched"] for each in counts)
    return Spent(children_seconds() - before, pages, database.seconds() - server - looking), waited


def _waits(shards: list[threading.Thread]) -> tuple[float, float]:
    """Seconds that backends waited for locks while the shards ran, and CPU seconds of the backend that looked."""
    looks = "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and pid <> pg_backend_pid()"
    waited, last = 0.0, time.monotonic()
    with admin() as connection:
        connection.autocommit = True
        backend = psutil.Process(connection.info.backend_pid)
        while any(shard.is_alive() for shard in shards):
            time.sleep(LOOK_SECONDS)
            row = connection.execute(looks).fetchone()
            now = time.monotonic()
            waited += (now - last) * (row["n"] if row else 0)
            last = now
        spent = backend.cpu_times()
    return waited, spent.user + spent.system
