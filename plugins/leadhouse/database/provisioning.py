"""From an empty server to a database that the platform can use: create, migrate, give the logins their passwords."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from leadhouse.database import migrations
from leadhouse.database.connection import DatabaseError, admin_to

LOGINS = {
    "leadhouse_app": "LEADHOUSE_DATABASE_URL",
    "leadhouse_dbt": "LEADHOUSE_DBT_URL",
    "leadhouse_api": "LEADHOUSE_API_URL",
}

LOCK_KEY = migrations.LOCK_KEY + 1  # not the migrators' own: both locks are held at once, perhaps in one database


def provision(
    admin_url: str, database: str, passwords: Mapping[str, str] | None = None, folder: Path = migrations.FOLDER
) -> dict[str, str]:
    """Create `database` if missing, migrate it, set the logins' passwords; return the settings by variable name.

    Two provisioners of one server run one after the other: roles belong to the server, and two that create or alter the
    same role at once fail. `passwords` (login → password) are made at random where missing.

    Args:
        admin_url: the administrator (may create databases and roles), in any database of the server.

    Raises:
        DatabaseError: the server does not answer.
        MigrationError: see `migrations.migrate`.
    """
    chosen = {login: (passwords or {}).get(login) or secrets.token_urlsafe(24) for login in LOGINS}
    owner_url = url_with(admin_url, database=database)
    with _server(admin_url) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
        create_database(server, database)
        migrations.migrate(owner_url, folder)
        count_statements(owner_url)
        set_passwords(server, chosen)
    lines = {LOGINS[login]: url_with(owner_url, login, password) for login, password in chosen.items()}
    return {**lines, "LEADHOUSE_DATABASE_ADMIN_URL": owner_url}


def _server(admin_url: str) -> psycopg.Connection[DictRow]:
    """The administrator in the URL's database, or in the maintenance database while that one is still to be made."""
    try:
        return admin_to(admin_url, autocommit=True)
    except DatabaseError as error:
        try:
            return admin_to(url_with(admin_url, database="postgres"), autocommit=True)
        except DatabaseError:
            raise error from None


def create_database(server: psycopg.Connection[DictRow], name: str) -> bool:
    """Create an UTF-8 database; False when it was there. `server` is in autocommit mode."""
    if server.execute("select from pg_database where datname = %s", [name]).fetchone() is not None:
        return False
    server.execute(sql.SQL("create database {} encoding 'UTF8' template template0").format(sql.Identifier(name)))
    return True


def count_statements(owner_url: str) -> bool:
    """Make pg_stat_statements readable in this database where the server has loaded it; False where it has not.

    Not a migration: whether it can be made is the server's business, and the report says so when it is missing.
    """
    with admin_to(owner_url) as connection:
        row = connection.execute(
            "select current_setting('shared_preload_libraries') ~ 'pg_stat_statements'"
            " and exists (select from pg_available_extensions where name = 'pg_stat_statements') as is_loaded"
        ).fetchone()
        if row is None or not row["is_loaded"]:
            return False
        connection.execute("create extension if not exists pg_stat_statements with schema public")
        # it shows everybody what all logins of the server do; the report reads it as its owner
        views = connection.execute(
            "select pg_class.oid::regclass::text as name from pg_extension"
            " join pg_depend on refobjid = pg_extension.oid and deptype = 'e'"
            " join pg_class on pg_class.oid = objid and relkind = 'v'"
            " where extname = 'pg_stat_statements' and pg_has_role(relowner, 'member')"
        ).fetchall()
        for view in views:
            connection.execute(sql.SQL("revoke all on {} from public").format(sql.SQL(view["name"])))
            connection.execute(sql.SQL("grant select on {} to leadhouse_owner").format(sql.SQL(view["name"])))
    return True


def set_passwords(server: psycopg.Connection[DictRow], passwords: Mapping[str, str]) -> None:
    """Give the logins that exist their passwords.

    The server gets the SCRAM verifier (RFC 5803), never the password, so that none can stand in a statement log.
    """
    known = {row["rolname"] for row in server.execute("select rolname from pg_roles where rolcanlogin")}
    for login, password in passwords.items():
        if login in known:
            verifier = server.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
            server.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(verifier)))


def url_with(url: str, login: str | None = None, password: str | None = None, database: str | None = None) -> str:
    """`url` with another login and password, or another database; host, port and parameters stay."""
    parts = urlsplit(url)
    userinfo, _, address = parts.netloc.rpartition("@")
    if login is not None:
        userinfo = f"{quote(login, safe='')}:{quote(password or '', safe='')}"
    path = parts.path if database is None else f"/{quote(database, safe='')}"
    query = f"?{parts.query}" if parts.query else ""
    # not urlunsplit, which drops the empty host of a Unix socket's URL
    return f"{parts.scheme}://{userinfo}{'@' if userinfo else ''}{address}{path}{query}"
