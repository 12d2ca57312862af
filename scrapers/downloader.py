"""When a request goes out: Scrapy's slots and middlewares, awaited where they are needed.

Scrapy's own downloader sends a request through a queue, a task and two Deferreds; here its chain waits for its turn.
Its middlewares are called as they are: Scrapy looks at every result of each, whether it is to be awaited, and names the
method for a warning that it does not give, a sixth of what a 304 costs the crawl.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import time
from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response

FULL_SLOT_SECONDS = 0.01  # how often a request looks again while its host has all the connections that it may have


class ChainDownloader(Downloader):
    """A slot (a host, unless a request names another) gives one turn every `delay` seconds, and so many at a time.

    A middleware's method is a coroutine function, or returns what it returns; one that is to see exceptions, or is
    written for a former Scrapy, is called by Scrapy's own manager, with all the others.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        methods = self.middleware.methods
        self._before = _awaited(methods["process_request"])
        self._behind = _awaited(methods["process_response"])
        self._is_plain = not methods["process_exception"] and not self.middleware._mw_methods_requiring_spider

    async def download(self, request: Request) -> Response | Request:
        """The answer, after all downloader middlewares; raises what they, or the handler, raise."""
        self.active.add(request)
        try:
            if self._is_plain:
                return await self._pass(request)
            return await self.middleware.download_async(self._transfer, request)
        finally:
            self.active.remove(request)

    async def _pass(self, request: Request) -> Response | Request:
        """Through the middlewares, down and up again."""
        result = await self._ask(request)
        for method, is_awaited in self._behind:
            if isinstance(result, Request):
                return result
            found = method(request=request, response=result)
            result = await found if is_awaited else found
        return result

    async def _ask(self, request: Request) -> Response | Request:
        for method, is_awaited in self._before:
            found = method(request=request)
            if is_awaited:
                found = await found
            if found is not None:
                assert isinstance(found, Response | Request)
                return found
        return await self._transfer(request)

    async def _transfer(self, request: Request) -> Response:
        key, slot = self._get_slot(request)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        try:
            await _turn(slot, request.meta.get("not_before", 0.0))
            slot.transferring.add(request)
            return await self._send(request)
        finally:
            slot.active.remove(request)
            slot.transferring.discard(request)

    async def _send(self, request: Request) -> Response:
        scheme = request.url.partition(":")[0]  # Scrapy takes the whole URL apart for it
        handler = self.handlers._handlers.get(scheme)
        if handler is None or scheme in self.handlers._old_style_handlers:  # not made yet, none at all, or not awaited
            return await self.handlers.download_request_async(request)
        return await handler.download_request(request)


def _awaited(methods: Any) -> list[tuple[Callable[..., Any], bool]]:
    return [(method, inspect.iscoroutinefunction(method)) for method in methods]


async def _turn(slot: Slot, not_before: float = 0.0) -> None:
    """Waits for `not_before` (`time.monotonic`), and until the slot's delay has passed since its last turn.

    Looks again, as the delay may have grown. One wait for both: to sleep and to wake costs as much as to ask.
    """
    while True:
        due = max(not_before, slot.lastseen + slot.delay if slot.delay else 0.0)
        wait = due - time.monotonic()
        if wait <= 0 and slot.free_transfer_slots() > 0:
            slot.lastseen = time.monotonic()
            return
        # uvloop's clock has milliseconds, and it rounds: a wait that ends a part of one too early is followed by
        # hundreds of none, which cost more than the request
        await asyncio.sleep(math.ceil(wait * 1000) / 1000 if wait > 0 else FULL_SLOT_SECONDS)
