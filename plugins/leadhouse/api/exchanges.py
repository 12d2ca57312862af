"""What holds for every request and answer: id, log line, size, headers, and that no fault goes unanswered.

An ASGI middleware and no function on every response: it costs microseconds, and streams stay streams.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadhouse.api import problems
from leadhouse.api.callers import signed_in
from leadhouse.api.exchange import Exchange, enter
from leadhouse.identity.audit import Origin
from leadhouse.settings import settings

log = structlog.get_logger("leadhouse.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,100}")
_PAGES = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",  # an address of ours with a token goes to nobody
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_API = {**_PAGES, "content-security-policy": "default-src 'none'; frame-ancestors 'none'"}


class Exchanges:
    """The middleware around all of the application but CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _head_of(send)
        headers = Headers(scope=scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        exchange = Exchange(_request_id(headers), scope["method"], path.startswith("/api/"), origin_of(scope, headers))
        scope["leadhouse"] = exchange
        enter(exchange)
        answer = _Answer(exchange, send)
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        try:
            counted = _Counted(receive, headers, scope) if exchange.is_api else None
            await self.app(scope, counted or receive, answer)
        except Exception:
            # as text: a renderer of exceptions may show local variables, and secrets are among them
            log.error("a request failed", method=exchange.method, route=_route(scope), trace=traceback.format_exc())
            if answer.status is not None:
                raise  # a part of the answer is out: the connection has to break off
            await _answer_failure(exchange, path, answer)
        finally:
            _log(scope, exchange, answer.status, began)


class _Answer:
    """Sends with the headers that every answer has."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self.exchange, self.send = exchange, send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.exchange.request_id
            for name, value in self.exchange.headers.items():
                headers[name] = value
            for name, value in (_API if self.exchange.is_api else _PAGES).items():
                headers.setdefault(name, value)
        await self.send(message)


def _head_of(send: Send) -> Send:
    """Lets status and headers through alone: HEAD is answered as GET is, without content (RFC 9110 section 9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_head


class _Counted:
    """Receives no more than the settings allow; of files nothing before it is known who sends them.

    FastAPI reads a body before it asks for the caller: strangers would fill the memory with what is then refused.
    """

    def __init__(self, receive: Receive, headers: Headers, scope: Scope) -> None:
        self.receive, self.scope, self.size = receive, scope, 0
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_shown = any(name in headers for name in ("authorization", "x-api-key", "cookie"))
        self.has_files = kind in ("multipart/form-data", "application/octet-stream") and is_shown
        self.limit = settings().api_upload_bytes if self.has_files else settings().api_body_bytes
        self.declared = headers.get("content-length", "")

    async def __call__(self) -> Message:
        if self.declared.isdigit() and int(self.declared) > self.limit:
            raise self._too_large()
        if self.has_files and not self.size:
            await self._require_caller()
        message = await self.receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            if self.size > self.limit:
                raise self._too_large()
        return message

    async def _require_caller(self) -> None:
        try:
            await signed_in(Request(self.scope))
        except problems.ProblemError as error:  # the one exception that FastAPI lets through while it reads
            raise HTTPException(error.problem.status, error.detail, error.headers) from error

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The body is larger than {self.limit:,} bytes.")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def origin_of(scope: Mapping[str, Any], headers: Headers) -> Origin:
    """Where the request comes from; behind a proxy, as the server that trusts it says."""
    client, agent = scope.get("client"), headers.get("user-agent")
    try:
        return Origin(client[0] if client else None, agent[:500] if agent else None)
    except ValueError:  # a socket that has no IP address
        return Origin(None, agent[:500] if agent else None)


async def _answer_failure(exchange: Exchange, path: str, send: Send) -> None:
    problem = problems.Problem.FAILED
    detail = f"The server failed. Nothing was changed. Tell the operator the request's id, {exchange.request_id}."
    body = json.dumps(problems.document(problem, detail, instance=path, request_id=exchange.request_id)).encode()
    headers = [(b"content-type", problems.MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _route(scope: Scope) -> str:
    """The route's own path: an address may hold a token."""
    return str(getattr(scope.get("route"), "path", "none"))


def _log(scope: Scope, exchange: Exchange, status: int | None, began: float) -> None:
    caller = exchange.caller
    log.info(
        "request", method=exchange.method, route=_route(scope), status=status,
        milliseconds=round((time.perf_counter() - began) * 1000, 1),
        user_id=str(caller.user_id) if caller else None,
        api_key_id=str(caller.api_key_id) if caller and caller.api_key_id else None,
    )  # fmt: skip
