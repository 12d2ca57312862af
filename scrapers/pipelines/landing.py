"""Lands the items of each source in batches: first the archive is synced, then the rows that point into it commit.

One thread does the writing, on a connection of each role that it writes as, so the crawl goes on meanwhile. Sources
that end within a moment end together: a small site that has not changed is as many statements as rows else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

import psycopg

from leadhouse.archive import ArchiveWriter, Position, erase_exchange
from leadhouse.database import DatabaseError, connect
from leadhouse.jobs.notices import ORDINARY, SourceNotice, note_ordinary, tell
from leadhouse.jobs.sources import Source, SourceOutcome, finish_sources
from leadhouse.landing import Landing, LandingCounts, Quarantined, ShardLease, StaleLeaseError, commit_together
from leadhouse.records import Outcome
from scrapers.items import CrawledPage, FinishedSource
from scrapers.pipelines.holding import HeldPages, Released

BATCH_PAGES = 25
HELD_PAGES = 250  # of sources that have ended, in one transaction
MOST_ENDED = 32  # sources that end together
BATCH_SECONDS = 10.0
ENDED_SECONDS = 2.0  # for which the first of them waits for others; killed meanwhile, they end again from the archive
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
        self._ended: list[SourceOutcome] = []
        self._ending = asyncio.Lock()
        self._end_of_wait: asyncio.Task[None] | None = None
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
            await self._gather(item.outcome)
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
        await self._finish()
        if self._end_of_wait is not None:
            self._end_of_wait.cancel()
        for key in list(self._batches):
            await self._commit(key)
        await self._try(self._disconnect)
        self._thread.shutdown()

    async def _commit(self, key: str) -> None:
        async with self._locks.setdefault(key, asyncio.Lock()):
            batch = self._batches.pop(key, None)
            if batch is None or self._run.fatal is not None:
                return
            await self._land([batch])

    async def _land(self, batches: list[_Batch]) -> None:
        """One transaction."""
        self._archive.sync()
        for batch, counts in zip(batches, await self._try(lambda: self._write(batches)) or (), strict=False):
            kept = {name: getattr(counts, name) for name in ("received", "landed", "known", "quarantined")}
            self._landed.setdefault(batch.source.source_key, Counter()).update(kept)

    def _write(self, batches: list[_Batch]) -> list[LandingCounts]:
        """In the thread. Safe to repeat: what was landed is known."""
        landings = [self._landing(batch) for batch in batches]
        counts = commit_together(landings, self._run.lease)
        # noted in the same transaction: should this process die now, the next run of erase_person does it
        for fetch in (page for landing in landings for page in landing.erased_pages):
            if fetch.warc_uri is not None and fetch.warc_offset is not None and fetch.warc_length is not None:
                erase_exchange(Position(fetch.warc_uri, fetch.warc_offset, fetch.warc_length))
        return counts

    def _landing(self, batch: _Batch) -> Landing:
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
        return landing

    def _connected(self, component: str = "landing") -> psycopg.Connection[Any]:
        kept = self._connections.get(component)
        if kept is None or kept.closed:
            kept = self._connections[component] = connect(component)
        return kept

    def _disconnect(self) -> None:
        for connection in self._connections.values():
            connection.close()

    async def _gather(self, outcome: SourceOutcome) -> None:
        """The source ends with the others of this moment; where many wait already, its chain waits, too."""
        self._ended.append(outcome)
        if len(self._ended) >= MOST_ENDED:
            await self._finish()
        elif self._end_of_wait is None or self._end_of_wait.done():
            self._end_of_wait = asyncio.ensure_future(self._finish_soon())

    async def _finish_soon(self) -> None:
        await asyncio.sleep(ENDED_SECONDS)
        try:
            await self._finish()
        except Exception as error:  # a disk that is full: the crawl must not go on as if its sources had ended
            self._end(error)

    async def _finish(self) -> None:
        """Outcome rows follow the last batches: a source without one is crawled again by the next try."""
        async with self._ending:
            ended, self._ended = self._ended, []
            batches = [each for outcome in ended if (each := await self._last_batch(outcome.source.source_key))]
            if not ended or self._run.fatal is not None:
                return
            sources = [outcome.source for outcome in ended]
            released = await self._try(lambda: self._held.release(sources, self._connected())) or {}
            for part in _parts(batches, ended, released):
                if self._run.fatal is None:
                    await self._land(part)
            for source in sources:
                self._held.forget(source)
            await self._tell(ended, released)

    async def _last_batch(self, key: str) -> _Batch | None:
        async with self._locks.pop(key, asyncio.Lock()):  # one of it may be on its way
            return self._batches.pop(key, None)

    async def _tell(self, ended: list[SourceOutcome], released: dict[str, Released]) -> None:
        """Outcomes and notices; what a person is told goes first, and is told again rather than not at all."""
        ordinary: list[tuple[SourceOutcome, SourceNotice]] = []
        for outcome in ended:
            key = outcome.source.source_key
            landed = self._landed.pop(key, Counter())
            for name in ("received", "landed", "known", "quarantined"):
                outcome.counts[name] = landed[name]
            notice = _weightier(_notice(released.get(key)), _closed(outcome))
            if notice is not None and notice.kind == ORDINARY:
                ordinary.append((outcome, notice))
            elif notice is not None and self._run.fatal is None:
                await self._try(partial(tell, self._run.run_id, self._run.lease.job_id, outcome, notice, _now()))
        if self._run.fatal is None:
            await self._try(lambda: self._write_outcomes(ended, ordinary))
            for outcome in ended:
                self._run.counts.update({**outcome.counts, "sources": 1})

    def _write_outcomes(self, ended: list[SourceOutcome], ordinary: list[tuple[SourceOutcome, SourceNotice]]) -> None:
        connection = self._connected("jobs")
        with connection.transaction():
            note_ordinary(connection, self._run.run_id, ordinary, _now())
            finish_sources(connection, self._run.run_id, self._run.run_on, ended)

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


def _parts(batches: list[_Batch], ended: list[SourceOutcome], released: dict[str, Released]) -> Iterator[list[_Batch]]:
    """What is landed in one transaction each: a few hundred pages, those that were held behind the others."""
    held = [
        _Batch(outcome.source, found.pages[start : start + HELD_PAGES])
        for outcome in ended
        if (found := released.get(outcome.source.source_key))
        for start in range(0, len(found.pages), HELD_PAGES)
    ]
    part: list[_Batch] = []
    for batch in (*batches, *held):
        if part and sum(len(each.items) for each in part) + len(batch.items) > HELD_PAGES:
            yield part
            part = []
        part.append(batch)
    if part:
        yield part


def _now() -> datetime:
    return datetime.now(UTC)


def _notice(released: Released | None) -> SourceNotice | None:
    if released is None:
        return None
    verdict = released.verdict
    counts: dict[str, int | str] = {name: found for name, (_, found) in verdict.counts.items()}
    if verdict.held:
        counts["held"] = ", ".join(verdict.held)
    return SourceNotice(verdict.kind, verdict.explain(), counts, released.is_new)


def _weightier(judged: SourceNotice | None, closed: SourceNotice | None) -> SourceNotice | None:
    """What is held goes first. A site that is shut is not ordinary, though what it lost by that was lost in order."""
    return judged if judged is not None and (judged.kind != ORDINARY or closed is None) else closed


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
