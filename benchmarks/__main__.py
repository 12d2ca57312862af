"""`make bench`: run every benchmark in turn and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import itertools
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.measure import Result

MODULES = (
    "landing_copy", "crawl_cpu", "not_modified", "two_shards", "extraction_cpu", "night_overhead", "million_leads",
    "api_rates", "import_rows",
)  # fmt: skip
HEAVY = ("night_cpu", "resolution_scale")  # minutes to hours: by name only
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`, the last time on {when}: {cores} cores, Python {python}. Each line compares two things in one
run; absolute figures depend on the machine, ratios much less. `python -m benchmarks NAME …` runs some of them and
replaces their lines; those that take long run by name only ({heavy}).

| benchmark | ours | against | peer | unit | ratio | aim | note |
|---|---:|---|---:|---|---:|---|---|
"""


def main() -> int:
    """Run those named on the command line, or all but the heavy ones."""
    console = Console(highlight=False)
    wanted = [each for each in sys.argv[1:] if Path(__file__).with_name(f"{each}.py").is_file()] or MODULES
    results: list[Result] = []
    for name in wanted:
        console.print(f"==> {name}")
        made = importlib.import_module(f"benchmarks.{name}").run()
        for result in made:
            console.print(f"    {row(result)}", markup=False)
        results += made
    if "--site" not in sys.argv:
        PAGE.write_text(page_with(PAGE.read_text(), results))
        console.print(f"written: {PAGE.name}")
    return 0


def page_with(page: str, results: Sequence[Result]) -> str:
    """The page with these lines in place of those of the same name and peer; new ones follow.

    The first table is the benchmarks'; text and tables behind it are kept.
    """
    lines = page.splitlines()
    begins = next((number for number, line in enumerate(lines) if line.startswith("|---")), len(lines)) + 1
    table = list(itertools.takewhile(lambda line: line.startswith("| "), lines[begins:]))
    rows = {_key(line): line for line in table}
    rows |= {_key(row(result)): row(result) for result in results}
    head = HEAD.format(
        when=f"{datetime.now(UTC):%Y-%m-%d}", cores=os.cpu_count(), python=platform.python_version(),
        heavy=", ".join(HEAVY),
    )  # fmt: skip
    tail = lines[begins + len(table) :]
    return "\n".join([*head.splitlines(), *rows.values(), *tail]) + "\n"


def _key(line: str) -> tuple[str, str]:
    cells = line.split(" | ")
    return cells[0], cells[2]


def row(result: Result) -> str:
    """The result as a row of a Markdown table."""
    cells = (
        result.name, f"{result.ours:,.2f}", result.peer_name, f"{result.peer:,.2f}", result.unit,
        f"{result.ratio:.2f}", result.aim, result.note,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
