"""Servers on loopback that keep to no rule, a name server that lies, and canaries that nobody may ever reach."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dnslib

from leadhouse.settings import PROJECT

SITE = "127.0.0.2"  # where the sites live: not global, so the crawl is told of the exception
TTL = 0
Behaviour = Callable[[socket.socket, str], None]  # (connection, path) → writes what it likes


@dataclass
class HostileWorld:
    """`sites` answer by host; a host without a behaviour is 404. `names` are the name server's answers, in turns."""

    folder: Path
    sites: dict[str, Behaviour] = field(default_factory=dict)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    port: int = 0
    canary_port: int = 0
    dns_port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)  # what reached a canary
    answers: Callable[[str], list[str] | None] = lambda name: None  # of all names that `names` does not know
    _turns: Counter[str] = field(default_factory=Counter)

    def url(self, host: str) -> str:
        return f"http://{host}:{self.port}/"

    def addresses_of(self, name: str) -> list[str]:
        """The answer to a name: its own, in turns, or the address of the sites."""
        turns = self.names.get(name)
        if turns is None:
            return self.answers(name.removesuffix(" A")) or [SITE]
        self._turns[name] += 1
        return turns[min(self._turns[name], len(turns)) - 1]

    def crawl(
        self, *crawls: list[str], pages: int = 4, timeout: float = 3.0, allowed: str = "", seconds: float = 300
    ) -> dict[str, Any]:
        """What `audited_crawl` tells of the real crawl of these start pages, group by group."""
        order, result = self.folder / "order.json", self.folder / "result.json"
        order.write_text(json.dumps({"crawls": crawls, "pages": pages, "timeout": timeout}))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LEADHOUSE_")},
            "LEADHOUSE_HOME": str(self.folder),
            "LEADHOUSE_CRAWL_DELAY_SECONDS": "0",
            "LEADHOUSE_TENANT_ADDRESSES": allowed or f"{SITE}:{self.port}",
            "LEADHOUSE_DNS_SERVER": f"127.0.0.1:{self.dns_port}",
            "PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "plugins"))),
        }
        program = Path(__file__).with_name("audited_crawl.py")
        done = subprocess.run(
            [sys.executable, str(program), str(order), str(result)],
            env=environment, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return dict(json.loads(result.read_text()))


def head(status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def answer(connection: socket.socket, body: bytes, *headers: str, status: str = "200 OK") -> None:
    """A whole answer."""
    connection.sendall(head(status, *headers, length=len(body)) + body)


def page(connection: socket.socket, body: str) -> None:
    """An HTML page."""
    answer(connection, body.encode(), "Content-Type: text/html; charset=utf-8")


def not_found(connection: socket.socket) -> None:
    """404 with a page."""
    answer(connection, b"<p>not here</p>", "Content-Type: text/html", status="404 Not Found")


def redirect(connection: socket.socket, location: str) -> None:
    """302, the location byte for byte as it is given."""
    answer(connection, b"", f"Location: {location}", status="302 Found")


def _site_handler(world: HostileWorld) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self._answer()

        def _answer(self) -> None:
            self.request.settimeout(30)
            said = b""
            while b"\r\n\r\n" not in said:
                piece = self.request.recv(65536)
                if not piece:
                    return
                said += piece
            lines = said.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            named = next((line[5:].strip() for line in lines if line.lower().startswith("host:")), "")
            host = named.rpartition(":")[0] or named
            world.asked.append((host, path))
            behaviour = world.sites.get(host)
            if behaviour is None:
                not_found(self.request)
            else:
                behaviour(self.request, path)

    return Handler


def _canary_handler(world: HostileWorld) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                world.caught.append(self.request.recv(200).decode("latin-1"))
                answer(self.request, b"you should not be here")

    return Handler


def _name_handler(world: HostileWorld) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, channel = self.request
            question = dnslib.DNSRecord.parse(data)
            said = question.reply()
            name, kind = str(question.q.qname).rstrip("."), dnslib.QTYPE[question.q.qtype]
            for address in world.addresses_of(f"{name} {kind}" if f"{name} {kind}" in world.names else name):
                if (":" in address) == (kind == "AAAA"):
                    data_of = dnslib.AAAA if kind == "AAAA" else dnslib.A
                    said.add_answer(dnslib.RR(question.q.qname, question.q.qtype, rdata=data_of(address), ttl=TTL))
            channel.sendto(said.pack(), self.client_address)

    return Handler


class _Sites(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256


class _Sites6(_Sites):
    address_family = socket.AF_INET6


class _Names(socketserver.ThreadingUDPServer):
    daemon_threads = True


@contextmanager
def hostile_world(folder: Path) -> Iterator[HostileWorld]:
    """Serves until the block ends. Canaries listen on 127.0.0.1 and, where there is one, on ::1, at one port."""
    world = HostileWorld(folder)
    with ExitStack() as stack:

        def serve(server: socketserver.BaseServer) -> int:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return int(server.server_address[1])  # type: ignore[index]

        world.port = serve(_Sites((SITE, 0), _site_handler(world)))
        world.canary_port = serve(_Sites(("127.0.0.1", 0), _canary_handler(world)))
        with suppress(OSError):
            serve(_Sites6(("::1", world.canary_port), _canary_handler(world)))
        with suppress(OSError):  # rebinding leads to the port of the sites
            serve(_Sites(("127.0.0.1", world.port), _canary_handler(world)))
        world.dns_port = serve(_Names(("127.0.0.1", 0), _name_handler(world)))
        yield world
