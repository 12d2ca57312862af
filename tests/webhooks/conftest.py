"""Two organizations, a receiver on loopback that the settings allow, and a sender."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from leadhouse.credentials import new_master_key
from leadhouse.settings import settings
from leadhouse.webhooks import sending
from tests.jobs.conftest import Tenant


@dataclass
class Receiver:
    """An HTTP server that keeps what it got: (path, headers, body); `answers` by path are (status, body, headers)."""

    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)
    drips: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def paths(self) -> list[str]:
        """Paths of what came, in their order."""
        return [path for path, _, _ in self.got]


def make_handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """A handler class that tells the receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if self.path == "/hold":
                receiver.held.wait(30)
            if receiver.drips:
                self.drip()
                return
            status, answer, headers = receiver.answers.get(self.path, (200, b"ok", {}))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def drip(self):
            """A byte now and then, for as long as somebody reads."""
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not receiver.held.wait(0.05):
                    self.wfile.write(b"x")
            except OSError:
                return

        def log_message(self, *arguments):
            return

    return Handler


@pytest.fixture
def receiver(module_database: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that the settings allow; at the end nobody is subscribed any more."""
    made = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(made))
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", f"127.0.0.1:{made.port}")
    settings.cache_clear()
    yield made
    made.held.set()
    server.shutdown()
    server.server_close()
    with module_database.owner() as owner:
        owner.execute("delete from app.webhooks")
    settings.cache_clear()


@pytest.fixture(scope="module")
def master_key(module_database: Any) -> Iterator[str]:
    """One for all tests of a module: what is sealed stays open."""
    with pytest.MonkeyPatch.context() as patch:
        key = new_master_key()
        patch.setenv("LEADHOUSE_MASTER_KEYS", key)
        settings.cache_clear()
        yield key
    settings.cache_clear()


@pytest.fixture
def north(module_database: Any, master_key: str) -> Tenant:
    """One organization."""
    return Tenant(module_database)


@pytest.fixture
def south(module_database: Any, master_key: str) -> Tenant:
    """Another one."""
    return Tenant(module_database)


@pytest.fixture
def send(module_database: Any) -> Iterator[Any]:
    """Rounds of a sender until nothing is due; returns how many attempts were settled."""
    with (
        ThreadPoolExecutor(sending.WORKERS) as pool,
        module_database.connect("events", autocommit=True) as connection,
    ):
        sender = sending.Sender(connection, pool)

        def rounds() -> int:
            total = idle = 0
            while idle < 2:
                settled = sender.round(0.01 if not sender.in_flight else 0.2)
                total, idle = total + settled, 0 if settled or sender.in_flight else idle + 1
            return total

        yield rounds
