"""Connections: one login for the application, one role a component.

    with connect("landing") as connection:      # commits at the end, rolls back on an exception, then closes
        connection.execute(...)

The login `leadhouse_app` inherits nothing; the start-up option ``role`` makes the session act as
``leadhouse_<component>``, so that a component can do what its grants and policies say and no more. Sessions speak UTC
and rows are dictionaries.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import conninfo
from psycopg.rows import DictRow, dict_row

from leadhouse.settings import settings

COMPONENTS = frozenset({
    "landing", "jobs", "resolution", "transform", "enrichment", "quality", "delivery", "leads", "campaigns",
    "maintenance", "console", "imports", "identity", "billing", "credentials", "files", "events", "privacy",
})  # fmt: skip

CONNECT_SECONDS = 10


class DatabaseError(RuntimeError):
    """The database is not configured, not reachable or not migrated; the message says which, where and what to do."""


def connect(component: str, *, autocommit: bool = False) -> psycopg.Connection[DictRow]:
    """A connection as the role of `component`, on the database of `settings().database_url`.

    `transform` has a login of its own, dbt's (`settings().dbt_url`): what writes the marts is nothing else.

    Raises:
        ValueError: there is no such component.
        DatabaseError: not configured, not reachable, or not migrated.
    """
    chosen = settings()
    url = chosen.dbt_url if component == "transform" else chosen.database_url
    return connect_to(url.get_secret_value() if url else None, component, autocommit=autocommit)


def connect_to(url: str | None, component: str, *, autocommit: bool = False) -> psycopg.Connection[DictRow]:
    """The same on another database; `url` names a login that may act as the component."""
    if component not in COMPONENTS:
        raise ValueError(
            f"There is no component {component!r}. Components with a database role: {', '.join(sorted(COMPONENTS))}."
        )
    seconds = settings().statement_timeout_seconds
    limits = {"statement_timeout": f"{seconds}s", "idle_in_transaction_session_timeout": f"{seconds}s"}
    setting = "LEADHOUSE_DBT_URL" if component == "transform" else "LEADHOUSE_DATABASE_URL"
    return _open(url, setting, f"leadhouse {component}", {"role": f"leadhouse_{component}", **limits}, autocommit)


def admin(*, autocommit: bool = False) -> psycopg.Connection[DictRow]:
    """A connection as the administrator of `settings().database_admin_url`: migrations, partitions, backups.

    Raises:
        DatabaseError: not configured or not reachable.
    """
    url = settings().database_admin_url
    return admin_to(url.get_secret_value() if url else None, autocommit=autocommit)


def admin_to(url: str | None, *, autocommit: bool = False) -> psycopg.Connection[DictRow]:
    """The same on another database."""
    return _open(url, "LEADHOUSE_DATABASE_ADMIN_URL", "leadhouse admin", {}, autocommit)


def free_and_close(connection: psycopg.Connection[Any]) -> None:
    """Closes a session that holds advisory locks, which are free when this returns.

    Without a word the server ends a session some moments after its client has closed it, and until then whoever asks
    finds the locks held.
    """
    with suppress(psycopg.Error):  # a session that is lost holds none
        connection.execute("select pg_advisory_unlock_all()")
    connection.close()


def _open(
    url: str | None, setting: str, application: str, options: dict[str, str], autocommit: bool
) -> psycopg.Connection[DictRow]:
    if not url:
        raise DatabaseError(
            f"No database is configured: {setting} stands neither in the environment nor in "
            f"{settings().home / 'settings.env'}. "
            "Run `leadhouse up` for the embedded Postgres, or set it to a Postgres 15 or newer."
        )
    try:
        parts = conninfo.conninfo_to_dict(url)
        return psycopg.connect(**_parameters(parts, application, options), autocommit=autocommit, row_factory=dict_row)
    except psycopg.ProgrammingError:
        # the reason libpq gives may quote the URL, password included
        raise DatabaseError(
            f"{setting} is not a connection URL. Its form is postgresql://login:password@host:port/database."
        ) from None
    except psycopg.OperationalError as error:
        raise DatabaseError(_explain(error, parts, setting)) from error


def _parameters(parts: dict[str, Any], application: str, options: dict[str, str]) -> dict[str, Any]:
    flags = " ".join(f"-c {name}={value}" for name, value in {"TimeZone": "UTC", **options}.items())
    return {
        "connect_timeout": CONNECT_SECONDS,
        **parts,
        "application_name": application,
        "options": f"{parts.get('options') or ''} {flags}".strip(),
    }


def _explain(error: psycopg.OperationalError, parts: dict[str, Any], setting: str) -> str:
    """What happened, where, and what to do; libpq's own words name no password."""
    host, port = parts.get("host") or "the local socket", parts.get("port") or 5432
    where = f"{parts.get('dbname') or parts.get('user')} at {host}:{port} ({setting})"
    reason = " ".join(str(error).split())
    if any(sign in reason for sign in ('parameter "role"', 'set role "', "does not exist")):
        return f"The database {where} is not migrated: {reason}. Run `leadhouse migrate`, or `leadhouse up`."
    if "authentication failed" in reason:
        return (
            f"The database {where} refuses the login: {reason}. Correct the password in the setting, or run "
            "`leadhouse migrate`, which creates the logins and sets their passwords."
        )
    return f"The database {where} does not answer: {reason}. Start it with `leadhouse up`, or correct the setting."
