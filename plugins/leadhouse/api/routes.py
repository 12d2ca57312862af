"""How a plain endpoint is run: in one thread, with what it asks of the database and the end of its transaction.

FastAPI goes to a thread and back for the endpoint, for checking what it returned and for each plain dependency; the end
of the transaction would be another. Each way costs more than a short query, so there is one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import psycopg
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from leadhouse.api.caller_work import CallerWork
from leadhouse.api.exchange import current_exchange
from leadhouse.api.known_problems import is_passing
from leadhouse.api.planned_routes import PlannedRoute


class OneThreadRouter(APIRouter):
    """Takes routers in so that their plain endpoints run as this module says, and their routes are planned."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route, its endpoint in one thread."""
        super().add_api_route(path, in_one_thread(endpoint), **{**options, "route_class_override": PlannedRoute})


def in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint as a coroutine; what is one already, or yields, stays as it is."""
    if inspect.iscoroutinefunction(endpoint) or inspect.isgeneratorfunction(endpoint):
        return endpoint
    if inspect.isasyncgenfunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def run(**values: Any) -> Any:
        return await run_in_threadpool(_run, endpoint, values)

    return run


def _run(endpoint: Callable[..., Any], values: dict[str, Any]) -> Any:
    exchange = current_exchange()
    work = exchange.work if exchange is not None and not exchange.is_write else None
    if work is None:
        return endpoint(**values)
    try:
        return _read(endpoint, values, work)
    except psycopg.Error as error:
        if not is_passing(error):
            raise
    work.finish(commit=False)
    return _read(endpoint, values, work)  # it changes nothing, so it may be done once more


def _read(endpoint: Callable[..., Any], values: dict[str, Any], work: CallerWork) -> Any:
    answer = endpoint(**values)
    work.finish(commit=True)  # of a write, once its answer is known to be one
    return answer
