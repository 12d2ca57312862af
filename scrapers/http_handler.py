"""HTTP/1.1 over aiohttp, the cheapest client that Scrapy brings along: each connection goes to a checked address.

Redirects, cookies and decompression are none of its business. A name is checked where it is resolved, so a second
answer of the name server (DNS rebinding) has no effect; every address is checked again where its socket is made, since
aiohttp asks no resolver about literals.
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import EofStream, StreamReader
from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.http import Headers, Response
from twisted.python.failure import Failure
from yarl import URL

from leadhouse.network import AddressRefusedError
from scrapers.resolver import CACHE_SECONDS, CheckedNames, checked_addresses

NOT_MODIFIED = 304
IDLE_SECONDS = 35.0  # a connection outlives the longest Crawl-delay that is honoured
MAX_INTERIM_ANSWERS = 20
MAX_WIRE_BYTES = 16 * 1024 * 1024  # of one answer, framing included: a chunk's extension is no body and has no end
LONGEST_LINE = 32 * 1024  # of an answer's head; aiohttp's 8 KB are less than some sites' cookies and policies


class CheckedHandler:
    """Scrapy's interface of a download handler, for http and https, directly or through the proxy of the settings."""

    lazy = False

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._timeout = aiohttp.ClientTimeout(total=crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        self._tls = _tls_context(is_verified=crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"))
        self._session = aiohttp.ClientSession(
            connector=CheckedConnector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=self._timeout,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    @classmethod
    def from_crawler(cls, crawler: Any) -> CheckedHandler:
        """Scrapy's way to make one; a loop must run."""
        return cls(crawler)

    async def close(self) -> None:
        """Scrapy calls it when the engine stops."""
        await self._session.close()

    async def download_request(self, request: Request) -> Response:
        """The answer with its body as it came.

        Raises AddressRefusedError, DownloadCancelledError (too large), DownloadTimeoutError, CannotResolveHostError,
        DownloadConnectionRefusedError, ResponseDataLossError, DownloadFailedError.
        """
        began = time.monotonic()
        with _scrapys_errors(request):
            answer = await self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=_pairs(request.headers),
                data=request.body or None,
                allow_redirects=False,
                proxy=request.meta.get("proxy"),
                ssl=self._tls,
            )
            request.meta["download_latency"] = time.monotonic() - began
            try:
                return await self._read(answer, request)
            finally:
                answer.close()  # of no effect where the body was read: that connection is kept

    async def _read(self, answer: aiohttp.ClientResponse, request: Request) -> Response:
        headers = headers_of(answer.raw_headers)
        body, flags = b"", None
        if answer.status != NOT_MODIFIED:  # which has no body (RFC 9110 15.4.5), and aiohttp reads none
            if self._is_stopped(headers, answer.content_length, request):
                flags = ["download_stopped"]
            else:
                self._assert_size(answer.content_length or 0, request)
                body = await self._body(answer, request)
        response = Response(request.url, answer.status, None, body, flags)
        response.headers = headers  # as it is: the constructor would bring every name into its form once more
        return response

    async def _body(self, answer: aiohttp.ClientResponse, request: Request) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := await answer.content.readany():
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


class CheckedConnector(aiohttp.TCPConnector):
    """Connects to what `scrapers.resolver.checked_addresses` names; keeps names five minutes and connections longer."""

    def __init__(self) -> None:
        self._names = CheckedNames()
        super().__init__(
            limit=0,  # the engine limits how many are on their way
            resolver=self._names,
            ttl_dns_cache=int(CACHE_SECONDS),
            keepalive_timeout=IDLE_SECONDS,
            socket_factory=self._socket,
        )
        self._factory = partial(_Protocol, loop=self._loop)  # type: ignore[assignment]  # aiohttp names its own class

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, proto, _, (address, port, *_) = info
        if (address, port) not in self._names.checked:
            checked_addresses(address, port)  # a literal: nobody was asked about it
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


class _Protocol(ResponseHandler):
    """Gives up a server whose interim answers (RFC 9110 15.2), or whose chunks' extensions, do not end."""

    _interim = 0
    _wire = 0

    def set_response_params(self, **parameters: Any) -> None:
        """The next answer begins."""
        self._wire = 0
        super().set_response_params(**parameters)

    def data_received(self, data: bytes) -> None:
        """What came, for the parser."""
        self._wire += len(data)
        if self._wire > MAX_WIRE_BYTES:
            self.abort()
        else:
            super().data_received(data)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """The parser's next answer."""
        is_interim = data[0].code < 200 and data[0].code != 101
        self._interim = self._interim + 1 if is_interim else 0
        if self._interim <= MAX_INTERIM_ANSWERS:
            super().feed_data(data, size)
        elif self._interim == MAX_INTERIM_ANSWERS + 1:
            self.set_exception(aiohttp.ServerDisconnectedError("interim answers without an end"))
            self.abort()


@contextmanager
def _scrapys_errors(request: Request) -> Iterator[None]:
    """What went wrong, in the words that spiders know."""
    try:
        yield
    except TimeoutError as error:
        raise DownloadTimeoutError(f"{request.url} took too long") from error
    except aiohttp.InvalidURL as error:  # such as 2130706433 and 127.1, which the system takes for addresses
        raise AddressRefusedError(str(error)) from error
    except aiohttp.ClientPayloadError as error:
        raise ResponseDataLossError(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, AddressRefusedError):
            raise error.os_error from error
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            raise CannotResolveHostError(str(error)) from error
        if error.os_error.errno == errno.ECONNREFUSED:
            raise DownloadConnectionRefusedError(str(error)) from error
        raise DownloadFailedError(str(error)) from error
    except (aiohttp.ClientError, EofStream, ValueError) as error:
        raise DownloadFailedError(f"{type(error).__name__}: {error}") from error


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Scrapy's headers, whose names are capitalised, of names and values as they came."""
    fields: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        fields.setdefault(name.title(), []).append(value)
    headers = Headers()
    dict.update(headers, fields)
    return headers


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in dict.items(headers)
        for value in values
    ]  # fmt: skip


def _tls_context(*, is_verified: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if is_verified:
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # whom no certificate is asked may speak old TLS
    return context
