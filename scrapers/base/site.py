"""The state of one source while it is crawled."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadhouse.jobs.sources import KnownPage, Source, SourceOutcome
from leadhouse.records import Fetch, Outcome
from scrapers.base import revisits, urls
from scrapers.base.former import FormerSitemap
from scrapers.base.frontier import Frontier
from scrapers.base.robots import Rules

MAX_FAILURES = 5  # broken or blocked pages in a row, after which the site is left alone
MAX_REFUSED_ROWS = 20
MAX_REFUSED = 500  # pages that robots.txt closes; each is held against all of its rules, of which there may be 40,000

log = logging.getLogger(__name__)


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
    refused: int = 0
    sitemap_files: int = 0
    listed: int = 0  # own pages that tonight's sitemaps name
    former: dict[str, FormerSitemap] = field(default_factory=dict)  # by URL, as the last crawl read them
    vouchers: dict[str, tuple[str, str | None, datetime]] = field(default_factory=dict)  # see revisits.is_vouched_for
    strikes: int = 0  # answers in a row that asked for a pause
    is_closed: bool = False  # the host wants to be left alone for longer than a crawl waits
    not_before: float = 0.0  # `time.monotonic` of the next request, where an answer asked for a pause
    bodies: dict[str, str] = field(default_factory=dict)  # content hash → the URL that had it first
    endings_tried: int = 0
    has_guessed: bool = False
    language: str | None = None  # of the start page
    rested: int = 0  # known pages that were not due
    confirmed: int = 0  # known pages that the sitemap vouched for
    outcomes: Counter[str] = field(default_factory=Counter)
    start_outcome: tuple[Outcome, str | None] = (Outcome.BROKEN, "not asked")
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._spellings = {urls.key(url): url for url in self.source.known_pages}
        self.stated_start = urls.canonical(self.source.start_url) or self.source.start_url
        self.is_first_crawl = not any(map(urls.is_page, self.source.known_pages))  # robots.txt alone is no page
        self.start_url = self._known_spelling(self.stated_start)
        self.frontier = Frontier(self.start_url, self.budget)

    def known(self, url: str) -> KnownPage | None:
        """What is known of a URL from former crawls."""
        return self.source.known_pages.get(url)

    def vouch(self, pages: Mapping[str, str], former: FormerSitemap | None) -> None:
        """Takes a sitemap's word (URL → lastmod) for the pages that are known, beside what it said before."""
        if former is None:
            return
        for url, lastmod in pages.items():
            found = self._spellings.get(urls.key(canonical)) if (canonical := urls.canonical(url)) else None
            if found is not None and lastmod:
                self.vouchers[found] = (lastmod, former.lastmods.get(found), former.read_at)

    def is_vouched_for(self, url: str, extractor: str) -> bool:
        """Whether tonight's sitemap says that a known page is as it was."""
        known, voucher = self.known(url), self.vouchers.get(url)
        return known is not None and voucher is not None and revisits.is_vouched_for(url, known, extractor, *voucher)

    def _known_spelling(self, start: str) -> str:
        """The start page where it was found last: not by the redirect from http or without www. that led there."""
        if start in self.source.known_pages:
            return start
        same = [url for url in self.source.known_pages if urls.key(url) == urls.key(start)]
        recent = datetime.now(UTC) - timedelta(days=revisits.CONDITION_DAYS)
        if len(same) == 1 and (self.source.known_pages[same[0]].confirmed_at or recent) > recent:
            return same[0]
        return start

    def count(self, fetch: Fetch) -> None:
        """Adds one request to the tally of pages; robots and sitemaps are no pages."""
        if fetch.purpose != "page":
            return
        self.outcomes[fetch.outcome.value] += 1
        is_failure = fetch.outcome in (Outcome.BROKEN, Outcome.BLOCKED)
        self.failures = self.failures + 1 if is_failure and fetch.reason != "robots" else 0

    def give_up(self, error: Exception) -> None:
        """A fault of ours that one site provoked ends this site, and no other."""
        log.error("%s is given up", self.source.source_key, exc_info=error)
        self.is_closed = True
        self.frontier.clear()
        self.start_outcome = (Outcome.BROKEN, f"crawler_failed: {type(error).__name__}")

    def result(self) -> SourceOutcome:
        """How the source did as a whole."""
        outcome, reason = self.start_outcome
        if self.outcomes[Outcome.FETCHED.value]:
            outcome, reason = Outcome.FETCHED, None
        elif self.outcomes[Outcome.NOT_MODIFIED.value]:
            outcome, reason = Outcome.NOT_MODIFIED, None
        counts = {"pages": sum(self.outcomes.values())} | {each.value: self.outcomes[each.value] for each in Outcome}
        counts |= {"confirmed": self.confirmed, "rested": self.rested} | self.frontier.left_over()
        seconds = time.monotonic() - self._started
        return SourceOutcome(self.source, outcome, reason, counts, self.started_at, seconds)


def without_start(source: Source) -> SourceOutcome:
    """The outcome of a source whose start page cannot be asked for."""
    return SourceOutcome(source, Outcome.BROKEN, "start_url_is_none", {}, datetime.now(UTC), 0.0)
