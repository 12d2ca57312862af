"""`leadhouse campaign`: which campaigns there are, and what one would send."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import organization_of
from leadhouse.commands.output import STANDARD_OUTPUT, Commands, JsonFile, Output, print_table, write_json

app = typer.Typer(no_args_is_help=True, cls=Commands, help="List campaigns, and look at one before it sends.")


@app.command("list")
def list_campaigns(
    organization: Annotated[str | None, typer.Option(help="Slug or id; left out: everyone's.")] = None,
    json_file: JsonFile = None,
) -> None:
    """List the campaigns with their ids, members and messages."""
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with clear_failures():
        owner = organization_of(organization) if organization else None
        with connect("console") as connection:
            found = connection.execute(load("console").list_campaigns, {"organization_id": owner}).fetchall()
    if write_json(json_file, found):
        return
    if not found:
        Output().print("There is no campaign.")
        return
    rows = ([str(each[name]) for name in ("campaign_id", "organization", "name", "status", "members", "messages")]
            for each in found)  # fmt: skip
    columns = ("campaign", "organization", "name", "status", "members", "messages")
    print_table(columns, rows, whole=("campaign", "organization"))


@app.command("plan")
def plan_campaign(
    campaign_id: Annotated[UUID, typer.Argument(help="Id of the campaign; `leadhouse campaign list` shows it.")],
    json_file: JsonFile = None,
) -> None:
    """Tell who would get it, when, at what price, and who is held and why, as JSON. Sends nothing."""
    from leadhouse import campaigns

    with clear_failures():
        plan = campaigns.plan(campaign_id).as_json()
    if not write_json(json_file, plan):
        write_json(STANDARD_OUTPUT, plan)
