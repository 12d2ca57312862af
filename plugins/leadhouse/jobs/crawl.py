"""One shard, one process: Twisted's reactor starts once a process, so a crawl is a child of its own.

The parent holds the leases and renews them; the child dies with its parent (PR_SET_PDEATHSIG, set by the child itself).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect, queries
from leadhouse.jobs import control, leases, logs
from leadhouse.jobs.kept_connection import KeptConnection
from leadhouse.jobs.leases import LEASE_SECONDS, Lease
from leadhouse.jobs.requests import Job, find_job
from leadhouse.ledger.steps import recorded_step
from leadhouse.settings import settings

RENEW_SECONDS = LEASE_SECONDS / 12  # also how soon a wish to pause or cancel is noticed
STALE_LEASE = 3  # the child's exit code when landing refused its token
LAST_LINES = 20


class CrawlFailedError(RuntimeError):
    """The crawl process ended badly; the message ends with its last lines."""


def run_shard(job_id: UUID, shard_no: int, run_id: str) -> dict[str, int]:
    """Crawl one shard to its end and return its counts; a shard that is completed already returns them at once.

    Run again after any kind of death: pages of this job that were archived are not fetched again.

    Raises:
        LeaseHeldError: another living process has the shard.
        CrawlFailedError: the process failed, or its lease was taken over.
        StoppedError: the job was paused or cancelled; what had landed stays, what was fetched is archived.
    """
    values = {"job_id": job_id, "shard_no": shard_no}
    with connect("jobs") as connection:
        shard = connection.execute(queries.load("jobs").find_shard, values).fetchone()
    if shard is not None and shard["status"] == "completed":
        return dict(shard["counts"])
    control.require_wanted(job_id)
    lease = leases.lease_shard(job_id, shard_no, run_id)
    counts: dict[str, int] | None = None
    delay = settings().crawl_delay_seconds
    try:
        with recorded_step("jobs", run_id, "crawl_shard", f"{job_id}/{shard_no}") as step:
            hosts = leases.lease_hosts(lease, shard["hosts"] if shard else ())
            logs.write(job_id, "info", f"Shard {shard_no} begins with {len(hosts)} hosts.")
            try:
                counts = _supervise(lease, _command(find_job(job_id), lease, run_id))
            except control.StoppedError as stop:
                step.outcome, step.message = "skipped", str(stop)
                logs.write(job_id, "warning", str(stop), {"shard_no": shard_no})
                raise
            except CrawlFailedError as failure:
                logs.write(job_id, "error", str(failure), {"shard_no": shard_no})
                raise
            step.counts.update(counts)
            logs.write(job_id, "info", f"Shard {shard_no} is done.", counts)
            if not leases.complete(lease, counts, delay):
                raise CrawlFailedError(f"Shard {shard_no} of job {job_id} was taken over before it could be closed.")
    finally:
        if counts is None:
            leases.give_back(lease, delay)
    return counts


def _command(job: Job, lease: Lease, run_id: str) -> list[str]:
    pages = int(job.parameters.get("pages") or settings().crawl_page_budget)
    values = {
        "job": lease.job_id, "shard": lease.shard_no, "token": lease.token, "run-id": run_id, "run-on": job.run_on,
        "pages": pages, "parent": os.getpid(),
    }  # fmt: skip
    options = [f"--{name}={value}" for name, value in values.items()]
    return [sys.executable, "-m", "scrapers.run_shard", *options]


def _supervise(lease: Lease, command: Sequence[str]) -> dict[str, int]:
    """Starts the child, relays what it says, renews the leases, and reads its counts from its last line."""
    project = settings().project
    path = os.pathsep.join(filter(None, (str(project), str(project / "plugins"), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=project,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    lines: deque[str] = deque(maxlen=LAST_LINES)
    said: deque[str] = deque(maxlen=1)
    kept = KeptConnection()
    readers = [_follow(process.stderr, lines, echo=True), _follow(process.stdout, said, echo=False)]
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(RENEW_SECONDS)
                break
            kept.ask(partial(_look_in, lease))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        kept.close()
        for reader in readers:
            reader.join(5)
    if process.returncode != 0:
        raise CrawlFailedError(_explain(lease, process.returncode, lines))
    control.report_progress(lease.job_id)
    return {name: int(value) for name, value in json.loads(said[-1]).items()}


def _look_in(lease: Lease, connection: Connection[Any]) -> None:
    if not leases.renew(lease, connection=connection):
        raise CrawlFailedError(f"Shard {lease.shard_no} of job {lease.job_id} was taken over; crawl stopped.")
    control.report_progress(lease.job_id, connection)
    control.require_wanted(lease.job_id, connection)  # a landing is whole or not at all: any moment is safe to stop at


def _explain(lease: Lease, code: int, lines: Sequence[str]) -> str:
    what = f"The crawl of shard {lease.shard_no} of job {lease.job_id}"
    if code == STALE_LEASE:
        return f"{what} lost its lease to another process; nothing of it was landed twice."
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return f"{what} {how}. Run it again: what was archived is kept. Its last lines:\n" + "\n".join(lines)


def _follow(stream: IO[str] | None, kept: deque[str], *, echo: bool) -> threading.Thread:
    """Reads a pipe to its end, so that the child never blocks on it."""

    def read() -> None:
        for line in stream or ():
            if line.strip():
                kept.append(line.rstrip("\n"))
            if echo:
                sys.stderr.write(line)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
