"""How a plain endpoint is run: in one thread, with what it asks of the database and the end of its transaction.

FastAPI goes to a thread and back for the endpoint, for checking what it returned and for each plain dependency; the end
of the transaction would be another. Each way costs more than a short query, so there is one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from leadhouse.api.exchange import current_exchange


class OneThreadRouter(APIRouter):
    """Takes routers in so that their plain endpoints run as this module says."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route, its endpoint in one thread."""
        super().add_api_route(path, in_one_thread(endpoint), **options)


def make_at_once(routes: Iterable[BaseRoute]) -> None:
    """Make dependencies that are classes in the event loop: constructors read the request and wait for nothing."""
    for route in routes:
        for dependant in _all_of(route.dependant) if isinstance(route, APIRoute) else ():
            if inspect.isclass(dependant.call):
                dependant.call = _made_at_once(dependant.call)


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
    answer = endpoint(**values)
    exchange = current_exchange()
    if exchange is not None and exchange.work is not None and not exchange.is_write:
        exchange.work.finish(commit=True)  # of a write, once its answer is known to be one
    return answer


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _all_of(each)


def _made_at_once(kind: type[Any]) -> Callable[..., Any]:
    @functools.wraps(kind, updated=())
    async def make(**values: Any) -> Any:
        return kind(**values)

    return make
