"""The whole world on real sockets, in a thread of the test process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.servers.stack import Stack
from demo.world import World


@dataclass
class Running:
    """A started stack and a client for its proxy."""

    stack: Stack
    addresses: dict[str, Any]

    def get(self, url: str, **options: Any) -> requests.Response:
        proxies = {"http": self.addresses["proxy_url"]}
        return requests.get(url, proxies=proxies, timeout=10, allow_redirects=False, **options)


def _serve(stack_ready: threading.Event, stop: list[Callable[[], None]], made: list[Stack], folder: Path) -> None:
    async def main() -> None:
        stack = Stack(World(), folder, stall_seconds=0.3)
        await stack.start()
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        made.append(stack)
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        stack_ready.set()
        await ended.wait()
        await stack.close()

    asyncio.run(main())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    ready, stop, made = threading.Event(), [], []
    thread = threading.Thread(target=_serve, args=(ready, stop, made, tmp_path_factory.mktemp("world")))
    thread.start()
    assert ready.wait(10)
    yield Running(made[0], made[0].addresses)
    stop[0]()
    thread.join(10)
    assert not thread.is_alive()
