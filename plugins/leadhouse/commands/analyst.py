"""`leadhouse analyst`: logins for people with SQL, who see the marts of their organization and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import only_slug
from leadhouse.commands.output import Commands, JsonFile, write_json

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

app = typer.Typer(
    no_args_is_help=True,
    cls=Commands,
    help="Make and end logins of people with SQL, for one organization's marts.",
)

Organization = Annotated[
    str | None, typer.Option(help="Slug or id of the organization; may be left out where there is one.")
]
Name = Annotated[str | None, typer.Option(help="Whose login it is, where an organization has several.")]


@contextmanager
def _administrator() -> Iterator[tuple[Connection[DictRow], str]]:
    """The administrator's connection and URL; expected failures end the command with their message."""
    from leadhouse.database import admin
    from leadhouse.settings import settings

    with clear_failures(), admin(autocommit=True) as connection:
        url = settings().database_admin_url
        yield connection, url.get_secret_value() if url else ""


@app.command()
def create(organization: Organization = None, name: Name = None) -> None:
    """Make a login and print its URL; the password is shown this once."""
    from leadhouse.database.analysts import create_analyst

    with _administrator() as (connection, url):
        typer.echo(create_analyst(connection, url, only_slug(organization), name))


@app.command()
def rotate(organization: Organization = None, name: Name = None) -> None:
    """Give the login a new password, end its open sessions, and print the new URL."""
    from leadhouse.database.analysts import rotate_analyst

    with _administrator() as (connection, url):
        typer.echo(rotate_analyst(connection, url, only_slug(organization), name))


@app.command()
def revoke(organization: Organization = None, name: Name = None) -> None:
    """Drop the login and end its open sessions."""
    from leadhouse.database.analysts import revoke_analyst

    with _administrator() as (connection, _):
        ended = revoke_analyst(connection, only_slug(organization), name)
    typer.echo(f"revoked; {ended} open sessions were ended")


@app.command("list")
def list_logins(organization: Organization = None, json_file: JsonFile = None) -> None:
    """List the organization's logins and how many sessions each has open."""
    from leadhouse.database.analysts import list_analysts

    with _administrator() as (connection, _):
        found = list_analysts(connection, only_slug(organization))
    if not write_json(json_file, [asdict(each) for each in found]):
        for analyst in found:
            typer.echo(f"{analyst.login}  since {analyst.created_at:%Y-%m-%d}  open sessions: {analyst.sessions}")
