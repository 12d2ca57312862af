"""What benchmarks of the API ask: a generated platform, and servers over it in processes of their own.

With a folder (``--platform FOLDER``) the platform is made once and kept there: a million leads take some minutes.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from benchmarks.lead_platform import ORGANIZATION, ROLES, generate, identifier
from leadhouse.credentials import new_master_key
from leadhouse.database import provisioning
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component, transaction
from leadhouse.identity.sessions import open_session
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.local.private_files import write_private
from leadhouse.settings import settings

EMPTY_APP, API_APP = "_bare_app", "_api_app"


@dataclass(frozen=True)
class Server:
    """An address, its process, and that of the Postgres which it asks."""

    url: str
    process: psutil.Process
    postgres: psutil.Process | None = None

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far, of the server and of Postgres with its connections."""
        return _cpu(self.process), sum(map(_cpu, _family(self.postgres))) if self.postgres else 0.0


def option(name: str, otherwise: str) -> str:
    """The word behind an option of the command line."""
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


@contextmanager
def platform(leads: int, kept: str = "") -> Iterator[psutil.Process]:
    """Postgres with the generated platform, in this process's settings and those of the servers that it starts.

    Of `kept`, a folder, it is taken as an earlier run left it, or made there; else it goes with the block.
    """
    before = dict(os.environ)
    with _folder(leads, kept) as home:
        server = PostgresServer(home / "postgres", durable=False).ensure()
        try:
            os.environ.pop("DATABASE_URL", None)
            os.environ.update({**_made(home, server, leads), "LEADHOUSE_API_REQUESTS_A_MINUTE": "100000000"})
            settings.cache_clear()
            yield psutil.Process(server.status().pid)
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()
            server.stop() if kept else server.remove()


def _made(home: Path, server: PostgresServer, leads: int) -> dict[str, str]:
    """The environment of a platform, which is made if there is none; raises ValueError for one of another size."""
    notes = home / "platform.json"
    if notes.exists():
        known = json.loads(notes.read_text())
        if known["leads"] != leads:
            raise ValueError(f"{home} has {known['leads']:,} leads, not {leads:,}: name another folder, or delete it.")
        urls = provisioning.provision(server.admin_url, "benchmark")  # the port may be another, migrations new
        return {**known["environment"], **urls}
    began = time.perf_counter()
    urls = provisioning.provision(server.admin_url, "benchmark")
    generate(urls["LEADHOUSE_DATABASE_ADMIN_URL"], leads, min(1_000, max(20, leads // 1_000)))
    environment = {"LEADHOUSE_HOME": str(home), "LEADHOUSE_MASTER_KEYS": new_master_key()}
    write_private(notes, json.dumps({"leads": leads, "environment": environment}))
    sys.stderr.write(f"{leads:,} leads were made in {time.perf_counter() - began:.0f} s\n")
    return {**environment, **urls}


@contextmanager
def _folder(leads: int, kept: str) -> Iterator[Path]:
    if kept:
        home = Path(kept).absolute()
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711)  # the server runs as another user when this is root
        yield home
        return
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = str(memory) if memory.is_dir() and os.access(memory, os.W_OK) and leads < 2_000_000 else None
    with tempfile.TemporaryDirectory(prefix="leadhouse-bench-", dir=folder) as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def served(app: str, postgres: psutil.Process | None = None) -> Iterator[Server]:
    """A server of `API_APP` or `EMPTY_APP` on a port of its own."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.api_servers", app, str(port)]
    process = subprocess.Popen(command, cwd=settings().project, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except requests.ConnectionError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid), postgres)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def token(role: str) -> str:
    """An access token of a member of the first organization; it lives ten minutes."""
    with component() as connection, transaction(connection, Origin()):
        user = identifier(f"user/1/{ROLES[role]}")
        return open_session(connection, user, ORGANIZATION, "password", Origin()).access_token


def _family(parent: psutil.Process) -> list[psutil.Process]:
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):  # a connection that has ended meanwhile
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def main() -> None:
    """What `served` starts: ``_api_app 8080``."""
    import uvicorn
    from fastapi import FastAPI

    if sys.argv[1] == API_APP:
        from leadhouse.api.serving import served_app

        app = served_app()
    else:
        app = FastAPI()

        @app.get("/empty")
        async def empty() -> dict[str, str]:
            return {}

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
