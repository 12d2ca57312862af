"""Clients that ask again as soon as they have their answer, over kept connections, in one process.

By hand, since a library's client costs more than the answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from benchmarks.api_servers import Server

CLIENTS, SECONDS = 8, 1.0


@dataclass(frozen=True)
class Asked:
    """What is asked of the API: a path, or a write with a body; made of a number where each is to be another."""

    path: str | Callable[[int], str]
    body: Callable[[int], bytes] | None = None

    def request(self, server: Server, token: str, number: int) -> bytes:
        """The request as it goes out."""
        parts = urlsplit(server.url)
        body = self.body(number) if self.body else b""
        method = "POST" if self.body else "GET"
        path = self.path if isinstance(self.path, str) else self.path(number)
        head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode() + body


@dataclass(frozen=True)
class Measured:
    """Answers a second, seconds of each; CPU seconds an answer in server and Postgres; the clients' share of a core."""

    rate: float
    times: list[float]
    cpu: float
    postgres_cpu: float
    clients: float


def measure(server: Server, asked: Asked, token: str, first: int = 0) -> Measured:
    """A round: all clients for about a second. `first` begins the numbers that writes are made of."""
    before, began, clients = server.cpu(), time.perf_counter(), time.process_time()
    rate, times = asyncio.run(_ask(server, asked, token, first))
    clients, seconds = time.process_time() - clients, time.perf_counter() - began
    cpu, postgres = ((after - earlier) / len(times) for earlier, after in zip(before, server.cpu(), strict=True))
    return Measured(rate, times, cpu, postgres, clients / seconds)


async def _ask(server: Server, asked: Asked, token: str, first: int) -> tuple[float, list[float]]:
    """Answers a second of all clients together, and the seconds of each answer."""
    parts, loop = urlsplit(server.url), asyncio.get_running_loop()
    is_constant = isinstance(asked.path, str) and not asked.body
    constant = asked.request(server, token, 0) if is_constant else None
    began = time.perf_counter()

    def make(number: int) -> bytes:
        return constant or asked.request(server, token, number)

    clients = [_Client(make, first + place, began + SECONDS, loop.create_future()) for place in range(CLIENTS)]
    for client in clients:
        await loop.create_connection(partial(_itself, client), parts.hostname or "", parts.port or 80)
    await asyncio.gather(*(client.ended for client in clients))
    times = [each for client in clients for each in client.times]
    return len(times) / (time.perf_counter() - began), times


def _itself(client: _Client) -> _Client:
    return client


class _Client(asyncio.Protocol):
    """Asks, reads the whole answer, asks again."""

    def __init__(self, make: Callable[[int], bytes], number: int, until: float, ended: asyncio.Future[None]) -> None:
        self.make, self.number, self.until, self.ended = make, number, until, ended
        self.times: list[float] = []
        self._read, self._asked = b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request, self.number = self.make(self.number), self.number + CLIENTS
        self._asked = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 2"):
            self._transport.close()
            if not self.ended.done():
                self.ended.set_exception(RuntimeError(self._read[:2000].decode(errors="replace")))
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.times.append(now - self._asked)
        self._read = b""
        if now < self.until:
            self._send()
        else:
            self._transport.close()
            self.ended.set_result(None)
