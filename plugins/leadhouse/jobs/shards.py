"""Shards: the sources of a job, grouped by host and spread evenly, fixed once a job."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries
from leadhouse.jobs.leases import host_key
from leadhouse.jobs.requests import JobStateError


def source_key_of(url: str) -> tuple[str, str]:
    """Source key and host of a start page.

    Raises:
        ValueError: not an absolute http(s) URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an absolute http(s) URL, such as https://example.com/.")
    host = parts.netloc.rpartition("@")[2].lower()
    return f"web/{host.removeprefix('www.')}", host


def plan_shards(job_id: UUID, count: int) -> list[int]:
    """Divide the job's sources over at most `count` shards and return their numbers; a repeat finds the first plan.

    A host lies in one shard. Without sources the list is empty.

    Raises:
        JobStateError: there is no such job.
        ValueError: the job names a URL that is none.
    """
    sql = queries.load("jobs")
    with connect("jobs") as connection:
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"plan_shards {job_id}"])
        planned = connection.execute(sql.select_shards, {"job_id": job_id}).fetchall()
        if planned:
            return [row["shard_no"] for row in planned]
        shards = _spread(_sources(connection, job_id), max(1, count))
        for shard_no, (hosts, source_keys) in enumerate(shards):
            row = {"job_id": job_id, "shard_no": shard_no, "hosts": hosts, "source_keys": source_keys}
            connection.execute(sql.insert_shard, row)
        return list(range(len(shards)))


def total_counts(job_id: UUID) -> tuple[dict[str, int], list[int]]:
    """The sums over the shards that have finished, and the numbers of those that have not."""
    totals: Counter[str] = Counter()
    unfinished = []
    with connect("jobs") as connection:
        for row in connection.execute(queries.load("jobs").select_shards, {"job_id": job_id}):
            if row["status"] != "completed":
                unfinished.append(row["shard_no"])
            for name, value in row["counts"].items():
                totals[name] += int(value)
    return dict(totals), unfinished


def _sources(connection: Connection[Any], job_id: UUID) -> dict[str, list[str]]:
    """Source keys by host."""
    sql = queries.load("jobs")
    job = connection.execute(sql.find_job, {"job_id": job_id}).fetchone()
    if job is None:
        raise JobStateError(f"There is no job {job_id} in app.jobs; request it again.")
    keys = list(job["parameters"].get("source_keys") or ())
    for url in job["parameters"].get("urls") or ():
        key, host = source_key_of(url)
        connection.execute(sql.insert_source, {"source_key": key, "host": host, "start_url": url})
        keys.append(key)
    by_host: dict[str, list[str]] = defaultdict(list)
    wanted = {"source_keys": keys or None, "organization_id": job["organization_id"]}
    for row in connection.execute(sql.select_due_sources, wanted):
        by_host[host_key(str(row["host"]))].append(row["source_key"])
    return by_host


def _spread(by_host: dict[str, list[str]], count: int) -> list[tuple[list[str], list[str]]]:
    """(hosts, source keys) of each shard: the largest host first, always to the shard that has least."""
    shards: list[tuple[int, int, list[str], list[str]]] = [(0, number, [], []) for number in range(count)]
    ordered: Iterable[tuple[str, list[str]]] = sorted(by_host.items(), key=lambda item: (-len(item[1]), item[0]))
    for host, keys in ordered:
        load, number, hosts, source_keys = heapq.heappop(shards)
        heapq.heappush(shards, (load + len(keys), number, [*hosts, host], [*source_keys, *keys]))
    filled = sorted((shard for shard in shards if shard[2]), key=lambda shard: shard[1])
    return [(hosts, keys) for _, _, hosts, keys in filled]
