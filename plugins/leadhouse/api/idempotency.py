"""A write may be repeated safely: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07).

The key is taken and the answer kept in the transaction of the effect, so there are both or neither. Who repeats while
the first still runs waits without holding thread or connection, then gets the same answer. A refusal leaves nothing
behind: the repetition is judged anew. What is kept is sealed (AES-256-GCM) under a key made of the caller's
Idempotency-Key, of which the database has a digest alone: an answer may hold what is shown once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from leadhouse.api.problems import Problem, ProblemError
from leadhouse.database.queries import load

if TYPE_CHECKING:
    from leadhouse.api.callers import Caller
    from leadhouse.api.transactions import CallerWork

HEADER = "idempotency-key"
WAIT_SECONDS = 10.0  # for another request of the same key
LARGEST_ANSWER = 1024 * 1024
# A kept answer holds its person's row, which this ends on another connection; done twice it has one effect anyway.
WITHOUT_KEY = frozenset({"delete_me"})
_KEY = re.compile(r"[!-~]{8,255}")
_NONCE_BYTES = 12
_HEADERS = frozenset({"content-type", "location", "etag"})  # that are kept with an answer


class RepeatedError(Exception):
    """The request was answered before; `response` is the same answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


@dataclass(slots=True)
class RepeatableRequest:
    """A write under a key: what it asks, and the answer as it goes out."""

    key: str
    key_hash: bytes
    request_hash: bytes
    start: dict[str, Any] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


async def take(request: Request, caller: Caller, work: CallerWork) -> RepeatableRequest | None:
    """Take the request's key, if it has one, in the caller's transaction.

    Raises:
        RepeatedError: it was answered before.
        ProblemError: 400 for a key of the wrong form, 409 while the first request runs, 422 for another request's key.
    """
    key = request.headers.get(HEADER)
    if key is None or getattr(request.scope.get("route"), "operation_id", None) in WITHOUT_KEY:
        await run_in_threadpool(getattr, work, "connection")  # proves that the caller lives
        return None
    if not _KEY.fullmatch(key):
        raise ProblemError(
            Problem.MALFORMED, "An Idempotency-Key has 8 to 255 visible ASCII characters, a UUID for example."
        )
    repeatable = RepeatableRequest(key, _key_hash(caller, key), await _request_hash(request))
    waited, pause = 0.0, 0.02
    while True:
        found = await run_in_threadpool(_take, work, repeatable)
        if found["outcome"] != "in_progress":
            break
        await work.end(commit=False)
        if waited >= WAIT_SECONDS:
            raise ProblemError(
                Problem.CONFLICT, "A request with this Idempotency-Key still runs. Repeat it later.",
                headers={"Retry-After": "2"},
            )  # fmt: skip
        await asyncio.sleep(pause)
        waited, pause = waited + pause, min(0.5, pause * 1.6 + secrets.randbelow(20) / 1000)
        await work.take_turn()
    if found["outcome"] == "other_request":
        raise ProblemError(
            Problem.KEY_REUSED, "This Idempotency-Key was used for another request in the last day. Take a new one."
        )
    if found["outcome"] == "answered":
        raise RepeatedError(_opened(repeatable, caller, found))
    return repeatable


def keep(work: CallerWork, repeatable: RepeatableRequest) -> None:
    """Keep the answer with the effect, in the caller's transaction."""
    status = int(repeatable.start["status"])
    sealed = _sealed(repeatable, work.caller) if len(repeatable.body) <= LARGEST_ANSWER else None
    kept = {"key_hash": repeatable.key_hash, "status": status, "answer": sealed}
    work.connection.execute(load("api").keep_request_answer, kept)


def _take(work: CallerWork, repeatable: RepeatableRequest) -> dict[str, Any]:
    asked = {"key_hash": repeatable.key_hash, "request_hash": repeatable.request_hash}
    return work.connection.execute(load("api").take_request_key, asked).fetchone() or {}


def _key_hash(caller: Caller, key: str) -> bytes:
    """Each person and API key has keys of its own, in each organization."""
    return hashlib.sha256(f"{caller.organization_id}\x00{caller.api_key_id}\x00{key}".encode()).digest()


async def _request_hash(request: Request) -> bytes:
    """Of what is asked. Form data were read already, and stand for themselves as they were understood."""
    hashed = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\x00".encode())
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


def _cipher(repeatable: RepeatableRequest, caller: Caller) -> AESGCM:
    derivation = HKDF(hashes.SHA256(), 32, caller.user_id.bytes, b"leadhouse answer to a repeated request")
    return AESGCM(derivation.derive(repeatable.key.encode()))


def _sealed(repeatable: RepeatableRequest, caller: Caller) -> bytes:
    headers = [(name.decode(), value.decode("latin-1")) for name, value in repeatable.start["headers"]]
    kept = [[name, value] for name, value in headers if name in _HEADERS]
    plain = json.dumps(kept).encode() + b"\n" + bytes(repeatable.body)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(repeatable, caller).encrypt(nonce, plain, repeatable.request_hash)


def _opened(repeatable: RepeatableRequest, caller: Caller, found: dict[str, Any]) -> Response:
    sealed = found["answer"]
    try:
        if sealed is None:
            raise InvalidTag
        nonce, text = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
        plain = _cipher(repeatable, caller).decrypt(nonce, text, repeatable.request_hash)
    except InvalidTag:
        raise ProblemError(
            Problem.CONFLICT, "This was done before, and its answer was too large to be kept. Read what it made."
        ) from None
    headers, _, body = plain.partition(b"\n")
    response = Response(body, found["status"])
    for name, value in json.loads(headers):
        response.headers[name] = value
    response.headers["idempotency-replayed"] = "true"
    return response
