"""`leadhouse explain`: why a lead's values are what they are, down to the bytes that they were read from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import JsonFile, write_json
from leadhouse.console.rule_words import told_rule

if TYPE_CHECKING:
    from leadhouse.leads import Candidate

console = Console(highlight=False, soft_wrap=True)


def explain(
    lead: UUID,
    attribute: Annotated[str | None, typer.Argument(help="email, phone_e164, name …; all when left out.")] = None,
    json_file: JsonFile = None,
) -> None:
    """Explain every value of a lead: where from, which bytes, which extractor, which rule won, and what lost."""
    from leadhouse.database import connect
    from leadhouse.leads import explain_value
    from leadhouse.leads.provenance import find_lead_organization

    with clear_failures():
        with connect("leads") as connection:
            organization_id = find_lead_organization(connection, lead)
        found = explain_value(organization_id, lead, attribute)
    if write_json(json_file, dataclasses.asdict(found)):
        return
    for kind, values in (("person", found.person), ("company", found.company)):
        for name, candidates in values.items():
            console.print(_heading(kind, name, candidates))
            for each in candidates:
                console.print(_line(each))
    if not found.person and not found.company:
        console.print("no values" + (f" of {attribute}" if attribute else ""))
    else:
        console.print("✓ the value, + kept beside it, · lost", style="dim")


def _heading(kind: str, name: str, candidates: list[Candidate]) -> str:
    """What is shown and written to, before how it came about."""
    winner = next((each for each in candidates if each.is_primary), None)
    value = "(none)" if winner is None or winner.value is None else winner.value
    return f"[bold]{kind}.{name} = {escape(value)}[/bold]"


def _line(candidate: Candidate) -> str:
    kept = "[green]✓[/green]" if candidate.is_primary else "[green]+[/green]"
    mark = kept if candidate.is_winner else "·"
    shown = "(none)" if candidate.value is None else candidate.value
    place = (
        f"{candidate.warc_uri} at {candidate.warc_offset} (+{candidate.warc_length})" if candidate.warc_uri else None
    )
    paid = f"paid {candidate.price_eur:f} EUR" if candidate.price_eur is not None else None
    sources = f"{candidate.agreeing_sources} source{'s' if candidate.agreeing_sources != 1 else ''}"
    details = [
        f"{told_rule(candidate.rule_id, candidate.is_winner)} ({candidate.rule_id})",
        f"confidence {candidate.confidence:.2f}, {sources}",
        f"{candidate.origin}: {candidate.url or candidate.source_key}", candidate.locator, paid,
        f"read {candidate.observed_at:%Y-%m-%d %H:%M} UTC by {candidate.extractor} {candidate.extractor_version}",
        place, f"sha256 {candidate.content_hash}" if candidate.content_hash else None,
    ]  # fmt: skip
    return f"  {mark} {escape(shown)}\n      " + escape("\n      ".join(each for each in details if each))
