"""`leadhouse matches`: the review queue of who is who, a person's decision, and why an entity is what it is."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures

app = typer.Typer(no_args_is_help=True, help="Who is who: pairs that wait for a decision, decisions, explanations.")
Organization = Annotated[UUID | None, typer.Option(help="Id of the organization; left out: the shared records.")]


@app.command()
def waiting(
    organization: Organization = None, most: Annotated[int, typer.Option(min=1, help="Pairs at most.")] = 20
) -> None:
    """Pairs of which the model is not sure, newest first, each with its weights."""
    from leadhouse.resolution.review import waiting_pairs

    with clear_failures():
        pairs = waiting_pairs(organization, most)
    for each in pairs:
        typer.echo(f"{each.entity_kind} {each.entity_a} {each.entity_b}\n    {each.reason} ({each.decided_by})")
    typer.echo(f"{len(pairs)} waiting", err=True)


@app.command()
def decide(
    entity_a: UUID,
    entity_b: UUID,
    decision: Annotated[Literal["same", "different", "undecided"], typer.Argument(help="What a person says.")],
    decided_by: Annotated[str, typer.Option("--by", help="Who decides.")],
    organization: Organization = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
) -> None:
    """Decide on a pair; it holds from now on and the model is silent about it."""
    from leadhouse import resolution

    with clear_failures():
        run_id = f"cli__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        summary = resolution.decide(
            entity_a,
            entity_b,
            decision,
            decided_by=decided_by,
            run_id=run_id,
            organization_id=organization,
            reason=reason,
        )
    typer.echo(f"decided; {summary.entities_changed} entities changed")


@app.command()
def explain(entity: UUID, organization: Organization = None) -> None:
    """An entity's records, keys, merges and decisions, as JSON."""
    from leadhouse import resolution

    with clear_failures():
        found = resolution.explain(entity, organization)
    typer.echo(json.dumps(dataclasses.asdict(found), indent=1, default=str, ensure_ascii=False))
