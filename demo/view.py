"""What a person sees while a night runs: stages, counts, seconds; and the table at its end.

On a terminal the table is live; elsewhere (CI, a pipe) a line is printed whenever a stage begins or ends.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from demo.state import DemoState
from demo.words import facts_of
from leadhouse.commands.output import Output
from leadhouse.console.stage_words import figures_of

MARKS = {"waiting": "·", "running": "…", "succeeded": "✓", "failed": "✗", "partial": "!"}
COLOURS = {"waiting": "dim", "running": "cyan", "succeeded": "green", "failed": "red", "partial": "yellow"}


class NightView:
    """A context: `step` while starting, `begin` when the night begins, `show` for each reading of its figures."""

    def __init__(self, state: DemoState, console: Console | None = None) -> None:
        self.console = console or Output()
        self.title = f"Night {state.number} ({state.run_on}), {state.companies} companies"
        self._began = time.monotonic()
        self._seen: dict[str, str] = {}
        self._live = Live(console=self.console, refresh_per_second=8, transient=True)

    def __enter__(self) -> NightView:
        self.console.print(self.title)
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def step(self, text: str) -> None:
        """A step of starting up."""
        line = f"{self._clock()} starting: {text}"
        if self.console.is_terminal:
            self._live.update(Spinner("dots", text=Text(line)))
        elif self._seen.get("step") != text:
            self.console.print(line, markup=False)
        self._seen["step"] = text

    def begin(self, since: datetime, *, is_taken_up: bool = False) -> None:
        """The night's first request, from which the clock counts; of a night that is taken up the first try's."""
        self._began = time.monotonic() - (datetime.now(UTC) - since).total_seconds()
        if is_taken_up:
            self.console.print(f"the night that began at {since:%H:%M:%S} UTC is taken up again", markup=False)
        elif not self.console.is_terminal:
            self.console.print(f"the night begins ({since:%H:%M:%S} UTC)", markup=False)

    def show(self, summary: dict[str, Any]) -> None:
        """The present figures."""
        if self.console.is_terminal:
            self._live.update(Group(Text(f"{self._clock()} {self.title}"), stages_table(summary)))
            return
        for stage in summary["stages"]:
            name, state = stage["stage"], stage["state"]
            if self._seen.get(name) != state:
                self._seen[name] = state
                if state != "waiting":
                    figures = "" if state == "running" else f" {stage['seconds']:.1f} s {figures_of(stage)}"
                    self.console.print(f"{self._clock()} {MARKS.get(state, '?')} {name}{figures}", markup=False)

    def _clock(self) -> str:
        seconds = int(time.monotonic() - self._began)
        return f"{seconds // 60}:{seconds % 60:02}"


def stages_table(summary: dict[str, Any]) -> Table:
    """A row a stage; once the night has ended also what is not in them, so that the seconds add up to the whole."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "stage", "seconds", "CPU s", "counts"):
        table.add_column(name, justify="right" if name in ("seconds", "CPU s") else "left")
    is_over = "night_seconds" in summary
    if is_over:
        _add_line(table, "start-up", summary["start_seconds"], "the world, Postgres, migrations, Airflow")
    for stage in summary["stages"]:
        colour = COLOURS.get(stage["state"], "white")
        table.add_row(
            f"[{colour}]{MARKS.get(stage['state'], '?')}[/{colour}]",
            stage["stage"],
            f"{stage['seconds']:.1f}" if stage["seconds"] else "",
            f"{stage['cpu_seconds']:.1f}" if stage["seconds"] else "",
            escape(figures_of(stage)),
        )
    if is_over:
        whole = summary["start_seconds"] + summary["night_seconds"]
        _add_line(table, "side by side", -summary["seconds_side_by_side"], "stages that worked at the same time")
        pause = ", and the time between two tries" if summary.get("is_taken_up") else ""
        waited = f"Airflow starts tasks, or waits{pause}"
        _add_line(table, "between stages", summary["seconds_outside_stages"], waited)
        _add_line(table, "whole", whole, f"of it {summary['night_seconds']:.1f} s from the first request on")
    return table


def _add_line(table: Table, name: str, seconds: float, meaning: str) -> None:
    table.add_row("", name, f"{seconds:.1f}", "", meaning)


def summary_tables(summary: dict[str, Any]) -> RenderableType:
    """What a night ends with: stages, figures, what came in and was bought, the truth; an empty line between two."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    for name, text in facts_of(summary):
        facts.add_row(name, escape(text))
    parts: list[RenderableType] = [stages_table(summary), facts]
    if summary["sources"]:
        parts.append(sources_table(summary["sources"]))
    if summary["providers"]:
        parts.append(providers_table(summary["providers"]))
    parts += [Text(f"{each['question']!r}: {each['message']}") for each in summary["lead_searches"]]
    parts.append(truth_table(summary["truth"]))
    return Group(*(part for each in parts for part in (each, "")))


def sources_table(sources: list[dict[str, Any]]) -> Table:
    """What came in but by crawling: received is landed, known and quarantined together."""
    table = Table(box=None, pad_edge=False)
    for name in ("records of source", "received", "landed", "known", "quarantined", "EUR"):
        table.add_column(name, justify="left" if name == "records of source" else "right", no_wrap=True)
    for each in sources:
        counts = (str(each[name]) for name in ("received", "landed", "known", "quarantined"))
        table.add_row(escape(each["source_key"]), *counts, f"{each['eur']:.2f}")
    return table


def providers_table(providers: list[dict[str, Any]]) -> Table:
    """Who was asked in the waterfall, what it found and cost, and how much of it proved right; all nights together."""
    table = Table(box=None, pad_edge=False)
    for name in (
        "provider, all nights", "for", "calls", "cached", "hit rate", "EUR", "EUR a hit", "judged", "precision",
        "calls tonight", "EUR tonight",
    ):  # fmt: skip
        table.add_column(name, justify="left" if name in ("provider, all nights", "for") else "right")
    for each in providers:
        table.add_row(
            each["provider"], each["attribute"], str(each["calls"]), str(each["cached"]), _share(each["hit_rate"]),
            f"{each['cost_eur']:.2f}", _share(each["cost_per_hit"]), str(each["judged"]), _share(each["precision"]),
            str(each["calls_tonight"]), f"{each['cost_eur_tonight']:.2f}",
        )  # fmt: skip
    return table


LABELS = {
    "airflow_url": "Airflow UI", "airflow_user": "  user", "airflow_password": "  password",
    "pages_url": "pages of a night",
    "email_url": "emails sent", "database_url": "SQL (one organization)",
}  # fmt: skip


def print_addresses(console: Console, addresses: dict[str, object]) -> None:
    """Where to look, a line each, never cut: they are there to be copied."""
    for name, label in LABELS.items():
        if addresses.get(name):
            console.print(f"{label:24}{addresses[name]}", markup=False, soft_wrap=True)


def truth_table(truth: dict[str, Any]) -> Table:
    """Precision and recall of the marts against what is true of the world."""
    table = Table(box=None, pad_edge=False)
    for name in ("against the truth", "precision", "recall", "F1", "right", "wrong", "missed"):
        table.add_column(name, justify="left" if name.startswith("against") else "right")
    for field, count in truth.items():
        if isinstance(count, dict) and "tp" in count:
            shares = [_share(count[name]) for name in ("precision", "recall", "f1")]
            table.add_row(field.replace("_", " "), *shares, *(str(count[name]) for name in ("tp", "fp", "fn")))
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
