"""Sources of an organization that people change, delete and restore. `connection` acts as the caller.

What a kind of source must say is kept by a trigger (`app.check_source`); credentials are named, never part of a source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import Connection, errors, sql
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.jobs.control import JobNotFoundError
from leadhouse.jobs.source_care import SourceNotValidError

CHANGEABLE = ("name", "start_url", "config", "secret_id", "is_active")


class SourceRefusedError(PermissionError):
    """The caller may see the source and not change it: the role, or it is the operator's."""


def change_source(
    connection: Connection[Any], organization_id: UUID, source_id: UUID, changes: Mapping[str, Any]
) -> None:
    """Change what is given of `CHANGEABLE`.

    Raises:
        SourceRefusedError: not the caller's to change. SourceNotValidError: its kind needs something else.
    """
    unknown = changes.keys() - set(CHANGEABLE)
    if unknown or not changes:
        raise SourceNotValidError(f"Nothing to change, or not so: {', '.join(sorted(unknown)) or 'give a field'}.")
    values = {name: Jsonb(value) if name == "config" else value for name, value in changes.items()}
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    key = {"organization_id": organization_id, "source_id": source_id}
    try:
        with connection.transaction():
            statement = _sql().change_source.format(values=assignments)
            row = connection.execute(statement, {**key, **values}).fetchone()
    except errors.CheckViolation as error:
        raise SourceNotValidError(str(error.diag.message_primary)) from error
    if row is None:
        raise SourceRefusedError(f"You may look at source {source_id} and not change it.")


def delete_source(connection: Connection[Any], organization_id: UUID, source_id: UUID) -> None:
    """Delete it; it can be restored for 30 days, and is not read meanwhile. Raises SourceRefusedError."""
    key = {"organization_id": organization_id, "source_id": source_id}
    if connection.execute(_sql().delete_source, key).fetchone() is None:
        raise SourceRefusedError(f"You may look at source {source_id} and not delete it.")


def restore_source(connection: Connection[Any], organization_id: UUID, source_id: UUID) -> None:
    """Bring it back. Raises JobNotFoundError: it is not deleted, too long ago, or not the caller's to change."""
    key = {"organization_id": organization_id, "source_id": source_id}
    if connection.execute(_sql().restore_source, key).fetchone() is None:
        raise JobNotFoundError(f"There is no deleted source {source_id} that you can restore.")


def find_tested_source(connection: Connection[Any], source_id: UUID) -> dict[str, Any]:
    """What a test needs: organization_id, source_key, kind, start_url, config, secret_id. Raises JobNotFoundError."""
    row = connection.execute(_sql().find_tested_source, {"source_id": source_id}).fetchone()
    if row is None:
        raise JobNotFoundError(f"There is no source {source_id}.")
    return dict(row)


def require_test(connection: Connection[Any]) -> None:
    """Ends quietly when the caller's role tests sources. Raises psycopg.errors.InsufficientPrivilege."""
    connection.execute(_sql().require_test)


def record_test(connection: Connection[Any], source_id: UUID, *, has_passed: bool, message: str) -> str:
    """Note what a test found; return the source's status.

    Raises psycopg.errors.InsufficientPrivilege, NoDataFound: not the caller's to test.
    """
    values = {"source_id": source_id, "has_passed": has_passed, "message": message}
    [row] = connection.execute(queries.load("jobs").record_source_test, values)
    return str(row["status"])


def _sql() -> queries.Queries:
    return queries.load("own_sources")
