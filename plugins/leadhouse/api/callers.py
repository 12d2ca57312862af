"""Who asks: the bearer of an access token or an API key, or a person whom another system's session vouches for.

Here it is only read who that is. Whether session or key still live is asked in the transaction that serves the request
(`leadhouse.api.caller_work`), so that what was ended ends at once; what the caller may do is the policies' matter.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool

from leadhouse.api import rate_limits
from leadhouse.api.caller import Caller
from leadhouse.api.exchange import Exchange, exchange_of
from leadhouse.api.problems import Problem, ProblemError
from leadhouse.identity import access_tokens
from leadhouse.identity.api_keys import authenticate_api_key
from leadhouse.identity.component_work import component
from leadhouse.identity.errors import TokenError, WrongCredentialsError
from leadhouse.identity.external_identities import find_linked_claims
from leadhouse.identity.own_pages import is_from_here
from leadhouse.identity.random_tokens import digest
from leadhouse.settings import settings

KEY_SECONDS = 60.0  # how long it is remembered whose a key is, and which public keys there are
REMEMBERED = 10_000

OutsideSignIn = Callable[[Request], Awaitable[tuple[str, str] | None]]


async def signed_in(request: Request) -> Caller:
    """The caller of a request, counted against the caller's rate.

    Raises:
        ProblemError: 401 for nobody, 403 for another site's form, 429.
    """
    exchange = exchange_of(request.scope)
    if exchange.caller is None:
        found = await _caller_of(request, exchange)
        rate_limits.count_caller(exchange, found)
        exchange.caller = found
    return exchange.caller


SignedIn = Annotated[Caller, Depends(signed_in)]


async def person_signed_in(caller: SignedIn) -> Caller:
    """The caller, who is a person and no API key. Raises ProblemError (403)."""
    if caller.api_key_id is not None:
        raise ProblemError(Problem.REFUSED, "An API key does not do that. Sign in and do it in person.")
    return caller


PersonSignedIn = Annotated[Caller, Depends(person_signed_in)]


async def _caller_of(request: Request, exchange: Exchange) -> Caller:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-api-key", "")
    if scheme.lower() == "bearer" and credentials.startswith("lh_"):
        key = credentials
    if key:
        return await _judged(exchange, _caller_by_key, key, exchange)
    if scheme.lower() == "bearer":
        return _tokens.get(credentials) or await _judged(exchange, _caller_by_token, credentials)
    account = await outside_account(request)
    if account is None:
        raise _nobody("Send an access token or an API key: `Authorization: Bearer …`.")
    # a socket's messages are read across origins, as no answer is: the browser asks nobody
    if (exchange.is_write or request.scope["type"] == "websocket") and not is_from_here(request.headers):
        raise ProblemError(Problem.REFUSED, "A page of another site may not act in your name.")
    return await _judged(exchange, _caller_by_account, *account)


async def outside_account(request: Request) -> tuple[str, str] | None:
    """The other system's account, (provider, subject), whose session came with the request."""
    outside: OutsideSignIn | None = getattr(request.app.state, "outside_sign_in", None)
    return await outside(request) if outside else None


async def _judged(exchange: Exchange, work: Callable[..., Caller], *arguments: Any) -> Caller:
    """What `work` finds, away from the event loop; addresses that show wrong credentials again and again wait."""
    rate_limits.check_failures(exchange)
    try:
        return await run_in_threadpool(work, *arguments)
    except (TokenError, WrongCredentialsError) as error:
        rate_limits.count_failure(exchange)
        raise _nobody(str(error)) from error


def _caller_by_token(token: str) -> Caller:
    try:
        claims = access_tokens.verify_access_token(token, _public_keys())
    except TokenError as error:
        if error.reason != "unknown" or not _public_keys.are_stale(at_least=1.0):
            raise
        claims = access_tokens.verify_access_token(token, _public_keys(anew=True))  # of a key made meanwhile
    caller = caller_of_claims(claims)
    _tokens.put(token, caller, float(claims["exp"]))
    return caller


def _caller_by_key(key: str, exchange: Exchange) -> Caller:
    hashed = digest(key)
    if known := _keys.get(hashed):
        return known
    with component() as connection:
        caller = caller_of_claims(authenticate_api_key(connection, key, exchange.origin))
    _keys.put(hashed, caller, time.time() + KEY_SECONDS)
    return caller


def _caller_by_account(provider: str, subject: str) -> Caller:
    if known := _accounts.get((provider, subject)):
        return known
    caller = caller_of_claims(find_linked_claims(provider, subject))
    _accounts.put((provider, subject), caller, time.time() + KEY_SECONDS)
    return caller


def caller_of_claims(claims: dict[str, Any]) -> Caller:
    """The caller of verified claims; what the database does not ask for is left out."""
    kept = ("sub", "organization_id", "role", "session_id", "api_key_id", "permissions")

    def id_of(name: str) -> UUID | None:
        return UUID(claims[name]) if claims.get(name) else None

    return Caller(
        UUID(claims["sub"]), id_of("organization_id"), id_of("session_id"), id_of("api_key_id"),
        {name: claims[name] for name in kept if name in claims},
    )  # fmt: skip


def forget_callers() -> None:
    """Forget what is remembered of tokens, keys and accounts (another database, a test)."""
    for memory in (_tokens, _keys, _accounts):
        memory.clear()
    _public_keys.forget()


def _nobody(detail: str) -> ProblemError:
    return ProblemError(Problem.NOT_SIGNED_IN, detail, headers={"WWW-Authenticate": 'Bearer realm="leadhouse"'})


class _Memory:
    """Callers by what they showed, each until a time of its own (seconds since 1970)."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, tuple[float, Caller]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, shown: Any) -> Caller | None:
        known = self._known.get(shown)
        return known[1] if known and known[0] > time.time() else None

    def put(self, shown: Any, caller: Caller, until: float) -> None:
        with self._lock:
            self._known[shown] = (until, caller)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


class _PublicKeys:
    """The keys that access tokens are signed with, of the settings' database, for a minute."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self._loaded = 0.0
        self._of: SecretStr | None = None

    def __call__(self, *, anew: bool = False) -> dict[str, Any]:
        database = settings().database_url
        if anew or not self._keys or self.are_stale(KEY_SECONDS) or self._of != database:
            with component() as connection:
                self._keys = access_tokens.load_public_keys(connection)
            self._loaded, self._of = time.monotonic(), database
        return self._keys

    def are_stale(self, at_least: float) -> bool:
        return time.monotonic() - self._loaded > at_least

    def forget(self) -> None:
        self._keys, self._loaded = {}, 0.0


_tokens, _keys, _accounts = _Memory(), _Memory(), _Memory()
_public_keys = _PublicKeys()
