"""What spiders yield. The pipelines land it, or collect it for a crawl without a database."""

from __future__ import annotations

from dataclasses import dataclass

from leadhouse.jobs.sources import Source, SourceOutcome
from leadhouse.records import Extraction, Fetch


@dataclass(slots=True)
class CrawledPage:
    """One request and, where it was read, its statement. `failure` is why an extractor gave up on it."""

    source: Source
    fetch: Fetch
    extraction: Extraction | None = None
    failure: str | None = None


@dataclass(slots=True)
class FinishedSource:
    """The last item of a source."""

    outcome: SourceOutcome
