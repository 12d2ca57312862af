"""When a request goes out: Scrapy's slots and middlewares, awaited where they are needed.

Scrapy's own downloader sends a request through a queue, a task and two Deferreds; here its chain waits for its turn.
"""

from __future__ import annotations

import asyncio
import time

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response

FULL_SLOT_SECONDS = 0.01  # how often a request looks again while its host has all the connections that it may have


class ChainDownloader(Downloader):
    """A slot (a host, unless a request names another) gives one turn every `delay` seconds, and so many at a time."""

    async def download(self, request: Request) -> Response | Request:
        """The answer, after all downloader middlewares; raises what they, or the handler, raise."""
        self.active.add(request)
        try:
            return await self.middleware.download_async(self._transfer, request)
        finally:
            self.active.remove(request)

    async def _transfer(self, request: Request) -> Response:
        key, slot = self._get_slot(request)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        try:
            await _turn(slot)
            slot.transferring.add(request)
            return await self.handlers.download_request_async(request)
        finally:
            slot.active.remove(request)
            slot.transferring.discard(request)


async def _turn(slot: Slot) -> None:
    """Waits until the slot's delay has passed since its last turn; looks again, as the delay may have grown."""
    while True:
        wait = slot.lastseen + slot.delay - time.monotonic() if slot.delay else 0.0
        if wait <= 0 and slot.free_transfer_slots() > 0:
            slot.lastseen = time.monotonic()
            return
        await asyncio.sleep(max(wait, FULL_SLOT_SECONDS if wait <= 0 else 0.0))
