"""Calls to other machines that a request waits for: a few at once, so that slow ones leave connections to the others.

A request holds its connection while it waits, and whoever is called may take the whole of a time limit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from leadhouse.api.problems import Problem, ProblemError

AT_ONCE = 4  # of a process, which has sixteen connections unless the settings say otherwise
_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def outside_call() -> Iterator[None]:
    """One such call. Raises ProblemError (503) while others wait already."""
    if not _turns.acquire(blocking=False):
        detail = "Others wait for machines elsewhere already. Try again in a few seconds."
        raise ProblemError(Problem.UNAVAILABLE, detail, headers={"Retry-After": "10"})
    try:
        yield
    finally:
        _turns.release()
