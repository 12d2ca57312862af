"""`leadhouse mcp`: the MCP server on standard input and output, for a program that starts it."""

from __future__ import annotations

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.settings import settings


def serve() -> None:
    """Serve MCP on stdio as the owner of the API key in LEADHOUSE_API_KEY; over HTTP it is at /mcp."""
    key = settings().api_key
    if key is None:
        raise typer.BadParameter("set LEADHOUSE_API_KEY to the API key of whom it acts as")
    with clear_failures():
        from leadhouse.api.mcp_stdio import serve_stdio

        serve_stdio(key.get_secret_value())
