"""Real time: the caller's events as server-sent events (WHATWG HTML 9.2) and over a WebSocket (RFC 6455)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import structlog
from fastapi import APIRouter, Header, Query, WebSocket, WebSocketDisconnect
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from leadhouse.api import event_feed
from leadhouse.api.caller import Caller
from leadhouse.api.callers import SignedIn, signed_in
from leadhouse.api.event_feed import Channel, Frame, Resource, Wanted
from leadhouse.api.exchange import Exchange
from leadhouse.api.exchanges import origin_of
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.api.wake_ups import wake_ups
from leadhouse.database import DatabaseError

MOST_STREAMS, MOST_OF_ONE = 1000, 20  # of a process, of a caller in it
SEND_SECONDS = 30.0  # a client that takes nothing for so long is gone
SIGN_IN_SECONDS = 10.0
LARGEST_NUMBER = 2**62
# https://www.iana.org/assignments/websocket/websocket.xhtml: 1008 policy violation, 1013 try again later
POLICY, LATER = 1008, 1013

log = structlog.get_logger("leadhouse.api")
router = APIRouter(prefix="/events", tags=["events"])
sockets = APIRouter(prefix="/events")

Resources = Annotated[list[Resource] | None, Query(alias="resource", description="Of these resources alone.")]
Channels = Annotated[list[Channel] | None, Query(alias="channel", description="Of these channels alone.")]
After = Annotated[
    int | None, Query(ge=0, le=LARGEST_NUMBER, description="Go on after this event; by default with what comes now.")
]
LastEventId = Annotated[str | None, Header(pattern=r"^[0-9]{0,18}$", description="As `after`, of a break.")]
_STREAM = {
    "description": "A stream of server-sent events: `change`, `reset`, `end`; ids are the numbers of events.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "id": {"type": "string"},
                    "event": {"type": "string", "enum": ["change", "reset", "end"]},
                    "data": {"type": "string", "contentMediaType": "application/json"},
                },
            },
            "example": 'id: 1207\r\nevent: change\r\ndata: {"eventNo":1207,"resource":"jobs","table":"jobs",'
            '"id":"7b5c6c9e-6f0e-4f0c-8a49-3d4d1a4f2f10","verb":"update","changedColumns":["status"],'
            '"channels":["job_status_change"],"changedAt":"2026-11-21T20:15:00.123456Z"}\r\n\r\n',
        }
    },
}


@router.get(
    "", operation_id="stream_events", summary="What changes, as it changes", response_class=EventSourceResponse,
    responses={200: _STREAM},
)  # fmt: skip
async def stream_events(
    caller: SignedIn,
    resource: Resources = None,
    channel: Channels = None,
    after: After = None,
    follow: Annotated[bool, Query(description="Wait for what comes; else end with what is there.")] = True,
    last_event_id: LastEventId = None,
) -> EventSourceResponse:
    """Events of jobs, logs, campaigns, leads, notifications, sources and the cached analytics that the caller may read.

    After a break the browser sends `Last-Event-ID` by itself, and nothing is missed or repeated. `reset` says that the
    events of the break are gone: read the rows anew. `end` says that the sign-in was ended, or to connect again.
    """
    began = int(last_event_id) if last_event_id else after
    wanted = Wanted(frozenset(resource or ()), frozenset(channel or ()))
    require_room(caller)
    key, begin = await wake_ups().read(event_feed.begin, caller, began)
    return respond(caller, _server_sent(event_feed.follow(caller, key, begin, wanted, stays=follow)))


@sockets.websocket("/ws")
async def stream_events_by_socket(
    socket: WebSocket,
    resource: Resources = None,
    channel: Channels = None,
    after: After = None,
    last_event_id: LastEventId = None,
) -> None:
    """The same over a WebSocket, a JSON object a message: `{"type", "eventNo", …}`.

    Who cannot send headers (a browser) sends `{"authorization": "Bearer …"}` as the first message, and `after` in the
    address.
    """
    await socket.accept()
    try:
        caller = await _caller_of(socket)
        require_room(caller)
        wanted = Wanted(frozenset(resource or ()), frozenset(channel or ()))
        began = int(last_event_id) if last_event_id else after
        key, begin = await wake_ups().read(event_feed.begin, caller, began)
        with counted(caller):
            await _serve(socket, event_feed.follow(caller, key, begin, wanted))
    except ProblemError as error:
        too_many = error.problem is Problem.TOO_MANY_REQUESTS
        await socket.close(LATER if too_many else POLICY, error.detail[:120])
    except (psycopg.Error, DatabaseError) as error:
        log.warning("a socket ends", reason=str(error)[:300])
        await socket.close(LATER, "Connect again in a few seconds.")
    except (WebSocketDisconnect, TimeoutError):
        return


def respond(caller: Caller, events: AsyncIterator[ServerSentEvent]) -> EventSourceResponse:
    """A stream as an answer, counted while it lasts; heartbeats are its own."""

    async def while_counted() -> AsyncIterator[ServerSentEvent]:
        with counted(caller):
            async for event in events:
                yield event

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(while_counted(), headers=headers, ping=3600, send_timeout=SEND_SECONDS)


def require_room(caller: Caller) -> None:
    """Raises ProblemError (429) for a caller with too many streams, or on a full process."""
    if _open[_subject(caller)] >= MOST_OF_ONE or _open.total() >= MOST_STREAMS:
        raise ProblemError(
            Problem.TOO_MANY_REQUESTS, "Too many streams are open. Close one, or try again later.",
            headers={"Retry-After": "10"},
        )  # fmt: skip


@contextmanager
def counted(caller: Caller) -> Iterator[None]:
    """While a stream of the caller is open."""
    subject = _subject(caller)
    _open[subject] += 1
    try:
        yield
    finally:
        _open[subject] -= 1
        if not _open[subject]:
            del _open[subject]


_open: Counter[str] = Counter()


def _subject(caller: Caller) -> str:
    return str(caller.api_key_id or caller.user_id)


async def _server_sent(frames: AsyncIterator[Frame]) -> AsyncIterator[ServerSentEvent]:
    async for frame in frames:
        if frame.kind == "heartbeat":  # an id without data moves the place to go on from, and tells the page nothing
            yield ServerSentEvent(id=str(frame.event_no), comment="heartbeat")
        else:
            data = json.dumps(frame.data, separators=(",", ":"))
            yield ServerSentEvent(data, event=frame.kind, id=str(frame.event_no))


async def _serve(socket: WebSocket, frames: AsyncIterator[Frame]) -> None:
    """Sends until either side ends; what the client says is not listened to."""
    sending = asyncio.create_task(_send(socket, frames))
    hearing = asyncio.create_task(_hear(socket))
    try:
        done, _ = await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)


async def _send(socket: WebSocket, frames: AsyncIterator[Frame]) -> None:
    async for frame in frames:
        message = {"type": frame.kind, **frame.data}
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_json(message)
        if frame.kind == "end":
            await socket.close(POLICY if frame.data["reason"] == "signed_out" else LATER)


async def _hear(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _caller_of(socket: WebSocket) -> Caller:
    """Who connects, by header or by the first message. Raises ProblemError."""
    scope = dict(socket.scope)
    if not any(name in socket.headers for name in ("authorization", "x-api-key")):
        async with asyncio.timeout(SIGN_IN_SECONDS):
            shown = await _first_message(socket)
        headers = MutableHeaders(raw=list(Headers(scope=scope).raw))
        headers["authorization"] = shown
        scope["headers"] = headers.raw
    scope["leadhouse"] = Exchange("socket", "GET", True, origin_of(scope, socket.headers))
    return await signed_in(HTTPConnection(scope))  # type: ignore[arg-type]  # it reads headers and the application


async def _first_message(socket: WebSocket) -> str:
    refused = ProblemError(Problem.NOT_SIGNED_IN, 'Send {"authorization": "Bearer …"} as the first message.')
    try:
        said: Any = json.loads(await socket.receive_text())
    except (ValueError, KeyError, RuntimeError):
        raise refused from None
    shown = said.get("authorization") if isinstance(said, dict) else None
    if not isinstance(shown, str) or not shown.isascii() or len(shown) > 5000:
        raise refused
    return shown
