"""Backups of the application's database: dumps of one snapshot, each read through when it was made.

A dump's name says all that is known of it: when it was made, what it holds, which migration it precedes, and when it
expires. ``leadhouse-20261121T040000Z-full-before-0012_extend_identity-until-20261128T040000Z.dump``
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from leadhouse.database import admin_to
from leadhouse.operations.contents import count_rows
from leadhouse.operations.postgres_programs import ProgramError, database_of, run_program
from leadhouse.operations.scratch import scratch_database
from leadhouse.settings import settings

BackupKind = Literal["full", "schema", "data"]
OPTIONS: dict[BackupKind, tuple[str, ...]] = {"full": (), "schema": ("--schema-only",), "data": ("--data-only",)}
MOMENT = "%Y%m%dT%H%M%SZ"
NAME = re.compile(
    r"leadhouse-(?P<made>\d{8}T\d{6}Z)(?:-(?P<kind>full|schema|data))?(?:-before-(?P<precedes>\w+))?"
    r"(?:-until-(?P<until>\d{8}T\d{6}Z))?\.dump"
)


class BackupError(RuntimeError):
    """A dump could not be made, read or relied on; the message says which and what to do."""


@dataclass(frozen=True)
class Backup:
    """A dump. Times are UTC.

    Attributes:
        kind: ``full`` is schema and data, the others one of both.
        precedes: the id of the migration before which it was made, if that was why.
        rows: schema.table → rows of the snapshot that was dumped; known only to who made it.
    """

    path: Path
    made_at: datetime
    expires_at: datetime
    kind: BackupKind = "full"
    precedes: str | None = None
    rows: dict[str, int] | None = None

    @property
    def size_bytes(self) -> int:
        """The file's size."""
        return self.path.stat().st_size


def backup_folder() -> Path:
    """Where backups of the present home are."""
    return settings().home / "backups"


def make_backup(admin_url: str, folder: Path, kind: BackupKind = "full", *, precedes: str | None = None) -> Backup:
    """Dump the database of `admin_url` into `folder`, read the dump through, then delete what has expired there.

    A dump takes its name when it is complete: a killed attempt leaves a ``.partial`` file, which the next one removes.
    Files are readable by their owner alone. Nothing is deleted when the dump fails: the last good one stays.

    Raises:
        BackupError: the dump cannot be made or read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(folder):
        for abandoned in folder.glob("*.partial"):
            abandoned.unlink()
        made_at = datetime.now(UTC).replace(microsecond=0)
        expires_at = made_at + timedelta(days=settings().backup_days)
        path = folder / _name(made_at, expires_at, kind, precedes)
        rows = _dump(admin_url, path.with_suffix(".partial"), kind)
        path.with_suffix(".partial").rename(path)
        _delete_expired(folder, made_at)
    return Backup(path, made_at, expires_at, kind, precedes, rows)


def list_backups(folder: Path) -> list[Backup]:
    """The dumps of a folder, oldest first; other files are left out.

    A dump is deleted by the first backup after its expiry.
    """
    return sorted(
        (found for path in folder.glob("leadhouse-*.dump") if (found := _read_name(path))),
        key=lambda backup: (backup.made_at, backup.path.name),
    )


def newest_full_backup(folder: Path) -> Backup | None:
    """The newest dump that holds schema and data."""
    return next((backup for backup in reversed(list_backups(folder)) if backup.kind == "full"), None)


def read_dump(admin_url: str, path: Path) -> int:
    """Read a dump from its first to its last byte; returns the number of entries in its table of contents.

    Raises:
        BackupError: it is no dump, truncated, or damaged.
    """
    try:
        listed = run_program(admin_url, "pg_restore", "--list", str(path))
        run_program(admin_url, "pg_restore", "--file=/dev/null", str(path))
    except ProgramError as error:
        raise BackupError(f"{path} cannot be read: {error} Take another backup, and make a new one.") from error
    return sum(not line.startswith(";") for line in listed.splitlines() if line.strip())


def prove_backup(admin_url: str, path: Path, rows: dict[str, int]) -> int:
    """Restore a full dump into a database of its own, compare every table's count; returns the rows compared.

    Raises:
        BackupError: pg_restore failed, or a count differs.
    """
    with scratch_database(admin_url, "proof") as url:
        restore_into(url, path)
        with admin_to(url) as restored:
            found = count_rows(restored)
    for table in sorted(rows.keys() | found.keys()):
        if rows.get(table) != found.get(table):
            raise BackupError(
                f"{path} is not to be relied on: {table} had {rows.get(table)} rows when it was dumped and has "
                f"{found.get(table)} restored. Keep the dump before it and dump again."
            )
    return sum(found.values())


def restore_into(url: str, path: Path, *options: str) -> None:
    """pg_restore into the database of `url`; the first error ends it.

    Raises:
        BackupError: pg_restore failed.
    """
    try:
        run_program(url, "pg_restore", "--exit-on-error", f"--dbname={database_of(url)}", *options, str(path))
    except ProgramError as error:
        raise BackupError(f"{path} cannot be restored: {error}") from error


def _dump(admin_url: str, partial: Path, kind: BackupKind) -> dict[str, int]:
    """Dump an exported snapshot and count the same one; it stands until pg_dump has ended."""
    partial.touch(mode=0o600)
    try:
        with admin_to(admin_url) as connection:
            connection.execute("set transaction isolation level repeatable read")
            row = connection.execute("select pg_export_snapshot() as id").fetchone()
            assert row is not None
            rows = count_rows(connection)
            run_program(
                admin_url, "pg_dump", "--format=custom", "--compress=1", f"--snapshot={row['id']}",
                *OPTIONS[kind], f"--file={partial}",
            )  # fmt: skip
        read_dump(admin_url, partial)
    except ProgramError as error:
        raise BackupError(f"The database could not be dumped into {partial.parent}: {error}") from error
    return rows


def _delete_expired(folder: Path, now: datetime) -> None:
    for backup in list_backups(folder):
        if backup.expires_at <= now:
            backup.path.unlink()


def _name(made_at: datetime, expires_at: datetime, kind: BackupKind, precedes: str | None) -> str:
    before = f"-before-{precedes}" if precedes else ""
    return f"leadhouse-{made_at:{MOMENT}}-{kind}{before}-until-{expires_at:{MOMENT}}.dump"


def _read_name(path: Path) -> Backup | None:
    found = NAME.fullmatch(path.name)
    if found is None:
        return None
    made_at = _moment(found["made"])
    expires_at = _moment(found["until"]) if found["until"] else made_at + timedelta(days=settings().backup_days)
    kind: BackupKind = "schema" if found["kind"] == "schema" else "data" if found["kind"] == "data" else "full"
    return Backup(path, made_at, expires_at, kind, found["precedes"])


def _moment(text: str) -> datetime:
    return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two backups into one folder run one after the other: each removes what a killed one left."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
