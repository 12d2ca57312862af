"""Crawl processes that begin as a copy of one that has imported Scrapy: a second of CPU less for each shard of a test.

A worker of pytest starts one such process at its first crawl; it runs nothing of a crawl itself. A shard has its own
environment, arguments and pipes, dies with the process that it is a copy of, and is killed by its process id, like one
that was started. What another process than the worker starts (a dispatcher, Airflow, a parent that a test kills), and
what crawls by another checkout, is a process as ever.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from leadhouse.jobs import crawl
from leadhouse.settings import settings

MODULE = "scrapers.run_shard"
PROJECT = Path(__file__).parents[2]
COPIED = multiprocessing.get_context("forkserver")


class ForkedShard:
    """What `leadhouse.jobs.crawl` uses of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        (said, say), (told, tell) = COPIED.Pipe(duplex=False), COPIED.Pipe(duplex=False)
        self._process = COPIED.Process(
            target=run_copy, args=(list(arguments), str(cwd), dict(environment), say, tell), daemon=True
        )
        self._process.start()
        self.pid = self._process.pid
        self.stdout, self.stderr = (os.fdopen(os.dup(end.fileno()), encoding="utf-8") for end in (said, told))
        for end in (said, say, told, tell):
            end.close()

    @property
    def returncode(self) -> int | None:
        """None until somebody has seen its end."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Its exit code, minus the signal that killed it, or None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """The same at its end.

        Raises:
            subprocess.TimeoutExpired: it lives on.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(MODULE, timeout or 0.0)
        return self._process.exitcode

    def kill(self) -> None:
        """By signal 9."""
        self._process.kill()


def start_copy(command: Sequence[str], **options: Any) -> Any:
    """In place of `subprocess.Popen`, where `leadhouse.jobs.crawl` starts a shard of this checkout."""
    if command[:3] != [sys.executable, "-m", MODULE] or Path(options["cwd"]) != PROJECT:
        return subprocess.Popen(command, **options)
    _prepare(options["env"]["PYTHONPATH"])
    return ForkedShard(command[3:], options["cwd"], options["env"])


@cache
def _prepare(path: str) -> None:
    """Start the process that is copied: it takes its modules from this checkout, too."""
    from multiprocessing import forkserver

    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = path
    try:
        COPIED.set_forkserver_preload([__name__, "tests.scrapers.preloaded_modules"])
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def run_copy(
    arguments: Sequence[str], cwd: str, environment: Mapping[str, str], say: Connection, tell: Connection
) -> None:
    """In the copy: what `python -m scrapers.run_shard` would do, from its arguments to its exit code."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for end, number in ((say, 1), (tell, 2)):
        os.dup2(end.fileno(), number)
        end.close()
    random.seed()
    settings.cache_clear()
    from scrapers import run_shard

    own = [f"--parent={os.getppid()}" if each.startswith("--parent=") else each for each in arguments]
    sys.argv = [str(run_shard.__file__), *own]
    sys.exit(run_shard.main(own))


def fork_shards(patch: Any) -> None:
    """Have this process start its shards as copies."""
    names = {name: getattr(subprocess, name) for name in ("PIPE", "TimeoutExpired")}
    patch.setattr(crawl, "subprocess", SimpleNamespace(Popen=start_copy, **names))
