"""The counts of a stage in words: every number with what it counts. The Run page and the demo's table share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """Counts that belong together: what was looked at (count → noun), and what became of it (count → word).

    `of_them`: a part of the first total (count, words); told as "all of them" where it is as much.
    """

    totals: Mapping[str, str]
    outcomes: Mapping[str, str]
    of_them: tuple[str, str] | None = None


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
        Part({"units": "units read"}, {}),
        Part({"subjects": "records"}, {}, ("dirty", "new or changed")),
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
        Part({}, {"landed": "results landed"}),
    ),
    "send_campaigns": (
        Part({"blocked": "campaigns blocked by the gate"}, {}),
        Part({"candidates": "candidates"}, {"sendable": "may be written to"}),
        Part({}, {"accepted": "mails accepted", "rejected": "mails rejected"}),
    ),
}


def figures_of(stage: Mapping[str, Any]) -> str:
    """A stage's counts that are not zero: ``252 pages: 227 fetched, 25 blocked; 312 records: 312 landed``."""
    left = {name: value for name, value in stage["counts"].items() if value}
    told = [_told(part, left) for part in PARTS.get(stage["stage"], ())]
    rest = ", ".join(f"{value:,} {_plain(name)}" for name, value in left.items())
    return "; ".join(each for each in (*told, rest) if each)


def _told(part: Part, left: dict[str, int]) -> str:
    found = [(left.pop(name), noun) for name, noun in part.totals.items() if name in left]
    totals = " and ".join(_counted(value, noun) for value, noun in found)
    if part.of_them and found and (some := left.pop(part.of_them[0], 0)):
        totals += f", {'all' if some == found[0][0] else f'{some:,} of them'} {part.of_them[1]}"
    outcomes = ", ".join(_counted(left.pop(name), word) for name, word in part.outcomes.items() if name in left)
    return ": ".join(each for each in (totals, outcomes) if each)


def _counted(value: int, words: str) -> str:
    """``1 page``, ``2 pages``: the first word is the noun, where the words have one in the plural."""
    first, space, rest = words.partition(" ")
    return f"{value:,} {SINGULAR.get(first, first)}{space}{rest}" if value == 1 else f"{value:,} {words}"


SINGULAR = {
    "sites": "site", "units": "unit", "pages": "page", "records": "record", "rows": "row", "calls": "call",
    "entities": "entity", "models": "model", "tests": "test", "searches": "search", "leads": "lead", "facts": "fact",
    "results": "result", "addresses": "address", "questions": "question", "campaigns": "campaign",
    "candidates": "candidate", "mails": "mail",
}  # fmt: skip


def plain_name(name: str) -> str:
    """A name of the database as words: ``not_modified`` → ``not modified``, ``phone_e164`` → ``phone``."""
    return name.removesuffix("_e164").replace("_", " ").replace("vat id", "VAT id")


def _plain(name: str) -> str:
    """A count that has no words of its own: ``left_out_calendar`` → ``pages left out (calendar)``."""
    _, sign, why = name.partition("left_out_")
    return f"pages left out ({plain_name(why)})" if sign else plain_name(name)
