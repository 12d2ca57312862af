"""A request as the bytes that it sends, over connections that are kept: what differs from a client that does more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, NotSupported, ResponseDataLossError
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from leadhouse.settings import settings
from scrapers.connections import Origin, tls_context
from scrapers.downloader import _turn
from scrapers.http_handler import CheckedHandler

Answer = Callable[[int, int], bytes]  # of the number of a connection, and of its request; nothing ends the connection
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 999\r\n\r\n'


class Crawler:
    """What a handler asks of its crawler."""

    def __init__(self, seconds: float) -> None:
        self.settings = Settings({"DOWNLOAD_TIMEOUT": seconds, "DOWNLOAD_MAXSIZE": 10_000})
        self.signals, self.spider = SignalManager(self), None


class Server:
    """Heads of the requests that came, each with the number of its connection."""

    def __init__(self, answer: Answer) -> None:
        self.heads: list[tuple[int, bytes]] = []
        self._answer, self._connections = answer, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._connections += 1
        number, asked = self._connections, 0
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            asked += 1
            self.heads.append((number, head))
            answer = self._answer(number, asked)
            writer.write(answer)
            if not answer or b"Connection: close" in answer:
                break
        writer.close()


@pytest.fixture(autouse=True)
def may_ask_this_machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", "127.0.0.1")
    settings.cache_clear()
    yield
    settings.cache_clear()


def talk(answer: Answer, work: Callable[[CheckedHandler, str], Awaitable[Any]], seconds: float = 5) -> Server:
    """The work with a handler and the server's URL, to its end."""
    server = Server(answer)

    async def run() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        handler = CheckedHandler(Crawler(seconds))  # type: ignore[arg-type]
        try:
            await work(handler, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        finally:
            await handler.close()
            listening.close()

    asyncio.run(run())
    return server


def test_a_request_is_what_it_sends_and_its_connection_is_kept() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        for path in ("/a?b=1#c", "?d=2", ""):
            request = Request(f"{url}{path}", headers={"If-None-Match": '"1"'}, meta={"verbatim_url": True})
            found = await handler.download_request(request)
            assert (found.status, found.body, request.meta["download_latency"] >= 0) == (200, b"ok", True)

    server = talk(lambda *_: OK, work)
    assert [number for number, _ in server.heads] == [1, 1, 1]
    lines = [head.decode().split("\r\n") for _, head in server.heads]
    assert [each[0] for each in lines] == ["GET /a?b=1 HTTP/1.1", "GET /?d=2 HTTP/1.1", "GET / HTTP/1.1"]
    assert lines[0][1].startswith("Host: 127.0.0.1:")
    assert lines[0][2:] == ['If-None-Match: "1"', "", ""]


def test_an_unchanged_page_has_no_body_whatever_length_it_states() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        for _ in range(3):
            found: Response = await handler.download_request(Request(url))
            assert (found.status, found.body, found.headers["ETag"]) == (304, b"", b'"1"')

    assert [number for number, _ in talk(lambda *_: UNCHANGED, work).heads] == [1, 1, 1]


def test_a_kept_connection_that_the_server_closes_is_replaced_once() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        for _ in range(2):
            assert (await handler.download_request(Request(url))).body == b"ok"

    # the first connection ends when it is used again; so would every further one
    server = talk(lambda number, asked: OK if asked == 1 else b"", work)
    assert [number for number, _ in server.heads] == [1, 1, 2]


def test_a_server_that_never_answers_is_given_up_after_a_second_try() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        with pytest.raises(DownloadFailedError, match="ServerDisconnected"):
            await handler.download_request(Request(url))

    assert [number for number, _ in talk(lambda *_: b"", work).heads] == [1, 2]


def test_half_a_body_and_a_silent_server_are_told_apart_and_their_connections_go() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf"
    silent = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"
    answers = [half, silent, OK]

    async def work(handler: CheckedHandler, url: str) -> None:
        with pytest.raises(ResponseDataLossError):
            await handler.download_request(Request(url))
        began = time.monotonic()
        with pytest.raises(DownloadTimeoutError):
            await handler.download_request(Request(url))
        assert 0.4 < time.monotonic() - began < 4
        assert (await handler.download_request(Request(url))).body == b"ok"

    server = talk(lambda number, _: answers[number - 1], work, seconds=0.5)
    assert [number for number, _ in server.heads] == [1, 2, 3]


def test_what_is_no_http_is_a_failure_and_no_fault() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        with pytest.raises(DownloadFailedError):
            await handler.download_request(Request(url))

    talk(lambda *_: b"220 mail.example ESMTP\r\n\r\n", work)


def test_only_pages_are_asked_for() -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        for request in (Request(url, method="POST"), Request(url, body=b"a=1")):
            with pytest.raises(NotSupported, match="GET"):
                await handler.download_request(request)

    assert talk(lambda *_: OK, work).heads == []


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\0"])
def test_no_header_and_no_path_becomes_two(break_: str) -> None:
    async def work(handler: CheckedHandler, url: str) -> None:
        value = f"a{break_}X-Other: b"
        for request in (
            Request(url, headers={"If-None-Match": value}),
            Request(f"{url}/{value}", meta={"verbatim_url": True}),
        ):
            with pytest.raises(DownloadFailedError):
                await handler.download_request(request)

    assert talk(lambda *_: OK, work).heads == []


def test_a_proxy_is_told_the_whole_url_unless_what_it_passes_on_is_encrypted() -> None:
    tls = tls_context(is_verified=False)

    async def heads() -> list[bytes]:
        proxy = "http://user:word@proxy.example:3128"
        return [
            Origin(origin, proxy, tls).head("/a", []).partition(b"\r\n")[0]
            for origin in ("http://site.example", "http://site.example:8080", "https://site.example")
        ]

    assert asyncio.run(heads()) == [
        b"GET http://site.example/a HTTP/1.1", b"GET http://site.example:8080/a HTTP/1.1", b"GET /a HTTP/1.1",
    ]  # fmt: skip


def test_a_turn_waits_once_for_pause_and_delay_and_is_never_early(monkeypatch: pytest.MonkeyPatch) -> None:
    slot, slept, sleep, loops = Slot(1, 0.05, 0), [], asyncio.sleep, []

    async def counted(seconds: float) -> None:
        if asyncio.get_running_loop() in loops:  # a server of another test may sleep in a thread of its own
            slept.append(seconds)
        await sleep(seconds)

    async def run() -> float:
        loops.append(asyncio.get_running_loop())
        slot.lastseen = time.monotonic()
        not_before = slot.lastseen + 0.1203
        await _turn(slot, not_before)
        return time.monotonic() - not_before

    monkeypatch.setattr("scrapers.downloader.asyncio.sleep", counted)
    assert asyncio.run(run()) >= 0
    assert len(slept) == 1
    assert slept[0] * 1000 == pytest.approx(round(slept[0] * 1000))  # whole milliseconds, as uvloop's clock has them
