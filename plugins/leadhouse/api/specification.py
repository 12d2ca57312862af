"""The OpenAPI document: what FastAPI finds in the routes, and what holds for all of them (problems, keys, headers)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadhouse.api.created_places import place_told, places_of
from leadhouse.api.descriptions import add_descriptions
from leadhouse.api.examples import add_examples
from leadhouse.api.idempotency import OPEN_WITH_KEY
from leadhouse.api.problems import MEDIA_TYPE, PREFIX, Problem
from leadhouse.settings import settings

VERSION = "1.0.0"
_WRITES = ("post", "put", "patch", "delete")
_SCHEMES = {
    "accessToken": {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "The access token of a sign-in, good for ten minutes; an API key may stand in its place.",
    },
    "apiKey": {
        "type": "apiKey", "in": "header", "name": "X-API-Key",
        "description": "An API key (`lh_…`): what its permissions say, and never more than its owner may.",
    },
}  # fmt: skip
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "requestId"],
    "properties": {
        "type": {"type": "string", "examples": [problem.uri for problem in (Problem.NOT_FOUND, Problem.INVALID)]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, and what to do."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "requestId": {"type": "string", "description": "As in `X-Request-ID`: tell it the operator."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into body, query, path or header."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_LOCATION = {"description": "Where what was made is read.", "schema": {"type": "string", "format": "uri-reference"}}
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "Repeats of the request under the same key, for a day, have one effect and get the same answer.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[!-~]{8,255}$"},
    "example": "0f1f4c1e-7a5e-4a53-9f8b-0f4b53a0b2de",
}  # fmt: skip
_DESCRIPTION = """Leads, campaigns, sources and jobs of an organization.

Sign in at `/api/v1/auth/sign-in`, send the access token as `Authorization: Bearer …`. What a caller sees and changes is
decided by the database, under the caller's own role; rows of other organizations look like none. Members of JSON are
camelCase, times are UTC (RFC 3339), ids are UUIDs. Errors are problem documents (RFC 9457).

`Idempotency-Key` makes a write safe to repeat where an operation names it: the answer is kept in the transaction of the
effect. What is done outside goes out from rows of that transaction (mails, webhooks), and a language model whose answer
was lost is not asked again: the search is answered as it stands."""


def install(app: FastAPI) -> None:
    """Let `app.openapi()` make the whole document, once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make_document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def make_document(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    document = get_openapi(
        title="Leadhouse", version=VERSION, description=_DESCRIPTION, routes=app.routes,
        separate_input_output_schemas=True, servers=[{"url": settings().public_url}],
    )  # fmt: skip
    components = document.setdefault("components", {})
    components.setdefault("securitySchemes", {}).update(_SCHEMES)
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, method, operation in _operations(document):
        _complete(path, method, operation, f"{method.upper()} {path}" in app.state.open_operations)
    _add_places(document)
    add_descriptions(document)
    add_examples(document)
    return document


def _add_places(document: dict[str, Any]) -> None:
    """`Location` of what an operation makes, where the answer has the id of something that is read by it."""
    places = places_of(path for path, methods in document["paths"].items() if "get" in methods)
    for _, _, operation in _operations(document):
        made = operation["responses"].get("201")
        if made is None:
            continue
        shape = made["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
        if place_told(document["components"]["schemas"].get(shape, {}).get("properties", {}), places):
            made.setdefault("headers", {})["Location"] = _LOCATION


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            if path.startswith(PREFIX):
                yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any], is_open: bool) -> None:
    operation.setdefault("tags", ["other"])
    operation["security"] = [] if is_open else [{name: []} for name in _SCHEMES]
    kinds = [Problem.INVALID, Problem.TOO_MANY_REQUESTS, Problem.FAILED, Problem.UNAVAILABLE]
    kinds += [] if is_open else [Problem.NOT_SIGNED_IN, Problem.REFUSED, Problem.PAYMENT_NEEDED]
    kinds += [Problem.NOT_SIGNED_IN] if is_open and method in _WRITES else []  # wrong credentials, a wrong signature
    kinds += [Problem.NOT_FOUND] if "{" in path else []
    if method in _WRITES:
        kinds += [Problem.MALFORMED, Problem.CONFLICT, Problem.TOO_LARGE, Problem.NOT_FOUND]
    if "requestBody" in operation:
        kinds.append(Problem.UNSUPPORTED_TYPE)
    if any(each["name"].lower() == "if-match" for each in operation.get("parameters", [])):
        kinds.append(Problem.PRECONDITION_FAILED)
    if method in _WRITES and (not is_open or operation["operationId"] in OPEN_WITH_KEY):
        operation.setdefault("parameters", []).append(_KEY)
    responses = operation.setdefault("responses", {})
    if method == "get" and any(each["name"].lower() == "if-none-match" for each in operation.get("parameters", [])):
        responses["304"] = {"description": "The caller has this version"}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for problem in kinds:
        status = str(problem.status)
        if status not in responses or status == "422":
            responses[status] = {"description": problem.title, "content": content}
    for status, response in responses.items():
        if status.isdigit() and int(status) >= 400:
            response.setdefault("content", content)
