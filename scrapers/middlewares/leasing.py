"""No request to a host that the shard does not hold: a redirect may lead to one that another crawl is asking."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from scrapers.base.host_leases import HostLeases


class LeasingMiddleware:
    """Leases the host of a request; a crawl without a database (`crawl_now`) holds no leases."""

    def __init__(self, host_leases: HostLeases | None) -> None:
        self._leases = host_leases

    @classmethod
    def from_crawler(cls, crawler: Any) -> LeasingMiddleware:
        """Scrapy's way to make one."""
        return cls(crawler.spider.host_leases)

    async def process_request(self, request: Request) -> None:
        """Raises HostBusyError: the outcome is `blocked`, with its reason."""
        if self._leases is not None:
            not_before = await self._leases.take(request.meta["download_slot"])
            request.meta["not_before"] = max(request.meta.get("not_before", 0.0), not_before)
