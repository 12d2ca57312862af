"""The MCP server on standard input and output, for an assistant on the same machine; started by a command."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from leadhouse.api.application import create_app
from leadhouse.api.callers import caller_of_claims
from leadhouse.api.mcp_operations import Asker
from leadhouse.api.mcp_server import make_server
from leadhouse.api.serving import configure_logs
from leadhouse.identity.api_keys import authenticate_api_key
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component


def serve_stdio(key: str) -> None:
    """Serve as the owner of an API key, until the input ends.

    Raises:
        WrongCredentialsError: no such key, or it cannot be used any more.
    """
    configure_logs()  # to standard error: the output is the protocol's
    with component() as connection:
        caller = caller_of_claims(authenticate_api_key(connection, key, Origin(None, "leadhouse mcp")))
    shown = {"x-api-key": key, "user-agent": "leadhouse mcp"}
    make_server(lambda _: caller, lambda _: Asker(_own_app(), shown)).run("stdio")


@cache
def _own_app() -> FastAPI:
    """The application, made when an operation is first asked for: that takes seconds."""
    return create_app()
