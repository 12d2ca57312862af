"""The process's connections of the login `leadhouse_api`, kept in a pool.

Nothing of a request is left on them: role and claims end with the transaction (`leadhouse.api.caller_work`).
"""

from __future__ import annotations

import threading
from typing import Any

from psycopg import Connection, conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from leadhouse.database import DatabaseError
from leadhouse.settings import settings

STATEMENT_SECONDS = 30
WAIT_SECONDS = 5.0  # for a connection of the pool
IDLE_SECONDS = 120.0
AGAIN_SECONDS = 2.0  # that the pool itself tries to connect; with its pauses growing it would find a server late
STREAMS = 4  # connections for what reads after its answer began


def pool() -> ConnectionPool[Connection[DictRow]]:
    """The process's connections of the settings' login; opened at the first use, since servers fork.

    Raises:
        DatabaseError: no login is set.
    """
    url = settings().api_url
    if url is None or not url.get_secret_value():
        raise DatabaseError("LEADHOUSE_API_URL is not set: `leadhouse migrate` and `leadhouse up` write it.")
    return _pools.of(url.get_secret_value())


def close_pool() -> None:
    """Close the connections."""
    _pools.close()


class _Pools:
    """The one pool; another address in the settings takes its place."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._url: str | None = None
        self._pool: ConnectionPool[Connection[DictRow]] | None = None

    def of(self, url: str) -> ConnectionPool[Connection[DictRow]]:
        made = self._pool
        if made is None or url != self._url:
            with self._lock:
                if self._pool is None or url != self._url:
                    self._close()
                    self._pool, self._url = _make_pool(url), url
                made = self._pool
        assert made is not None
        return made

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close(timeout=1)
        self._pool = self._url = None


def _make_pool(url: str) -> ConnectionPool[Connection[DictRow]]:
    limits = {"statement_timeout": f"{STATEMENT_SECONDS}s", "idle_in_transaction_session_timeout": "60s"}
    flags = " ".join(f"-c {name}={value}" for name, value in {"TimeZone": "UTC", **limits}.items())
    parts = conninfo.conninfo_to_dict(url)
    arguments: dict[str, Any] = {
        "connect_timeout": 10, **parts, "application_name": "leadhouse api",
        "options": f"{parts.get('options') or ''} {flags}".strip(), "row_factory": dict_row,
    }  # fmt: skip
    made: ConnectionPool[Connection[DictRow]] = ConnectionPool(
        kwargs=arguments, min_size=0, max_size=settings().api_connections + STREAMS, timeout=WAIT_SECONDS,
        max_idle=IDLE_SECONDS, reconnect_timeout=AGAIN_SECONDS, num_workers=1, name="leadhouse-api", open=False,
    )  # fmt: skip
    made.open()
    return made


_pools = _Pools()
