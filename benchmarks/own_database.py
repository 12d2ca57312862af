"""A migrated database on a server of its own, whose CPU can be read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from leadhouse.database import provisioning
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.settings import settings


class OwnDatabase:
    """The server; this process and its children find it in the environment. fsync is off."""

    def __init__(self, folder: Path) -> None:
        self._server = PostgresServer(folder / "postgres", durable=False).ensure()
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(provisioning.provision(self._server.admin_url, "benchmark"))

    @property
    def postmaster(self) -> psutil.Process:
        """The server's first process, whose children do the work."""
        return psutil.Process(self._server.status().pid)

    def seconds(self) -> float:
        """CPU seconds of the server and all its backends so far, those that have ended included."""
        postmaster = self.postmaster
        while True:
            backends = postmaster.children(recursive=True)
            own = postmaster.cpu_times()
            total = own.user + own.system + own.children_user + own.children_system
            for process in backends:
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    total += times.user + times.system
            if postmaster.children(recursive=True) == backends:  # one that ends meanwhile would count twice, or never
                return total

    def remove(self) -> None:
        """Ends the server and forgets its data."""
        self._server.remove()


@contextmanager
def own_database(**environment: str) -> Iterator[OwnDatabase]:
    """While the block runs, with further variables of the environment; afterwards it is as before."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="leadhouse-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as another user when this is root
        os.environ.update({"LEADHOUSE_HOME": name, **environment})
        made = OwnDatabase(folder)
        settings.cache_clear()
        try:
            yield made
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()
            made.remove()
