"""The figures of a night in words: every number with what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """Counts that belong together: what was looked at (count → noun), and what became of it (count → word)."""

    totals: Mapping[str, str]
    outcomes: Mapping[str, str]


PAGES = {name: name.replace("_", " ") for name in ("fetched", "not_modified", "blocked", "empty", "broken")}
RECORDS = {"landed": "landed", "known": "known", "quarantined": "quarantined"}
# By stage, in the order in which they are told; a count that is not named here is told under its own name.
PARTS: dict[str, tuple[Part, ...]] = {
    "crawl_sites": (
        Part({"sources": "sites"}, {}),
        Part({"pages": "pages"}, {**PAGES, "confirmed": "confirmed unchanged"}),
        Part({"received": "records"}, RECORDS),
    ),
    "import_records": (
        Part({"rows": "rows of files", "received": "records of accounts"}, RECORDS),
        Part({"calls": "calls"}, {}),
    ),
    "resolve_entities": (
        Part({"units": "pages and rows"}, {}),
        Part({"subjects": "records", "dirty": "of them looked at again"}, {}),
        Part({"entities_changed": "entities changed"}, {"created": "made", "merged": "merged", "retired": "retired"}),
    ),
    "build_marts": (
        Part({"entities": "entities"}, {}),
        Part({}, {"success": "models built", "pass": "tests passed", "rows_written": "rows written"}),
        Part({"searches": "searches run"}, {"adopted": "leads adopted"}),
        Part({}, {"enrolled": "leads enrolled", "closed_or_reopened": "closed or reopened"}),
        Part({}, {"written": "facts of leads written", "removed": "facts of leads removed"}),
    ),
    "enrich_leads": (
        Part({"checked": "addresses checked"}, {"valid": "valid", "risky": "risky", "invalid": "invalid"}),
        Part({"requested": "questions to providers"}, {}),
        Part({}, {"hit": "calls answered", "miss": "calls without an answer", "error": "calls failed"}),
    ),
    "send_campaigns": (
        Part({"blocked": "campaigns blocked by their gate"}, {}),
        Part({"candidates": "candidates"}, {"sendable": "may be written to"}),
        Part({}, {"accepted": "mails accepted", "rejected": "mails rejected"}),
    ),
}


def figures_of(stage: Mapping[str, Any]) -> str:
    """A stage's counts that are not zero: ``252 pages: 227 fetched, 25 blocked; 312 records: 312 landed``."""
    left = {name: value for name, value in stage["counts"].items() if value}
    told = [_told(part, left) for part in PARTS.get(stage["stage"], ())]
    rest = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in left.items())
    return "; ".join(each for each in (*told, rest) if each)


def _told(part: Part, left: dict[str, int]) -> str:
    totals = [f"{left.pop(name):,} {noun}" for name, noun in part.totals.items() if name in left]
    outcomes = [f"{left.pop(name):,} {word}" for name, word in part.outcomes.items() if name in left]
    return ": ".join(each for each in (" and ".join(totals), ", ".join(outcomes)) if each)


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
