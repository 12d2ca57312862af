"""Schema migrations over pogo-migrate's format and record, with what it lacks: a lock, and hashes of the contents.

``sql/migrations/NNNN_verb_subject.sql`` holds ``-- <message>``, ``-- depends: <previous id>``, ``-- migrate: apply``
and ``-- migrate: rollback``. pogo records which ids were applied (``public._pogo_migration``); ``migrations.contents``
records the SHA-256 of each applied file, so that an edited one is an error and never a silent difference.
Each migration and its two records are one transaction, unless the file says ``-- transaction: false``. A statement that
waits longer than `LOCK_SECONDS` for a lock fails, so that a migration never makes the platform queue behind it.
``-- changes: app.leads, identity.members`` in the header declares the tables whose present rows it changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.migration import Migration, topological_sort
from pogo_core.util import migrate as pogo
from pogo_core.util import sql as pogo_sql

from leadhouse.settings import PROJECT

FOLDER = PROJECT / "sql" / "migrations"
NAME = re.compile(r"\d{4}_[a-z]+(_[a-z0-9]+)+")
CHANGES = re.compile(r"^-- changes:(.*)$", re.M)
LOCK_KEY = 0x6C656164686F7573  # "leadhous": any number, the same for every migrator
LOCK_SECONDS = 5  # a migration may raise it for itself: `set local lock_timeout = '60s'`
SCHEMA = "public"  # the name under which pogo records; the migrations name their own schemas
# Parameters of connection URLs that libpq knows and asyncpg does not; hosting providers hand out such URLs.
LIBPQ_ONLY = frozenset({
    "channel_binding", "client_encoding", "connect_timeout", "fallback_application_name", "gssencmode", "keepalives",
    "keepalives_count", "keepalives_idle", "keepalives_interval", "load_balance_hosts", "require_auth", "requirepeer",
    "sslcompression", "sslsni", "tcp_user_timeout",
})  # fmt: skip

CREATE_CONTENTS = """
create schema if not exists migrations;
create table if not exists migrations.contents (
  migration_id text primary key,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz not null default now()
);
"""
INSERT_CONTENT = """
insert into migrations.contents (migration_id, sha256) values ($1, $2)
on conflict (migration_id) do update set sha256 = excluded.sha256, applied_at = now()
"""

# Who holds locks when a migration did not get one: transactions that are older than its wait.
LONG_TRANSACTIONS = """
select format('process %s (%s, %s, for %s s)', pid, coalesce(nullif(application_name, ''), usename), state,
              round(extract(epoch from clock_timestamp() - xact_start))) as session
  from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid()
   and xact_start < clock_timestamp() - make_interval(secs => $1)
 order by xact_start limit 5
"""

T = TypeVar("T")


class MigrationError(RuntimeError):
    """A migration cannot be applied or rolled back; the message names the file, the reason and the way out."""


@dataclass(frozen=True)
class MigrationStatus:
    """A migration and its state: ``applied``, ``pending``, ``changed`` (file edited since) or ``missing`` (no file)."""

    migration_id: str
    state: str


@dataclass(frozen=True)
class PendingMigration:
    """A migration that is still to be applied: its id, its first line, and the tables whose rows it says to change."""

    migration_id: str
    title: str
    changes: frozenset[str]


def migrate(url: str, folder: Path = FOLDER, until: str | None = None) -> list[str]:
    """Apply what is pending, in order, and return the ids. A second migrator waits, then finds nothing to do.

    Runs an event loop of its own: not to be called from within one.

    Args:
        until: the id of the last one to apply; None for all.

    Raises:
        MigrationError: an applied file was changed or is gone, a file is malformed, its SQL failed, or a lock was not
            to be had.
    """
    return _run(url, lambda database: _migrate(database, folder, until))


def list_pending(url: str, folder: Path = FOLDER) -> list[PendingMigration]:
    """What `migrate` would apply, in order.

    Raises:
        MigrationError: as `migrate`.
    """

    async def pending(database: asyncpg.Connection) -> list[PendingMigration]:
        await _require_unchanged(database, folder)
        return [_describe(found) for found in await _read(database, folder) if not found.applied]

    return _run(url, pending)


def rollback(url: str, count: int, folder: Path = FOLDER) -> list[str]:
    """Roll the last `count` applied migrations back, newest first, and return their ids.

    Raises:
        MigrationError: as `migrate`.
    """
    return _run(url, lambda database: _rollback(database, count, folder))


def status(url: str, folder: Path = FOLDER) -> list[MigrationStatus]:
    """Every migration of the folder and of the database, in order."""
    return _run(url, lambda database: _status(database, folder))


def content_hash(folder: Path = FOLDER) -> str:
    """SHA-256 over names and contents of the folder: two equal hashes make the same schema."""
    parts = [f"{name} {digest}" for name, digest in sorted(_hashes(folder).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _run(url: str, work: Callable[[asyncpg.Connection], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        try:
            database = await asyncpg.connect(
                _without_libpq_parameters(url), server_settings={"application_name": "leadhouse migrate"}
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise MigrationError(
                f"The database to migrate cannot be reached: {error}. "
                "Start it with `leadhouse up`, or correct LEADHOUSE_DATABASE_ADMIN_URL."
            ) from error
        try:
            async with _locked(database):
                return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _without_libpq_parameters(url: str) -> str:
    """asyncpg would send what it does not know to the server as a setting, which refuses it."""
    base, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] not in LIBPQ_ONLY]
    return f"{base}?{'&'.join(kept)}" if kept else base


@contextlib.asynccontextmanager
async def _locked(database: asyncpg.Connection) -> AsyncIterator[None]:
    await database.execute("select pg_advisory_lock($1)", LOCK_KEY)
    try:
        await pogo_sql.ensure_pogo_sync(database)
        await database.execute(CREATE_CONTENTS)
        await database.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
        yield
    finally:
        await database.execute("select pg_advisory_unlock($1)", LOCK_KEY)


async def _migrate(database: asyncpg.Connection, folder: Path, until: str | None) -> list[str]:
    await _require_unchanged(database, folder)
    hashes, applied = _hashes(folder), []
    if until is not None and until not in hashes:
        raise MigrationError(f"There is no migration {until!r} in {folder}.")
    for migration in await _read(database, folder):
        if not migration.applied:
            async with _explained(database, migration.path, "apply"), pogo.transaction(database, migration):
                await migration.apply(database)
                await pogo_sql.migration_applied(database, migration.id, migration.hash, schema_name=SCHEMA)
                await database.execute(INSERT_CONTENT, migration.id, hashes[migration.id])
            applied.append(migration.id)
        if migration.id == until:
            break
    return applied


async def _rollback(database: asyncpg.Connection, count: int, folder: Path) -> list[str]:
    await _require_unchanged(database, folder)
    newest = [migration for migration in reversed(await _read(database, folder)) if migration.applied][:count]
    for migration in newest:
        async with _explained(database, migration.path, "roll back"), pogo.transaction(database, migration):
            await migration.rollback(database)
            await pogo_sql.migration_unapplied(database, migration.id, schema_name=SCHEMA)
            await database.execute("delete from migrations.contents where migration_id = $1", migration.id)
    return [migration.id for migration in newest]


async def _status(database: asyncpg.Connection, folder: Path) -> list[MigrationStatus]:
    hashes = _hashes(folder)
    recorded = {row["migration_id"]: row["sha256"] for row in await database.fetch("table migrations.contents")}
    applied = await pogo_sql.get_applied_migrations(database, schema_name=SCHEMA)

    def state(name: str) -> str:
        if name not in hashes:
            return "missing"
        if name not in applied:
            return "pending"
        return "applied" if recorded.get(name) == hashes[name] else "changed"

    return [MigrationStatus(name, state(name)) for name in sorted(hashes.keys() | applied)]


async def _require_unchanged(database: asyncpg.Connection, folder: Path) -> None:
    wrong = [entry for entry in await _status(database, folder) if entry.state in ("changed", "missing")]
    if wrong:
        listed = ", ".join(f"{entry.migration_id} ({entry.state})" for entry in wrong)
        raise MigrationError(
            f"Applied migrations no longer match their files in {folder}: {listed}. An applied migration is never "
            "edited: restore the file from version control and write the difference as a new migration."
        )


async def _read(database: asyncpg.Connection, folder: Path) -> list[Migration]:
    try:
        found = await pogo_sql.read_migrations(folder, database, schema_name=SCHEMA)
        # pogo resolves dependencies among the files read so far, in any order the disk gives them
        return topological_sort([migration.load() for migration in sorted(found, key=lambda m: str(m.id))])
    except BadMigrationError as error:
        raise MigrationError(f"The migrations in {folder} cannot be read: {error}.") from error


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("*.sql"))
    if not files:
        raise MigrationError(f"There are no migrations in {folder}.")
    for file in files:
        if not NAME.fullmatch(file.stem):
            raise MigrationError(f"{file}: the name is not of the form NNNN_verb_subject.sql.")
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _describe(migration: Migration) -> PendingMigration:
    header = migration.path.read_text().partition("-- migrate: apply")[0]
    declared = CHANGES.search(header)
    changes = re.findall(r"[\w.]+", declared[1]) if declared else []
    return PendingMigration(str(migration.id), header.partition("\n")[0].lstrip("- "), frozenset(changes))


@contextlib.asynccontextmanager
async def _explained(database: asyncpg.Connection, path: Path, verb: str) -> AsyncIterator[None]:
    try:
        yield
    except asyncpg.LockNotAvailableError as error:
        sessions = [row["session"] for row in await database.fetch(LONG_TRANSACTIONS, LOCK_SECONDS)]
        raise MigrationError(
            f"{path} could not {verb}: {error.args[0]} after {LOCK_SECONDS} s. Nothing of this migration was kept, and "
            f"nothing waits for it. Open transactions: {'; '.join(sessions) or 'none now'}. Try again when they have "
            "ended; for a longer wait pause the DAGs first."
        ) from error
    except asyncpg.PostgresError as error:
        detail = "".join(f" {part}." for part in (error.detail, error.hint) if part)
        context = getattr(error, "context", None)
        where = f" In: {' '.join(str(context).split())[:300]}." if context else ""
        raise MigrationError(
            f"{path} could not {verb}: {error.sqlstate} {error.args[0]}.{detail}{where} "
            "Nothing of this migration was kept."
        ) from error
