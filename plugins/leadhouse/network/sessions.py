"""requests over checked connections: no answer, redirect or slow peer leads it elsewhere or holds it for ever."""

from __future__ import annotations

import socket
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from leadhouse.network.addresses import NamedBy
from leadhouse.network.connections import Deadline, open_connection


class _CheckedHTTPConnection(HTTPConnection):
    """Goes to a checked address; its handshake, and the head of its answer, take twice what a read may at most."""

    named_by: ClassVar[NamedBy] = "tenant"
    _handshake: Deadline | None = None

    def _new_conn(self) -> socket.socket:
        seconds = self._seconds()
        raw = open_connection(self.host, self.port or self.default_port, seconds, self.named_by)
        if seconds:
            self._handshake = Deadline(raw, 2 * seconds).__enter__()
        return raw

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            handshake, self._handshake = self._handshake, None
            if handshake is not None:
                handshake.__exit__()

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own does
        seconds = self._seconds()
        if not seconds or self.sock is None:
            return super().getresponse()
        with Deadline(self.sock, 2 * seconds) as deadline:
            response = super().getresponse()
        if deadline.is_over:
            raise TimeoutError("the head of the answer trickles: its end did not come in time")
        return response

    def _seconds(self) -> float | None:
        return self.timeout if isinstance(self.timeout, int | float) else None


class _CheckedHTTPSConnection(_CheckedHTTPConnection, HTTPSConnection):
    """The same over TLS."""


class _CheckedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTPConnection


class _CheckedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPSConnection


class _OperatorHTTPConnection(_CheckedHTTPConnection):
    """To an address that the operator named."""

    named_by: ClassVar[NamedBy] = "operator"


class _OperatorHTTPSConnection(_OperatorHTTPConnection, _CheckedHTTPSConnection):
    """The same over TLS."""


class _OperatorHTTPPool(HTTPConnectionPool):
    ConnectionCls = _OperatorHTTPConnection


class _OperatorHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _OperatorHTTPSConnection


_POOLS: dict[NamedBy, dict[str, type[HTTPConnectionPool]]] = {
    "tenant": {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool},
    "operator": {"http": _OperatorHTTPPool, "https": _OperatorHTTPSPool},
}


class CheckedAdapter(HTTPAdapter):
    """A requests adapter whose connections go to checked addresses only, redirects included."""

    def __init__(self, named_by: NamedBy = "tenant", **options: Any) -> None:
        self._named_by: NamedBy = named_by  # before the pools are made
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Makes the pools connect through `open_connection`."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS[self._named_by]


def checked_session(named_by: NamedBy = "tenant") -> requests.Session:
    """A requests session that refuses non-global addresses and ignores proxies of the environment."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, CheckedAdapter(named_by))
    return session
