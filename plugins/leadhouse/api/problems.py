"""Problem documents (RFC 9457): the kinds there are, and what they say. Rows of another organization look like none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from fastapi import Request
from fastapi.responses import Response

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1"


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
