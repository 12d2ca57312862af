"""Routes of the console. Who may see what is decided by the dependencies that the caller hands in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from leadhouse.console.figures_page import figures_page
from leadhouse.console.gate_page import gate_page
from leadhouse.console.matches_page import Answer, Decision, answer_pair, matches_page
from leadhouse.console.rendering import SECURITY_HEADERS, render_page, stylesheet
from leadhouse.console.run_page import run_page
from leadhouse.console.value_page import Kind, entity_page, search_page
from leadhouse.identity.own_pages import is_from_here
from leadhouse.resolution import DecisionError

Guard = Callable[..., Any]
Reason = Annotated[str, Form(max_length=300, pattern=r"^[^\x00]*$")]
OptionalId = Annotated[str, Form(max_length=36)]  # a form sends an empty field for none


def console_router(viewer: Guard, operator: Guard, editor: Guard) -> APIRouter:
    """The five pages and their style sheet.

    Args:
        viewer: a dependency that passes whoever may see figures.
        operator: one that passes whoever may see people's data of every organization.
        editor: one that passes whoever may change what is known of them, and returns the person's name.
    """
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/run", dependencies=[Depends(viewer)])
    def show_run(since: datetime | None = None) -> Response:
        return _page(run_page(since))

    @router.get("/figures", dependencies=[Depends(viewer)])
    def show_figures(organization: UUID | None = None) -> Response:
        return _page(figures_page(organization), f"There is no organization {organization}.")

    @router.get("/gate", dependencies=[Depends(operator)])
    def show_gate(result: UUID | None = None) -> Response:
        return _page(gate_page(result), f"There is no gate result {result}.")

    @router.get("/value", dependencies=[Depends(operator)])
    def show_search(q: str = "") -> Response:
        return _page(search_page(q[:200]))

    @router.get("/value/{kind}/{entity_id}", dependencies=[Depends(operator)])
    def show_entity(kind: Kind, entity_id: UUID) -> Response:
        return _page(entity_page(kind, entity_id), f"The marts have no {kind} {entity_id}.")

    @router.get("/matches", dependencies=[Depends(operator)])
    def show_matches(organization: UUID | None = None, decided: UUID | None = None) -> Response:
        return _page(matches_page(organization, decided), f"There is no organization {organization}.")

    @router.post("/matches")
    def decide_match(
        request: Request,
        entity_a: Annotated[UUID, Form()],
        entity_b: Annotated[UUID, Form()],
        decision: Annotated[Decision, Form()],
        organization: OptionalId = "",
        match_decision_id: OptionalId = "",
        reason: Reason = "",
        person: str = Depends(editor),
    ) -> Response:
        if not is_from_here(request.headers):
            return _refused("A page of another site may not decide in your name. Open Matches here and decide there.")
        owner = _id(organization)
        answer = Answer(entity_a, entity_b, decision, owner, reason.strip(), _id(match_decision_id))
        try:
            made = answer_pair(answer, person)
        except (DecisionError, LookupError) as error:
            return _page(matches_page(owner, refusal=str(error)), f"There is no organization {owner}.", 409)
        of = f"organization={owner}&" if owner else ""
        return RedirectResponse(f"matches?{of}decided={made}", HTTPStatus.SEE_OTHER, SECURITY_HEADERS)

    @router.get("/console.css")
    def show_stylesheet() -> Response:
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=300"}
        return Response(stylesheet(), media_type="text/css", headers=headers)

    return router


def _page(html: str | None, missing: str = "", status: int = 200) -> Response:
    if html is None:
        page = render_page("missing.html", heading="Nothing to show", message=missing)
        return HTMLResponse(page, 404, SECURITY_HEADERS)
    return HTMLResponse(html, status, SECURITY_HEADERS)


def _refused(message: str) -> Response:
    return HTMLResponse(render_page("missing.html", heading="Not done", message=message), 403, SECURITY_HEADERS)


def _id(text: str) -> UUID | None:
    """Raises HTTPException: 422, it is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"{text!r} is no id.") from None
