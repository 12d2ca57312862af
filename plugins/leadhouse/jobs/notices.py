"""What a source's crawl has to tell a person: in the database, in the job's log, in the task's log.

One row of quality.step_outcomes a judged source and run (stage ``watch_source``): `counts` is its history, `message` is
why it is `partial`. Whoever made a source of their own is told in the product, once and not again every night.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs import logs
from leadhouse.jobs.sources import SourceOutcome

TITLES = {
    "layout_changed": "Its layout has changed: some fields are held",
    "too_few": "Too little was found: nothing new has landed",
    "too_many": "Far more was found than before",
    "blocked": "The site does not let the crawler in",
    "empty": "The site answers, but holds nothing any more",
    "broken": "The site gives no usable answer",
}
ORDINARY = "ordinary"  # the kind of a source that did as before
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceNotice:
    """`kind` is one of TITLES, or ORDINARY; `counts` are figures by name; `is_new`: it was not so before."""

    kind: str
    message: str
    counts: Mapping[str, int | str]
    is_new: bool = True


def tell(run_id: str, job_id: UUID, outcome: SourceOutcome, notice: SourceNotice, now: datetime) -> None:
    """Writes the row; what is not ordinary goes to the logs, too, and to the source's owner if it is new."""
    source = outcome.source
    with connect("jobs") as connection:
        _write(connection, run_id, [(outcome, notice)], now)
        if notice.kind != ORDINARY and notice.is_new:
            title = f"{source.host}: {TITLES[notice.kind]}"
            told = {"kind": f"source_{notice.kind}", "notice_kind": notice.kind, "source_key": source.source_key}
            values = {**told, "title": title, "notice": notice.message}
            connection.execute(queries.load("jobs").notify_source_owner, values)
    if notice.kind != ORDINARY:
        log.warning("%s: %s: %s", source.source_key, notice.kind, notice.message)
        details = {"source_key": source.source_key, "kind": notice.kind}
        logs.write(job_id, "warning", f"{source.source_key}: {notice.message}", details)


def note_ordinary(
    connection: Connection[Any], run_id: str, told: Sequence[tuple[SourceOutcome, SourceNotice]], now: datetime
) -> None:
    """The rows of sources that did as before, of which nobody is told; in the transaction of a connection of `jobs`."""
    if told:
        _write(connection, run_id, told, now)


def _write(
    connection: Connection[Any], run_id: str, told: Sequence[tuple[SourceOutcome, SourceNotice]], now: datetime
) -> None:
    rows = [
        {
            "source_key": outcome.source.source_key,
            "outcome": "succeeded" if notice.kind == ORDINARY else "partial",
            "counts": {"kind": notice.kind, **notice.counts},
            "message": None if notice.kind == ORDINARY else f"{notice.kind}: {notice.message}"[:2000],
            "started_at": outcome.started_at.isoformat(),
            "wall_seconds": (now - outcome.started_at).total_seconds(),
            "organization_id": str(outcome.source.organization_id) if outcome.source.organization_id else None,
        }
        for outcome, notice in told
    ]
    values = {"run_id": run_id, "stage": "watch_source", "rows": Jsonb(rows)}
    connection.execute(queries.load("jobs").insert_source_outcomes, values)
