"""`leadhouse backup` and `leadhouse restore`."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leadhouse.commands.failures import clear_failures

console = Console(highlight=False, soft_wrap=True)


def backup(
    full: Annotated[bool, typer.Option("--full", help="Schema and data (the default).")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="The schema alone.")] = False,
    data: Annotated[bool, typer.Option("--data", help="The data alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder (default: the home's backups).")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Make none; list those there are.")] = False,
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
        for each in list_backups(folder):
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
    if found.pending_migrations or into is None:
        console.print(
            f"{found.pending_migrations} migrations pending. Run `leadhouse migrate`: it also sets the logins' passwords."
        )


def register_hooks() -> None:
    """What components above this one want done after a restore: privacy erases again whom the dump brings back."""
    from leadhouse.operations.restoring import after_restore

    if importlib.util.find_spec("leadhouse.privacy") is not None:
        reapply = getattr(importlib.import_module("leadhouse.privacy"), "reapply", None)
        if reapply is not None:
            after_restore(reapply)
