"""How a benchmark measures and what it reports."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One line of the report: ours against a peer or floor, as `ratio` of the two in `unit`.

    `aim` says what was promised (``>= 0.6``), or is empty where the figure is only reported.
    """

    name: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    ratio: float
    aim: str = ""
    note: str = ""


def cpu_seconds(work: Callable[[], object]) -> float:
    """User and system seconds that the work takes in this process and in children that it waits for."""
    before = _usage()
    work()
    return _usage() - before


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """The least wall seconds of some rounds: what noise adds is never the work's own."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _usage() -> float:
    usage = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in usage)
