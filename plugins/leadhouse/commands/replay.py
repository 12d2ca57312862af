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
DAY = ["%Y-%m-%d"]


def replay(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day of the runs, UTC, included.")],
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="Last day, included; today when left out.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Source key; all sources when left out.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Let it stand; else it is only shown.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write figures and examples to this file.")] = None,
) -> None:
    """Read archived pages again with today's extractors; asks no site for anything."""
    from leadhouse.ledger.steps import recorded_step
    from scrapers.replay import replay as read_again

    now = datetime.now(UTC)
    run_id = f"replay__{now:%Y%m%dT%H%M%S.%f}"
    with clear_failures(), recorded_step("landing", run_id, "replay_archive", "apply" if apply else "show") as step:
        found = read_again(first.date(), (last or now).date(), source, run_id, applies=apply)
        step.counts |= found.as_counts()
    if json_file is not None:
        json_file.write_text(json.dumps(found.as_json(), indent=1, ensure_ascii=False) + "\n")
    table = Table("source", "attribute", "gained", "lost", "changed")
    for row in found.as_table():
        table.add_row(*map(str, row))
    console.print(table)
    rest = ", ".join(f"{name} {count}" for name, count in found.as_counts().items() if "." not in name)
    console.print(f"{rest}; {'applied' if apply else 'nothing is applied: add --apply when it is right'}")
