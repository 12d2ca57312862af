"""The state of one source while it is crawled."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leadhouse.jobs.sources import Source, SourceOutcome
from leadhouse.records import Fetch, Outcome
from scrapers.base import urls
from scrapers.base.frontier import Frontier
from scrapers.base.robots import Rules

MAX_FAILURES = 5  # broken or blocked pages in a row, after which the site is left alone
MAX_REFUSED_ROWS = 20


@dataclass
class Site:
    """One source, its frontier, its rules, and what has come of it so far."""

    source: Source
    budget: int
    frontier: Frontier = field(init=False)
    rules: dict[str, Rules] = field(default_factory=dict)
    in_flight: int = 0
    is_open: bool = False  # the start page has answered
    is_finished: bool = False
    failures: int = 0
    refused_rows: int = 0
    sitemap_files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    start_outcome: tuple[Outcome, str | None] = (Outcome.BROKEN, "not asked")
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        start = urls.canonical(self.source.start_url) or self.source.start_url
        self.frontier = Frontier(start, self.budget)
        self.start_url = start

    def count(self, fetch: Fetch) -> None:
        """Adds one request to the tally of pages; robots and sitemaps are no pages."""
        if fetch.purpose != "page":
            return
        self.outcomes[fetch.outcome.value] += 1
        is_failure = fetch.outcome in (Outcome.BROKEN, Outcome.BLOCKED)
        self.failures = self.failures + 1 if is_failure and fetch.reason != "robots" else 0

    def result(self) -> SourceOutcome:
        """How the source did as a whole."""
        outcome, reason = self.start_outcome
        if self.outcomes[Outcome.FETCHED.value]:
            outcome, reason = Outcome.FETCHED, None
        elif self.outcomes[Outcome.NOT_MODIFIED.value]:
            outcome, reason = Outcome.NOT_MODIFIED, None
        counts = {"pages": sum(self.outcomes.values())} | {each.value: self.outcomes[each.value] for each in Outcome}
        seconds = time.monotonic() - self._started
        return SourceOutcome(self.source, outcome, reason, counts, self.started_at, seconds)
