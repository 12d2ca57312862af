"""Two shards at once against one: what a page costs either way, and what the shards wait for each other.

Where other programs share the processors, wall clock says little. Twice the rate on two processors means that a page
costs no more CPU and that nobody waits for locks: both are measured here, the waits by looking every 5 ms. Each shard
reads one site, alone as at once: a shard of two sites that are alike would read the second one from memory.

What two processes lose to each other that share nothing but the machine (caches, clock, two processors that are one
core's threads) no shard can keep: two readers (`benchmarks.reading`) say how much that is, before and after the shards.
"""

from __future__ import annotations

import threading
import time
from statistics import mean

import psutil

from benchmarks import crawling
from benchmarks.crawling import Spent
from benchmarks.local_site import made_site, serve
from benchmarks.measure import Result, children_seconds
from benchmarks.own_database import OwnDatabase, own_database
from benchmarks.reading import readers
from leadhouse.database import admin
from leadhouse.jobs import requests
from leadhouse.jobs.crawl import run_shard

PAGES = 150
LOOK_SECONDS = 0.005
WITH_ITSELF = "two readers that share nothing"


def run() -> list[Result]:
    """The share of twice one's rate that is left: CPU a page alone, over CPU a page beside another and its waits."""
    machine = [_kept_by_readers()]
    site = made_site(2 * PAGES)
    with serve(site, ports=6) as urls, own_database(**crawling.ENVIRONMENT) as database:
        start_up = crawling.crawl(database, urls[:1], 1)
        alone = [crawling.crawl(database, [url], PAGES) - start_up for url in urls[1:3]]
        served = site.seconds()
        both, waited = _together(database, urls[3:5])
        served = site.seconds() - served
        two = Spent(both.crawl - 2 * start_up.crawl, both.pages - 2, both.database - 2 * start_up.database)
    machine.append(_kept_by_readers())
    one, waits = mean(each.a_page for each in alone), waited * 1000 / two.pages
    kept = one / (two.a_page + waits)
    note = (
        f"{one:.2f} ms CPU a page alone, {two.a_page:.2f} beside another, {waits:.3f} ms waiting for locks; "
        f"of the database {two.database * 1000 / two.pages:.2f}, of the site's server {served * 1000 / two.pages:.2f}"
    )
    lost = f"readers keep {machine[0]:.2f} before and {machine[1]:.2f} after; start-up {start_up.crawl:.1f} s apart"
    rate, twice = two.pages / (two.a_page + waits), two.pages / one
    return [
        Result("two shards at once", rate, twice, "twice one shard", "rate", kept, ">= 0.9", note),
        Result("two shards at once", kept, mean(machine), WITH_ITSELF, "share", kept / mean(machine), ">= 0.9", lost),
    ]


def _kept_by_readers() -> float:
    """The share of twice one's rate that two processes keep of which each only reads pages."""
    return readers(1, PAGES)[0] / mean(readers(2, PAGES))


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
