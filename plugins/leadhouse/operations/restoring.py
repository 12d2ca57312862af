"""Restoring a dump: beside the database first, then in its place, then whatever must follow a restore.

Roles belong to the server and stand in no dump. On a server that lacks ours they are made by migrating a scratch
database, which also says what is granted on the database itself (a dump does not hold that either). Passwords are set
by `leadhouse migrate`, people's SQL logins by `leadhouse analyst rotate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from leadhouse.database import admin_to, migrations
from leadhouse.database.provisioning import url_with
from leadhouse.operations.backups import read_dump, restore_into
from leadhouse.operations.contents import holds_data, list_tables, quoted
from leadhouse.operations.postgres_programs import ProgramError, database_of, run_program
from leadhouse.operations.scratch import drop_database, scratch_database

Hook = Callable[[str], object]
H = TypeVar("H", bound=Hook)
RECORDS = "_pogo_migration"  # table of public in which pogo keeps the ids of applied migrations
RECORD_TABLES = ("public._pogo_migration", "public._pogo_version", "migrations.contents")
HOOKS: list[Hook] = []


class RestoreError(RuntimeError):
    """A restore was refused or failed; the message says what stands now and what to do."""


@dataclass(frozen=True)
class Restored:
    """What stands after a restore."""

    database: str
    tables: int
    pending_migrations: int


def after_restore(function: H) -> H:
    """Register what must follow every restore; it gets the administrator's URL of the restored database.

    A component that has to do again what was done since the dump (erasures) registers itself here. A hook that raises
    leaves the replaced database beside the restored one.
    """
    if function not in HOOKS:
        HOOKS.append(function)
    return function


def restore(admin_url: str, path: Path, *, into: str | None = None, overwrite: bool = False) -> Restored:
    """Restore a dump of any kind into the database `into` (default: that of `admin_url`), made if missing.

    A dump with a schema is restored beside the database and takes its place by a rename, so that a failure changes
    nothing; sessions of the replaced database are ended. A dump of data alone goes into tables that are there.

    Raises:
        RestoreError: the database holds data and `overwrite` is false, or the dump does not fit.
        BackupError: the dump cannot be read or restored.
    """
    name = into or database_of(admin_url)
    server_url = url_with(admin_url, database="postgres")
    read_dump(server_url, path)
    _refuse_data(server_url, name, path, overwrite)
    if _has_schema(server_url, path):
        _restore_beside(server_url, path, name)
    else:
        _restore_data(url_with(admin_url, database=name), path)
        _run_hooks(url_with(admin_url, database=name))
    with admin_to(url_with(admin_url, database=name)) as connection:
        tables = len(list_tables(connection))
    return Restored(name, tables, _pending(url_with(admin_url, database=name)))


def grants_of_migrations(admin_url: str, folder: Path = migrations.FOLDER) -> list[tuple[str, str]]:
    """Make the roles of this checkout's migrations where they are missing; (privilege, role) granted on a database."""
    with scratch_database(admin_url, "roles") as url:
        migrations.migrate(url, folder)
        with admin_to(url) as connection:
            rows = connection.execute(
                "select privilege_type, grantee::regrole::text as grantee from pg_database, aclexplode(datacl)"
                " where datname = current_database() and grantee not in (0, datdba)"
            ).fetchall()
    return [(row["privilege_type"], row["grantee"]) for row in rows]


def _restore_beside(server_url: str, path: Path, name: str) -> None:
    grants = grants_of_migrations(server_url)
    with scratch_database(server_url, "restore") as url, admin_to(server_url, autocommit=True) as server:
        restore_into(url, path)
        scratch, replaced = database_of(url), f"{database_of(url)}_replaced"
        _grant_on_database(server, scratch, grants)
        _take_place(server, scratch, name, replaced)
        try:
            _run_hooks(url_with(server_url, database=name))
        except Exception as error:
            raise RestoreError(
                f"{name} is restored from {path}, but what must follow failed: {error} Let nobody use it before that "
                f"is repaired. What stood there before is the database {replaced}."
            ) from error
        drop_database(server, replaced)


def _take_place(server: psycopg.Connection[DictRow], scratch: str, name: str, replaced: str) -> None:
    """Rename twice; where the second fails, e.g. because a session came in between, the first is taken back."""
    was_there = _exists(server, name)
    if was_there:
        _rename(server, name, replaced)
    try:
        _rename(server, scratch, name)
    except psycopg.Error as error:
        if was_there:
            _rename(server, replaced, name)
        raise RestoreError(f"{name} is as it was: the restored database could not take its name: {error}") from error


def _restore_data(url: str, path: Path) -> None:
    """Empty the tables and fill them, all or nothing; triggers rest, because their work is in the dump already."""
    with admin_to(url) as connection:
        tables = list_tables(connection)
        applied = {row["migration_id"] for row in connection.execute(f"table public.{RECORDS}")} if tables else set()
    dumped = _migrations_of(url, path)
    if applied != dumped:
        differing = ", ".join(sorted(applied ^ dumped)[:5])
        raise RestoreError(
            f"{path} holds data of another schema than {database_of(url)} has (migrations that differ: {differing}). "
            "Restore the schema dump of the same time first, or migrate to the same migration."
        )
    targets = [quoted(table) for table in (*tables, *RECORD_TABLES)]
    with TemporaryDirectory(prefix="leadhouse-restore-") as folder:  # of mode 0700
        script = Path(folder) / "data.sql"
        try:
            run_program(url, "pg_restore", "--data-only", "--disable-triggers", f"--file={script}", str(path))
            run_program(
                url, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                f"--command=truncate {', '.join(targets)}", f"--file={script}",
            )  # fmt: skip
        except ProgramError as error:
            raise RestoreError(
                f"{path} does not fit into {database_of(url)}, which is as it was: {error} "
                "Restore the schema dump of the same time first."
            ) from error


def _migrations_of(url: str, path: Path) -> set[str]:
    """The applied migrations as a dump's data name them."""
    text = run_program(url, "pg_restore", "--data-only", "--schema=public", f"--table={RECORDS}", "--file=-", str(path))
    _, found, rest = text.partition(f"COPY public.{RECORDS} ")
    columns = [column.strip() for column in rest.partition("(")[2].partition(")")[0].split(",")]
    if not found or "migration_id" not in columns:
        return set()
    lines = rest.partition("\n")[2].partition("\n\\.")[0].splitlines()
    return {line.split("\t")[columns.index("migration_id")] for line in lines}


def _has_schema(url: str, path: Path) -> bool:
    return " TABLE public _pogo_migration " in run_program(url, "pg_restore", "--list", str(path))


def _refuse_data(server_url: str, name: str, path: Path, overwrite: bool) -> None:
    with admin_to(server_url, autocommit=True) as server:
        if overwrite or not _exists(server, name):
            return
    with admin_to(url_with(server_url, database=name)) as connection:
        if holds_data(connection):
            raise RestoreError(
                f"The database {name} holds data, and {path} would replace all of it. Say --yes to do that, or restore "
                "into another database with --into."
            )


def _exists(server: psycopg.Connection[DictRow], name: str) -> bool:
    return server.execute("select from pg_database where datname = %s", [name]).fetchone() is not None


def _rename(server: psycopg.Connection[DictRow], name: str, to: str) -> None:
    """Nobody may be connected to a database that is renamed: refuse new sessions, end the others."""
    old = sql.Identifier(name)
    server.execute(sql.SQL("alter database {} allow_connections false").format(old))
    try:
        server.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [name])
        server.execute(sql.SQL("alter database {} rename to {}").format(old, sql.Identifier(to)))
        old = sql.Identifier(to)
    finally:
        server.execute(sql.SQL("alter database {} allow_connections true").format(old))


def _grant_on_database(server: psycopg.Connection[DictRow], name: str, grants: list[tuple[str, str]]) -> None:
    for privilege, role in grants:
        server.execute(
            sql.SQL("grant {} on database {} to {}").format(
                sql.SQL(privilege),  # as the catalog names it
                sql.Identifier(name),
                sql.Identifier(role),
            )
        )


def _run_hooks(url: str) -> None:
    for hook in HOOKS:
        hook(url)


def _pending(url: str) -> int:
    return sum(entry.state == "pending" for entry in migrations.status(url))
