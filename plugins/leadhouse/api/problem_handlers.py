"""Every error is answered by a problem document: what FastAPI calls for each kind of exception."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, params
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from leadhouse.api.known_problems import KNOWN, known_problem
from leadhouse.api.problems import Problem, ProblemError, answer

FORMS = "multipart/form-data or application/x-www-form-urlencoded"
log = structlog.get_logger("leadhouse.api")


def install(app: FastAPI, known: Sequence[type[BaseException]] = ()) -> None:
    """Answer with problems below /api/v1; pages beside it keep their own way."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ProblemError, _raised)
    handler: Callable[[Request, Exception], Awaitable[Response]] = _known
    for kind in (*KNOWN, *known):
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return answer(request, error.problem, error.detail, errors=error.errors, headers=error.headers)


async def _known(request: Request, error: Exception) -> Response:
    exchange = request.scope.get("leadhouse")
    found = known_problem(error, exchange.permissions if exchange else None)
    if found is None:
        raise error
    problem, detail, headers = found
    if problem.status >= 500:
        log.warning("not available", error=type(error).__name__, reason=str(error)[:500])
    return answer(request, problem, detail, headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if kinds := _unread_kinds(request, error):
        given = request.headers.get("content-type") or "no Content-Type"
        return answer(request, Problem.UNSUPPORTED_TYPE, f"This takes {kinds}, and the body came with {given[:100]}.")
    found = [{"pointer": _pointer(each["loc"]), "detail": str(each["msg"])} for each in error.errors()]
    is_json = not any(each["type"] == "json_invalid" for each in error.errors())
    problem = Problem.INVALID if is_json else Problem.MALFORMED
    return answer(request, problem, "; ".join(f"{e['pointer']}: {e['detail']}" for e in found[:3]), errors=found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    exchange = request.scope.get("leadhouse")
    if exchange is None or not exchange.is_api:
        return await http_exception_handler(request, error)
    problem = next((each for each in Problem if each.status == error.status_code), None)
    if problem is None:
        return await http_exception_handler(request, error)
    detail = str(error.detail or problem.title)
    if detail == HTTPStatus(error.status_code).phrase:
        detail = f"{request.method} {request.url.path}: {problem.title[:1].lower()}{problem.title[1:]}."
    headers = dict(error.headers or {})
    if problem is Problem.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_of(request))
    return answer(request, problem, detail, headers=headers)


def _methods_of(request: Request) -> list[str]:
    """Of every route of the address: what stops at the first that knows it names that one's alone."""
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, APIRoute) and route.matches({**request.scope, "method": ""})[0] is not Match.NONE:
            found |= route.methods
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _unread_kinds(request: Request, error: RequestValidationError) -> str | None:
    """The types of bodies that the operation takes, where one came that was not read because it is of another."""
    field = getattr(request.scope.get("route"), "body_field", None)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if field is None or not any(each["loc"][0] == "body" for each in error.errors()):
        return None
    if isinstance(field.field_info, params.Form):
        return FORMS if kind and kind not in FORMS else None
    wanted = str(field.field_info.media_type)
    is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    was_sent = any(each["loc"] == ("body",) and each["type"] != "missing" for each in error.errors())
    return wanted if was_sent and is_json != (wanted == "application/json") else None


def _pointer(location: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901) into the part of the request that it begins with: body, query, path or header."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)
