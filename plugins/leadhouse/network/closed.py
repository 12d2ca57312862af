"""A process that must ask nobody anything: every connection of Python's is refused, and told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_NAMING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class SocketRefusedError(OSError):
    """Something wanted a connection where none may be opened."""


class _Guard:
    """What the process's hook asks. A hook is never taken away (PEP 578), so it is put in once, at first need."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_hooked = False
        self._closed = 0
        self._names: frozenset[str] = frozenset()

    @contextmanager
    def close(self, names: Collection[str]) -> Iterator[None]:
        with self._lock:
            if not self._is_hooked:
                sys.addaudithook(self._refuse)
                self._is_hooked = True
            self._closed += 1
            self._names = frozenset(names)
        try:
            yield
        finally:
            with self._lock:
                self._closed -= 1

    def _refuse(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._closed or event not in _CONNECTING | _NAMING:
            return
        if event in _NAMING and arguments[0] in self._names:
            return
        raise SocketRefusedError(
            f"{event} to {arguments[-1 if event in _CONNECTING else 0]!r}: no socket may be opened"
        )


_GUARD = _Guard()


@contextmanager
def without_sockets(resolvable: Collection[str] = ()) -> Iterator[None]:
    """While it lasts, every connection that this process opens from Python raises SocketRefusedError, in all threads.

    Connections of libpq are none of Python's: the database is asked as ever. `resolvable`: names of hosts that may be
    looked up, the database's own, which psycopg does in Python.
    """
    with _GUARD.close(resolvable):
        yield
