"""`leadhouse replay`: read archived pages and answers again, see what changes, then apply it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import JsonFile, Output, examples, print_table, write_json

if TYPE_CHECKING:
    from leadhouse.landing.replayed import Replayed

console = Output()
MOST_EXAMPLES = 30
EXAMPLES = examples(
    "replay --from 2026-11-01 --to 2026-11-20",
    "replay --from 2026-11-01 --source web/firma.example --json changes.json",
    "replay --from 2026-11-01 --to 2026-11-20 --apply",
)
DAY = ["%Y-%m-%d"]


def replay(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day of the runs, UTC, included.")],
    last: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="Last day, included; today when left out.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Source key; all sources when left out.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Let it stand; else it is only shown.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Read archived pages and answers again with today's extractors; asks nobody for anything and pays nothing.

    Where archive and files lie on this machine, every socket is refused while it works, but the database's.
    """
    from leadhouse.connectors.archive_replay import replay_archive
    from leadhouse.ledger.steps import recorded_step

    now = datetime.now(UTC)
    require_order(first, last or now)
    run_id = f"replay__{now:%Y%m%dT%H%M%S.%f}"
    with clear_failures(), recorded_step("landing", run_id, "replay_archive", "apply" if apply else "show") as step:
        with _closed():
            found = replay_archive(first.date(), (last or now).date(), source, run_id, applies=apply)
        step.counts |= found.as_counts()
    show_replayed(found, json_file)


def _closed() -> AbstractContextManager[None]:
    """Sockets are refused where the bytes are at hand; an archive that lies elsewhere is read over the network."""
    from leadhouse.network import without_sockets
    from leadhouse.settings import settings

    chosen = settings()
    if any("://" in root and not root.startswith("file://") for root in (chosen.archive_root, chosen.files_root)):
        return nullcontext()
    url = chosen.database_url
    return without_sockets({urlsplit(url.get_secret_value()).hostname or ""} if url else ())


def require_order(first: datetime, last: datetime) -> None:
    """Returns where the days are a period. Raises typer.BadParameter."""
    if last.date() < first.date():
        raise typer.BadParameter(
            f"the last day, {last:%Y-%m-%d}, is before the first, {first:%Y-%m-%d}: nothing is between"
        )


def show_replayed(found: Replayed, json_file: Path | None) -> None:
    """What changed by source and attribute as a table, examples and counts below it; all of it as JSON."""
    if write_json(json_file, found.as_json()):
        return
    if rows := [tuple(map(str, row)) for row in found.as_table()]:
        print_table(("source", "attribute", "gained", "lost", "changed"), rows, whole=("source",))
        for line in _told_examples(found):
            console.print(line, markup=False, soft_wrap=True)
    for key, reason in found.unread.items():
        console.print(f"{key} was not read: {reason}", style="red", markup=False)
    rest = ", ".join(f"{name} {count}" for name, count in found.as_counts().items() if "." not in name)
    advice = "applied" if found.is_applied else "nothing is applied: add --apply when it is right"
    console.print(f"{rest}; {advice}; nobody was asked, nothing was paid", soft_wrap=True)


def _told_examples(found: Replayed) -> list[str]:
    """``web/x.example company.city at https://x.example/: Kiel → Bonn``, up to some for each source and attribute."""
    told = [
        f"{key} {name} at {each['unit']}: {_side(each['lost'])} → {_side(each['gained'])}"
        for key, attributes in sorted(found.by_source.items())
        for name, difference in sorted(attributes.items())
        for each in difference.examples
    ]
    left = len(told) - MOST_EXAMPLES
    return [*told[:MOST_EXAMPLES], *([f"… and {left} more: --json shows them"] if left > 0 else [])]


def _side(values: list[str]) -> str:
    return " | ".join(values) or "nothing"
