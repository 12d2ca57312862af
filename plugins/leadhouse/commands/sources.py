"""`leadhouse sources`: what kinds there are, and an organization's sources: make, list, test, read."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import only_organization, only_slug
from leadhouse.commands.output import STANDARD_OUTPUT, Commands, JsonFile, examples, print_table, write_json

app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Make, test and read an organization's sources: accounts, lists, searches."
)

Organization = Annotated[
    str | None, typer.Option(help="Slug or id of the organization; may be left out where there is one.")
]
Source = Annotated[str, typer.Argument(help="Key or id of the source.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Of the runs whose answers are read, included.")]


@app.command(epilog=examples("sources types", "sources types apollo --json apollo_shape.json"))
def types(
    name: Annotated[str | None, typer.Argument(help="Show what this type takes, as JSON Schema.")] = None,
    json_file: JsonFile = None,
) -> None:
    """List the types of sources, or show what one takes: its parameters and credentials."""
    from leadhouse.connectors.source_types import TYPES, find_type

    if name is None:
        if not write_json(json_file, [{"name": each.name, "gives": each.gives} for each in TYPES.values()]):
            print_table(("type", "gives"), ((each.name, each.gives) for each in TYPES.values()), whole=("type",))
        return
    with clear_failures():
        found = find_type(name)
    shapes = {"parameters": found.parameters.model_json_schema()}
    if found.credentials:
        shapes["credentials"] = found.credentials.model_json_schema()
    if not write_json(json_file, shapes):
        write_json(STANDARD_OUTPUT, shapes)


@app.command("list", epilog=examples("sources list --organization nordlicht"))
def list_(organization: Organization = None, json_file: JsonFile = None) -> None:
    """List the sources of an organization, with what their last test and run said."""
    from leadhouse.connectors.stored_sources import list_sources

    with clear_failures():
        found = list_sources(only_organization(organization))
    if write_json(json_file, found):
        return
    if not found:
        typer.echo("There is no source yet: make one with `leadhouse sources add`, or import a file.")
        return
    rows = (
        (row["source_key"], row["status"], f"{row['last_run_at']:%Y-%m-%d %H:%M}" if row["last_run_at"] else "-",
         str(row["records_landed"]), row["last_test_message"] or "-")
        for row in found
    )  # fmt: skip
    print_table(("key", "status", "last run, UTC", "records", "last test"), rows, whole=("key",))


@app.command(
    epilog=examples(
        'sources add apollo "Opticians" --organization nordlicht --secret "apollo key" --config opticians.json',
        'sources add web_site "Guild" --organization nordlicht --start-url https://guild.example/members',
    )
)
def add(
    kind: Annotated[str, typer.Argument(help="A type of `leadhouse sources types`.")],
    name: Annotated[str, typer.Argument(help="What it is called.")],
    organization: Organization = None,
    config: Annotated[Path | None, typer.Option(help="JSON file of its parameters; - reads standard input.")] = None,
    secret: Annotated[str | None, typer.Option(help="Name of the organization's secret with its credentials.")] = None,
    start_url: Annotated[str | None, typer.Option(help="Where a site or a directory begins.")] = None,
) -> None:
    """Make a source; its credentials are a secret, stored before by `leadhouse secrets put --kind provider`."""
    from leadhouse.connectors.stored_sources import add_source

    with clear_failures():
        organization_id, slug = only_organization(organization), only_slug(organization)
        secret_id = _secret_id(organization_id, secret) if secret else None
        made = add_source(
            organization_id, slug, kind, name, _read_config(config), secret_id=secret_id, start_url=start_url
        )
    typer.echo(made["source_key"])


@app.command("test", epilog=examples("sources test apollo/nordlicht/opticians"))
def check(source: Source, json_file: JsonFile = None) -> None:
    """Test a source: parameters and credentials by type, then a real call that costs nothing. Exit code 1: it fails."""
    from leadhouse.connectors.stored_sources import check_stored_source

    with clear_failures():
        found = check_stored_source(source)
    if not write_json(json_file, {"ok": found.ok, "reason": found.reason, "detail": found.detail}):
        typer.echo(f"{found.reason}: {found.detail}")
    raise typer.Exit(0 if found.ok else 1)


@app.command(
    epilog=examples("sources run apollo/nordlicht/opticians", "sources run apollo/nordlicht/opticians --anew --json")
)
def run(
    source: Source,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again where the last run did not come to its end.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Read a source now and land what it states, going on where the last run ended. Exit code 1: it failed."""
    from leadhouse.connectors.source_runs import run_source
    from leadhouse.connectors.stored_sources import find_source
    from leadhouse.jobs.source_care import count_run_by_hand
    from leadhouse.ledger.steps import recorded_step

    now = datetime.now(UTC)
    run_id = f"cli__{now:%Y%m%dT%H%M%S.%f}"
    with clear_failures():
        row = find_source(source)
        with recorded_step("imports", run_id, "import_records", row["source_key"], row["organization_id"]) as step:
            summary = run_source(row["source_key"], now.date(), run_id, anew=anew)
            step.counts |= {"received": summary.received, "landed": summary.landed, "calls": summary.calls}
            if not summary.is_complete:
                step.outcome, step.message = "partial", summary.detail
        count_run_by_hand(row["source_key"], summary.landed, summary.quarantined)
    if not write_json(json_file, summary.as_json()):
        write_json(STANDARD_OUTPUT, summary.as_json())
    raise typer.Exit(0 if summary.reason in ("works", "over_budget") else 1)


@app.command(
    epilog=examples(
        "sources replay apollo/nordlicht/opticians 2026-11-01 2026-11-20",
        "sources replay apollo/nordlicht/opticians 2026-11-01 2026-11-20 --apply",
    )
)
def replay(
    source: Source,
    first: Day,
    last: Day,
    apply: Annotated[bool, typer.Option("--apply", help="Let it stand; else it is only shown.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Read a source's archived answers again with today's connector; `leadhouse replay` does it for all sources."""
    from leadhouse.commands.replay import require_order, show_replayed
    from leadhouse.connectors.source_replay import replay_source
    from leadhouse.ledger.steps import recorded_step

    require_order(first, last)
    run_id = f"replay__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    with clear_failures(), recorded_step("imports", run_id, "replay_archive", source) as step:
        found = replay_source(source, first.date(), last.date(), run_id, applies=apply)
        step.counts |= found.as_counts()
    show_replayed(found, json_file)


def _read_config(path: Path | None) -> dict[str, Any]:
    from leadhouse.connectors.source_errors import SourceError

    if path is None:
        return {}
    text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    try:
        stated = json.loads(text)
    except ValueError as error:
        raise SourceError("not_valid", f"{path} is no JSON: {error}") from error
    if not isinstance(stated, dict):
        raise SourceError("not_valid", f"{path} holds no JSON object")
    return stated


def _secret_id(organization_id: Any, name: str) -> Any:
    from leadhouse.credentials import list_secrets
    from leadhouse.database import connect

    with connect("credentials") as connection:
        found = [each.secret_id for each in list_secrets(connection, organization_id) if each.name == name]
    if not found:
        raise LookupError(f"There is no secret {name!r}; store it by `leadhouse secrets put {name} --kind provider`.")
    return found[0]
