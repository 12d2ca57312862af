"""The application: routers and what holds for every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from leadhouse.api import problem_handlers, routers, specification, unsubscribe
from leadhouse.api.callers import OutsideSignIn
from leadhouse.api.connections import close_pool
from leadhouse.api.created_places import places_of
from leadhouse.api.endings import Transactions
from leadhouse.api.exchanges import Exchanges
from leadhouse.api.idempotency import RepeatedError
from leadhouse.api.known_queries import refuse_unknown_query
from leadhouse.api.mcp_transport import McpEndpoint
from leadhouse.api.planned_routes import RouteIndex
from leadhouse.api.problems import PREFIX
from leadhouse.api.rate_limits import OpenLimit
from leadhouse.api.routes import OneThreadRouter
from leadhouse.api.transactions import admit
from leadhouse.api.versions import NotModifiedError
from leadhouse.settings import settings

_TOLD = ["Content-Disposition", "ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit-Limit",
         "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "X-Request-ID"]  # fmt: skip


def create_app(outside_sign_in: OutsideSignIn | None = None) -> FastAPI:
    """A new application.

    Args:
        outside_sign_in: says which account of another system (provider, subject) a request comes from, or None;
            the account stands for the person it is linked to.
    """
    app = FastAPI(title="Leadhouse", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.outside_sign_in = outside_sign_in
    app.include_router(unsubscribe.router, include_in_schema=False)
    admitted = [Depends(admit), Depends(refuse_unknown_query)]
    strangers, members = OneThreadRouter(prefix=PREFIX), OneThreadRouter(prefix=PREFIX, dependencies=admitted)
    for router in routers.OPEN:
        strangers.include_router(router)
    for router in routers.SIGNED_IN:
        members.include_router(router)
    strangers.add_api_route(
        "/openapi.json", _openapi, methods=["GET"], include_in_schema=False, dependencies=[Depends(OpenLimit())]
    )
    app.router.routes.extend(strangers.routes)  # as they are: taken in, each would be made once more
    app.state.open_operations = open_operations(app)
    app.router.routes.extend(members.routes)
    reads = (each for each in app.routes if isinstance(each, APIRoute) and "GET" in each.methods)
    app.state.places = places_of(each.path_format for each in reads)
    app.router.routes.insert(0, RouteIndex(app.routes, PREFIX))
    app.router.routes.append(Route("/mcp", McpEndpoint(), include_in_schema=False))
    specification.install(app)
    problem_handlers.install(app)
    app.add_exception_handler(RepeatedError, _repeated)
    app.add_exception_handler(NotModifiedError, _not_modified)
    app.add_middleware(Transactions)
    app.add_middleware(Exchanges)
    if settings().api_origins:  # outside of all, for pages of other origins are to read what failed, too
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings().api_origins), allow_methods=["*"], allow_headers=["*"],
            expose_headers=_TOLD, max_age=600,
        )  # fmt: skip
    return app


def open_operations(app: FastAPI) -> frozenset[str]:
    """``GET /api/v1/…`` of each operation so far."""
    return frozenset(
        f"{method} {route.path}" for route in app.routes if isinstance(route, APIRoute) for method in route.methods
    )


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    close_pool()


def _openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "public, max-age=300"})


async def _not_modified(_: Request, error: Exception) -> Response:
    assert isinstance(error, NotModifiedError)
    return Response(status_code=304, headers={"ETag": error.tag})


async def _repeated(_: Request, error: Exception) -> Response:
    assert isinstance(error, RepeatedError)
    return error.response
