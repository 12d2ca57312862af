"""`leadhouse migrate`: back up, migrate; or rehearse on a restored copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from leadhouse.commands.failures import clear_failures

if TYPE_CHECKING:
    from leadhouse.operations.rehearsal import Rehearsal

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)
console = Console(highlight=False)
COLOURS = {"unexplained": "red", "declared": "yellow", "new": "green"}


@app.callback(invoke_without_command=True)
def migrate(
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Migrate a restored copy, compare every row, roll back, drop the copy.")
    ] = False,
    dump: Annotated[
        Path | None,
        typer.Option("--from", exists=True, dir_okay=False, help="Rehearse on this dump (default: the newest backup)."),
    ] = None,
    backup: Annotated[
        bool, typer.Option("--backup/--no-backup", help="Dump a database that holds data before it is migrated.")
    ] = True,
) -> None:
    """Bring the database to this checkout's schema (made if missing); one that holds data is backed up first."""
    from leadhouse.local import stack

    with clear_failures():
        if not rehearse:
            stack.migrate(lambda step: console.print(f"- {step}", markup=False, soft_wrap=True), back_up=backup)
            return
        found = _rehearse(dump)
    _show(found)
    raise typer.Exit(0 if found.succeeded else 1)


def _rehearse(dump: Path | None) -> Rehearsal:
    from leadhouse.local import stack
    from leadhouse.operations.backups import backup_folder, newest_full_backup
    from leadhouse.operations.rehearsal import rehearse

    newest = newest_full_backup(backup_folder())
    chosen = dump or (newest.path if newest else None)
    console.print(f"rehearsing on {chosen or 'a dump made now'}", markup=False, soft_wrap=True)
    return rehearse(stack.database_admin_url(), chosen)


def _show(found: Rehearsal) -> None:
    console.print(f"migrations: {', '.join(found.applied) or 'none pending'}", soft_wrap=True)
    console.print(f"{found.tables_compared} tables with {found.rows_compared} rows compared, up and down again")
    if found.differences:
        table = Table("step", "table", "rows before", "rows after", "what", "verdict")
        for each in found.differences:
            rows = ("-" if count is None else str(count) for count in (each.rows_before, each.rows_after))
            verdict = f"[{COLOURS[each.verdict]}]{each.verdict}[/]"
            table.add_row(each.step, each.table, *rows, escape(each.what), verdict)
        console.print(table)
    for left in found.catalog_left:
        console.print(f"[red]not rolled back:[/red] {escape(left)}")
    console.print("[green]nothing unexplained[/green]" if found.succeeded else "[red]there are differences[/red]")
