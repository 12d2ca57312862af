"""The figures of a night, from the database alone: the command line, the progress view and the Run page share them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from leadhouse.database import connect
from leadhouse.database.queries import load

# In the order of the flow. A step's stage that is not listed belongs to the stage that `PARTS` names, or is its own.
STAGES = ("crawl_sites", "import_records", "resolve_entities", "build_marts", "enrich_leads", "send_campaigns")
PARTS = {
    "crawl_shard": "crawl_sites",
    "import_file": "import_records",
    "adopt_leads": "build_marts",
    "adopt_from_searches": "build_marts",
    "project_facts": "build_marts",
    "check_emails": "enrich_leads",
    "request_wanted": "enrich_leads",
    "call_provider": "enrich_leads",
    "freeze_audience": "send_campaigns",
    "run_gate": "send_campaigns",
    "queue_messages": "send_campaigns",
    "send_queued": "send_campaigns",
}
# Rows that a row of a stage adds up already.
DETAILS = ["crawl_site", "watch_source", "follow_merges"]
OUTCOMES = ("fetched", "not_modified", "blocked", "empty", "broken")


@dataclass(frozen=True)
class Window:
    """A span of time, [since, until) in UTC; `until` is None for the present one."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Run(Window):
    """What one request set going: ``night`` is the platform's own crawl and all that follows from it, ``crawl`` and
    ``import`` are what somebody asked for. `compared` is the last run of the same kind, None where there is none."""

    kind: str
    compared: Window | None


def list_runs(limit: int = 20) -> list[Run]:
    """Runs, newest first; where nothing was asked for yet, the last day as a night."""
    with connect("console") as connection:
        rows = connection.execute(load("console").list_runs, {"limit": limit}).fetchall()
    return [_run(row) for row in rows] or [Run(datetime.now(UTC) - timedelta(days=1), None, "night", None)]


def _run(row: dict[str, Any]) -> Run:
    since = row["compared_since"]
    compared = Window(since, row["compared_until"]) if since else None
    return Run(row["since"], row["until"], row["kind"], compared)


def night_summary(since: datetime, until: datetime | None = None) -> dict[str, Any]:
    """The figures of [since, until).

    Returns:
        ``stages``: in the order of the flow ``{"stage", "state", "seconds", "cpu_seconds", "counts", "messages",
        "started_at", "finished_at"}``; `state` is waiting, running, succeeded, partial or failed, `seconds` the time
        in which any of its steps ran.
        ``pages`` by outcome; ``records`` received, landed, known, quarantined (the first is the sum of the others);
        ``quarantined`` by reason; ``entities`` companies, people, leads as they are now; ``gate`` passed, blocked;
        ``messages`` by state; ``cost_eur`` by kind and in total.

    Raises:
        DatabaseError: the database is not reachable or not migrated.
    """
    with connect("console") as connection:
        window = {"since": since, "until": until, "details": DETAILS}
        read = _Reader(connection, window)
        return {
            "since": since.isoformat(),
            "until": until.isoformat() if until else None,
            "stages": _stages(read, is_present=until is None),
            "pages": dict.fromkeys(OUTCOMES, 0) | read.pairs("count_pages", "outcome", "pages"),
            "records": read.one("sum_records"),
            "quarantined": read.pairs("count_quarantine_by_reason", "reason", "rows"),
            "entities": read.one("count_entities"),
            "gate": read.one("count_verdicts"),
            "messages": read.pairs("count_messages", "state", "messages"),
            "cost_eur": _costs(read),
        }


@dataclass(frozen=True)
class _Reader:
    connection: Connection[Any]
    window: dict[str, Any]

    def rows(self, name: str) -> list[dict[str, Any]]:
        return self.connection.execute(getattr(load("console"), name), self.window).fetchall()

    def one(self, name: str) -> dict[str, Any]:
        return next(iter(self.rows(name)), {})

    def pairs(self, name: str, key: str, value: str) -> dict[str, Any]:
        return {row[key]: row[value] for row in self.rows(name)}


def _costs(read: _Reader) -> dict[str, float]:
    costs = {kind: float(amount) for kind, amount in read.pairs("sum_costs", "kind", "amount_eur").items()}
    return {**costs, "total": round(sum(costs.values()), 6)}


def _stages(read: _Reader, *, is_present: bool) -> list[dict[str, Any]]:
    steps = _by_stage(read.rows("summarize_stages"))
    counts = _by_stage(read.rows("sum_stage_counts"))
    open_work = _by_stage(read.rows("find_open_work")) if is_present else {}
    names = [*STAGES, *(name for name in steps if name not in STAGES)]
    return [_stage(name, steps.get(name, []), counts.get(name, []), open_work.get(name, [])) for name in names]


def _by_stage(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        name = str(row["stage"]).partition(".")[0]
        grouped.setdefault(PARTS.get(name, name), []).append(row)
    return grouped


def _stage(
    name: str, steps: list[dict[str, Any]], counts: list[dict[str, Any]], open_work: list[dict[str, Any]]
) -> dict[str, Any]:
    totals: dict[str, int] = {}
    for row in counts:
        totals[row["name"]] = totals.get(row["name"], 0) + row["total"]
    return {
        "stage": name,
        "state": _state(steps, open_work),
        "seconds": round(sum(row["seconds"] or 0.0 for row in steps), 2),
        "cpu_seconds": round(sum(row["cpu_seconds"] for row in steps), 2),
        "counts": totals,
        "messages": [message for row in steps for message in row["messages"] or [] if message],
        "started_at": min((row["started_at"].isoformat() for row in steps), default=None),
        "finished_at": max((row["finished_at"].isoformat() for row in steps), default=None),
    }


def _state(steps: list[dict[str, Any]], open_work: list[dict[str, Any]]) -> str:
    if any(row["running"] for row in open_work):
        return "running"
    if any(row["waiting"] for row in open_work) or not steps:
        return "waiting"
    if any(row["failed"] for row in steps):
        return "failed"
    return "partial" if any(row["partial"] for row in steps) else "succeeded"
