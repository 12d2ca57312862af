"""What a job says while it works: a few lines a shard or file, not one a page. Kept as `operations.retention` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries

MOST_LINES = 1000
Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; `log_no` grows, so that a reader goes on after the last it has."""

    log_no: int
    log_id: UUID
    level: Level
    message: str
    details: dict[str, Any]
    logged_at: datetime


def write(job_id: UUID, level: Level, message: str, details: Mapping[str, Any] | None = None) -> None:
    """One line, in a transaction of its own; a job that is not there leaves none."""
    write_many(job_id, [(level, message, details or {})])


def write_many(job_id: UUID, lines: Sequence[tuple[Level, str, Mapping[str, Any]]]) -> int:
    """Lines in their order (level, message, details); returns how many were written."""
    values = {
        "job_id": job_id,
        "levels": [level for level, _, _ in lines],
        "messages": [message for _, message, _ in lines],
        "details": [Jsonb(dict(details)) for _, _, details in lines],
    }
    with connect("jobs") as connection:
        row = connection.execute(_sql().write_logs, values).fetchone()
    return int(row["written"]) if row else 0


def read_logs(
    connection: Connection[Any],
    job_id: UUID,
    *,
    after: int = 0,
    levels: Sequence[Level] | None = None,
    limit: int = 200,
    skipped: int = 0,
) -> list[LogLine]:
    """The job's lines after a number, in order; `connection` acts as the caller, who sees the jobs in scope.

    1,000 at most; `skipped` are counted off by the database and not read.
    """
    values = {
        "job_id": job_id, "after": after, "levels": list(levels) if levels else None,
        "limit": max(0, min(limit, MOST_LINES)), "skipped": max(0, skipped),
    }  # fmt: skip
    return [LogLine(**row) for row in connection.execute(_sql().select_logs, values)]


def _sql() -> queries.Queries:
    return queries.load("jobs")
