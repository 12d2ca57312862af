"""`leadhouse report`: slow statements, table sizes, unused indexes."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from leadhouse.commands.failures import clear_failures

app = typer.Typer(no_args_is_help=True, help="Reports on the database's health.")
Limit = Annotated[int, typer.Option(min=1, help="Rows at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, on standard output.")]


@app.command("slow-queries")
def slow_queries(limit: Limit = 20, as_json: AsJson = False) -> None:
    """The statements that took most time (needs pg_stat_statements)."""
    _report("slow-queries", limit, as_json)


@app.command("table-sizes")
def table_sizes(limit: Limit = 20, as_json: AsJson = False) -> None:
    """Bytes by table, partitions summed to their parent."""
    _report("table-sizes", limit, as_json)


@app.command("unused-indexes")
def unused_indexes(limit: Limit = 20, as_json: AsJson = False) -> None:
    """Indexes that no query has used since the statistics began; unique ones are left out."""
    _report("unused-indexes", limit, as_json)


def _report(name: Any, limit: int, as_json: bool) -> None:
    from leadhouse.operations.reports import read_report

    with clear_failures():
        rows = read_report(name, limit)
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1, default=str) + "\n")
        return
    console = Console(highlight=False)
    if not rows:
        console.print("nothing to report")
        return
    columns = [column for column in rows[0] if column != "counted_since"]
    table = Table(*(column.replace("_", " ") for column in columns))
    for row in rows:
        table.add_row(*(_cell(column, row[column]) for column in columns))
    console.print(table)
    if "counted_since" in rows[0]:
        console.print(f"counted since {rows[0]['counted_since'] or 'the database was made'}")


def _cell(column: str, value: object) -> str:
    if value is None:
        return "-"
    if column.endswith("_bytes") and isinstance(value, int):
        return decimal(value)
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return escape(" ".join(str(value).split())[:300])
