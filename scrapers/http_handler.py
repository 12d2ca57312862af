"""HTTP/1.1 over the connections of `scrapers.connections`: a request is the bytes that it sends.

aiohttp connects, parses and keeps connections. Its sessions, requests and answers are left out: redirects, cookies,
decompression and bodies of requests are none of the crawl's business, and cost more than a page that has not changed.
"""

from __future__ import annotations

import asyncio
import errno
import re
import time
from collections.abc import Iterable

import aiohttp
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import EofStream, StreamReader
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotSupported,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.http import Headers, Response
from twisted.python.failure import Failure

from leadhouse.network import AddressRefusedError
from scrapers.connections import MAX_ORIGINS, CheckedConnector, Origin, ask, tls_context

NOT_MODIFIED = 304
_URL = re.compile(r"(https?://[^/?#]+)([^#]*)", re.I)


class CheckedHandler:
    """Scrapy's interface of a download handler, for http and https, directly or through the proxy of the settings."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._tls = tls_context(is_verified=crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"))
        self._connector = CheckedConnector(aiohttp.ClientTimeout(total=self._seconds))
        self._origins: dict[tuple[str, str | None], Origin] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CheckedHandler:
        """Scrapy's way to make one; a loop must run."""
        return cls(crawler)

    async def close(self) -> None:
        """Scrapy calls it when the engine stops."""
        await self._connector.close()

    async def download_request(self, request: Request) -> Response:
        """The answer with its body as it came.

        Raises AddressRefusedError, DownloadCancelledError (too large), DownloadTimeoutError, CannotResolveHostError,
        DownloadConnectionRefusedError, ResponseDataLossError, DownloadFailedError, and NotSupported for what is no GET.
        """
        if request.method != "GET" or request.body:
            raise NotSupported(f"{request.method} {request.url}: a crawl only asks for pages (GET).")
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(request, began)
        except Exception as error:
            found = _in_scrapys_words(error, request)
            if found is error:
                raise
            raise found from error

    async def _answer(self, request: Request, began: float) -> Response:
        origin, path = self._origin(request)
        head = origin.head(path, _lines(request.headers))
        is_first = True
        while True:
            connection = await self._connector.connection(origin)
            try:
                try:
                    message, body = await ask(connection, head)
                except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
                    if not is_first:
                        raise
                    is_first = False  # a server may close what was kept while it is used again (RFC 9112 9.3.1)
                    continue
                request.meta["download_latency"] = time.monotonic() - began
                return await self._read(message, body, request)
            finally:
                connection.close()  # of no effect where the body was read: that connection is kept

    def _origin(self, request: Request) -> tuple[Origin, str]:
        """The origin, and what a request to it names: path and query."""
        parts = _URL.match(request.url)
        if parts is None:
            raise aiohttp.InvalidURL(request.url)
        text, path = parts.groups()
        proxy = request.meta.get("proxy")
        origin = self._origins.get((text, proxy))
        if origin is None:
            if len(self._origins) >= MAX_ORIGINS:
                self._origins.clear()
            origin = self._origins[text, proxy] = Origin(text, proxy, self._tls)
        return origin, path if path[:1] == "/" else f"/{path}"

    async def _read(self, message: RawResponseMessage, content: StreamReader, request: Request) -> Response:
        headers = headers_of(message.raw_headers)
        body, flags = b"", None
        if message.code != NOT_MODIFIED:  # which has no body (RFC 9110 15.4.5), and aiohttp reads none
            stated = headers.get(b"Content-Length")
            length = int(stated) if stated is not None else None  # the parser has refused what is no number
            if self._is_stopped(headers, length, request):
                flags = ["download_stopped"]
            else:
                self._assert_size(length or 0, request)
                body = await self._body(content, request)
        response = Response(request.url, message.code, None, body, flags)
        response.headers = headers  # as it is: the constructor would bring every name into its form once more
        return response

    async def _body(self, content: StreamReader, request: Request) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := await content.readany():
                pieces.append(piece)
                size += len(piece)
                self._assert_size(size, request)
            return b"".join(pieces)
        finally:
            pieces.clear()  # an error would hold this frame, and the frame what has come, until cycles are looked for

    def _is_stopped(self, headers: Headers, length: int | None, request: Request) -> bool:
        """Scrapy's signal before the body: a listener raises StopDownload where it need not come."""
        said = self._crawler.signals.send_catch_log(
            signals.headers_received, headers=headers, body_length=length, request=request, spider=self._crawler.spider
        )
        return any(isinstance(each, Failure) and isinstance(each.value, StopDownload) for _, each in said)

    def _assert_size(self, size: int, request: Request) -> None:
        if self._max_size and size > self._max_size:
            raise DownloadCancelledError(f"{request.url} is larger than DOWNLOAD_MAXSIZE ({self._max_size} bytes).")


def _in_scrapys_words(error: Exception, request: Request) -> Exception:
    """What went wrong, in the words that spiders know; the error itself where it is in them."""
    if isinstance(error, AddressRefusedError):  # an OSError, too
        return error
    if isinstance(error, TimeoutError):
        return DownloadTimeoutError(f"{request.url} took too long")
    if isinstance(error, aiohttp.InvalidURL):  # such as 2130706433 and 127.1, which the system takes for addresses
        return AddressRefusedError(str(error))
    if isinstance(error, aiohttp.ClientPayloadError):
        return ResponseDataLossError(str(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, AddressRefusedError):
            return error.os_error
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return CannotResolveHostError(str(error))
        if error.os_error.errno == errno.ECONNREFUSED:
            return DownloadConnectionRefusedError(str(error))
        return DownloadFailedError(str(error))
    if isinstance(error, aiohttp.ClientError | HttpProcessingError | EofStream | OSError | ValueError):
        return DownloadFailedError(f"{type(error).__name__}: {error}")
    return error


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Scrapy's headers, whose names are capitalised, of names and values as they came."""
    fields: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        fields.setdefault(name.title(), []).append(value)
    headers = Headers()
    dict.update(headers, fields)
    return headers


def _lines(headers: Headers) -> list[bytes]:
    return [b"%b: %b" % (name, value) for name, values in dict.items(headers) for value in values]
