"""The Run page: one run beside the last one of its kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadhouse.console.night import Window, list_runs, night_summary
from leadhouse.console.rendering import render_page
from leadhouse.database import connect
from leadhouse.database.queries import load

TITLES = {"night": "Night", "crawl": "Crawl by request", "import": "Import by request"}
FORMER = {
    "night": "the night before it",
    "crawl": "the last crawl by request before it",
    "import": "the last import by request before it",
}


def run_page(since: datetime | None) -> str:
    """The run that began at `since` (the newest when None) beside the last one of its kind."""
    runs = list_runs()
    shown = next((each for each in runs if each.since == since), runs[0])
    now = night_summary(shown.since, shown.until)
    before = night_summary(shown.compared.since, shown.compared.until) if shown.compared else None
    return render_page(
        "run.html", runs=runs, run=shown, titles=TITLES, former_run=FORMER[shown.kind], now=now, before=before,
        bars=_bars(now, before), **_details(shown),
    )  # fmt: skip


def _bars(now: dict[str, Any], before: dict[str, Any] | None) -> dict[str, list[tuple[str, float, float | None]]]:
    former = {stage["stage"]: stage for stage in before["stages"]} if before else {}
    return {
        figure: [
            (stage["stage"], stage[figure], former[stage["stage"]][figure] if stage["stage"] in former else None)
            for stage in now["stages"]
        ]
        for figure in ("seconds", "cpu_seconds")
    }


def _details(run: Window) -> dict[str, Any]:
    window = {"since": run.since, "until": run.until}
    queries = load("console")
    with connect("console") as connection:
        return {
            "reasons": connection.execute(queries.count_quarantine_by_reason, window).fetchall(),
            "nodes": connection.execute(queries.list_dbt_nodes, window).fetchall(),
            "sources": connection.execute(queries.list_sources_by_outcome, window).fetchall(),
            "told_of": connection.execute(queries.list_sources_told_of, window).fetchall(),
        }
