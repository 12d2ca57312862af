"""Routes of the console. Who may see what is decided by the dependencies that the caller hands in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from leadhouse.console.gate_page import gate_page
from leadhouse.console.rendering import SECURITY_HEADERS, render_page, stylesheet
from leadhouse.console.run_page import run_page
from leadhouse.console.value_page import Kind, entity_page, search_page

Guard = Callable[..., Any]


def console_router(viewer: Guard, operator: Guard) -> APIRouter:
    """The three pages and their style sheet.

    Args:
        viewer: a dependency that passes whoever may see figures.
        operator: one that passes whoever may see people's data of every organization.
    """
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/run", dependencies=[Depends(viewer)])
    def show_run(since: datetime | None = None) -> Response:
        return _page(run_page(since))

    @router.get("/gate", dependencies=[Depends(operator)])
    def show_gate(result: UUID | None = None) -> Response:
        return _page(gate_page(result), f"There is no gate result {result}.")

    @router.get("/value", dependencies=[Depends(operator)])
    def show_search(q: str = "") -> Response:
        return _page(search_page(q[:200]))

    @router.get("/value/{kind}/{entity_id}", dependencies=[Depends(operator)])
    def show_entity(kind: Kind, entity_id: UUID) -> Response:
        return _page(entity_page(kind, entity_id), f"The marts have no {kind} {entity_id}.")

    @router.get("/console.css")
    def show_stylesheet() -> Response:
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=300"}
        return Response(stylesheet(), media_type="text/css", headers=headers)

    return router


def _page(html: str | None, missing: str = "") -> Response:
    if html is None:
        return HTMLResponse(render_page("missing.html", message=missing), 404, SECURITY_HEADERS)
    return HTMLResponse(html, headers=SECURITY_HEADERS)
