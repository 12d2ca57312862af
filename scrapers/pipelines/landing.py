"""Lands the items of each source in batches: first the archive is synced, then the rows that point into it commit.

One thread does the writing, on a connection of each role that it writes as, so the crawl goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import psycopg

from leadhouse.archive import ArchiveWriter, Position, erase_exchange
from leadhouse.database import DatabaseError, connect
from leadhouse.jobs.notices import SourceNotice, tell
from leadhouse.jobs.sources import Source, SourceOutcome, finish_source
from leadhouse.landing import Landing, LandingCounts, Quarantined, ShardLease, StaleLeaseError
from leadhouse.landing.watching import Verdict
from leadhouse.records import Outcome
from scrapers.items import CrawledPage, FinishedSource
from scrapers.pipelines.holding import HeldPages

BATCH_PAGES = 25
HELD_PAGES = 250  # of a source that has ended, in one transaction
BATCH_SECONDS = 10.0
PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0)  # a database that restarts is waited for

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass
class RunContext:
    """What a crawl process was started with. `fatal` is what ended it early."""

    run_id: str
    run_on: date
    lease: ShardLease
    counts: Counter[str] = field(default_factory=Counter)
    fatal: BaseException | None = None


@dataclass
class _Batch:
    source: Source
    items: list[CrawledPage] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class LandingPipeline:
    """One open batch a source; they commit one after the other, in the order they were full."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._run: RunContext = crawler.spider.run
        self._archive: ArchiveWriter = crawler.spider.archive
        self._batches: dict[str, _Batch] = {}
        self._landed: dict[str, Counter[str]] = {}
        self._held = HeldPages()
        self._locks: dict[str, asyncio.Lock] = {}  # a batch that is tried again must not be overtaken by the next one
        self._thread = ThreadPoolExecutor(1, "landing")
        self._connections: dict[str, psycopg.Connection[Any]] = {}  # by component

    @classmethod
    def from_crawler(cls, crawler: Any) -> LandingPipeline:
        """Scrapy's way to make one."""
        return cls(crawler)

    async def process_item(self, item: CrawledPage | FinishedSource) -> CrawledPage | FinishedSource:
        """Gathers a page; commits when the batch is large, old, or the source's last."""
        if isinstance(item, FinishedSource):
            await self._finish(item.outcome)
            return item
        if self._held.takes(item):
            return item
        key = item.source.source_key
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = _Batch(item.source)
        batch.items.append(item)
        if len(batch.items) >= BATCH_PAGES or time.monotonic() - batch.since >= BATCH_SECONDS:
            await self._commit(key)
        return item

    async def close_spider(self) -> None:
        """Commits what is left, unless the shard was lost."""
        for key in list(self._batches):
            await self._commit(key)
        await self._try(self._disconnect)
        self._thread.shutdown()

    async def _commit(self, key: str) -> None:
        async with self._locks.setdefault(key, asyncio.Lock()):
            batch = self._batches.pop(key, None)
            if batch is None or self._run.fatal is not None:
                return
            self._archive.sync()
            counts = await self._try(lambda: self._land(batch))
            if counts is not None:
                kept = {name: getattr(counts, name) for name in ("received", "landed", "known", "quarantined")}
                self._landed.setdefault(key, Counter()).update(kept)

    def _land(self, batch: _Batch) -> LandingCounts:
        """In the thread. Safe to repeat: what was landed is known."""
        landing = Landing(
            "landing",
            run_on=self._run.run_on,
            run_id=self._run.run_id,
            source_key=batch.source.source_key,
            organization_id=batch.source.organization_id,
            lease=self._run.lease,
            connection=self._connected(),
        )
        for item in batch.items:
            _add(landing, item)
        counts = landing.commit()
        # noted in the same transaction: should this process die now, the next run of erase_person does it
        for fetch in landing.erased_pages:
            if fetch.warc_uri is not None and fetch.warc_offset is not None and fetch.warc_length is not None:
                erase_exchange(Position(fetch.warc_uri, fetch.warc_offset, fetch.warc_length))
        return counts

    def _connected(self, component: str = "landing") -> psycopg.Connection[Any]:
        kept = self._connections.get(component)
        if kept is None or kept.closed:
            kept = self._connections[component] = connect(component)
        return kept

    async def _release(self, source: Source) -> SourceNotice | None:
        """Lands the pages of a source that waited for its end, as far as they may."""
        judged = await self._try(lambda: self._held.release(source, self._connected()))
        pages, verdict = judged or ([], None)
        for start in range(0, len(pages), HELD_PAGES):
            self._batches[source.source_key] = _Batch(source, pages[start : start + HELD_PAGES])
            await self._commit(source.source_key)
        self._held.forget(source)
        return _notice(verdict, is_new=self._held.is_new(verdict)) if verdict is not None else None

    def _disconnect(self) -> None:
        for connection in self._connections.values():
            connection.close()

    async def _finish(self, outcome: SourceOutcome) -> None:
        """The outcome row follows the last batch: a source without one is crawled again by the next try."""
        key = outcome.source.source_key
        await self._commit(key)
        notice = _weightier(await self._release(outcome.source), _closed(outcome))
        self._locks.pop(key, None)
        landed = self._landed.pop(key, Counter())
        for name in ("received", "landed", "known", "quarantined"):
            outcome.counts[name] = landed[name]
        if self._run.fatal is None and notice is not None:
            job_id = self._run.lease.job_id
            await self._try(lambda: tell(self._run.run_id, job_id, outcome, notice, datetime.now(UTC)))
        if self._run.fatal is None:
            await self._try(lambda: finish_source(self._run.run_id, self._run.run_on, outcome, self._connected("jobs")))
            self._run.counts.update({**outcome.counts, "sources": 1})

    async def _try(self, work: Callable[[], T]) -> T | None:
        """Runs the work in a thread; ends the crawl when the lease is lost or the database stays away."""
        for pause in (*PAUSES, None):
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
            except (psycopg.OperationalError, psycopg.errors.SerializationFailure, DatabaseError) as error:
                if pause is None:
                    self._end(error)
                    return None
                log.warning("the database does not answer, next try in %s s: %s", pause, error)
                await asyncio.sleep(pause)
            except Exception as error:
                self._end(error)
                return None
        return None

    def _end(self, error: BaseException) -> None:
        if self._run.fatal is None:
            self._run.fatal = error
            reason = "stale_lease" if isinstance(error, StaleLeaseError) else "landing_failed"
            asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=reason))  # noqa: RUF006


def _add(landing: Landing, item: CrawledPage) -> None:
    landing.add_fetch(item.fetch)
    if item.extraction is not None:
        landing.add_extraction(item.extraction)
    if item.failure is not None:
        detail = (
            f"The page could not be read: {item.failure}. Its bytes are archived; replay it once the cause is known."
        )
        payload = {"fetch_id": str(item.fetch.fetch_id)}
        landing.quarantine(Quarantined(item.fetch.url, None, "extractor_failed", detail, payload))


def _notice(verdict: Verdict, *, is_new: bool) -> SourceNotice:
    counts: dict[str, int | str] = {name: found for name, (_, found) in verdict.counts.items()}
    if verdict.held:
        counts["held"] = ", ".join(verdict.held)
    return SourceNotice(verdict.kind, verdict.explain(), counts, is_new)


def _weightier(judged: SourceNotice | None, closed: SourceNotice | None) -> SourceNotice | None:
    """What is held goes first. A site that is shut is not ordinary, though what it lost by that was lost in order."""
    return judged if judged is not None and (judged.kind != "ordinary" or closed is None) else closed


def _closed(outcome: SourceOutcome) -> SourceNotice | None:
    """What is said of a source that gave facts before and lets nobody read them now; what stood stays.

    A page that says by itself that it is no more (parked, not found) has retracted its own.
    """
    productive = sum(known.is_productive for known in outcome.source.known_pages.values())
    if not productive or outcome.outcome not in (Outcome.BLOCKED, Outcome.EMPTY, Outcome.BROKEN):
        return None
    reason = outcome.reason or outcome.outcome.value
    message = f"{reason}; {productive} pages gave facts before, and what was not read stands."
    return SourceNotice(outcome.outcome.value, message, {"productive_pages": productive})
