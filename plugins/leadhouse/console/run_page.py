"""The Run page: one night against the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadhouse.console.night import Night, list_nights, night_summary
from leadhouse.console.rendering import render_page
from leadhouse.database import connect
from leadhouse.database.queries import load


def run_page(since: datetime | None) -> str:
    """The night that began at `since` (the newest when None) beside the one before it."""
    nights = list_nights()
    position = next((index for index, night in enumerate(nights) if night.since == since), 0)
    night = nights[position]
    earlier = nights[position + 1] if position + 1 < len(nights) else None
    now = night_summary(night.since, night.until)
    before = night_summary(earlier.since, earlier.until) if earlier else None
    return render_page(
        "run.html", nights=nights, night=night, now=now, before=before, bars=_bars(now, before), **_details(night)
    )


def _bars(now: dict[str, Any], before: dict[str, Any] | None) -> dict[str, list[tuple[str, float, float | None]]]:
    former = {stage["stage"]: stage for stage in before["stages"]} if before else {}
    return {
        figure: [
            (stage["stage"], stage[figure], former[stage["stage"]][figure] if stage["stage"] in former else None)
            for stage in now["stages"]
        ]
        for figure in ("seconds", "cpu_seconds")
    }


def _details(night: Night) -> dict[str, Any]:
    window = {"since": night.since, "until": night.until}
    queries = load("console")
    with connect("console") as connection:
        return {
            "reasons": connection.execute(queries.count_quarantine_by_reason, window).fetchall(),
            "nodes": connection.execute(queries.list_dbt_nodes, window).fetchall(),
            "sources": connection.execute(queries.list_sources_by_outcome, window).fetchall(),
        }
