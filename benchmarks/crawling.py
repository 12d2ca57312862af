"""Our crawl as the nights run it, measured: shards as processes of their own, into a database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from benchmarks.measure import children_seconds
from benchmarks.own_database import OwnDatabase
from leadhouse.jobs import requests, shards
from leadhouse.jobs.crawl import run_shard

PEERS = Path(__file__).with_name("peers.py")
RUN_ON = date(2026, 11, 20)
# a delay that is short enough for a benchmark, so that every request goes through the waiting
ENVIRONMENT = {"LEADHOUSE_CRAWL_DELAY_SECONDS": "0.005", "LEADHOUSE_TENANT_ADDRESSES": "127.0.0.1"}


@dataclass(frozen=True)
class Spent:
    """CPU seconds of crawl processes, of the database server meanwhile, and how many pages came of it."""

    crawl: float
    pages: int
    database: float = 0.0

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.crawl - other.crawl, self.pages - other.pages, self.database - other.database)

    @property
    def a_page(self) -> float:
        """Milliseconds of the crawl and the database together."""
        return (self.crawl + self.database) * 1000 / self.pages


def crawl(database: OwnDatabase, starts: Sequence[str], pages: int, run_on: date = RUN_ON) -> Spent:
    """One shard over the sites; `pages` is the budget of each."""
    job_id, numbers = plan(starts, pages, run_on)
    children, server = children_seconds(), database.seconds()
    counts = [run_shard(job_id, number, f"bench__{job_id}") for number in numbers]
    read = sum(each["fetched"] + each["not_modified"] for each in counts)
    requests.finish(job_id, counts[0])
    return Spent(children_seconds() - children, read, database.seconds() - server)


def plan(starts: Sequence[str], pages: int, run_on: date = RUN_ON, count: int = 1) -> tuple[UUID, list[int]]:
    """A started job over the sites, and the numbers of its shards."""
    job_id = requests.request_job("crawl", {"urls": [f"{url}/" for url in starts], "pages": pages}, run_on)
    requests.start(job_id)
    return job_id, shards.plan_shards(job_id, count)


def peer(kind: str, *arguments: str, told: str = "", proxy: str | None = None) -> Spent:
    """A crawler of `benchmarks.peers`."""
    environment = {**os.environ, **({"http_proxy": proxy, "https_proxy": proxy} if proxy else {})}
    before = children_seconds()
    done = subprocess.run(
        [sys.executable, str(PEERS), kind, *arguments],
        input=told, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    return Spent(children_seconds() - before, int(done.stdout.splitlines()[-1]))
