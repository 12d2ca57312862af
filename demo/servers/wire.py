"""A small HTTP/1.1 server for loopback: keep-alive, chunked streams that stop when the client leaves."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from demo.world.model import Answer

MAX_BODY = 4_000_000
IDLE_SECONDS = 75
NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path or "/"

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the last of a name."""
        return dict(parse_qsl(urlsplit(self.target).query))

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.body)


Handler = Callable[[HttpRequest], Awaitable[Answer]]


class BadRequestError(Exception):
    """The bytes are no request that this server reads."""


class DisconnectError(Exception):
    """Raised by a handler that wants the connection closed without an answer."""


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, headers or {}, body, "application/json")


async def _read(reader: asyncio.StreamReader) -> HttpRequest | None:
    """The next request; None at the end of the connection."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError("header section over 64 KiB") from error
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3:
        raise BadRequestError("request line")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdigit() or int(length) > MAX_BODY:
        raise BadRequestError("body")
    return HttpRequest(parts[0], parts[1], headers, await reader.readexactly(int(length)))


def _head(answer: Answer, keep: bool) -> bytes:
    try:
        phrase = http.HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {formatdate(usegmt=True)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status not in NO_BODY:
        lines.append(f"Content-Type: {answer.content_type}")
        lines.append("Transfer-Encoding: chunked" if answer.stream else f"Content-Length: {len(answer.body)}")
    lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


async def _write(writer: asyncio.StreamWriter, answer: Answer, keep: bool, head_only: bool) -> None:
    writer.write(_head(answer, keep))
    if answer.stream and not head_only:
        for piece in answer.stream():
            if piece:  # an empty chunk would end the body
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0)  # drain alone does not yield while the buffer has room
        writer.write(b"0\r\n\r\n")
    elif not head_only and answer.status not in NO_BODY:
        writer.write(answer.body)
    await writer.drain()


def _keeps(request: HttpRequest) -> bool:
    wish = request.headers.get("connection", "") + request.headers.get("proxy-connection", "")
    return "close" not in wish.lower()


async def _converse(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    keep = True
    while keep:
        try:
            request = await _read(reader)
        except BadRequestError as error:
            await _write(writer, Answer(400, body=str(error).encode(), content_type="text/plain"), False, False)
            return
        if request is None:
            return
        keep = _keeps(request)
        await _write(writer, await handler(request), keep, request.method == "HEAD")


async def serve(handler: Handler, port: int = 0, host: str = "127.0.0.1") -> asyncio.Server:
    """Listen on a loopback port (0 lets the system choose; OSError where it is taken)."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, DisconnectError, asyncio.CancelledError):
            await _converse(handler, reader, writer)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            writer.close()
            await writer.wait_closed()

    return await asyncio.start_server(connected, host, port)


def port_of(server: asyncio.Server) -> int:
    """The port a server listens on."""
    return int(server.sockets[0].getsockname()[1])
