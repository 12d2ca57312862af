"""Pages that were answered, kept for the same question as long as the database says that nothing of them has changed.

A page is never answered from here without being asked for: whoever keeps one also keeps a version, and whoever wants it
asks the database what the version is now, in the transaction in which it judges the caller.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_BYTES = 32 * 2**20  # of a process
SECONDS = 300.0  # that a page is kept which nobody asks for: personal data do not stay for longer than they serve


@dataclass(frozen=True, slots=True)
class RememberedPage:
    """The body of an answer, and the version of what it shows."""

    body: bytes
    version: Hashable
    kept_until: float


class RememberedPages:
    """Bodies by what was asked, those last used kept, within `most_bytes`. `clock` is in seconds."""

    def __init__(self, most_bytes: int = MOST_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes, self._clock = most_bytes, clock
        self._pages: OrderedDict[Hashable, RememberedPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def holds(self, asked: Hashable) -> bool:
        """Whether a version is worth asking for alone."""
        return asked in self._pages

    def body(self, asked: Hashable, version: Hashable) -> bytes | None:
        """The body, if it is of this version."""
        with self._lock:
            page = self._pages.get(asked)
            if page is None or page.version != version:
                return None
            self._put(asked, page.body, version)
            return page.body

    def keep(self, asked: Hashable, body: bytes, version: Hashable) -> None:
        """The page as it was at this version or after it: with a later one, the next question finds it changed."""
        with self._lock:
            self._put(asked, body, version)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _put(self, asked: Hashable, body: bytes, version: Hashable) -> None:
        """As the last used; what was not used for long, or is too much, goes."""
        now = self._clock()
        self._drop(asked)
        self._pages[asked] = RememberedPage(body, version, now + SECONDS)
        self._bytes += len(body)
        while self._pages and (self._bytes > self._most_bytes or next(iter(self._pages.values())).kept_until <= now):
            self._drop(next(iter(self._pages)))

    def _drop(self, asked: Hashable) -> None:
        page = self._pages.pop(asked, None)
        if page is not None:
            self._bytes -= len(page.body)
