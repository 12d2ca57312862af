"""`make bench`: run every benchmark in turn and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.measure import Result

MODULES = ("landing_copy", "crawl_cpu", "extraction_cpu", "night_overhead", "million_leads")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` on {when}: {cores} cores, Python {python}. Each line compares two things in one run;
absolute figures depend on the machine, ratios much less.

| benchmark | ours | against | peer | unit | ratio | aim | note |
|---|---:|---|---:|---|---:|---|---|
"""


def main() -> int:
    """Run those named on the command line, or all."""
    console = Console(highlight=False)
    wanted = sys.argv[1:] or MODULES
    results: list[Result] = []
    for name in wanted:
        console.print(f"==> {name}")
        results += importlib.import_module(f"benchmarks.{name}").run()
        for result in results[-1:]:
            console.print(f"    {row(result)}", markup=False)
    if not sys.argv[1:]:
        head = HEAD.format(when=f"{datetime.now(UTC):%Y-%m-%d}", cores=os.cpu_count(), python=platform.python_version())
        PAGE.write_text(head + "".join(f"{row(result)}\n" for result in results))
        console.print(f"written: {PAGE.name}")
    return 0


def row(result: Result) -> str:
    """The result as a row of a Markdown table."""
    cells = (
        result.name, f"{result.ours:,.2f}", result.peer_name, f"{result.peer:,.2f}", result.unit,
        f"{result.ratio:.2f}", result.aim, result.note,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
