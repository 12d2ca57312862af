"""A write may be repeated safely: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07).

The key is taken and the answer kept in the transaction of the effect, so there are both or neither. What a component
does in a transaction of its own goes through `once`: what it returned is kept in that transaction, and a repetition
goes on from there. Who repeats while the first still runs waits without holding thread or connection, then gets the
same answer. A refusal leaves nothing behind: the repetition is judged anew. What is kept is sealed (AES-256-GCM) under
a key made of the Idempotency-Key, of which the database has a digest alone: an answer may hold what is shown once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Depends
from psycopg import Connection
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.exchange import RepeatableRequest, current_exchange
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.database.beside import Beside, alone
from leadhouse.database.queries import load
from leadhouse.identity.component_work import component

HEADER = "idempotency-key"
WAIT_SECONDS = 10.0  # for another request of the same key
LARGEST_ANSWER = 1024 * 1024
OPEN_WITH_KEY = frozenset({"sign_up", "sign_up_by_invitation"})  # of what strangers may do; the rest ignores the header
_KEY = re.compile(r"[!-~]{8,255}")
_NONCE_BYTES = 12
_STRANGER = UUID(int=0)
T = TypeVar("T")
_HEADERS = frozenset({"content-type", "location", "etag"})  # that are kept with an answer


class RepeatedError(Exception):
    """The request was answered before; `response` is the same answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


async def take(request: Request, caller: Caller, work: CallerWork) -> RepeatableRequest | None:
    """Take the request's key, if it has one, in the caller's transaction.

    Raises:
        RepeatedError: it was answered before.
        ProblemError: 400 for a key of the wrong form, 409 while the first request runs, 422 for another request's key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        await run_in_threadpool(getattr, work, "connection")  # proves that the caller lives
        return None
    _require_form(key)
    repeatable = RepeatableRequest(key, _key_hash(caller, key), await _request_hash(request, key), caller.user_id)
    waited, pause = 0.0, 0.02
    while True:
        found = await run_in_threadpool(_take, work, repeatable)
        if found["outcome"] != "in_progress":
            break
        await work.end(commit=False)
        if waited >= WAIT_SECONDS:
            raise _still_runs()
        await asyncio.sleep(pause)
        waited, pause = waited + pause, min(0.5, pause * 1.6 + secrets.randbelow(20) / 1000)
        await work.take_turn()
    if found["outcome"] == "other_request":
        raise _reused()
    if found["outcome"] == "answered":
        raise RepeatedError(_answer(repeatable, found))
    repeatable.effect = found["effect"]
    return repeatable


async def take_of_stranger(request: Request) -> RepeatableRequest | None:
    """The same for an operation that is open (`OPEN_WITH_KEY`): the key belongs to who becomes a user by it.

    Raises ProblemError, as `take`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    _require_form(key)
    hashed = hashlib.sha256(f"{request.url.path}\x00{key}".encode()).digest()
    repeatable = RepeatableRequest(key, hashed, await _request_hash(request, key), _STRANGER)
    await run_in_threadpool(_find_effect, repeatable)
    return repeatable


OfStranger = Annotated[RepeatableRequest | None, Depends(take_of_stranger)]


def once(effect: Callable[[Beside], T], kind: Any) -> T:
    """What `effect` returns, of type `kind`: a component does it in a transaction of its own, once a key.

    `effect` gets what is to be called with the component's connection and the result, last in that transaction. Where
    the same was asked before, it is not run, and its result of then is returned.

    Raises:
        ProblemError: 409 where another request of the key has done it in this moment.
    """
    exchange = current_exchange()
    repeatable = exchange.repeatable if exchange is not None else None
    if repeatable is None:
        return effect(alone)
    adapter: TypeAdapter[T] = TypeAdapter(kind)
    return _once(repeatable, effect, adapter, lambda _: repeatable.user_id)


def once_of_stranger(
    repeatable: RepeatableRequest | None, effect: Callable[[Beside], T], kind: Any, lost: type[Exception]
) -> tuple[T, bool]:
    """The same for what makes a user (`T.user_id`), and whether it was done before. Raises what `effect` raises.

    `lost` is what it raises when another request has made the user meanwhile, which may be one of the same key.
    """
    if repeatable is None:
        return effect(alone), False
    known = repeatable.effect is not None
    adapter: TypeAdapter[T] = TypeAdapter(kind)
    try:
        return _once(repeatable, effect, adapter, lambda made: made.user_id), known
    except lost:
        _find_effect(repeatable)
        if repeatable.effect is None:
            raise
        return _once(repeatable, effect, adapter, lambda made: made.user_id), True


def _once(
    repeatable: RepeatableRequest, effect: Callable[[Beside], T], adapter: TypeAdapter[T], owner: Callable[[Any], UUID]
) -> T:
    if repeatable.effect is not None:
        return adapter.validate_json(_open(repeatable, repeatable.effect, b"effect"))

    def keep_effect(connection: Connection[Any], result: Any) -> None:
        sealed = _seal(repeatable, adapter.dump_json(result), b"effect")
        kept = {"user_id": owner(result), "key_hash": repeatable.key_hash, "request_hash": repeatable.request_hash}
        connection.execute(load("api").keep_request_effect, {**kept, "effect": sealed})

    try:
        return effect(keep_effect)
    except psycopg.errors.LockNotAvailable:
        raise _still_runs() from None


def keep(work: CallerWork, repeatable: RepeatableRequest) -> None:
    """Keep the answer with the effect, in the caller's transaction."""
    status = int(repeatable.start["status"])
    sealed = _sealed_answer(repeatable) if len(repeatable.body) <= LARGEST_ANSWER else None
    kept = {"key_hash": repeatable.key_hash, "request_hash": repeatable.request_hash, "status": status}
    work.connection.execute(load("api").keep_request_answer, {**kept, "answer": sealed})


def _take(work: CallerWork, repeatable: RepeatableRequest) -> dict[str, Any]:
    asked = {"key_hash": repeatable.key_hash, "request_hash": repeatable.request_hash}
    return work.connection.execute(load("api").take_request_key, asked).fetchone() or {}


def _key_hash(caller: Caller, key: str) -> bytes:
    """Each person and API key has keys of its own, in each organization."""
    return hashlib.sha256(f"{caller.organization_id}\x00{caller.api_key_id}\x00{key}".encode()).digest()


async def _request_hash(request: Request, key: str) -> bytes:
    """Of what is asked. Form data were read already, and stand for themselves as they were understood.

    The key is in it: a body may hold a password, and who has the hash alone can guess nothing.
    """
    hashed = hashlib.sha256(f"{key}\x00{request.method} {request.url.path}?{request.url.query}\x00".encode())
    form = getattr(request, "_form", None)
    if form is None:
        hashed.update(await request.body())
        return hashed.digest()
    for name, value in form.multi_items():
        hashed.update(f"{name}\x00".encode())
        if isinstance(value, str):
            hashed.update(value.encode())
        else:
            hashed.update(f"{value.filename}\x00{value.content_type}\x00".encode())
            while chunk := await value.read(1024 * 1024):
                hashed.update(chunk)
            await value.seek(0)
    return hashed.digest()


def _require_form(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ProblemError(
            Problem.MALFORMED, "An Idempotency-Key has 8 to 255 visible ASCII characters, a UUID for example."
        )


def _find_effect(repeatable: RepeatableRequest) -> None:
    """Of a stranger's key. Raises ProblemError (422) for a key that was used for another request."""
    with component() as connection:
        found = connection.execute(load("api").find_request_effect, {"key_hash": repeatable.key_hash}).fetchone() or {}
    if found.get("effect") is None:
        return
    if bytes(found["request_hash"]) != repeatable.request_hash:
        raise _reused()
    repeatable.effect = found["effect"]


def _still_runs() -> ProblemError:
    detail = "A request with this Idempotency-Key still runs. Repeat it later."
    return ProblemError(Problem.CONFLICT, detail, headers={"Retry-After": "2"})


def _reused() -> ProblemError:
    return ProblemError(
        Problem.KEY_REUSED, "This Idempotency-Key was used for another request in the last day. Take a new one."
    )


def _cipher(repeatable: RepeatableRequest) -> AESGCM:
    salt = repeatable.user_id.bytes
    derivation = HKDF(hashes.SHA256(), 32, salt, b"leadhouse answer to a repeated request")
    return AESGCM(derivation.derive(repeatable.key.encode()))


def _seal(repeatable: RepeatableRequest, plain: bytes, what: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(repeatable).encrypt(nonce, plain, repeatable.request_hash + what)


def _open(repeatable: RepeatableRequest, sealed: bytes | None, what: bytes) -> bytes:
    """Raises ProblemError (409) for what was not kept."""
    try:
        if sealed is None:
            raise InvalidTag
        nonce, text = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
        return _cipher(repeatable).decrypt(nonce, text, repeatable.request_hash + what)
    except InvalidTag:
        raise ProblemError(
            Problem.CONFLICT, "This was done before, and its answer was too large to be kept. Read what it made."
        ) from None


def _sealed_answer(repeatable: RepeatableRequest) -> bytes:
    headers = [(name.decode(), value.decode("latin-1")) for name, value in repeatable.start["headers"]]
    kept = [[name, value] for name, value in headers if name in _HEADERS]
    return _seal(repeatable, json.dumps(kept).encode() + b"\n" + bytes(repeatable.body), b"answer")


def _answer(repeatable: RepeatableRequest, found: dict[str, Any]) -> Response:
    headers, _, body = _open(repeatable, found["answer"], b"answer").partition(b"\n")
    response = Response(body, found["status"])
    for name, value in json.loads(headers):
        response.headers[name] = value
    response.headers["idempotency-replayed"] = "true"
    return response
