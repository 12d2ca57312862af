"""The queries of API and pages over a million leads: under policies, against the same by hand without any.

Both run in one process on one warm server, one after the other in every round, as prepared statements. Each line is the
median under policies against the median by hand in milliseconds; the note has the 95th percentile and the overhead.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import Connection

from benchmarks.lead_platform import generate, member
from benchmarks.measure import Result
from benchmarks.million_queries import QUERIES, Query, Statement
from leadhouse.database import admin_to, provisioning
from leadhouse.leads.work_list import find_reach
from leadhouse.local.postgres_server import PostgresServer

ROUNDS, WARM = 100, 10
AIM = "<= 2, p95 <= 10 ms"


def run() -> list[Result]:
    """A line for each query; the platform is made first, which takes some minutes."""
    with tempfile.TemporaryDirectory(prefix="leadhouse-bench-", dir=_roomiest()) as folder:
        Path(folder).chmod(0o711)  # the server runs as another user when this is root
        server = PostgresServer(Path(folder) / "postgres", durable=False).ensure()
        try:
            urls = provisioning.provision(server.admin_url, "benchmark")
            generate(urls["LEADHOUSE_DATABASE_ADMIN_URL"])
            return measure(urls["LEADHOUSE_DATABASE_ADMIN_URL"], urls["LEADHOUSE_API_URL"])
        finally:
            server.remove()


def measure(admin_url: str, api_url: str) -> list[Result]:
    """A line for each query over a generated platform."""
    return [_compare(query, admin_url, api_url) for query in QUERIES]


def _compare(query: Query, admin_url: str, api_url: str) -> Result:
    with _warm(admin_url, api_url, query.role) as (caller, owner):
        asked = query.noted(caller, find_reach(caller))
        by_hand = query.noted_by_hand(owner)
        ours, peer = [], []
        for _ in range(WARM + ROUNDS):
            ours.append(_milliseconds(caller, asked))
            peer.append(_milliseconds(owner, by_hand))
    median, floor = statistics.median(ours[WARM:]), statistics.median(peer[WARM:])
    late = statistics.quantiles(ours[WARM:], n=20)[-1]
    note = f"p95 {late:.2f} ms, {median - floor:+.2f} ms"
    return Result(f"{query.name} ({query.role})", median, floor, "by hand", "ms", median / floor, AIM, note)


@contextmanager
def _warm(admin_url: str, api_url: str, role: str) -> Iterator[tuple[Connection[Any], Connection[Any]]]:
    with member(api_url, role) as caller, admin_to(admin_url, autocommit=True) as owner:
        yield caller, owner


def _milliseconds(connection: Connection[Any], statements: list[Statement]) -> float:
    began = time.perf_counter()
    for text, parameters, prepare in statements:
        connection.execute(text, parameters, prepare=prepare).fetchall()
    return (time.perf_counter() - began) * 1000


def _roomiest() -> str | None:
    """Memory where there is enough of it: what a disk does is not what is compared."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if memory.is_dir() and os.access(memory, os.W_OK):
        room = os.statvfs(memory)
        if room.f_bavail * room.f_frsize > 12 * 1024**3:
            return str(memory)
    return None
