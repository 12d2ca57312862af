"""The way to Postgres: connections as a component's role, the query files, COPY, migrations."""

from leadhouse.database.connection import (
    COMPONENTS,
    DatabaseError,
    admin,
    admin_to,
    connect,
    connect_to,
    free_and_close,
)

__all__ = ["COMPONENTS", "DatabaseError", "admin", "admin_to", "connect", "connect_to", "free_and_close"]
