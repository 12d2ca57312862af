"""How a benchmark measures and what it reports."""

from __future__ import annotations

import resource
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


def children_seconds() -> float:
    """CPU seconds of all children of this process that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _usage() -> float:
    usage = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in usage)
