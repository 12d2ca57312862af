"""`leadhouse backup` and `leadhouse restore`."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import JsonFile, write_json

console = Console(highlight=False, soft_wrap=True)


def backup(
    full: Annotated[bool, typer.Option("--full", help="Schema and data (the default).")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="The schema alone.")] = False,
    data: Annotated[bool, typer.Option("--data", help="The data alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder (default: the home's backups).")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Make none; list those there are.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Dump the database and read the dump through; files are readable by their owner alone."""
    from leadhouse.local import stack
    from leadhouse.operations.backups import BackupKind, backup_folder, list_backups, make_backup

    if full + schema + data > 1:
        raise typer.BadParameter("name one of --full, --schema and --data")
    kind: BackupKind = "schema" if schema else "data" if data else "full"
    folder = out or backup_folder()
    with clear_failures():
        if not listed:
            made = make_backup(stack.database_admin_url(), folder, kind)
            rows = "" if kind == "schema" else f", {sum((made.rows or {}).values())} rows"
            console.print(f"{made.path}: {made.size_bytes} bytes{rows}, until {made.expires_at:%Y-%m-%d %H:%M} UTC")
            return
        found = list_backups(folder)
        if write_json(json_file, [asdict(each) for each in found]):
            return
        for each in found:
            console.print(
                f"{each.path.name}  {each.kind}  {each.size_bytes} bytes, until {each.expires_at:%Y-%m-%d %H:%M} UTC"
            )


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A dump of `leadhouse backup`.")],
    into: Annotated[str | None, typer.Option(help="Database (default: the platform's own).")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Replace a database that holds data.")] = False,
) -> None:
    """Restore a dump beside the database, then put it in its place; erasures made since are made again."""
    from leadhouse.local import stack
    from leadhouse.operations.restoring import restore as restore_dump

    with clear_failures():
        register_hooks()
        found = restore_dump(stack.database_admin_url(), file, into=into, overwrite=yes)
    console.print(f"{found.database}: {found.tables} tables restored from {file.name}")
    if found.pending_migrations:
        console.print(f"{found.pending_migrations} migrations are pending there")


def register_hooks() -> None:
    """What components above the restore want done after it."""
    from leadhouse.operations.restoring import after_restore

    after_restore(finish_platform)


def finish_platform(admin_url: str) -> None:
    """Migrate the platform's own database, set the logins' passwords, and erase again whom the dump brought back.

    Another database is only looked at: nobody's erasure is repeated in it, which is said.
    """
    from leadhouse.local import stack
    from leadhouse.operations.postgres_programs import database_of

    if database_of(admin_url) != database_of(stack.database_admin_url()):
        console.print(
            f"{database_of(admin_url)} is not the platform's database: it was not migrated, and holds people who were"
            " erased since the dump. Drop it when you have looked."
        )
        return
    stack.migrate(lambda step: console.print(f"- {step}", markup=False), back_up=False)
    reapply = _reapplying()
    if reapply is not None:
        certificates = reapply(f"restore__{datetime.now(UTC):%Y%m%dT%H%M%S}")
        console.print(f"erasures made again: {len(certificates)}")


def _reapplying() -> Callable[[str], list[object]] | None:
    """Privacy's way to repeat erasures, if the package is installed."""
    if importlib.util.find_spec("leadhouse.privacy") is None:
        return None
    found: Callable[[str], list[object]] = importlib.import_module("leadhouse.privacy.reapplying").reapply
    return found
