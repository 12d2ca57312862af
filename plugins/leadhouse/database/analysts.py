"""Logins of people with SQL: they read the marts of one organization, known by `session_user`, and nothing else.

A login's settings are what its sessions start with. A person may change those that Postgres lets anybody change
(`statement_timeout`); what counts is not among them: rows by policies, relations and functions by grants, sessions by
the connection limit. `cancel_overlong_statements` keeps the time limit from outside.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection, sql
from psycopg.rows import DictRow

from leadhouse.database.provisioning import set_passwords, url_with

STATEMENT_SECONDS = 60
CONNECTIONS = 5
SETTINGS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "5min",
    "default_transaction_read_only": "on",
    "search_path": "mart_leads, mart_companies, mart_analytics",
}
SUPERUSER_SETTINGS = {"temp_file_limit": "2GB"}  # no session can raise it; only a superuser can set it
LONGEST_NAME = 63  # bytes of a Postgres identifier
NAME = re.compile(r"[a-z0-9-]{1,30}")


class AnalystError(ValueError):
    """The login is there already, or is not there, or its name is none; nothing was changed."""


@dataclass(frozen=True)
class Analyst:
    """A login of an organization; `created_at` is UTC."""

    login: str
    created_at: datetime
    sessions: int


def ensure_analyst(
    connection: Connection[DictRow], admin_url: str, slug: str, password: str | None = None, name: str | None = None
) -> str:
    """The URL of the organization's login `<database>_analyst_<slug>[_<name>]`, made if missing, with a new password.

    Logins belong to the server: the database is in the name, so that two platforms on one server have their own.
    `connection` is the administrator's, in the Leadhouse database.

    Raises:
        LookupError: there is no organization with this slug.
    """
    login, chosen = login_name(connection.info.dbname, slug, name), password or secrets.token_urlsafe(24)
    with connection.transaction():
        row = connection.execute(
            "select organization_id from identity.organizations where slug = %s", [slug]
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no organization {slug!r}")
        if not _exists(connection, login):
            connection.execute(sql.SQL("create role {} login inherit").format(sql.Identifier(login)))
        connection.execute(sql.SQL("grant leadhouse_analyst to {}").format(sql.Identifier(login)))
        _limit(connection, login)
        set_passwords(connection, {login: chosen})
        connection.execute(
            "insert into identity.sql_logins (login, organization_id) values (%s, %s)"
            " on conflict (login) do update set organization_id = excluded.organization_id",
            [login, row["organization_id"]],
        )
    return url_with(admin_url, login, chosen)


def create_analyst(connection: Connection[DictRow], admin_url: str, slug: str, name: str | None = None) -> str:
    """Make a login and return its URL, the only place where its password ever stands.

    Raises:
        AnalystError: the login is there already.
        LookupError: there is no organization with this slug.
    """
    login = login_name(connection.info.dbname, slug, name)
    if _exists(connection, login):
        raise AnalystError(f"The login {login} is there already: rotate it for a new password, or choose another name.")
    return ensure_analyst(connection, admin_url, slug, name=name)


def rotate_analyst(connection: Connection[DictRow], admin_url: str, slug: str, name: str | None = None) -> str:
    """Give the login a new password, end its sessions, and return the new URL. `connection` is in autocommit mode.

    Raises:
        AnalystError: there is no such login.
    """
    login = _known_login(connection, slug, name)
    url = ensure_analyst(connection, admin_url, slug, name=name)
    _end_sessions(connection, login)
    return url


def revoke_analyst(connection: Connection[DictRow], slug: str, name: str | None = None) -> int:
    """Drop the login and end its sessions; returns how many there were. `connection` is in autocommit mode.

    Raises:
        AnalystError: there is no such login.
    """
    login = _known_login(connection, slug, name)
    # no session may open between the look and the drop, so the login is closed first
    connection.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    ended = _end_sessions(connection, login)
    with connection.transaction():
        connection.execute("delete from identity.sql_logins where login = %s", [login])
        connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(login)))
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    return ended


def list_analysts(connection: Connection[DictRow], slug: str) -> list[Analyst]:
    """The organization's logins with their open sessions."""
    rows = connection.execute(
        "select login.login::text, login.created_at, count(activity.pid) as sessions"
        "  from identity.sql_logins as login join identity.organizations using (organization_id)"
        "  left join pg_stat_activity as activity on activity.usename = login.login"
        " where organizations.slug = %s group by login.login, login.created_at order by 1",
        [slug],
    )
    return [Analyst(**row) for row in rows]


def cancel_overlong_statements(connection: Connection[DictRow], seconds: float = STATEMENT_SECONDS) -> int:
    """Cancel analysts' statements that run longer, whatever their session has set; returns how many.

    `connection` is the administrator's; to be called every minute or so.
    """
    return connection.execute(
        "select pg_cancel_backend(activity.pid)"
        "  from pg_stat_activity as activity join identity.sql_logins as login on activity.usename = login.login"
        " where activity.datname = current_database() and activity.state = 'active'"
        "   and activity.query_start < clock_timestamp() - make_interval(secs => %s)",
        [seconds],
    ).rowcount


def login_name(database: str, slug: str, name: str | None = None) -> str:
    """The login's name; one that is too long ends in a hash of the whole instead.

    Raises:
        AnalystError: `name` is not of lower-case letters, digits and hyphens, 30 at most.
    """
    if name is not None and not NAME.fullmatch(name):
        raise AnalystError(f"{name!r} is no name of a login: lower-case letters, digits and hyphens, 30 at most.")
    whole = "_".join(filter(None, [database, "analyst", slug, name]))
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{whole[: LONGEST_NAME - 9]}_{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _known_login(connection: Connection[DictRow], slug: str, name: str | None) -> str:
    login = login_name(connection.info.dbname, slug, name)
    if not _exists(connection, login):
        known = ", ".join(each.login for each in list_analysts(connection, slug)) or "none"
        raise AnalystError(f"There is no login {login}; the logins of {slug!r}: {known}.")
    return login


def _exists(connection: Connection[DictRow], login: str) -> bool:
    return connection.execute("select from pg_roles where rolname = %s", [login]).fetchone() is not None


def _limit(connection: Connection[DictRow], login: str) -> None:
    """What the login's sessions start with, and how many there may be."""
    role = sql.Identifier(login)
    connection.execute(sql.SQL("alter role {} connection limit {}").format(role, sql.Literal(CONNECTIONS)))
    superuser = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    chosen = SETTINGS | (SUPERUSER_SETTINGS if superuser and superuser["rolsuper"] else {})
    for setting, value in chosen.items():
        shown = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
        connection.execute(sql.SQL("alter role {} set {} = {}").format(role, sql.Identifier(setting), shown))


def _end_sessions(connection: Connection[DictRow], login: str) -> int:
    """End the login's sessions, waiting five seconds for each."""
    return connection.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", [login]
    ).rowcount
