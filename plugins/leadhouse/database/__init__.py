"""The way to Postgres: connections as a room's role, the query files, COPY, migrations."""

from leadhouse.database.connection import ROOMS, DatabaseError, admin, admin_to, connect, connect_to

__all__ = ["ROOMS", "DatabaseError", "admin", "admin_to", "connect", "connect_to"]
