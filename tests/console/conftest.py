"""The pages over real HTTP, and marts that dbt built."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import uvicorn
from fastapi import FastAPI

from leadhouse.console.pages import console_router
from leadhouse.transform import build_marts
from tests.transform.mart_world import MartWorld

SECONDS = 10.0  # a page takes a tenth of one; others use the machine as well


def anybody() -> None:
    """A guard that passes everybody: who may see what is tested where Airflow is."""


def somebody() -> str:
    """The guard of what changes something passes a person with a name."""
    return "airflow eva"


class Site:
    """The running pages; `get` also notes how long each answer took."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seconds: dict[str, float] = {}

    def get(self, path: str) -> requests.Response:
        began = time.monotonic()
        response = requests.get(f"{self.url}/leadhouse/{path}", timeout=30)
        self.seconds[path] = time.monotonic() - began
        return response

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> requests.Response:
        """Send a form; a redirect is not followed."""
        return requests.post(
            f"{self.url}/leadhouse/{path}", fields, headers=headers, timeout=30, allow_redirects=False
        )  # fmt: skip


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A server on loopback; which database it reads is the settings' matter at each request."""
    app, pages = FastAPI(), FastAPI()
    pages.include_router(console_router(anybody, anybody, somebody))
    app.mount("/leadhouse", pages)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def marts(marts_database: Any) -> SimpleNamespace:
    """Acme, whose two pages contradict each other, with a person; one organization has an import of its own."""
    world = MartWorld(marts_database)
    north = world.organization("north")
    home = world.state(
        "https://acme.example/",
        {"acme": {"name": "Acme <b>bold</b>", "phone_e164": [("+4930111", 0.9)], "domain": "acme.example"}},
        {"ann": ({"full_name": "Ann Acker", "title": "CTO", "email": "ann@acme.example"}, "acme")},
    )
    imprint = world.state("https://acme.example/imprint", {"acme": {"name": ("Acme GmbH", 0.5)}})
    theirs = world.state(
        "file:contacts.csv", {"line 2": {"name": "ACME North"}}, source="csv/north", organization=north
    )
    acme = world.entity("company", home["acme"], imprint["acme"])
    ann = world.entity("person", home["ann"])
    world.assign(theirs["line 2"], acme, organization=north)
    build_marts("cli__console")
    return SimpleNamespace(acme=acme, ann=ann, north=north)
