"""Hosts that a crawl is led to are leased before they are asked, and pauses that hosts ask for outlast the crawl.

The database is asked in a thread: requests to other hosts go on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg

from leadhouse.database import connect
from leadhouse.jobs import leases
from leadhouse.jobs.leases import Lease
from scrapers.base.answers import LONGEST_PAUSE, HostBusyError

MOST_SECONDS = 24 * 3600.0  # what a host may ask for in the name of later runs
WAIT_SECONDS = 300.0  # for a host that another crawl asks: two sites that lead to a third are asked one after the other
POLL_SECONDS = 2.0
GATHER_SECONDS = (
    2.0  # hosts that are left meanwhile are given back together, none of them sooner than it would be alone
)
log = logging.getLogger(__name__)


class HostLeases:
    """The hosts that a shard holds. `held` were leased, and their pauses awaited, before the crawl began."""

    def __init__(self, lease: Lease, held: Iterable[str], wait_seconds: float = WAIT_SECONDS) -> None:
        self._lease, self._wait = lease, wait_seconds
        self._not_before = dict.fromkeys((leases.host_key(host) for host in held), 0.0)
        self._left: dict[
            str, tuple[float, float]
        ] = {}  # hosts to give back: when they may be asked, and after how long
        self._connection: psycopg.Connection[Any] | None = None
        self._thread = ThreadPoolExecutor(1, "leases")  # ends with the process, after what waits was written

    async def take(self, host: str) -> float:
        """When the host may be asked (`time.monotonic`); it is leased now.

        Raises:
            HostBusyError: another shard goes on crawling it, or it asked for a longer pause than a crawl waits for.
        """
        deadline = time.monotonic() + self._wait
        if host in self._left:  # another site of this crawl leads there
            self._not_before[host], _ = self._left.pop(host)
        while host not in self._not_before:
            work = asyncio.get_running_loop().run_in_executor(self._thread, leases.lease_host, self._lease, host)
            is_held, next_request_at = await work
            if not is_held:
                if time.monotonic() > deadline:
                    raise HostBusyError(f"host_busy: another crawl asks {host}")
                await asyncio.sleep(min(POLL_SECONDS, self._wait))
                continue
            wait = (next_request_at - datetime.now(UTC)).total_seconds() if next_request_at else 0.0
            if wait > LONGEST_PAUSE:
                raise HostBusyError(f"postponed: {host} asked for a pause until {next_request_at:%Y-%m-%d %H:%M} UTC")
            self._not_before[host] = time.monotonic() + wait
        return self._not_before[host]

    def release(self, host: str, delay_seconds: float) -> None:
        """No site of this crawl asks the host any more; another may, after the delay. Returns at once.

        Within a loop it is written a moment later, with the hosts that are left by then.
        """
        if self._not_before.pop(host, None) is None:
            return
        is_first = not self._left
        self._left[host] = (time.monotonic() + delay_seconds, delay_seconds)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._give_back()
        else:
            if is_first:
                loop.call_later(GATHER_SECONDS, self._give_back)

    def close(self) -> None:
        """The crawl is over: what was left last is given back now, each host after its own delay."""
        self._give_back()
        self._thread.shutdown()

    def _give_back(self) -> None:
        if self._left:
            delays = {host: seconds for host, (_, seconds) in self._left.items()}
            self._left = {}
            self._thread.submit(self._release, delays).add_done_callback(_say)

    def postpone(self, host: str, pause_seconds: float) -> None:
        """No run asks the host before the pause is over. Returns at once."""
        seconds = min(pause_seconds, MOST_SECONDS)
        self._thread.submit(leases.postpone_host, self._lease, host, seconds).add_done_callback(_say)

    def _release(self, delays: dict[str, float]) -> None:
        """In the thread, on a connection that stays: a new one for each site costs more than its row."""
        for is_last in (False, True):
            if self._connection is None or self._connection.closed:
                self._connection = connect("jobs")
            try:
                return leases.release_some_hosts(self._connection, self._lease, delays)
            except psycopg.OperationalError:  # the server has begun anew meanwhile
                if is_last:
                    raise
        return None


def _say(work: Future[None]) -> None:
    error = work.exception()
    if error is not None:
        log.warning("what other runs are to know of a host could not be written: %s", error)
