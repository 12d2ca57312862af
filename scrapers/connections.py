"""The crawl's connections: each goes to a checked address, and is kept for the next request to its origin.

A name is checked where it is resolved, so a second answer of the name server (DNS rebinding) has no effect; every
address is checked again where its socket is made, since aiohttp asks no resolver about literals.
"""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from scrapers.resolver import CACHE_SECONDS, CheckedNames, checked_addresses

IDLE_SECONDS = 35.0  # a connection outlives the longest Crawl-delay that is honoured
MAX_INTERIM_ANSWERS = 20
MAX_WIRE_BYTES = 16 * 1024 * 1024  # of one answer, framing included: a chunk's extension is no body and has no end
LONGEST_LINE = 32 * 1024  # of an answer's head; aiohttp's 8 KB are less than some sites' cookies and policies
MAX_ORIGINS = 10_000


class Origin:
    """What all requests to one origin have in common.

    aiohttp's connector wants a request to connect for. It is made once: with all that it brings for headers, cookies,
    bodies and redirects, one for each page took longer than the page's answer.
    """

    __slots__ = ("host", "key", "request", "target")

    def __init__(self, text: str, proxy: str | None, tls: ssl.SSLContext) -> None:
        """`text` is scheme and authority. Raises ValueError, or aiohttp.InvalidURL, where it is none."""
        url = URL(f"{text}/", encoded=True)
        self.request = aiohttp.ClientRequest("GET", url, ssl=tls, proxy=URL(proxy) if proxy else None)
        self.key: ConnectionKey = self.request.connection_key
        self.host = f"Host: {self.request.headers['Host']}".encode()
        # a proxy is told the whole URL, unless it only passes on what is encrypted (RFC 9112 3.2.2)
        self.target = str(url).removesuffix("/") if proxy and not self.request.is_ssl() else ""

    def head(self, path: str, headers: list[bytes]) -> bytes:
        """A request's bytes. Raises ValueError where a header, or the path, would be read as several."""
        own = self.request.headers.get("Proxy-Authorization")  # the connector's, of the proxy's own URL
        lines = [f"GET {self.target}{path} HTTP/1.1".encode(), self.host, *headers]
        if own is not None:
            lines.append(f"Proxy-Authorization: {own}".encode())
        made = b"\r\n".join(lines)
        if made.count(b"\n") != len(lines) - 1 or made.count(b"\r") != len(lines) - 1 or b"\0" in made:
            raise ValueError("a line break within a header or URL")
        return made + b"\r\n\r\n"


class CheckedConnector(aiohttp.TCPConnector):
    """Connects to what `scrapers.resolver.checked_addresses` names; keeps names five minutes and connections longer."""

    def __init__(self, timeout: aiohttp.ClientTimeout) -> None:
        self._names = CheckedNames()
        super().__init__(
            limit=0,  # the engine limits how many are on their way
            resolver=self._names,
            ttl_dns_cache=int(CACHE_SECONDS),
            keepalive_timeout=IDLE_SECONDS,
            socket_factory=self._socket,
        )
        self._given = timeout
        self._factory = partial(_Protocol, loop=self._loop)  # type: ignore[assignment]  # aiohttp names its own class

    async def connection(self, origin: Origin) -> Connection:
        """One that was kept, or a new one."""
        # not `connect` for both: behind a proxy it makes a request for it each time, whether it is sent or not
        return await self._get(origin.key, []) or await self.connect(origin.request, [], self._given)

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


async def ask(connection: Connection, head: bytes) -> tuple[RawResponseMessage, StreamReader]:
    """Sends a request's bytes; the head of its answer, and its body to come.

    When the body has been read the connection is kept for the next request.
    """
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiohttp.ServerDisconnectedError("the connection was closed before it was used again")
    protocol.set_response_params(
        read_until_eof=True, auto_decompress=False, max_line_size=LONGEST_LINE, max_field_size=LONGEST_LINE
    )
    transport.write(head)
    while True:
        message, body = await protocol.read()
        if not 100 <= message.code < 200 or message.code == 101:
            break
    if message.code != 101:  # after which the connection speaks something else
        body.on_eof(connection.release)
    return message, body


def tls_context(*, is_verified: bool) -> ssl.SSLContext:
    """For connections over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if is_verified:
        context.load_default_certs()
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # whom no certificate is asked may speak old TLS
    return context
