"""Scrapy's HTTP/1.1 downloads with a limit on what comes before a body.

Twisted limits the length of one header line and the bytes of a body, but takes header lines, and interim answers
(RFC 9110 15.2), without end: a server that sends nothing else fills the memory until the download's timeout.
"""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

MAX_HEAD_BYTES = 128 * 1024  # browsers stop at 256 KB and servers at 8 to 64; read in pieces of 64 KB, so a little more


class HeadTooLargeError(Exception):
    """The status line and headers, or interim answers, went on beyond MAX_HEAD_BYTES."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Drops the connection of a server whose headers do not end."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    _head_bytes = 0

    def request(self, request: Any) -> Deferred[Any]:
        self._head_bytes = 0
        return super().request(request)

    def dataReceived(self, bytes: bytes) -> None:  # noqa: N802, A002
        """Twisted's, which hands on to the parser."""
        parser: Any = self._parser
        if parser is None:
            return  # given up before; what was under way arrives all the same
        if parser.state in (STATUS, HEADER):
            self._head_bytes += len(bytes)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._drop()
                return
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]

    def _drop(self) -> None:
        transport: Any = self.transport
        error = HeadTooLargeError(f"no body after {self._head_bytes} bytes")
        self._disconnectParser(Failure(error))  # type: ignore[no-untyped-call]
        transport.abortConnection()


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802
        """As the parent's, with our protocol."""
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
