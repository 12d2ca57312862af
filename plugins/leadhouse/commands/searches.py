"""`leadhouse searches`: what an organization looks for, from the question to the leads."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import only_organization
from leadhouse.commands.output import STANDARD_OUTPUT, Commands, JsonFile, examples, print_table, write_json

app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Search for leads: ask or state criteria, confirm, start, report."
)
SEARCH = "6f1c2b1e-7d0a-4c3e-9a55-2f8f3f0c7a10"  # of the examples
_SHOWN = (
    "lead_search_id", "name", "state", "question", "criteria", "discovery", "source_keys", "job_ids", "message",
)  # fmt: skip
Organization = Annotated[
    str | None, typer.Option(help="Slug or id of the organization; may be left out where there is one.")
]
Criteria = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="JSON file of criteria.")]
Looking = Annotated[Path | None, typer.Option("--discovery", exists=True, help="JSON file: tags, place, queries …")]


@app.command(epilog=examples('searches ask "Opticians" "Owners of 20 opticians in Hamburg" --organization nordlicht'))
def ask(
    name: Annotated[str, typer.Argument(help="What the search is called.")],
    question: Annotated[str, typer.Argument(help="What is looked for, in plain language.")],
    organization: Organization = None,
) -> None:
    """Let the language model propose criteria; nothing happens until they are confirmed."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        _show(lead_searches.ask(only_organization(organization), name, question))


@app.command(
    epilog=examples(
        'searches create "Opticians" --criteria criteria.json --discovery discovery.json --organization nordlicht'
    )
)
def create(
    name: Annotated[str, typer.Argument(help="What the search is called.")],
    criteria: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON file of criteria.")],
    discovery: Looking = None,
    organization: Organization = None,
) -> None:
    """Make a search of criteria that you state yourself."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        stated = lead_searches.read_criteria(_read(criteria))
        wanted = lead_searches.read_discovery(_read(discovery)) if discovery else None
        _show(lead_searches.create(only_organization(organization), name, stated, wanted))


@app.command(epilog=examples(f"searches confirm {SEARCH}", f"searches confirm {SEARCH} --criteria mine.json"))
def confirm(lead_search_id: UUID, criteria: Criteria = None, discovery: Looking = None) -> None:
    """Say yes to a proposal, or to what you make of it."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        stated = lead_searches.read_criteria(_read(criteria)) if criteria else None
        wanted = lead_searches.read_discovery(_read(discovery)) if discovery else None
        _show(lead_searches.confirm(lead_search_id, stated, wanted))


@app.command(epilog=examples(f"searches start {SEARCH}"))
def start(lead_search_id: UUID) -> None:
    """Look for more than the marts hold, in every way that is configured."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        _show(lead_searches.start(lead_search_id))


@app.command(epilog=examples(f"searches report {SEARCH}", f"searches report {SEARCH} --json"))
def report(lead_search_id: UUID, json_file: JsonFile = None) -> None:
    """Tell how many were requested, how many met the criteria, and whether what was looked through is exhausted."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        found = lead_searches.report(lead_search_id)
    if not write_json(json_file, asdict(found)):
        typer.echo(f"{found.name}: {found.state}. {found.message}")


@app.command("list", epilog=examples("searches list --organization nordlicht"))
def list_(organization: Organization = None, json_file: JsonFile = None) -> None:
    """List the searches of an organization, the newest first."""
    from leadhouse.leads import lead_searches

    with clear_failures():
        rows = lead_searches.list_searches(only_organization(organization))
    if write_json(json_file, [{name: row[name] for name in _SHOWN} for row in rows]):
        return
    if not rows:
        typer.echo("There is no search yet: make one with `leadhouse searches ask` or `leadhouse searches create`.")
        return
    told = ((str(row["lead_search_id"]), row["name"], row["state"], row["question"] or row["message"] or "-")
            for row in rows)  # fmt: skip
    print_table(("id", "name", "state", "question or message"), told, whole=("id",))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise typer.BadParameter(f"{path} is no JSON: {error}") from error


def _show(row: dict[str, Any]) -> None:
    write_json(STANDARD_OUTPUT, {name: row[name] for name in _SHOWN})
