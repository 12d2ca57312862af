"""The end of a request's transaction: before its answer goes out, which a failed commit replaces."""

from __future__ import annotations

import json

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadhouse.api import idempotency, problems
from leadhouse.api.exchange import Exchange, exchange_of
from leadhouse.api.known_problems import is_passing, known_problem
from leadhouse.api.problems import Problem

_UNSURE = (
    "The database was lost as this was being stored: whether it was done is not known. "
    "Repeat it under the same Idempotency-Key, or look before you repeat it."
)


class Transactions:
    """The middleware that ends the request's transaction before its answer goes out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        ending = _Ending(exchange, scope["path"], send)
        try:
            await self.app(scope, receive, ending)
        finally:
            if exchange.work is not None:  # no answer went out
                await exchange.work.end(commit=False)


class _Ending:
    """Sends what goes out, the transaction first."""

    def __init__(self, exchange: Exchange, path: str, send: Send) -> None:
        self.exchange, self.path, self.send = exchange, path, send
        self.is_held = self.is_replaced = False

    async def __call__(self, message: Message) -> None:
        repeatable = self.exchange.repeatable
        if message["type"] == "http.response.start":
            if repeatable is not None and message["status"] < 300:
                repeatable.start, self.is_held = dict(message), True
                return
            await self._end(message["status"] < 400)
        elif self.is_held and repeatable is not None:
            repeatable.body += message.get("body", b"")
            if message.get("more_body", False):
                return
            await self._end(True)
            if not self.is_replaced:
                await self.send(repeatable.start)
                message = {"type": "http.response.body", "body": bytes(repeatable.body)}
        if not self.is_replaced:
            await self.send(message)

    async def _end(self, commit: bool) -> None:
        """Commit or roll back; a refusal at the commit takes the answer's place."""
        work, repeatable = self.exchange.work, self.exchange.repeatable
        if work is None:
            return
        try:
            if self.is_held and repeatable is not None:
                await run_in_threadpool(idempotency.keep, work, repeatable)
            await work.end(commit)
        except psycopg.Error as error:
            self.is_replaced = True
            found = known_problem(error, self.exchange.permissions)
            if found is None:
                raise
            problem, detail, headers = found
            is_unsure = commit and self.exchange.is_write and is_passing(error)
            await self._send_problem(problem, _UNSURE if is_unsure else detail, headers)

    async def _send_problem(self, problem: Problem, detail: str, headers: dict[str, str]) -> None:
        body = json.dumps(
            problems.document(problem, detail, instance=self.path, request_id=self.exchange.request_id)
        ).encode()
        lines = {**headers, "content-type": problems.MEDIA_TYPE, "content-length": str(len(body))}
        raw = [(name.lower().encode(), value.encode()) for name, value in lines.items()]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})
