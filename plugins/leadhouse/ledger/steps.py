"""Outcome rows: every step of every stage leaves one, whether it went well or not."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from leadhouse.database import DatabaseError, connect
from leadhouse.database.queries import load

StepState = Literal["succeeded", "failed", "skipped", "partial"]


@dataclass
class Step:
    """A running step: fill `counts`, and set `outcome` or `message` when it is not a plain success."""

    counts: dict[str, int | float | str] = field(default_factory=dict)
    outcome: StepState = "succeeded"
    message: str | None = None


def _cpu_seconds() -> float:
    """User and system seconds of this process and of its children that have ended."""
    usage = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in usage)


@contextmanager
def recorded_step(
    component: str, run_id: str, stage: str, subject: str, organization_id: UUID | None = None
) -> Iterator[Step]:
    """Writes one row of quality.step_outcomes when the block ends, with wall and CPU seconds.

    `stage` is the DAG's verb_object or a part of it, `subject` what it worked on (a shard, a campaign, ``all``).
    The row has a transaction of its own: a failed step leaves its row and the exception goes on, with a note where the
    row could not be written either, because what broke the step was the database.
    """
    step = Step()
    started_at, wall, cpu = datetime.now(UTC), time.monotonic(), _cpu_seconds()
    key = {"run_id": run_id, "stage": stage, "subject": subject, "organization_id": organization_id}

    def write() -> None:
        spent = {"wall_seconds": time.monotonic() - wall, "cpu_seconds": _cpu_seconds() - cpu}
        said = {"outcome": step.outcome, "counts": Jsonb(step.counts), "message": step.message}
        with connect(component) as connection:
            connection.execute(load("ledger").insert_step_outcome, {**key, **said, **spent, "started_at": started_at})

    try:
        yield step
    except BaseException as error:
        step.outcome, step.message = "failed", f"{type(error).__name__}: {error}"[:2000]
        try:
            write()
        except (DatabaseError, psycopg.Error) as unwritten:
            error.add_note(f"Its row of quality.step_outcomes could not be written: {unwritten}")
        raise
    write()
