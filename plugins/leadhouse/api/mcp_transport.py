"""How the MCP server is reached over HTTP: streamable, at /mcp, a request at a time and without sessions.

The SDK is imported with the first request: most servers never get one, and it is most of a second of their start.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from leadhouse.api import problems
from leadhouse.api.caller import Caller
from leadhouse.api.callers import signed_in
from leadhouse.api.exchange import exchange_of
from leadhouse.api.problems import ProblemError

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from leadhouse.api.mcp_operations import Asker

# By which a caller is known, and what says that a page of ours asks.
_SHOWN = frozenset({"authorization", "x-api-key", "cookie", "host", "origin", "sec-fetch-site", "user-agent"})


class McpEndpoint:
    """The ASGI application at /mcp. Who calls is judged as everywhere: access token, API key, Airflow's session.

    It starts what it needs with the first request: where it is mounted, nobody runs its lifespan.
    """

    def __init__(self) -> None:
        self._running: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Future[StreamableHTTPSessionManager]] = (
            WeakKeyDictionary()
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            await signed_in(request)
        except ProblemError as error:
            refusal = problems.answer(request, error.problem, error.detail, headers=error.headers)
            await refusal(scope, receive, send)
            return
        await (await self._manager()).handle_request(scope, receive, send)

    async def _manager(self) -> StreamableHTTPSessionManager:
        loop = asyncio.get_running_loop()
        if loop not in self._running:
            self._running[loop] = loop.create_future()
            task = loop.create_task(self._run(self._running[loop]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(self._running[loop])

    async def _run(self, ready: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        try:
            loaded = await run_in_threadpool(import_module, "leadhouse.api.mcp_server")
            server = loaded.make_server(caller_of_request, asker_of_request)
            checks = loaded.NO_REBINDING_CHECK
            server.streamable_http_app(stateless_http=True, json_response=True, transport_security=checks)
            async with server.session_manager.run():
                ready.set_result(server.session_manager)
                await asyncio.Event().wait()  # until the loop ends
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)  # every request fails as this one did, and says so in the log


def caller_of_request(context: Context[Any, Any]) -> Caller:
    """The caller of the HTTP request that a message came with."""
    request = context.request_context.request
    caller = exchange_of(request.scope).caller if isinstance(request, Request) else None
    if caller is None:
        raise PermissionError("A message came without a request whose caller is known.")
    return caller


def asker_of_request(context: Context[Any, Any]) -> Asker:
    """How to ask the application in the name of that request: by what it was shown."""
    from leadhouse.api.mcp_operations import Asker

    caller_of_request(context)
    request: Any = context.request_context.request
    headers = {name: value for name, value in request.headers.items() if name in _SHOWN}
    return Asker(request.app, headers, request.client.host if request.client else None)
