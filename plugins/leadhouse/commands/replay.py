"""`leadhouse replay`: read archived pages again, see what changes, then apply it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from leadhouse.commands.failures import clear_failures

console = Console(highlight=False)
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Of the runs whose pages are read, included.")]


def replay(
    first: Day,
    last: Day,
    source: Annotated[list[str] | None, typer.Option(help="Source key; all sources when left out.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Let it stand; else it is only shown.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write figures and examples to this file.")] = None,
) -> None:
    """Read archived pages again with today's extractors; asks no site for anything."""
    from leadhouse.ledger.steps import recorded_step
    from scrapers.replay import replay as read_again

    run_id = f"replay__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    with clear_failures(), recorded_step("landing", run_id, "replay_archive", "apply" if apply else "show") as step:
        found = read_again(first.date(), last.date(), source, run_id, applies=apply)
        step.counts |= found.as_counts()
    if json_file is not None:
        told = {**found.as_counts(), "is_applied": found.is_applied, "examples": found.examples}
        json_file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    table = Table("attribute", "gained", "lost")
    for name in sorted(found.gained.keys() | found.lost.keys()):
        table.add_row(name, str(found.gained[name]), str(found.lost[name]))
    console.print(table)
    rest = ", ".join(f"{name} {count}" for name, count in found.as_counts().items() if "." not in name)
    console.print(f"{rest}; {'applied' if apply else 'nothing is applied: add --apply when it is right'}")
