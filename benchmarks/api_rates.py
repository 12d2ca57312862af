"""How many requests a second the API answers, against an endpoint of FastAPI that does nothing.

    python -m benchmarks.api_rates --leads 10000          # a minute and a half; without the number, a million leads
    python -m benchmarks.api_rates --leads 10000 --only teams

Both run under uvicorn in a process of their own, asked in turn by eight clients that ask again as soon as they have
their answer, over kept connections. The lists run under the policies of a member, over a generated platform. The note
of a line has the CPU an answer cost in the server's process and in Postgres, and the clients' share of a core: one near
1 says that the clients were the limit.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from benchmarks.lead_platform import ORGANIZATION, ROLES, generate, identifier
from benchmarks.measure import Result
from leadhouse.credentials import new_master_key
from leadhouse.database import provisioning
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component, transaction
from leadhouse.identity.sessions import open_session
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.settings import settings

CLIENTS, ROUNDS, SECONDS = 8, 4, 1.0
LISTS = {
    "leads, newest": "/api/v1/leads?pageSize=50",
    "leads, newest, behind a cursor": "/api/v1/leads?pageSize=50&cursor={cursor}",
    "teams": "/api/v1/teams?pageSize=50",
}
AIM = ">= 0.2, p95 < 50 ms"


def run() -> list[Result]:
    """A line for each list and role."""
    leads, only = int(_option("--leads", "1000000")), _option("--only", "")
    with _platform(leads) as postgres, _served("_bare_app") as empty, _served("_api_app", postgres) as api:
        tokens = {role: _token(role) for role in ("manager", "rep")}
        return [
            _compare(f"API: {name} ({role})", api, _address(api.url, path, token), token, empty, leads)
            for name, path in LISTS.items()
            if only in name
            for role, token in tokens.items()
        ]


def _option(name: str, otherwise: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


def _compare(name: str, api: _Server, path: str, token: str, empty: _Server, leads: int) -> Result:
    asked = [(_measure(api, path, token), _measure(empty, "/empty", token)) for _ in range(ROUNDS + 1)]
    ours, peer = zip(*asked[1:], strict=True)  # the first round warms up
    rate, bare = (statistics.median(each.rate for each in side) for side in (ours, peer))
    p50, p95 = _quantiles([time for each in ours for time in each.times])
    cpu, floor = (statistics.median(each.cpu for each in side) * 1000 for side in (ours, peer))
    postgres = statistics.median(each.postgres_cpu for each in ours) * 1000
    clients = max(each.clients for each in (*ours, *peer))
    note = (
        f"p50 {p50:.1f}, p95 {p95:.1f} ms, {CLIENTS} clients, {leads:,} leads; CPU an answer: server {cpu:.2f} ms "
        f"(the empty endpoint {floor:.2f}), Postgres {postgres:.2f}; clients at most {clients:.2f} of a core, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return Result(name, rate, bare, "an empty FastAPI endpoint", "answers/s", rate / bare, AIM, note)


def _quantiles(seconds: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000


@dataclass(frozen=True)
class _Server:
    """An address, its process, and that of the Postgres which it asks."""

    url: str
    process: psutil.Process
    postgres: psutil.Process | None = None

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far, of the server and of Postgres with its connections."""
        return _cpu(self.process), sum(map(_cpu, _family(self.postgres))) if self.postgres else 0.0


@dataclass(frozen=True)
class _Measured:
    """Answers a second, seconds of each; CPU seconds an answer in server and Postgres; the clients' share of a core."""

    rate: float
    times: list[float]
    cpu: float
    postgres_cpu: float
    clients: float


def _measure(server: _Server, path: str, token: str) -> _Measured:
    before, began, clients = server.cpu(), time.perf_counter(), time.process_time()
    rate, times = asyncio.run(_ask(f"{server.url}{path}", token))
    clients, seconds = time.process_time() - clients, time.perf_counter() - began
    cpu, postgres = ((after - first) / len(times) for first, after in zip(before, server.cpu(), strict=True))
    return _Measured(rate, times, cpu, postgres, clients / seconds)


def _family(parent: psutil.Process) -> list[psutil.Process]:
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):  # a connection that has ended meanwhile
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


async def _ask(url: str, token: str) -> tuple[float, list[float]]:
    """Answers a second of all clients together, and the seconds of each answer."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    clients = [_Client(request, began + SECONDS, loop.create_future()) for _ in range(CLIENTS)]
    for client in clients:
        await loop.create_connection(partial(_itself, client), parts.hostname or "", parts.port or 80)
    await asyncio.gather(*(client.ended for client in clients))
    times = [each for client in clients for each in client.times]
    return len(times) / (time.perf_counter() - began), times


def _itself(client: _Client) -> _Client:
    return client


class _Client(asyncio.Protocol):
    """Asks, reads the whole answer, asks again; by hand, since a library's client costs more than the answer."""

    def __init__(self, request: bytes, until: float, ended: asyncio.Future[None]) -> None:
        self.request, self.until, self.ended = request, until, ended
        self.times: list[float] = []
        self._read, self._asked = b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.ended.set_exception(RuntimeError(self._read[:2000].decode(errors="replace")))
            self._transport.close()
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.times.append(now - self._asked)
        self._read = b""
        if now < self.until:
            self._send()
        else:
            self._transport.close()
            self.ended.set_result(None)


@contextmanager
def _platform(leads: int) -> Iterator[psutil.Process]:
    """A Postgres with the generated platform, in this process's settings and those of the servers that it starts."""
    before = dict(os.environ)
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = str(memory) if memory.is_dir() and os.access(memory, os.W_OK) and leads < 2_000_000 else None
    with tempfile.TemporaryDirectory(prefix="leadhouse-bench-", dir=folder) as home:
        Path(home).chmod(0o711)  # the server runs as another user when this is root
        server = PostgresServer(Path(home) / "postgres", durable=False).ensure()
        try:
            urls = provisioning.provision(server.admin_url, "benchmark")
            os.environ.pop("DATABASE_URL", None)
            more = {"LEADHOUSE_HOME": home, "LEADHOUSE_MASTER_KEYS": new_master_key()}
            os.environ.update({**urls, **more, "LEADHOUSE_API_REQUESTS_A_MINUTE": "100000000"})
            settings.cache_clear()
            generate(urls["LEADHOUSE_DATABASE_ADMIN_URL"], leads, min(1_000, max(20, leads // 1_000)))
            yield psutil.Process(server.status().pid)
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()
            server.remove()


@contextmanager
def _served(app: str, postgres: psutil.Process | None = None) -> Iterator[_Server]:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.api_rates", app, str(port)]
    served = subprocess.Popen(command, cwd=settings().project, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except requests.ConnectionError:
                if served.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield _Server(f"http://127.0.0.1:{port}", psutil.Process(served.pid), postgres)
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(30)


def _token(role: str) -> str:
    with component() as connection, transaction(connection, Origin()):
        user = identifier(f"user/1/{ROLES[role]}")
        return open_session(connection, user, ORGANIZATION, "password", Origin()).access_token


def _address(api: str, path: str, token: str) -> str:
    """The path, with the cursor behind its tenth page where it wants one."""
    if "{cursor}" not in path:
        return path
    cursor = ""
    for _ in range(10):
        page = path.replace("&cursor={cursor}", f"&cursor={cursor}" if cursor else "")
        found = requests.get(f"{api}{page}", headers={"Authorization": f"Bearer {token}"}, timeout=60).json()
        cursor = found["pagination"]["nextCursor"] or cursor
    return path.replace("{cursor}", cursor)


def _serve(name: str, port: int) -> None:
    """What `_served` starts."""
    import uvicorn
    from fastapi import FastAPI

    if name == "_api_app":
        from leadhouse.api.serving import served_app

        app = served_app()
    else:
        app = FastAPI()

        @app.get("/empty")
        async def empty() -> dict[str, str]:
            return {}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def main() -> None:
    """Serve one of the two (``_api_app 8080``), or print the lines of the report."""
    if sys.argv[1:2] in (["_api_app"], ["_bare_app"]):
        _serve(sys.argv[1], int(sys.argv[2]))
        return
    for result in run():
        sys.stdout.write(f"{result.name}: {result.ours:.0f} against {result.peer:.0f} {result.unit}, ")
        sys.stdout.write(f"{result.ratio:.3f} ({result.aim})\n  {result.note}\n")


if __name__ == "__main__":
    main()
