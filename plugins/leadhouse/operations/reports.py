"""Reports on the database's own health: slow statements, sizes, indexes that nobody uses."""

from __future__ import annotations

from typing import Any, Literal

import psycopg

from leadhouse.database import connect
from leadhouse.database.queries import load

Report = Literal["slow-queries", "table-sizes", "unused-indexes"]


class ReportError(RuntimeError):
    """The server does not count what a report shows; the message says how it begins to."""


def read_report(report: Report, at_most: int = 20) -> list[dict[str, Any]]:
    """The rows of a report, most important first. Times are milliseconds, sizes bytes, `counted_since` is UTC.

    `counted_since` is None while the statistics were never reset: they go back to the making of the database.

    Raises:
        ReportError: pg_stat_statements is not installed.
    """
    queries = load("operations")
    statement = {
        "slow-queries": queries.list_slow_queries,
        "table-sizes": queries.list_table_sizes,
        "unused-indexes": queries.list_unused_indexes,
    }[report]
    with connect("maintenance") as connection:
        try:
            return connection.execute(statement, {"at_most": at_most}).fetchall()
        except psycopg.errors.UndefinedObject as error:
            raise ReportError(f"{error.diag.message_primary}. {error.diag.message_hint or ''}".strip()) from error
