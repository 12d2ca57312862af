"""One request and its answer, as its parts hand it on: who asks, in which transaction, under which key."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import CallerWork
from leadhouse.identity.audit import Origin

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class RepeatableRequest:
    """A write under a key: what it asks, and the answer as it goes out."""

    key: str
    key_hash: bytes
    request_hash: bytes
    user_id: UUID  # whose it is; of a stranger, who is not one yet, nobody's
    effect: bytes | None = None  # what a component returned when the same was asked before, sealed
    start: dict[str, Any] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as ``request.scope["leadhouse"]``."""

    request_id: str
    method: str
    is_api: bool
    origin: Origin
    headers: dict[str, str] = field(default_factory=dict)  # that the answer gets
    caller: Caller | None = None
    work: CallerWork | None = None
    repeatable: RepeatableRequest | None = None

    @property
    def permissions(self) -> list[str] | None:
        """What the API key that asks may; None where none does."""
        return self.caller.claims.get("permissions") if self.caller else None

    @property
    def is_write(self) -> bool:
        """Whether the method may change something (RFC 9110 section 9.2.1)."""
        return self.method not in _SAFE


_current: ContextVar[Exchange | None] = ContextVar("leadhouse_exchange", default=None)


def current_exchange() -> Exchange | None:
    """The exchange that this context serves, threads that it has sent work to included."""
    return _current.get()


def exchange_of(scope: Mapping[str, Any]) -> Exchange:
    """The exchange that a request belongs to."""
    found: Exchange = scope["leadhouse"]
    return found


def enter(exchange: Exchange) -> None:
    """This context serves the exchange from now on."""
    _current.set(exchange)
