"""How long a host has peace between two requests: the delay follows how fast it answers."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Response

MAX_DELAY = 10.0


class PolitenessMiddleware:
    """Sets the delay of the host's slot from setting, Crawl-delay and latency.

    The delay moves half way to the latency of the last answer (one request at a time on average), never below what
    the setting or robots.txt asks for; an error never shortens it.
    """

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._floor = crawler.settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Any) -> PolitenessMiddleware:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Adapts the slot."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
        if slot is not None and "replayed" not in response.flags:
            floor = max(self._floor, self._crawler.spider.minimum_delays.get(request.meta["download_slot"], 0.0))
            adapted = (slot.delay + request.meta.get("download_latency", 0.0)) / 2
            if response.status < 400 or adapted > slot.delay:
                slot.delay = max(floor, min(adapted, MAX_DELAY))
        return response
