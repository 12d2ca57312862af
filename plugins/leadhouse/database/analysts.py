"""Logins of people with SQL: they read the marts of one organization, known by `session_user`, and nothing else."""

from __future__ import annotations

import hashlib
import secrets

from psycopg import Connection, sql
from psycopg.rows import DictRow

from leadhouse.database.provisioning import set_passwords, url_with

STATEMENT_TIMEOUT = "60s"
LONGEST_NAME = 63  # bytes of a Postgres identifier


def ensure_analyst(connection: Connection[DictRow], admin_url: str, slug: str, password: str | None = None) -> str:
    """The URL of the organization's login `<database>_analyst_<slug>`, made if missing; its password is set anew.

    Logins belong to the server: the database is in the name, so that two platforms on one server have their own.
    `connection` is the administrator's, in the Leadhouse database.

    Raises:
        LookupError: there is no organization with this slug.
    """
    login, chosen = login_name(connection.info.dbname, slug), password or secrets.token_urlsafe(24)
    with connection.transaction():
        row = connection.execute(
            "select organization_id from identity.organizations where slug = %s", [slug]
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no organization {slug!r}")
        if connection.execute("select from pg_roles where rolname = %s", [login]).fetchone() is None:
            connection.execute(sql.SQL("create role {} login inherit").format(sql.Identifier(login)))
        connection.execute(sql.SQL("grant leadhouse_analyst to {}").format(sql.Identifier(login)))
        connection.execute(
            sql.SQL("alter role {} set statement_timeout = {}").format(
                sql.Identifier(login), sql.Literal(STATEMENT_TIMEOUT)
            )
        )
        set_passwords(connection, {login: chosen})
        connection.execute(
            "insert into identity.sql_logins (login, organization_id) values (%s, %s)"
            " on conflict (login) do update set organization_id = excluded.organization_id",
            [login, row["organization_id"]],
        )
    return url_with(admin_url, login, chosen)


def login_name(database: str, slug: str) -> str:
    """The login's name; one that is too long ends in a hash of the whole instead."""
    name = f"{database}_analyst_{slug}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
