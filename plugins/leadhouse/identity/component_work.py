"""Work of the identity component: short transactions on one connection, each with the request's origin on record.

A refusal is raised after the transaction that recorded it has been committed, so that what it leaves behind stays: the
counted attempt, the audit entry, the revoked family.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.identity.audit import Origin, describe_request

queries = load("identity")


@contextmanager
def component() -> Iterator[Connection[Any]]:
    """A connection as the role of the component, in autocommit mode."""
    with connect("identity", autocommit=True) as connection:
        yield connection


@contextmanager
def transaction(
    connection: Connection[Any], origin: Origin, user_id: UUID | None = None, session_id: UUID | None = None
) -> Iterator[None]:
    """A transaction whose audit entries name the origin and, once known, the person and the session."""
    with connection.transaction():
        describe_request(connection, origin, user_id, session_id)
        yield


def one(connection: Connection[Any], query: str, /, **parameters: Any) -> dict[str, Any] | None:
    """The first row of a query of this component, or None."""
    row = connection.execute(getattr(queries, query), parameters).fetchone()
    return dict(row) if row else None


def done(connection: Connection[Any], query: str, /, **parameters: Any) -> bool:
    """Whether a query has a row whose first value is neither null nor false."""
    row = one(connection, query, **parameters)
    return bool(row and next(iter(row.values())))
