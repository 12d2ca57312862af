"""The application: routers and what holds for every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from leadhouse.api import unsubscribe

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # an address of ours with a token goes to nobody
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def create_app() -> FastAPI:
    """A new application; open to everybody, so that each router answers for its own authorization."""
    app = FastAPI(title="Leadhouse", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(unsubscribe.router)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return app
