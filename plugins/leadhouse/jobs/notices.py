"""What a source's crawl has to tell a person: in the database, in the job's log, in the task's log.

One row of quality.step_outcomes a judged source and run (stage ``watch_source``): `counts` is its history, `message` is
why it is `partial`. Whoever made a source of their own is told in the product, once and not again every night.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceNotice:
    """`kind` is one of TITLES, or ``ordinary``; `counts` are figures by name; `is_new`: it was not so before."""

    kind: str
    message: str
    counts: Mapping[str, int | str]
    is_new: bool = True


def tell(run_id: str, job_id: UUID, outcome: SourceOutcome, notice: SourceNotice, now: datetime) -> None:
    """Writes the row; what is not ordinary goes to the logs, too, and to the source's owner if it is new."""
    source, sql = outcome.source, queries.load("jobs")
    values = {
        "run_id": run_id,
        "source_key": source.source_key,
        "outcome": "succeeded" if notice.kind == "ordinary" else "partial",
        "counts": Jsonb({"kind": notice.kind, **notice.counts}),
        "message": None if notice.kind == "ordinary" else f"{notice.kind}: {notice.message}"[:2000],
        "started_at": outcome.started_at,
        "wall_seconds": (now - outcome.started_at).total_seconds(),
        "organization_id": source.organization_id,
    }
    with connect("jobs") as connection:
        connection.execute(sql.insert_source_notice, values)
        if notice.kind != "ordinary" and notice.is_new:
            title = f"{source.host}: {TITLES[notice.kind]}"
            told = {"kind": f"source_{notice.kind}", "notice_kind": notice.kind, "source_key": source.source_key}
            connection.execute(sql.notify_source_owner, {**told, "title": title, "notice": notice.message})
    if notice.kind != "ordinary":
        log.warning("%s: %s: %s", source.source_key, notice.kind, notice.message)
        details = {"source_key": source.source_key, "kind": notice.kind}
        logs.write(job_id, "warning", f"{source.source_key}: {notice.message}", details)
