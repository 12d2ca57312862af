"""Connections to checked addresses, and the time that one may take as a whole."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Self

from leadhouse.network.addresses import NamedBy, assert_allowed

LEAST_SECONDS = 0.05  # with less nobody is asked any more


def open_connection(host: str, port: int, timeout: float | None = None, named_by: NamedBy = "tenant") -> socket.socket:
    """A TCP connection to a checked address of the host, within `timeout` seconds however many addresses it has.

    An address gets half of the time that is left, the last one all of it: who gives a name forty silent addresses
    keeps nobody for forty times as long. Raises AddressRefusedError, or the last OSError.
    """
    last: OSError = OSError(f"{host}:{port} has no address")
    addresses = assert_allowed(host, port, named_by)
    ends = None if timeout is None else time.monotonic() + timeout
    for place, address in enumerate(addresses, 1):
        left = None if ends is None else ends - time.monotonic()
        if left is not None and left < LEAST_SECONDS < (timeout or 0.0):
            break
        share = left if left is None or place == len(addresses) else left / 2
        try:
            connection = socket.create_connection((str(address), port), share)
        except OSError as error:
            last = error
        else:
            connection.settimeout(timeout)
            return connection
    raise last


class Deadline:
    """While it lasts, a connection is shut down when its time is over, whatever waits on it.

    A time limit of a socket holds for each read: who sends a byte now and then would keep the reader for hours. What is
    shut down is a second descriptor of the connection, because TLS takes the socket's own away.
    """

    def __init__(self, raw: socket.socket, seconds: float) -> None:
        self._twin = socket.fromfd(raw.fileno(), raw.family, raw.type)
        self._over = threading.Event()
        self._watch = threading.Timer(seconds, self._end)
        self._watch.daemon = True

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        self._watch.join()
        self._twin.close()

    @property
    def is_over(self) -> bool:
        """Whether the connection was shut down: what was read then looks like an answer that ended."""
        return self._over.is_set()

    def _end(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._twin.shutdown(socket.SHUT_RDWR)
