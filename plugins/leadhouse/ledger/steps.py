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

from psycopg.types.json import Jsonb

from leadhouse.database import connect

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
    The row has a transaction of its own: a failed step leaves its row and the exception goes on.
    """
    step = Step()
    started_at, wall, cpu = datetime.now(UTC), time.monotonic(), _cpu_seconds()
    try:
        yield step
    except BaseException as error:
        step.outcome, step.message = "failed", f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        with connect(component) as connection:
            connection.execute(
                "insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at,"
                " wall_seconds, cpu_seconds, organization_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    run_id,
                    stage,
                    subject,
                    step.outcome,
                    Jsonb(step.counts),
                    step.message,
                    started_at,
                    time.monotonic() - wall,
                    _cpu_seconds() - cpu,
                    organization_id,
                ),
            )
