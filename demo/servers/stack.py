"""All servers of the world together, on ports that are kept from run to run where they are free."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from demo.providers.apollo import ApolloSimulator
from demo.providers.language_model import LanguageModelSimulator
from demo.providers.overpass import OverpassSimulator
from demo.providers.searxng import SearxngSimulator
from demo.providers.simulator import Simulator
from demo.servers.access_log import AccessLog
from demo.servers.control import Control
from demo.servers.mail_page import MailPage
from demo.servers.mail_sink import MailSink, serve_mail
from demo.servers.mail_store import MailStore
from demo.servers.name_server import LOOPBACK, NameServer, Zone
from demo.servers.provider import STALL_SECONDS, ProviderServer
from demo.servers.sites import SiteServer
from demo.servers.wire import port_of, serve
from demo.world.generator import World
from demo.world.provider_answers import PROVIDERS

T = TypeVar("T")


class Stack:
    """Start with `await start()`, stop with `await close()`; `addresses` is what the ports file holds."""

    def __init__(self, world: World, folder: Path, *, stall_seconds: float = STALL_SECONDS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.world = world
        self.log = AccessLog(folder / "access.jsonl")
        self.store = MailStore(folder / "mail.sqlite")
        self.sites = SiteServer(world, self.log)
        self.names = NameServer(Zone(world))
        self.sink = MailSink(world, self.store)
        self.providers = [
            ProviderServer(world, provider, folder, stall_seconds=stall_seconds) for provider in PROVIDERS
        ]
        # beside those that the waterfall asks: what sources and lead searches read, as the vendors speak
        self.interfaces: dict[str, Simulator] = {
            "apollo": ApolloSimulator(world, prefix="/api/v1"),
            "overpass": OverpassSimulator(world, prefix="/api"),
            "searxng": SearxngSimulator(world, portals=()),
            "language_model": LanguageModelSimulator(world, prefix="/v1"),
        }
        self.control = Control(world, self.log, self.change_day)
        self.addresses: dict[str, Any] = {}
        self._servers: list[asyncio.Server] = []

    def change_day(self, day: int) -> World:
        """Switch every server to another night."""
        self.world = self.world.at(day)
        self.sites.change_day(day)
        self.names.zone.world = self.sink.world = self.world
        for provider in self.providers:
            provider.world = self.world
        for simulator in self.interfaces.values():
            simulator.world = self.world
        return self.world

    async def start(self, remembered: dict[str, int] | None = None) -> dict[str, Any]:
        """Listen on the remembered ports where they are free, else on others; returns the addresses."""
        known = remembered or {}
        ports: dict[str, int] = {}
        handlers = {"proxy": self.sites.handle, "email": MailPage(self.store).handle, "control": self.control.handle}
        handlers |= {server.provider.name: server.handle for server in self.providers}
        handlers |= {name: simulator.handle for name, simulator in self.interfaces.items()}
        for name, handler in handlers.items():
            ports[name] = self._keep(await _listen(partial(serve, handler), known.get(name, 0)))
        ports["smtp"] = self._keep(await _listen(partial(serve_mail, self.sink), known.get("smtp", 0)))
        await _listen(self.names.start, known.get("dns", 0))
        ports["dns"] = self.names.port
        self.sites.internal_url = f"http://{LOOPBACK}:{ports['control']}/admin"
        self.addresses = self._addresses(ports)
        return self.addresses

    def _keep(self, server: asyncio.Server) -> int:
        self._servers.append(server)
        return port_of(server)

    def _addresses(self, ports: dict[str, int]) -> dict[str, Any]:
        urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
        providers = [
            {
                "name": server.provider.name, "url": urls[server.provider.name], "key": server.key,
                "price_eur": server.provider.price_eur,
            }
            for server in self.providers
        ]  # fmt: skip
        return {
            "proxy_url": urls["proxy"], "dns": f"{LOOPBACK}:{ports['dns']}", "smtp_host": LOOPBACK,
            "smtp_port": ports["smtp"], "email_url": urls["email"], "provider_url": providers[0]["url"],
            "provider_key": providers[0]["key"], "control_url": urls["control"], "providers": providers,
            "interfaces": {
                name: {"url": urls[name] + simulator.prefix, "key": simulator.key}
                for name, simulator in self.interfaces.items()
            },
            "ports": ports, "pid": os.getpid(),
        }  # fmt: skip

    async def close(self) -> None:
        """Stop listening and close the files."""
        self.names.close()
        for server in self._servers:
            server.close()
        self.store.close()
        self.log.close()
        for provider in self.providers:
            provider.close()


async def _listen(start: Callable[[int], Awaitable[T]], port: int) -> T:
    """Try the remembered port, then ports of the system's choice (a few, since UDP and TCP must agree)."""
    for wanted in (port, 0, 0, 0):
        try:
            return await start(wanted)
        except OSError:
            continue
    return await start(0)


def read_ports(path: Path) -> dict[str, int]:
    """The ports of the former run; empty where there was none or the file is damaged."""
    try:
        ports = json.loads(path.read_text("utf-8"))["ports"]
        return {str(name): int(port) for name, port in ports.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def write_addresses(path: Path, addresses: dict[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(json.dumps(addresses, indent=1) + "\n", "utf-8")
    draft.replace(path)
