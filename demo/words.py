"""The figures of a night in words: every number with what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def facts_of(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The lines below the stages, name and text; nothing is left empty: what there is none of says so."""
    pages, records = summary["pages"], summary["records"]
    yield "pages", f"{sum(pages.values()):,}: {_listed(pages)}"
    yield (
        "records",
        f"{records['received']:,} received = {records['landed']:,} landed + {records['known']:,} known before"
        f" + {records['quarantined']:,} quarantined",
    )
    yield "quarantined", _quarantined(summary)
    yield "in all now", _listed(summary["entities"])
    yield "campaigns", f"{summary['gate']['passed']} passed the gate, {summary['gate']['blocked']} blocked by it"
    yield "mails", _listed(summary["messages"]) or "none"
    costs = {kind: amount for kind, amount in summary["cost_eur"].items() if kind != "total"}
    kinds = ", ".join(f"{amount:.4f} for {kind}" for kind, amount in costs.items())
    yield "cost", f"{summary['cost_eur']['total']:.4f} EUR" + (f": {kinds}" if kinds else "")
    if "peak_memory_mb" in summary:
        yield "memory", f"{summary['peak_memory_mb']:,} MB at its peak"
    if summary["failed_tasks"]:
        yield "red tasks", ", ".join(summary["failed_tasks"])


def _quarantined(summary: Mapping[str, Any]) -> str:
    """What was refused anew, by reason, and the rows of files that were refused before and stand there already."""
    new = _listed(summary["quarantined"]) or "none that is new"
    rows = sum(
        stage["counts"].get("quarantined", 0) for stage in summary["stages"] if stage["stage"] == "import_records"
    )
    again = rows - sum(each["quarantined"] for each in summary["sources"])
    return f"{new}; {again:,} rows of files were refused again, and stand there already" if again > 0 else new


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in counts.items())
