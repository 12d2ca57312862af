"""What people deleted and may no longer restore leaves the database: children first, in batches, with counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from graphlib import CycleError, TopologicalSorter

from leadhouse.database import connect
from leadhouse.database.queries import load

RESTORABLE_DAYS = 30
BATCH = 1000


def purge_deleted(now: datetime | None = None, *, batch: int = BATCH) -> dict[str, int]:
    """Delete for good what was deleted more than 30 days before `now` (UTC); table → rows, of tables that lost any.

    A row to which a message, a ledger or any other row that stays refers is kept. Each batch is a transaction.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=RESTORABLE_DAYS)
    counts = {table: _purge_table(table, before, batch) for table in _tables_in_order()}
    return {table: purged for table, purged in counts.items() if purged}


def purge_sign_ins(now: datetime | None = None) -> int:
    """Forget sessions, one-time tokens and throttles that ended more than 30 days before `now` (UTC); how many."""
    before = (now or datetime.now(UTC)) - timedelta(days=RESTORABLE_DAYS)
    with connect("maintenance") as connection:
        row = connection.execute(load("operations").purge_sign_ins, {"before": before}).fetchone()
    return int(row["purged"]) if row else 0


def _purge_table(table: str, before: datetime, batch: int) -> int:
    total = 0
    while True:
        with connect("maintenance") as connection:
            row = connection.execute(
                load("operations").purge_deleted, {"target": table, "before": before, "at_most": batch}
            ).fetchone()
        purged = int(row["purged"]) if row else 0
        total += purged
        if purged < batch:
            return total


def _tables_in_order() -> list[str]:
    """Tables that refer to others before those; in a circle, two rounds by name do what one cannot."""
    with connect("maintenance") as connection:
        tables = [row["target"] for row in connection.execute(load("operations").list_purgeable_tables)]
        edges = connection.execute(load("operations").list_purge_order).fetchall()
    sorter = TopologicalSorter({table: set[str]() for table in tables})
    for edge in edges:
        if edge["child"] in tables:
            sorter.add(edge["target"], edge["child"])
    try:
        return list(sorter.static_order())
    except CycleError:
        return tables + tables
