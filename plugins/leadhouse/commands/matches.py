"""`leadhouse matches`: the review queue of who is who, a person's decision, and why an entity is what it is."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import organization_of
from leadhouse.commands.output import STANDARD_OUTPUT, Commands, JsonFile, examples, print_table, write_json

app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Decide who is who: list the pairs that wait, decide, explain an entity."
)
# of the examples
ENTITY, OTHER = "0b6d9a1c-52f4-4a7e-8a0e-3f1f6f0f2c11", "9c1e7f30-2b4d-4f7a-b6a3-6d2f0e8c5a22"
Organization = Annotated[str | None, typer.Option(help="Slug or id of the organization; left out: the shared records.")]


@app.command(epilog=examples("matches waiting", "matches waiting --organization nordlicht --most 50"))
def waiting(
    organization: Organization = None,
    most: Annotated[int, typer.Option(min=1, help="Pairs at most.")] = 20,
    json_file: JsonFile = None,
) -> None:
    """List the pairs of which the model is not sure, newest first, each with its weights."""
    from leadhouse.resolution.review import waiting_pairs

    with clear_failures():
        pairs = waiting_pairs(_id_of(organization), most)
    if write_json(json_file, [dataclasses.asdict(each) for each in pairs]):
        return
    if pairs:
        rows = [(each.entity_kind, str(each.entity_a), str(each.entity_b), f"{each.reason} ({each.decided_by})")
                for each in pairs]  # fmt: skip
        print_table(("kind", "entity", "other entity", "why"), rows, whole=("entity", "other entity"))
    typer.echo(f"{len(pairs)} waiting", err=True)


@app.command(
    epilog=examples(
        f"matches decide {ENTITY} {OTHER} same --by Ann", f"matches decide {ENTITY} {OTHER} different --by Ann"
    )
)
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
            organization_id=_id_of(organization),
            reason=reason,
        )
    typer.echo(f"decided; {summary.entities_changed} entities changed")


@app.command(epilog=examples(f"matches explain {ENTITY}"))
def explain(entity: UUID, organization: Organization = None) -> None:
    """Show an entity's records, keys, merges and decisions, as JSON."""
    from leadhouse import resolution

    with clear_failures():
        found = resolution.explain(entity, _id_of(organization))
    write_json(STANDARD_OUTPUT, dataclasses.asdict(found))


def _id_of(organization: str | None) -> UUID | None:
    return organization_of(organization) if organization else None
