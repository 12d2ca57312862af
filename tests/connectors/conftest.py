"""Simulated providers on real sockets, in a thread of the test process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.providers.simulator import Simulator
from demo.servers.wire import port_of, serve
from demo.world import World
from leadhouse.connectors.api_client import Patience
from leadhouse.settings import settings

HASTY = Patience(connect=2, answer=0.5, attempts=3, first_pause=0.01, longest_pause=0.2)
QUICK = {"requests_per_second": 1000}

Served = Callable[[Simulator], str]


@pytest.fixture(scope="module")
def world() -> World:
    return World(companies=12)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serves a simulator and returns its address, which the settings allow."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ports: list[int] = []
    servers: list[Any] = []

    def run(simulator: Simulator) -> str:
        simulator.stall_seconds = 1.5
        server = asyncio.run_coroutine_threadsafe(serve(simulator.handle), loop).result(5)
        servers.append(server)
        ports.append(port_of(server))
        allowed = ",".join(f"127.0.0.1:{port}" for port in ports)
        monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", allowed)
        settings.cache_clear()
        return f"http://127.0.0.1:{ports[-1]}{simulator.prefix}"

    yield run
    asyncio.run_coroutine_threadsafe(_close(servers), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()
    settings.cache_clear()


async def _close(servers: list[Any]) -> None:
    for server in servers:
        server.close()
    conversations = asyncio.all_tasks() - {asyncio.current_task()}
    for each in conversations:
        each.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)
