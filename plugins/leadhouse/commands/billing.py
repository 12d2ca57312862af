"""`leadhouse billing`: what an organization's plan is, and what an operator may change of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import organization_of
from leadhouse.commands.output import Commands, JsonFile, write_json

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

app = typer.Typer(no_args_is_help=True, cls=Commands, help="Show and change tiers, trials and credits.")

Organization = Annotated[str, typer.Option(help="Slug or id of the organization.")]


@contextmanager
def _billing() -> Iterator[Connection[DictRow]]:
    """A connection of the billing component; expected failures end the command with their message."""
    from leadhouse.database import connect

    with clear_failures(), connect("billing") as connection:
        yield connection


@app.command()
def show(organization: Organization, json_file: JsonFile = None) -> None:
    """Show tier, standing, use against limits, and the newest movements of the wallet."""
    from leadhouse.billing import find_plan, list_entries, list_usage

    with _billing() as connection:
        organization_id = organization_of(organization)
        plan = find_plan(connection, organization_id)
        usage, entries = list_usage(connection, organization_id), list_entries(connection, organization_id, 10)
    if write_json(json_file, {**asdict(plan), "usage": [*map(asdict, usage)], "entries": [*map(asdict, entries)]}):
        return
    if plan.tier is None:
        typer.echo("tier: none, nothing is limited")
    else:
        typer.echo(
            f"tier: {plan.tier}, {plan.status}, {'may work' if plan.has_access else 'locked: may read and export'}"
        )
    if plan.trial_ends_at:
        typer.echo(f"trial ends: {plan.trial_ends_at:%Y-%m-%d %H:%M} UTC")
    for each in usage:
        typer.echo(f"{each.metric}: {each.used} {'no limit' if each.max_value is None else f'of {each.max_value}'}")
    typer.echo(f"credits: {'no wallet' if plan.balance is None else plan.balance.normalize().__format__('f')}")
    for entry in entries:
        typer.echo(f"  {entry.created_at:%Y-%m-%d %H:%M} {entry.kind:8} {entry.amount:>12} {entry.reason}")


@app.command("start-trial")
def trial(tier: str, organization: Organization, days: Annotated[int | None, typer.Option(min=1)] = None) -> None:
    """Start the organization's one trial of a tier."""
    from leadhouse.billing import start_trial

    with _billing() as connection:
        ends_at = start_trial(connection, organization_of(organization), tier, days)
    typer.echo(f"trial of {tier} until {ends_at:%Y-%m-%d %H:%M} UTC")


@app.command("set-tier")
def tier(tier: str, organization: Organization) -> None:
    """Give a tier without Stripe; a living subscription at Stripe goes before it."""
    from leadhouse.billing import set_tier

    with _billing() as connection:
        set_tier(connection, organization_of(organization), tier)
    typer.echo(f"{organization} has {tier}")


@app.command("set-price")
def price(price_id: str, tier: str) -> None:
    """Say which tier one of Stripe's prices buys; what waited for it is applied."""
    from leadhouse.billing import set_price

    with _billing() as connection:
        applied = set_price(connection, price_id, tier)
    typer.echo(f"{price_id} buys {tier}; {applied} waiting events were applied")


@app.command("grant-credits")
def grant(
    amount: Annotated[float, typer.Argument(min=0.0001)],
    organization: Organization,
    reason: Annotated[str, typer.Option(help="Stands in the ledger.")],
    key: Annotated[str | None, typer.Option(help="The same key a second time grants nothing.")] = None,
) -> None:
    """Give credits; from then on paid calls of the organization take credits."""
    from leadhouse.billing import grant_credits

    with _billing() as connection:
        organization_id = organization_of(organization)
        entry = grant_credits(connection, organization_id, Decimal(str(amount)), f"operator:{key or uuid4()}", reason)
    typer.echo(f"granted; the balance was {entry.balance_after} after it")
