"""TCP ports on loopback: picked free, remembered by the caller, and a clear message when one is taken."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class PortTakenError(RuntimeError):
    """A port that was asked for by number belongs to another program."""


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` now. Connections in TIME_WAIT do not count as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = HOST) -> int:
    """A port that the system says is free; the caller should listen soon and retry when it lost the race."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def choose_port(remembered: int | None = None, host: str = HOST) -> int:
    """The remembered port while it is free, else another one."""
    return remembered if remembered and is_free(remembered, host) else free_port(host)


def require_free(port: int, purpose: str, host: str = HOST) -> int:
    """`port` itself, for a port a person asked for.

    Raises:
        PortTakenError: another program listens there; the message names the port and the way out.
    """
    if not is_free(port, host):
        raise PortTakenError(
            f"Port {port} on {host}, wanted for {purpose}, is taken by another program. "
            f"Stop that program (`ss -ltnp 'sport = :{port}'` names it) or choose another port."
        )
    return port
