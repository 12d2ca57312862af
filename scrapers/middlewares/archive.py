"""Every answer goes into the archive; what a former try of this job has archived is served from there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from scrapy import Request
from scrapy.http import Headers, Response

from leadhouse.archive import ArchiveWriter, Exchange, Position
from scrapers.base.answers import AGAIN
from scrapers.base.polite_spider import Replays


def index_replays(exchanges: Iterable[tuple[Exchange, Position]]) -> Replays:
    """The last final answer to each (source, URL); one that asked for another try is none."""
    return {
        (exchange.source_key, exchange.url): (exchange, position)
        for exchange, position in exchanges
        if exchange.status not in AGAIN
    }


class ArchiveMiddleware:
    """Names every request, answers from `replays`, writes what comes from the network.

    The spider brings both; a crawl without an archive (`crawl_now`) has neither.
    """

    def __init__(self, writer: ArchiveWriter | None, replays: Replays) -> None:
        self._writer, self._replays = writer, replays

    @classmethod
    def from_crawler(cls, crawler: Any) -> ArchiveMiddleware:
        """Scrapy's way to make one."""
        return cls(crawler.spider.archive, crawler.spider.replays)

    def process_request(self, request: Request) -> Response | None:
        """The archived answer, if there is one."""
        meta = request.meta
        known = self._replays.get((meta["source_key"], request.url))
        if known is None:
            meta["fetch_id"] = uuid4()
            return None
        exchange, position = known
        meta.update(fetch_id=exchange.fetch_id, requested_at=exchange.requested_at, position=position)
        headers = Headers()
        for name, value in exchange.headers:
            headers.appendlist(name, value.encode("latin-1", "replace"))
        return Response(request.url, exchange.status, headers, exchange.body, flags=["replayed"])

    def process_response(self, request: Request, response: Response) -> Response:
        """Sees the decoded body, since it stands above the decompression."""
        meta = request.meta
        if "replayed" in response.flags:
            return response
        latency = meta.get("download_latency", 0.0)
        meta["requested_at"] = datetime.now(UTC) - timedelta(seconds=latency)
        if self._writer is not None and "download_stopped" not in response.flags:
            exchange = Exchange(
                fetch_id=meta["fetch_id"],
                url=request.url,
                requested_at=meta["requested_at"],
                status=response.status,
                headers=_pairs(response.headers),
                body=response.body,
                request_headers=_pairs(request.headers),
                source_key=meta["source_key"],
                purpose=meta["purpose"],
            )
            meta["position"] = self._writer.write(exchange)
        return response


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    # a header value with a line break would be two headers in the archive
    return tuple(
        [
            (name.decode("latin-1"), value.decode("latin-1").replace("\r", " ").replace("\n", " "))
            for name, values in dict.items(headers)
            for value in values
        ]
    )
