"""Every error is answered by a problem document: what FastAPI calls for each kind of exception."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from leadhouse.api.known_problems import KNOWN, known_problem
from leadhouse.api.problems import Problem, ProblemError, answer

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
    return answer(request, problem, detail, headers=error.headers)


def _pointer(location: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901) into the part of the request that it begins with: body, query, path or header."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)
