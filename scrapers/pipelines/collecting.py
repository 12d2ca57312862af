"""Keeps the statements of each source in memory and sums them up: for a crawl by hand, without database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadhouse.extraction.site.summary import summarise
from leadhouse.records import Extraction
from scrapers.items import CrawledPage, FinishedSource

OnFinished = Callable[[str, dict[str, Any]], None]


class CollectingPipeline:
    """Hands (source key, facts as JSON) to the spider's `on_finished` as each source ends."""

    def __init__(self, on_finished: OnFinished) -> None:
        self._on_finished = on_finished
        self._statements: dict[str, list[Extraction]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> CollectingPipeline:
        """Scrapy's way to make one."""
        return cls(crawler.spider.on_finished)

    def process_item(self, item: CrawledPage | FinishedSource) -> CrawledPage | FinishedSource:
        """Gathers a page, or sums a source up."""
        if isinstance(item, CrawledPage):
            if item.extraction is not None:
                self._statements.setdefault(item.source.source_key, []).append(item.extraction)
            return item
        outcome = item.outcome
        facts = summarise(self._statements.pop(outcome.source.source_key, [])).as_json()
        facts["crawl"] = {"outcome": outcome.outcome.value, "reason": outcome.reason, **outcome.counts}
        self._on_finished(outcome.source.source_key, facts)
        return item
