"""A stage in a process of its own, and somebody who kills it, or what it hangs on, with signal 9."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any, Literal

import psutil

from leadhouse.local.postgres_server import PostgresServer
from leadhouse.settings import settings

Victim = Literal["stage", "crawl", "postgres"]
POLL_SECONDS = 0.01
EARLY = 0.75  # a kill that comes when the work is done proves nothing
LONGEST_STAGE_SECONDS = 120.0
PRELOADED = [
    "tests.faults.fault_nights", "leadhouse.imports.csv_import", "leadhouse.resolution", "leadhouse.transform",
    "leadhouse.leads", "leadhouse.enrichment", "leadhouse.campaigns", "dbt.cli.main", "great_expectations",
]  # fmt: skip
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(PRELOADED)


class StageFailedError(AssertionError):
    """A stage that nobody disturbed did not end well."""


@dataclass
class Killer:
    """Kills at moments drawn from a seed, and counts what it hit while it ran."""

    seed: int
    server: PostgresServer
    random: random.Random = field(init=False)
    hits: Counter[tuple[str, str]] = field(default_factory=Counter)  # (stage, victim)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def total(self) -> int:
        """Processes killed so far."""
        return sum(self.hits.values())

    def disturb(
        self, stage: str, victims: list[Victim], within: float, work: Callable[..., Any], *arguments: Any
    ) -> float:
        """Run a stage once for each victim, killing that, then to its end; the CPU seconds of that last time.

        A victim dies when the stage has used a random part of `within` CPU seconds: unlike a moment on the clock, that
        is the same place in the work however busy the machine is.
        """
        for victim in victims:
            child = _start(work, arguments)
            _watch(child, self.random.uniform(0, EARLY * within))
            if child.exitcode is None:
                self.hits[stage, victim] += self._kill(child, victim)
            self._finish(stage, child)
            self.server.ensure()
        child = _start(work, arguments)
        used = self._finish(stage, child)
        if child.exitcode != 0:
            raise StageFailedError(f"{stage} does not end well after kills with seed {self.seed}; see its error above.")
        return used

    def _finish(self, stage: str, child: ForkServerProcess) -> float:
        used = _watch(child, None)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise StageFailedError(f"{stage} did not end within {LONGEST_STAGE_SECONDS:.0f} s (seed {self.seed}).")
        return used

    def _kill(self, child: ForkServerProcess, victim: Victim) -> bool:
        """Whether there was something to kill."""
        if victim == "stage":
            child.kill()
            return True
        if victim == "postgres":
            pid = self.server.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            return True
        crawls = _crawls_of(child.pid)
        for process in crawls:
            with suppress(psutil.NoSuchProcess):
                # asked to stop, as by a stack that shuts down, it may not take itself for complete either
                process.send_signal(self.random.choice((signal.SIGKILL, signal.SIGTERM)))
        return bool(crawls)


def _watch(child: ForkServerProcess, cpu_seconds: float | None) -> float:
    """Wait until a child has ended or used so much; returns what it was last seen to have used."""
    used, deadline = 0.0, time.monotonic() + LONGEST_STAGE_SECONDS
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            used = max(used, _used_cpu(psutil.Process(child.pid)))
        if child.exitcode is not None or (cpu_seconds is not None and used >= cpu_seconds):
            break
        child.join(POLL_SECONDS)
    return used


def _used_cpu(process: psutil.Process) -> float:
    """CPU seconds of a process and of its children, living and ended."""
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return float(total)


def _crawls_of(child: int | None) -> list[psutil.Process]:
    """The Scrapy processes of a stage; a stage that has not started one yet gets a moment."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(child).children()
            if found or psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
                return found
        time.sleep(POLL_SECONDS)
    return []


def _run_stage(work: Callable[..., Any], arguments: tuple[Any, ...], environment: dict[str, str]) -> None:
    """In the child: the parent's settings, then the work. An exception makes the exit code 1."""
    for name in [name for name in os.environ if name.startswith("LEADHOUSE_")]:
        del os.environ[name]
    os.environ.update(environment)
    settings.cache_clear()
    work(*arguments)


def _start(work: Callable[..., Any], arguments: tuple[Any, ...]) -> ForkServerProcess:
    """A process with the imports done and nothing else: what has run dbt once can not be forked any more."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("LEADHOUSE_")}
    process = context.Process(target=_run_stage, args=(work, arguments, environment))
    process.start()
    return process
