"""Nothing answers a stranger but what stands here: every route is asked, as the application has it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from starlette.websockets import WebSocketDisconnect

from leadhouse.api.planned_routes import RouteIndex

OPEN = {
    "GET /api/v1/auth/keys",
    "GET /api/v1/auth/providers",
    "GET /api/v1/auth/providers/{provider}/callback",
    "GET /api/v1/auth/providers/{provider}/sign-in",
    "GET /api/v1/health/live",
    "GET /api/v1/health/ready",
    "GET /api/v1/openapi.json",
    "GET /unsubscribe/{token}",
    "POST /api/v1/auth/confirm-email",
    "POST /api/v1/auth/password-reset-requests",
    "POST /api/v1/auth/password-resets",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/second-factor",
    "POST /api/v1/auth/sign-in",
    "POST /api/v1/auth/sign-up",
    "POST /api/v1/auth/sign-up-by-invitation",
    "POST /api/v1/auth/providers/{provider}/sign-up",
    "POST /api/v1/hooks/email/{organization_id}",
    "POST /api/v1/hooks/stripe",
    "POST /unsubscribe/{token}",
}


def operations(app):
    return sorted(
        (method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods
    )


def test_every_route_refuses_strangers_but_those_on_the_list(app, api):
    asked = operations(app)
    assert {f"{method} {path}" for method, path in asked} >= OPEN
    assert len(asked) > 50
    answered = [
        f"{method} {path} {body}"
        for method, path in asked
        for body in ({}, {"json": {}}, {"data": {"a": "b"}})
        if f"{method} {path}" not in OPEN
        and api.request(method, re.sub(r"{[^}]*}", str(uuid4()), path), **body).status_code != 401
    ]
    assert answered == []


def test_what_is_no_plain_route_asks_for_its_caller_itself(app, api):
    leads_on = (APIRoute, RouteIndex)  # the index finds plain routes alone
    others = {getattr(route, "path", "") for route in app.routes if not isinstance(route, leads_on)}
    assert others <= {"/api/v1/events/ws", "/mcp"}
    for address in ("/mcp", "/mcp/"):
        assert api.post(address, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status_code == 401
    with pytest.raises(WebSocketDisconnect):
        _listen(api)


def _listen(api):
    with api.websocket_connect("/api/v1/events/ws") as socket:
        socket.send_json({})
        while True:
            assert "data" not in socket.receive_json()


def test_specification_names_the_same_as_open(app, api):
    document = api.get("/api/v1/openapi.json").json()
    unsecured = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["security"] == []
    }
    assert unsecured == {each for each in OPEN if "/api/" in each} - {"GET /api/v1/openapi.json"}


def test_specification_is_whole(api):
    document = api.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    seen = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            assert operation["operationId"] not in seen, name
            seen.add(operation["operationId"])
            assert operation["tags"], name
            assert operation["summary"], name
            assert "429" in operation["responses"], name
            for status, response in operation["responses"].items():
                if int(status) >= 400 and status != "503":
                    assert list(response["content"]) == ["application/problem+json"], f"{name} {status}"
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api", "/api/v2/me", "/api/v1/me/", "/docs", "/redoc"])
def test_other_addresses_are_not_there(api, path):
    assert api.get(path, follow_redirects=False).status_code in (404, 307)
