"""How often somebody may ask, with the headers that say so (draft-ietf-httpapi-ratelimit-headers-06).

Counted in the memory of the process: a count in Postgres would be a write for every read, dearer than the read itself.
So a limit is of one process, and protects what a process has: its threads and connections. What must hold over all
processes (guessing passwords, codes and reset mails) is counted in the database by `leadhouse.identity.throttling`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from leadhouse.api.caller import Caller
from leadhouse.api.exchange import Exchange, exchange_of
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.identity.throttling import network_of
from leadhouse.settings import settings

WINDOW_SECONDS = 60
FAILURES = 30  # wrong credentials of one address a window
MOST_SUBJECTS = 100_000  # beyond them, all others share one count


class _Counts:
    """How often each subject was counted in the window that runs."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._window = clock, -1
        self._counted: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, subject: str, amount: int = 1) -> tuple[int, int]:
        """Its count after this one, and the seconds until the window ends."""
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        with self._lock:
            if window != self._window:
                self._window = window
                self._counted.clear()
            if subject not in self._counted and len(self._counted) >= MOST_SUBJECTS:
                subject = "others"
            self._counted[subject] += amount
            return self._counted[subject], max(1, round((window + 1) * WINDOW_SECONDS - now))


_counts = _Counts()


@dataclass(frozen=True, slots=True)
class OpenLimit:
    """A dependency of what needs no sign-in: so many requests a minute from one network address.

    Without a number, as many as the settings say.
    """

    requests: int | None = None

    async def __call__(self, request: Request) -> None:
        """Count the request. Raises ProblemError (429)."""
        exchange = exchange_of(request.scope)
        allowed = self.requests or settings().api_open_requests_a_minute
        _count(exchange, f"open {self.requests} {_network(exchange)}", allowed)


def count_caller(exchange: Exchange, caller: Caller) -> None:
    """Count a request of a caller: each API key and each person for itself. Raises ProblemError (429)."""
    _count(exchange, str(caller.api_key_id or caller.user_id), settings().api_requests_a_minute)


def check_failures(exchange: Exchange) -> None:
    """Raises ProblemError (429) for an address that showed too many wrong credentials in this window."""
    failures, seconds = _counts.add(f"failed {_network(exchange)}", 0)
    if failures >= FAILURES:
        raise _too_many(seconds)


def count_failure(exchange: Exchange) -> None:
    """An address showed wrong credentials."""
    _counts.add(f"failed {_network(exchange)}")


def forget_counts() -> None:
    """Begin anew."""
    global _counts
    _counts = _Counts()


def _count(exchange: Exchange, subject: str, allowed: int) -> None:
    counted, seconds = _counts.add(subject)
    exchange.headers.update({
        "ratelimit-policy": f"{allowed};w={WINDOW_SECONDS}", "ratelimit-limit": str(allowed),
        "ratelimit-remaining": str(max(0, allowed - counted)), "ratelimit-reset": str(seconds),
    })  # fmt: skip
    if counted > allowed:
        raise _too_many(seconds)


def _network(exchange: Exchange) -> str:
    return network_of(exchange.origin.address) or "unknown"


def _too_many(seconds: int) -> ProblemError:
    detail = f"There were too many requests. Try again in {seconds} seconds."
    return ProblemError(Problem.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})
