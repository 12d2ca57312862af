"""TCP ports on loopback: picked free, and remembered in a file so that they stay the same."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path

from leadhouse.local.private_files import write_private

HOST = "127.0.0.1"


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` now. Connections in TIME_WAIT do not count as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def listens(port: int, host: str = HOST, seconds: float = 1.0) -> bool:
    """Whether some program accepts connections on `port`."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def free_port(host: str = HOST) -> int:
    """A port that the system says is free; the caller should listen soon and retry when it lost the race."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def choose_port(*wanted: int | None, host: str = HOST) -> int:
    """The first of `wanted` that is free, else one that the system picks."""
    return next((port for port in wanted if port and is_free(port, host)), None) or free_port(host)


@dataclass(frozen=True)
class PortBook:
    """The ports of the services of one home, by name, so that addresses stay the same from one start to the next.

    For a running service ask `remembered`: its own port is not free.
    """

    path: Path

    def remembered(self, service: str) -> int | None:
        """The port the service had last."""
        return self._read().get(service)

    def choose(self, service: str, preferred: int | None = None) -> int:
        """The remembered port, else `preferred`, else any; whichever is free and not another service's. Saved."""
        book = self._read()
        others = {port for name, port in book.items() if name != service}
        port = choose_port(*(wanted for wanted in (book.get(service), preferred) if wanted not in others))
        while port in others:
            port = free_port()
        write_private(self.path, json.dumps({**book, service: port}, indent=1))
        return port

    def _read(self) -> dict[str, int]:
        try:
            return {str(name): int(port) for name, port in json.loads(self.path.read_text()).items()}
        except FileNotFoundError:
            return {}
