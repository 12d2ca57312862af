"""One listener of a process hears that something has changed and wakes the streams of that organization.

A stream holds no connection while it waits. What it reads, it reads in a short transaction of its caller's; four
streams at most read at once, so that a thousand that wake together leave threads and connections to the requests.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import psycopg
import structlog
from anyio import CapacityLimiter, to_thread

from leadhouse.events.stream import CHANNEL
from leadhouse.settings import settings

READERS = 4
TICK_SECONDS = 1.0
P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger("leadhouse.api")


class WakeUps:
    """The streams of one event loop, by what the channel says of their organization."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._limiter: CapacityLimiter | None = None
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def subscribed(self, key: str) -> Iterator[asyncio.Event]:
        """An event that is set when something of the organization may have changed; its reader clears it."""
        woken = asyncio.Event()
        with self._lock:
            self._waiting[key].add(woken)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="event listener", daemon=True)
                self._thread.start()
        try:
            yield woken
        finally:
            with self._lock:
                self._waiting[key].discard(woken)
                if not self._waiting[key]:
                    del self._waiting[key]

    async def read(self, work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """What `work` returns, in a thread, when it is its turn."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(READERS)
        return await to_thread.run_sync(lambda: work(*arguments, **options), limiter=self._limiter)

    @property
    def streams(self) -> int:
        """How many wait or read now."""
        return sum(len(each) for each in self._waiting.values())

    def _listen(self) -> None:
        """Until nobody waits any more; a connection that breaks is made anew, and everybody looks for themselves."""
        while not self._is_over():
            url = settings().api_url
            try:
                with psycopg.connect(url.get_secret_value() if url else "", autocommit=True) as connection:
                    connection.execute(f"set application_name = 'leadhouse api events'; listen {CHANNEL}")
                    self._tell(None)  # of what was before the first notification
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("event listener waits", reason=str(error)[:300])
                time.sleep(TICK_SECONDS)
            except RuntimeError:  # the loop has ended
                return

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._is_over(but_stay=True):
            for notice in connection.notifies(timeout=TICK_SECONDS):
                self._tell(notice.payload)

    def _is_over(self, *, but_stay: bool = False) -> bool:
        with self._lock:
            is_over = not self._waiting or self._loop.is_closed()
            if is_over and not but_stay:
                self._thread = None
            return is_over

    def _tell(self, key: str | None) -> None:
        self._loop.call_soon_threadsafe(self._wake, key)

    def _wake(self, key: str | None) -> None:
        with self._lock:
            keys = [key] if key is not None else list(self._waiting)
            woken = [event for each in keys for event in self._waiting.get(each, ())]
        for event in woken:
            event.set()


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, WakeUps] = WeakKeyDictionary()


def wake_ups() -> WakeUps:
    """Those of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = WakeUps(loop)
    return _by_loop[loop]


async def wait_for(woken: asyncio.Event, seconds: float) -> bool:
    """Whether it was set within `seconds`; it is cleared then, and what else comes in this moment counts as one."""
    with suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), seconds)
        await asyncio.sleep(0.02)
        woken.clear()
        return True
    return False
