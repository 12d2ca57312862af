"""What commands print: tables that never cut a value, and JSON where it is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from typer.core import TyperGroup

PIPE_COLUMNS = 10_000  # no terminal folds what a program reads
STANDARD_OUTPUT = Path("-")

JsonFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="[FILE]", help="As JSON: on standard output, or with a name into that file too."),
]


class Commands(TyperGroup):
    """A group whose commands take `--json` with or without a file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        of_another_program = args[:1] == ["airflow"]  # its options are its own
        return super().parse_args(ctx, args if of_another_program else bare_json(args))


def examples(*calls: str) -> str:
    """What stands below a command's help: calls of it as they are typed, the program's own name left out."""
    return "\n".join(("\b", "Examples:", *(f"  leadhouse {each}" for each in calls)))


class Output(Console):
    """Standard output as wide as its terminal; where there is none, as wide as its longest line."""

    def __init__(self) -> None:
        super().__init__(highlight=False)

    @property
    def size(self) -> ConsoleDimensions:
        found = super().size
        return found if self.is_terminal else ConsoleDimensions(PIPE_COLUMNS, found.height)

    @size.setter
    def size(self, size: tuple[int, int]) -> None:
        self.width, self.height = size


def write_json(target: Path | None, value: object) -> bool:
    """Write a result where `--json` wants it; True when that is standard output, which then holds nothing else."""
    if target is None:
        return False
    text = json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"
    if target != STANDARD_OUTPUT:
        target.write_text(text, encoding="utf-8")
        return False
    sys.stdout.write(text)
    return True


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], whole: Collection[str] = ()) -> None:
    """A table; the cells of the columns `whole` (ids, keys) stay in one line, if need be beyond the terminal's edge."""
    told = [[*map(escape, row)] for row in rows]
    table = Table()
    for place, name in enumerate(columns):
        longest = max((cell_len(row[place]) for row in told), default=0)
        table.add_column(name, overflow="fold", min_width=max(longest, cell_len(name)) if name in whole else None)
    for row in told:
        table.add_row(*row)
    console: Console = Output()
    least = Measurement.get(console, console.options.update(width=PIPE_COLUMNS), table).minimum
    if least > console.width:
        console = Console(highlight=False, width=least)
    console.print(table, crop=False)


def bare_json(arguments: Sequence[str]) -> list[str]:
    """The arguments with a file behind each `--json`: `-`, standard output, where none is named."""
    told: list[str] = []
    for position, argument in enumerate(arguments):
        told.append(argument)
        following = arguments[position + 1] if position + 1 < len(arguments) else "--"
        if argument == "--json" and following.startswith("-") and following != "-":
            told.append("-")
    return told
