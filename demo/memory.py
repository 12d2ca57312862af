"""How much memory the stack takes at its peak."""

from __future__ import annotations

import time

import psutil

from demo.world_process import world_process
from leadhouse.local import airflow_stack, stack

SAMPLE_SECONDS = 5.0


class MemoryPeak:
    """Samples the proportional set size (shared pages counted once) of Postgres, Airflow and the world."""

    def __init__(self) -> None:
        self.megabytes = 0
        self._next = 0.0

    def sample(self) -> None:
        """Take a sample if the last one is old enough."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SAMPLE_SECONDS
        self.megabytes = max(self.megabytes, sum(map(_bytes, _family())) // 1024**2)


def _family() -> set[psutil.Process]:
    leaders = {stack.postgres().status().pid, world_process().status().pid, *airflow_stack.process_ids()}
    family: set[psutil.Process] = set()
    for pid in leaders - {None}:
        try:
            leader = psutil.Process(pid)
            family |= {leader, *leader.children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return family


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return 0
