"""dbt's sessions in Postgres, kept from one node to the next.

dbt closes its connection after every model and every test. A new session costs a process, a login and an empty cache of
the catalog, which for small marts is more than the rows. A session holds nothing of a node beyond its transaction:
temporary tables are dropped at its end, and no model sets a parameter.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def keep_connections() -> None:
    """Have dbt's adapter keep one session a thread for the length of a call, at whose end dbt's clean-up closes them.

    A repeat changes nothing. dbt is loaded here and not with the module: it takes a second.
    """
    from dbt.adapters.contracts.connection import ConnectionState
    from dbt.adapters.postgres.connections import PostgresConnectionManager
    from dbt.adapters.postgres.impl import PostgresAdapter

    class KeptConnectionManager(PostgresConnectionManager):
        def release(self) -> None:
            """End the node's transaction and keep the session; one that is broken is closed, as dbt would."""
            connection = self.get_if_exists()
            if connection is None or connection.state != ConnectionState.OPEN or not _is_good(connection.handle):
                super().release()
            else:
                connection.transaction_open = False

    PostgresAdapter.ConnectionManager = KeptConnectionManager


def _is_good(handle: Any) -> bool:
    """Roll back what the node left open; whether the session can be used again."""
    try:
        handle.rollback()
    except Exception:  # whatever the driver says of a lost session, it is closed
        return False
    return not handle.closed
