"""`leadhouse report`: slow statements, table sizes, unused indexes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import Commands, JsonFile, print_table, write_json

app = typer.Typer(no_args_is_help=True, cls=Commands, help="Report on the database's health.")
Limit = Annotated[int, typer.Option(min=1, help="Rows at most.")]


@app.command("slow-queries")
def slow_queries(limit: Limit = 20, json_file: JsonFile = None) -> None:
    """Show the statements that took most time (needs pg_stat_statements)."""
    _report("slow-queries", limit, json_file)


@app.command("table-sizes")
def table_sizes(limit: Limit = 20, json_file: JsonFile = None) -> None:
    """Show bytes by table, partitions summed to their parent."""
    _report("table-sizes", limit, json_file)


@app.command("unused-indexes")
def unused_indexes(limit: Limit = 20, json_file: JsonFile = None) -> None:
    """Show indexes that no query has used since the statistics began; unique ones are left out."""
    _report("unused-indexes", limit, json_file)


def _report(name: Any, limit: int, json_file: Path | None) -> None:
    from leadhouse.operations.reports import read_report

    with clear_failures():
        rows = read_report(name, limit)
    if write_json(json_file, rows):
        return
    if not rows:
        typer.echo("nothing to report")
        return
    columns = [column for column in rows[0] if column != "counted_since"]
    print_table(
        [column.replace("_", " ") for column in columns],
        ([_cell(column, row[column]) for column in columns] for row in rows),
    )
    if "counted_since" in rows[0]:
        typer.echo(f"counted since {rows[0]['counted_since'] or 'the database was made'}")


def _cell(column: str, value: object) -> str:
    if value is None:
        return "-"
    if column.endswith("_bytes") and isinstance(value, int):
        return decimal(value)
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return " ".join(str(value).split())[:300]
