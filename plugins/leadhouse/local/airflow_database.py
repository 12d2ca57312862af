"""Airflow's metadata: a database of its own on the server in use, with a login of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version

from psycopg import sql

from leadhouse.database import admin_to
from leadhouse.database.provisioning import create_database, set_passwords, url_with

LOCK_KEY = 8_213_004_417  # any constant: two starters of one server take turns
MIGRATION_SECONDS = 300


class AirflowSetupError(RuntimeError):
    """Airflow could not be prepared or did not start; the message says what happened and what to do."""


def ensure_metadata(admin_url: str, name: str, password: str) -> str:
    """Make login and database where they are missing and return the login's URL.

    Args:
        admin_url: an administrator of the server, in any database.
        name: of the metadata database and of its login, so that two homes on one server keep apart.
    """
    identifier = sql.Identifier(name)
    with admin_to(admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
        if server.execute("select from pg_roles where rolname = %s", [name]).fetchone() is None:
            server.execute(sql.SQL("create role {} login noinherit").format(identifier))
        set_passwords(server, {name: password})
        if create_database(server, name):
            server.execute(sql.SQL("revoke connect on database {} from public").format(identifier))
        # not every administrator is a superuser: on a managed server only a member of a role may give it a database
        server.execute(sql.SQL("grant {} to current_user").format(identifier))
        server.execute(sql.SQL("alter database {} owner to {}").format(identifier, identifier))
    return url_with(admin_url, name, password, name)


def migrate_metadata(admin_url: str, name: str, environment: Mapping[str, str]) -> bool:
    """Run Airflow's migrations unless this version has done so; False when there was nothing to do.

    The mark is set after the migrations, on the database itself: a killed attempt runs again, and a database that was
    dropped has lost its mark.

    Raises:
        AirflowSetupError: the migrations failed; the message ends with Airflow's own words.
    """
    mark = f"migrated by apache-airflow-core {version('apache-airflow-core')}"
    with admin_to(admin_url, autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
        row = server.execute(
            "select shobj_description(oid, 'pg_database') as mark from pg_database where datname = %s", [name]
        ).fetchone()
        if row is not None and row["mark"] == mark:
            return False
        _run_migrations(environment)
        server.execute(sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(mark)))
    return True


def _run_migrations(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    try:
        subprocess.run(
            command, env=dict(environment), check=True, timeout=MIGRATION_SECONDS, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        end = "\n".join(str(error.stdout).splitlines()[-15:])
        raise AirflowSetupError(
            f"`airflow db migrate` ended with {error.returncode}. Its last lines:\n{end}\n"
            "Correct what they name and run `leadhouse up` again."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise AirflowSetupError(
            f"`airflow db migrate` did not end within {MIGRATION_SECONDS} s; is the database reachable? "
            "Run `leadhouse up` again."
        ) from error
