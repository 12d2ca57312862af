"""Every operation of the HTTP API for language models: found by words, then asked in the caller's own name.

A tool for each of some hundred and ninety operations would fill a model's memory before it has read a row. Those asked
most have tools of their own (`mcp_server`); these three reach all the others, as they are specified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from leadhouse.api.idempotency import HEADER
from leadhouse.api.problems import PREFIX

APART = ("/auth", "/hooks", "/health")  # signing in, others' reports, supervisors: no work of a model's
SHOWN_WHOLE = 8  # operations whose arguments are told at once
DEEPEST = 12  # levels of a schema
LARGEST_ANSWER = 200_000  # bytes
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)
Arguments = Annotated[
    dict[str, Any], Field(description="Of path and query by their names; `body` holds the members of the body.")
]


@dataclass(frozen=True, slots=True)
class Asker:
    """The application, and the headers that say who asks."""

    app: FastAPI
    headers: Mapping[str, str]
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the specification has it, its references resolved."""

    name: str
    method: str
    path: str
    summary: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "get"

    def told(self, *, whole: bool) -> dict[str, Any]:
        """What a model is told of it."""
        told: dict[str, Any] = {"operation": self.name, "summary": self.summary, "changes": not self.reads}
        if whole:
            told["arguments"] = [
                {key: each.get(key) for key in ("name", "required", "description", "schema") if each.get(key)}
                for each in self.parameters
            ]
            told["body"] = self.body
        return told


AskerOf = Callable[[Context[Any, Any]], Asker]


def add_operations(server: MCPServer[Any], asker_of: AskerOf) -> None:
    """The three tools, which ask as whom `asker_of` finds."""

    @server.tool(title="Find operations of the API", annotations=READS)
    async def list_operations(
        context: Context[Any, Any],
        words: Annotated[str, Field(max_length=200, description="Words of name or summary; empty: all.")] = "",
    ) -> dict[str, Any]:
        """Operations for whatever the other tools do not do, with their arguments where the words leave few."""
        wanted = words.lower().replace("_", " ").split()
        known = (await _operations(asker_of(context).app)).values()
        found = [each for each in known if all(word in _words_of(each) for word in wanted)]
        return {"operations": [each.told(whole=len(found) <= SHOWN_WHOLE) for each in found]}

    @server.tool(title="Read by an operation of the API", annotations=READS)
    async def get_by_operation(
        context: Context[Any, Any], operation: str, arguments: Arguments | None = None
    ) -> dict[str, Any]:
        """What an operation that changes nothing answers."""
        asker = asker_of(context)
        return await _ask(asker, await _known(asker, operation, reads=True), arguments or {}, None)

    @server.tool(title="Change by an operation of the API", annotations=CHANGES)
    async def change_by_operation(
        context: Context[Any, Any],
        operation: str,
        arguments: Arguments | None = None,
        idempotency_key: Annotated[
            str | None, Field(min_length=8, max_length=255, description="Repeats under it have one effect.")
        ] = None,
    ) -> dict[str, Any]:
        """What an operation that changes something answers. Look at its arguments first."""
        asker = asker_of(context)
        return await _ask(asker, await _known(asker, operation, reads=False), arguments or {}, idempotency_key)


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """What of a specification is asked and answered as JSON, but for signing in and what others post."""
    for path, methods in document["paths"].items():
        if path.removeprefix(PREFIX).startswith(APART):
            continue
        for method, each in methods.items():
            bodies = each.get("requestBody", {}).get("content", {})
            kinds = {kind for status, a in each["responses"].items() if status < "300" for kind in a.get("content", {})}
            if not {*bodies, *kinds} <= {"application/json"}:
                continue
            body = _resolved(bodies["application/json"]["schema"], document) if bodies else None
            parameters = tuple(_resolved(a, document) for a in each.get("parameters", ()) if a["in"] != "header")
            yield Operation(each["operationId"], method, path, each["summary"], parameters, body)


@lru_cache(maxsize=4)
def _operations_of(app: FastAPI) -> dict[str, Operation]:
    return {each.name: each for each in operations_of(app.openapi())}


async def _operations(app: FastAPI) -> dict[str, Operation]:
    return await run_in_threadpool(_operations_of, app)


async def _known(asker: Asker, name: str, *, reads: bool) -> Operation:
    found = (await _operations(asker.app)).get(name)
    if found is None:
        raise ToolError(f"There is no operation {name!r}. list_operations tells which there are.")
    if found.reads is not reads:
        raise ToolError(f"{name} {'reads: get' if found.reads else 'changes something: change'}_by_operation does it.")
    return found


def _words_of(operation: Operation) -> str:
    return f"{operation.name} {operation.name.replace('_', ' ')} {operation.summary}".lower()


def _resolved(schema: Any, document: dict[str, Any], depth: int = 0) -> Any:
    """Without references: a model sees one operation at a time."""
    if depth > DEEPEST:
        return {}
    if isinstance(schema, list):
        return [_resolved(each, document, depth + 1) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        return _resolved(document["components"]["schemas"][reference.rpartition("/")[2]], document, depth + 1)
    return {name: _resolved(each, document, depth + 1) for name, each in schema.items()}


async def _ask(asker: Asker, operation: Operation, arguments: dict[str, Any], key: str | None) -> dict[str, Any]:
    """The answer. Raises ToolError with what a problem says."""
    path, query = _address(operation, arguments)
    body = json.dumps(arguments["body"]).encode() if "body" in arguments else b""
    headers = {**asker.headers, **({HEADER: key} if key else {})}
    if body:
        headers["content-type"] = "application/json"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": operation.method.upper(),
        "scheme": "http", "path": path, "raw_path": quote(path).encode(), "root_path": "", "query_string": query,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (asker.address, 0) if asker.address else None, "server": None,
    }  # fmt: skip
    status, answer = await _answer(asker.app, scope, body)
    if len(answer) > LARGEST_ANSWER:
        raise ToolError("The answer is too large. Ask for fewer rows: pageSize, filters.")
    told = json.loads(answer) if answer else None
    if status >= 400:
        raise ToolError(str(told.get("detail", status) if isinstance(told, dict) else status))
    return {"status": status, "answer": told}


def _address(operation: Operation, arguments: dict[str, Any]) -> tuple[str, bytes]:
    """Path and query string. Raises ToolError for an argument that the operation does not take, or lacks."""
    path, query = operation.path, []
    known = {each["name"]: each["in"] for each in operation.parameters} | ({"body": "body"} if operation.body else {})
    if unknown := sorted(set(arguments) - set(known)):
        raise ToolError(f"{operation.name} takes no {', '.join(unknown)}. It takes: {', '.join(known) or 'nothing'}.")
    for name, place in known.items():
        if place == "path" and name not in arguments:
            raise ToolError(f"{operation.name} needs {name}.")
        if place == "path":
            path = path.replace(f"{{{name}}}", str(arguments[name]).replace("/", ""))
        elif place == "query" and arguments.get(name) is not None:
            query += [(name, _written(each)) for each in _listed(arguments[name])]
    return path, urlencode(query).encode()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _answer(app: FastAPI, scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    """Status and content of what the application answers, asked in this process."""
    status, content, is_sent = 500, bytearray(), False

    async def receive() -> Message:
        nonlocal is_sent
        if is_sent:
            return {"type": "http.disconnect"}
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            content.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, bytes(content)
