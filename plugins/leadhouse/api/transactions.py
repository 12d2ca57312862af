"""Who is let in: the caller's work of a request, with the turn at a connection and the request's key taken first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from leadhouse.api import idempotency
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.callers import SignedIn
from leadhouse.api.exchange import exchange_of


async def admit(request: Request, caller: SignedIn) -> CallerWork:
    """The caller's work. For a write the caller is proved to live and the request's key is taken first.

    A request waits here for its turn at a connection, in the event loop: one that waited in a thread would keep it from
    those who have a connection and need a thread to end.

    Raises:
        ProblemError, RepeatedError: see `leadhouse.api.idempotency`; 503 when no turn comes.
    """
    exchange = exchange_of(request.scope)
    if exchange.work is None:
        exchange.work = work = CallerWork(caller, exchange.origin)
        await work.take_turn()
        if exchange.is_write:
            exchange.repeatable = await idempotency.take(request, caller, work)
    return exchange.work


Work = Annotated[CallerWork, Depends(admit)]
