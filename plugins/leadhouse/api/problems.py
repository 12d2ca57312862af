"""Every error is a problem document (RFC 9457): one table from what the components raise to status and type.

Rows of another organization look like none: not found. A message says what happened and what to do; what the server
alone should know (constraint details, statements, values) stays in its log, under the request's id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from leadhouse.billing.plans import BillingError
from leadhouse.campaigns.editing import CampaignChangeError
from leadhouse.credentials import CredentialError, SecretMissingError
from leadhouse.database import DatabaseError
from leadhouse.events import EventsGoneError
from leadhouse.files.objects import FileMissingError, FileRefusedError
from leadhouse.files.store import FileTooLargeError
from leadhouse.identity import errors as identity
from leadhouse.jobs.control import JobNotFoundError
from leadhouse.jobs.requests import JobStateError
from leadhouse.jobs.source_care import SourceNotValidError
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError
from leadhouse.ledger.costs import BudgetExceededError, InsufficientCreditsError
from leadhouse.network import AddressRefusedError
from leadhouse.webhooks import WebhookError

MEDIA_TYPE = "application/problem+json"
ASKED = re.compile(r"your role does not (?P<action>[a-z]+) (?P<resource>[a-z_]+)$")  # of identity.require
PREFIX = "/api/v1"
log = structlog.get_logger("leadhouse.api")


class Problem(Enum):
    """The kinds of problems: status and title; the name is the end of the type's URI."""

    MALFORMED = (400, "The request is malformed")
    NOT_SIGNED_IN = (401, "Sign in first")
    PAYMENT_NEEDED = (402, "The subscription or the credits do not cover this")
    REFUSED = (403, "This is not allowed to you")
    NOT_FOUND = (404, "There is no such thing")
    METHOD_NOT_ALLOWED = (405, "This address does not do that")
    NOT_ACCEPTABLE = (406, "No answer of the kinds that are accepted")
    CONFLICT = (409, "The present state does not allow it")
    GONE = (410, "It was there and is gone")
    PRECONDITION_FAILED = (412, "It was changed meanwhile")
    TOO_LARGE = (413, "The body is too large")
    UNSUPPORTED_TYPE = (415, "A body of this type is not read")
    INVALID = (422, "The request is understood and cannot be done")
    KEY_REUSED = (422, "The Idempotency-Key was used for another request")
    TOO_MANY_REQUESTS = (429, "Too many requests")
    FAILED = (500, "The server failed")
    OUTSIDE_FAILED = (502, "A service that is needed failed")
    UNAVAILABLE = (503, "Not available just now")

    def __init__(self, status: int, title: str) -> None:
        self.status, self.title = status, title

    @property
    def uri(self) -> str:
        """What `type` says."""
        return f"urn:leadhouse:problem:{self.name.lower().replace('_', '-')}"


class ProblemError(Exception):
    """Raised by an endpoint that has found a problem itself."""

    def __init__(
        self,
        problem: Problem,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem, self.detail, self.errors, self.headers = problem, detail, list(errors), dict(headers or {})


def not_found(what: str) -> ProblemError:
    """`what` names the kind: a campaign, a team."""
    return ProblemError(Problem.NOT_FOUND, f"There is no such {what}, or not for you.")


@dataclass(frozen=True, slots=True)
class _Known:
    """How an exception is answered; without `words` by its own message."""

    problem: Problem
    words: str | None = None
    headers: Callable[[Any], dict[str, str]] | None = None


def _retry_after(error: Any) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)}


_BUSY = "The server is busy. Try again in a few seconds."
_LATER: Callable[[Any], dict[str, str]] = lambda _: {"Retry-After": "5"}  # noqa: E731
_NONE = "There is no such thing, or not for you."
_BEARER: Callable[[Any], dict[str, str]] = lambda _: {"WWW-Authenticate": "Bearer"}  # noqa: E731

# The nearest class of an exception counts.
KNOWN: dict[type[BaseException], _Known] = {
    identity.WrongCredentialsError: _Known(Problem.NOT_SIGNED_IN, headers=_BEARER),
    identity.ThrottledError: _Known(Problem.TOO_MANY_REQUESTS, headers=_retry_after),
    identity.WeakPasswordError: _Known(Problem.INVALID),
    identity.TakenError: _Known(Problem.CONFLICT),
    identity.TokenError: _Known(Problem.INVALID),
    identity.RefusedError: _Known(Problem.REFUSED),
    identity.LastAdminError: _Known(Problem.CONFLICT),
    identity.IdentityError: _Known(Problem.INVALID),
    LeadNotFoundError: _Known(Problem.NOT_FOUND),
    LeadRefusedError: _Known(Problem.REFUSED),
    LeadChangeError: _Known(Problem.INVALID),
    CampaignChangeError: _Known(Problem.INVALID),
    JobNotFoundError: _Known(Problem.NOT_FOUND),
    JobStateError: _Known(Problem.CONFLICT),
    SourceNotValidError: _Known(Problem.INVALID),
    FileMissingError: _Known(Problem.NOT_FOUND),
    FileRefusedError: _Known(Problem.INVALID),
    FileTooLargeError: _Known(Problem.TOO_LARGE),
    EventsGoneError: _Known(Problem.GONE),
    SecretMissingError: _Known(Problem.NOT_FOUND),
    CredentialError: _Known(Problem.UNAVAILABLE, "Secrets cannot be kept or opened just now. Ask the operator."),
    BillingError: _Known(Problem.PAYMENT_NEEDED),
    InsufficientCreditsError: _Known(Problem.PAYMENT_NEEDED),
    BudgetExceededError: _Known(Problem.PAYMENT_NEEDED),
    AddressRefusedError: _Known(Problem.INVALID, "This address cannot be used: it has to be a public one."),
    WebhookError: _Known(Problem.INVALID),
    DatabaseError: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    PoolTimeout: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    psycopg.errors.InsufficientPrivilege: _Known(Problem.REFUSED),
    psycopg.errors.UniqueViolation: _Known(Problem.CONFLICT, "There is one like it already."),
    psycopg.errors.ForeignKeyViolation: _Known(Problem.INVALID, "Something that it names is not there."),
    psycopg.errors.CheckViolation: _Known(Problem.INVALID),
    psycopg.errors.NotNullViolation: _Known(Problem.INVALID, "Something that it needs is missing."),
    psycopg.errors.ExclusionViolation: _Known(Problem.CONFLICT, "There is one like it already."),
    psycopg.errors.IntegrityConstraintViolation: _Known(Problem.CONFLICT),
    psycopg.errors.ObjectNotInPrerequisiteState: _Known(Problem.CONFLICT),
    psycopg.errors.NoDataFound: _Known(Problem.NOT_FOUND, _NONE),
    psycopg.errors.DataError: _Known(Problem.INVALID, "A value is none of its kind, or out of its range."),
    psycopg.errors.SerializationFailure: _Known(Problem.CONFLICT, "Somebody else changed it at once. Try again."),
    psycopg.errors.DeadlockDetected: _Known(Problem.CONFLICT, "Somebody else changed it at once. Try again."),
    psycopg.errors.LockNotAvailable: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    psycopg.errors.QueryCanceled: _Known(Problem.UNAVAILABLE, "This took too long. Ask for less.", _LATER),
    psycopg.OperationalError: _Known(Problem.UNAVAILABLE, _BUSY, _LATER),
    LookupError: _Known(Problem.NOT_FOUND),
    PermissionError: _Known(Problem.REFUSED),
}
_OUR_LOOKUPS = (LookupError, PermissionError)  # as bases: a KeyError or an OSError of a fault is no answer


def known_problem(
    error: BaseException, permissions: Sequence[str] | None = None
) -> tuple[Problem, str, dict[str, str]] | None:
    """Problem, detail and headers for what a component raised; None for a fault.

    `permissions` are those of the API key that asks, None where a person does.
    """
    for kind in type(error).__mro__:
        found = KNOWN.get(kind)
        if found is None:
            continue
        if kind in _OUR_LOOKUPS and type(error) in (KeyError, IndexError, PermissionError):
            return None
        return found.problem, found.words or _words(error, permissions), found.headers(error) if found.headers else {}
    return None


def document(
    problem: Problem, detail: str, *, instance: str, request_id: str, errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The members of a problem document."""
    made = {
        "type": problem.uri, "title": problem.title, "status": problem.status, "detail": detail,
        "instance": instance, "requestId": request_id,
    }  # fmt: skip
    return {**made, "errors": list(errors)} if errors else made


def answer(
    request: Request,
    problem: Problem,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as the answer to a request."""
    exchange = request.scope.get("leadhouse")
    body = document(
        problem, detail, instance=request.url.path, request_id=exchange.request_id if exchange else "", errors=errors
    )
    return Response(json.dumps(body), problem.status, dict(headers or {}), MEDIA_TYPE)


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


def _words(error: BaseException, permissions: Sequence[str] | None) -> str:
    """The message; of the database's errors message and hint, never the detail, which quotes values."""
    if isinstance(error, identity.RefusedError) and isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__  # in the words for everybody's refusals, not with the table's name
    if not isinstance(error, psycopg.Error):
        return str(error)
    message, hint = error.diag.message_primary or "The database refuses it", error.diag.message_hint
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        asked, is_plain = ASKED.match(message), message.startswith(("permission denied", "new row"))
        if permissions is not None and (asked or is_plain):
            return _words_to_a_key(permissions, *(asked.groups() if asked else ("do", "that")))
        if is_plain:
            return "Your role does not do that. An admin of the organization can give you one that does."
    if isinstance(error, psycopg.errors.CheckViolation) and "violates check constraint" in message:
        return f"A value breaks the rule {error.diag.constraint_name or 'of its column'}."
    text = f"{message[:1].upper()}{message[1:]}"
    return f"{text}. {hint}" if hint else f"{text}."


def _words_to_a_key(permissions: Sequence[str], action: str, resource: str) -> str:
    """What the key may and what it lacks; permissions that its owner has lost are none of its any more."""
    told = f"This API key may do {', '.join(permissions) or 'nothing that its owner may do'}"
    lacking = "that is not enough here" if resource == "that" else f"it lacks {resource}:{_written(action)}"
    return f"{told}; {lacking}. Use a key that has it, of an owner whose role has it."


def _written(action: str) -> str:
    return "read" if action == "read" else "write"
