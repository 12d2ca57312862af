"""The API as a server of its own, and behind another system's sign-in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests
from fastapi.testclient import TestClient

from leadhouse.api.application import create_app
from leadhouse.identity.audit import Origin
from leadhouse.identity.external_identities import link_external_identity
from leadhouse.settings import settings


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.mark.slow
def test_command_serves_logs_json_and_stops(world, tmp_path):
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(settings().project / "plugins")}
    command = [sys.executable, "-m", "leadhouse.cli", "api", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        served = subprocess.Popen(command, env=environment, stderr=log, stdout=log, cwd=settings().project)
    try:
        url, deadline = f"http://127.0.0.1:{port}/api/v1", time.monotonic() + 120
        while True:
            try:
                ready = requests.get(f"{url}/health/ready", timeout=10)
                break
            except requests.ConnectionError:
                assert served.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert ready.json() == {"status": "up"}
        assert "server" not in ready.headers
        me = requests.get(
            f"{url}/me", headers={**world.headers(world.member()), "X-Request-ID": "served-1234"}, timeout=30
        )
        assert me.status_code == 200
    finally:
        served.send_signal(signal.SIGTERM)
        code = served.wait(60)
    assert code in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    [line] = [each for each in lines if each.get("request_id") == "served-1234"]
    assert (line["level"], line["event"], line["route"], line["status"]) == ("info", "request", "/api/v1/me", 200)
    assert line["user_id"] == me.json()["userId"]


def test_command_fails_clearly_without_a_database(world):
    environment = {**os.environ, "PYTHONPATH": str(settings().project / "plugins"), "LEADHOUSE_API_URL": ""}
    command = [sys.executable, "-m", "leadhouse.cli", "api", "--port", str(free_port())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "LEADHOUSE_API_URL" in done.stderr + done.stdout


@pytest.fixture(scope="module")
def behind(world):
    """The API where the header `X-Account` is another system's session."""

    async def account(request):
        name = request.headers.get("x-account")
        return ("airflow", name) if name else None

    return TestClient(create_app(account), raise_server_exceptions=False)


def test_session_of_another_system_stands_for_whom_it_is_linked_to(behind, world):
    person = world.member("organization_admin")
    theirs = {"X-Account": "operator"}
    assert behind.get("/api/v1/me", headers=theirs).status_code == 401
    linked = behind.post("/api/v1/me/linked-accounts", headers={**world.headers(person), **theirs})
    assert linked.status_code == 201, linked.text
    me = behind.get("/api/v1/me", headers=theirs).json()
    assert (me["userId"], me["role"]) == (str(person.user), "organization_admin")
    assert behind.post("/api/v1/auth/sign-out", headers=theirs).status_code == 409
    [account] = behind.get("/api/v1/me/linked-accounts", headers=theirs).json()["data"]
    path = f"/api/v1/me/linked-accounts/{account['externalIdentityId']}"
    assert behind.delete(path, headers=theirs).status_code == 204
    assert behind.get("/api/v1/me", headers=theirs).status_code == 401


def test_page_of_another_site_cannot_use_the_session(behind, world):
    person = world.member("organization_admin")
    link_external_identity(person.user, "airflow", "viewer", Origin())
    theirs = {"X-Account": "viewer"}
    body = {"name": "a team"}
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = behind.post("/api/v1/teams", json=body, headers={**theirs, **foreign})
        assert answer.status_code == 403, foreign
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert behind.post("/api/v1/teams", json=body, headers={**theirs, **own}).status_code == 201
