"""Scrapy's engine with a shorter way for each request: one coroutine follows a chain of requests to its end.

Spiders, requests, items, downloader middlewares, pipelines, opening and closing stay Scrapy's. Left out is what lies
between them: the scheduler and its queues, the duplicate filter (the frontier's strings are unique before a Request
exists), spider middlewares on the output of callbacks, the signals of each request (nobody listens), and the bridges
between coroutines and Deferreds. ``make bench`` shows what is saved.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.downloader import ChainDownloader

log = logging.getLogger(__name__)


class ChainCrawler(Crawler):
    """A crawler with the engine of this module."""

    def _create_engine(self) -> ExecutionEngine:
        return ChainEngine(self, lambda _: self.stop_async())


class ChainEngine(ExecutionEngine):
    """At most CONCURRENT_REQUESTS chains at once (a source is one chain); the others wait in their order.

    A callback returns an iterable. Its items are processed before its first Request is asked for, so a landing that
    falls behind slows its sources down. Further Requests of the same callback become chains of their own.
    """

    downloader: ChainDownloader

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._waiting: deque[Request] = deque()
        self._chains: set[asyncio.Task[None]] = set()
        self._width = self.settings.getint("CONCURRENT_REQUESTS")
        self._pipelines: list[tuple[Callable[..., Any], bool]] | None = None

    def crawl(self, request: Request) -> None:
        """Begins a chain, now or when another one ends."""
        self._waiting.append(request)
        self._begin_chains()

    def spider_is_idle(self) -> bool:
        """Whether nothing runs, waits, or may still come from `start`."""
        scraper = self.scraper.slot
        return not (self._chains or self._waiting or self._start) and (scraper is None or scraper.is_idle())

    def _start_scheduled_requests(self) -> None:
        # Scrapy's regular turn; nothing is ever scheduled here, so what remains of it is to end a crawl that is over
        if self._is_open() and not self.paused and self.spider_is_idle():
            self._spider_idle()

    def _is_open(self) -> bool:
        return self.running and self._slot is not None and self._slot.closing is None

    def _begin_chains(self) -> None:
        while self._waiting and len(self._chains) < self._width and self._is_open():
            chain = asyncio.ensure_future(self._follow(self._waiting.popleft()))
            self._chains.add(chain)
            chain.add_done_callback(self._end_chain)

    def _end_chain(self, chain: asyncio.Task[None]) -> None:
        self._chains.discard(chain)
        if not chain.cancelled() and chain.exception() is not None:
            log.error("a chain of requests broke off", exc_info=chain.exception())
        self._begin_chains()
        if self._slot is not None:
            self._slot.nextcall.schedule()

    async def _follow(self, first: Request) -> None:
        request: Request | None = first
        while request is not None and self._slot is not None and self._is_open():
            slot = self._slot
            slot.add_request(request)
            try:
                following = await self._visit(request)
            finally:
                slot.remove_request(request)  # a crawl that is closing waits for this
            request = following

    async def _visit(self, request: Request) -> Request | None:
        """Asks, lets the spider read the answer, processes what it yields; returns the next request of the chain."""
        result: Response | Request | Failure
        try:
            result = await self.downloader.download(request)
        except Exception:
            result = Failure()  # type: ignore[no-untyped-call]
        if isinstance(result, Request):  # a middleware wants something else instead
            return result
        if not isinstance(result, Response) or "replayed" in result.flags:
            await asyncio.sleep(0)  # it has not waited for the network, and must not starve who does
        try:
            return await self._process(self._read(result, request))
        except Exception:
            self.scraper.handle_spider_error(Failure(), request, result)  # type: ignore[no-untyped-call]
            return None

    def _read(self, result: Response | Failure, request: Request) -> Iterable[Any]:
        """What the spider's callback or errback yields."""
        result.request = request  # type: ignore[union-attr]  # Scrapy's errbacks find it there, too
        if isinstance(result, Response):
            assert self.spider is not None
            callback = request.callback or self.spider._parse
            return callback(result, **request.cb_kwargs) or ()
        if request.errback is None:
            result.raiseException()
        return request.errback(result) or ()

    async def _process(self, outputs: Iterable[Any]) -> Request | None:
        following: Request | None = None
        for output in outputs:
            if not isinstance(output, Request):
                await self._land(output)
            elif following is None:
                following = output
            else:
                self.crawl(output)
        return following

    async def _land(self, item: Any) -> None:
        """Through the pipelines, called as they are: Scrapy names each for a warning, and looks at what it returns."""
        if self._pipelines is None:
            methods = self.scraper.itemproc.methods["process_item"]
            self._pipelines = [
                (method, inspect.iscoroutinefunction(method)) for method in methods if method is not None
            ]
        for method, is_awaited in self._pipelines:
            item = await method(item) if is_awaited else method(item)
