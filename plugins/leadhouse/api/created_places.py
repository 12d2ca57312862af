"""Where that is read which a request has made: `Location` of each 201 (RFC 9110 section 10.2.2), by its id's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from fastapi import Request, Response
from pydantic.alias_generators import to_camel

_OF_ONE = re.compile(r"[^{}]+/\{(\w+_id)\}")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def places_of(paths: Iterable[str]) -> dict[str, str]:
    """Of paths that are read, those of one row by its member in answers: ``leadId`` → ``/api/v1/leads/{lead_id}``."""
    return {to_camel(found[1]): path for path in paths if (found := _OF_ONE.fullmatch(path))}


def place_told(members: Iterable[str], places: Mapping[str, str]) -> str | None:
    """The member of an answer that tells its place: the first of them, since its own id stands before others."""
    return next((name for name in members if name in places), None)


def telling_place(handler: Handler) -> Handler:
    """A route's handler whose answers of 201 tell the place. The application's state may have `places`."""

    async def handle(request: Request) -> Response:
        response = await handler(request)
        if response.status_code == 201:
            made, places = json.loads(bytes(response.body)), getattr(request.app.state, "places", {})
            if isinstance(made, dict) and (name := place_told(made, places)):
                root = request.scope.get("root_path", "")
                response.headers["Location"] = root + re.sub(r"\{\w+\}", str(made[name]), places[name])
        return response

    return handle
