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

from leadhouse.jobs import leases
from leadhouse.jobs.leases import Lease
from scrapers.base.answers import LONGEST_PAUSE, HostBusyError

MOST_SECONDS = 24 * 3600.0  # what a host may ask for in the name of later runs
log = logging.getLogger(__name__)


class HostLeases:
    """The hosts that a shard holds. `held` were leased, and their pauses awaited, before the crawl began."""

    def __init__(self, lease: Lease, held: Iterable[str]) -> None:
        self._lease = lease
        self._not_before = dict.fromkeys((leases.host_key(host) for host in held), 0.0)
        self._thread = ThreadPoolExecutor(1, "leases")  # ends with the process, after what waits was written

    async def take(self, host: str) -> float:
        """When the host may be asked (`time.monotonic`); it is leased now.

        Raises:
            HostBusyError: another shard crawls it, or it asked for a longer pause than a crawl waits for.
        """
        if host not in self._not_before:
            work = asyncio.get_running_loop().run_in_executor(self._thread, leases.lease_host, self._lease, host)
            is_held, next_request_at = await work
            if not is_held:
                raise HostBusyError(f"host_busy: another crawl asks {host}")
            wait = (next_request_at - datetime.now(UTC)).total_seconds() if next_request_at else 0.0
            if wait > LONGEST_PAUSE:
                raise HostBusyError(f"postponed: {host} asked for a pause until {next_request_at:%Y-%m-%d %H:%M} UTC")
            self._not_before[host] = time.monotonic() + wait
        return self._not_before[host]

    def postpone(self, host: str, pause_seconds: float) -> None:
        """No run asks the host before the pause is over. Returns at once."""
        seconds = min(pause_seconds, MOST_SECONDS)
        self._thread.submit(leases.postpone_host, self._lease, host, seconds).add_done_callback(_say)


def _say(work: Future[None]) -> None:
    error = work.exception()
    if error is not None:
        log.warning("a host's pause could not be kept for later runs: %s", error)
