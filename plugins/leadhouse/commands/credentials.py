"""`leadhouse secrets`: store, list and delete secrets, and renew the keys that seal them.

A value is read from standard input, or asked for without showing it; never an argument, which other processes see.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from leadhouse.commands.organizations import organization_of
from leadhouse.commands.output import Commands, JsonFile, Output, write_json

if TYPE_CHECKING:
    from pydantic import SecretBytes

app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Keep secrets of organizations, their people and the platform."
)
console = Output()
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Organization = Annotated[str | None, typer.Option(help="Slug or id; without it, the platform.")]
Person = Annotated[str | None, typer.Option("--user", help="E-mail of a member whose own secret it is.")]


@contextmanager
def _clear_failures() -> Iterator[None]:
    import psycopg

    from leadhouse.credentials import CredentialError
    from leadhouse.database import DatabaseError

    try:
        yield
    except (CredentialError, DatabaseError, LookupError) as error:
        message = str(error.args[0]) if error.args else str(error)
    except psycopg.errors.CheckViolation as error:
        # its detail quotes the row
        message = (
            f"The secret is refused: {error.diag.message_primary}. A kind is a lower-case word; a name has no control"
        )
        message += " characters, 120 at most."
    else:
        return
    errors.print(f"[red]leadhouse:[/red] {escape(message)}")
    raise typer.Exit(1)


@app.command()
def put(
    name: Annotated[str | None, typer.Argument(help="What the secret is called.")] = None,
    organization: Organization = None,
    user: Person = None,
    kind: Annotated[str, typer.Option(help="smtp, provider, linkedin, webhook or other.")] = "other",
    expires_at: Annotated[datetime | None, typer.Option("--expires-at", help="UTC.")] = None,
    email_account: Annotated[str | None, typer.Option(help="Address of an account: its sign-in is stored.")] = None,
    username: Annotated[str | None, typer.Option(help="User name at the account's server.")] = None,
) -> None:
    """Store or replace a secret; with --email-account the password that an account signs in with."""
    from leadhouse.credentials import put_secret
    from leadhouse.database import connect

    if (name is None) == (email_account is None):
        raise typer.BadParameter("Give the secret's name, or --email-account with --organization.")
    if email_account is not None:
        _put_sign_in(organization, email_account, username)
        return
    with _clear_failures():
        organization_id = _organization_id(organization)
        user_id = _user_id(organization_id, user)
        value = _read_value()
        expiry = expires_at.replace(tzinfo=UTC) if expires_at else None
        with connect("credentials") as connection:
            put_secret(connection, organization_id, str(name), value, kind=kind, user_id=user_id, expires_at=expiry)
    console.print("stored")


def _put_sign_in(organization: str | None, email_account: str, username: str | None) -> None:
    from pydantic import SecretStr

    from leadhouse.delivery import store_sign_in

    with _clear_failures():
        organization_id = _organization_id(organization)
        if organization_id is None:
            raise typer.BadParameter("An email account belongs to an organization: give --organization.")
        password = SecretStr(_read_value().get_secret_value().decode())
        store_sign_in(organization_id, email_account, username or email_account, password)
    console.print("stored")


@app.command("list")
def list_(organization: Organization = None, json_file: JsonFile = None) -> None:
    """List what is stored: owner, name, kind and times, never a value."""
    from leadhouse.credentials import list_secrets
    from leadhouse.database import connect

    with _clear_failures(), connect("credentials") as connection:
        found = list_secrets(connection, _organization_id(organization))
    shown = ("secret_id", "name", "kind", "user_id", "last_used_at", "expires_at")
    if write_json(json_file, [{name: getattr(secret, name) for name in shown} for secret in found]):
        return
    for secret in found:
        times = [f"{moment:%Y-%m-%d %H:%M}" if moment else "-" for moment in (secret.last_used_at, secret.expires_at)]
        owner = f"user {secret.user_id}" if secret.user_id else "shared"
        line = f"{secret.name:40} {secret.kind:10} {owner:42} used {times[0]:16} expires {times[1]}"
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def delete(name: str, organization: Organization = None, user: Person = None) -> None:
    """Remove a secret for good."""
    from leadhouse.credentials import SecretMissingError, delete_secret
    from leadhouse.database import connect

    with _clear_failures():
        organization_id = _organization_id(organization)
        user_id = _user_id(organization_id, user)
        with connect("credentials") as connection:
            if not delete_secret(connection, organization_id, name, user_id=user_id):
                raise SecretMissingError(f"There is no secret {name!r} there. `leadhouse secrets list` shows what is.")
    console.print("deleted")


@app.command()
def rotate_key(organization: Organization = None) -> None:
    """Make a new data key for an organization or the platform and re-encrypt its secrets; readers go on."""
    from leadhouse.credentials import rotate_data_key
    from leadhouse.database import connect

    with _clear_failures():
        organization_id = _organization_id(organization)
        with connect("credentials", autocommit=True) as connection:
            count = rotate_data_key(connection, organization_id)
    console.print(f"re-encrypted {count} secrets under a new data key")


@app.command()
def rewrap() -> None:
    """Wrap all data keys under the first of LEADHOUSE_MASTER_KEYS; the others may be dropped afterwards."""
    from leadhouse.credentials import rotate_master_key
    from leadhouse.database import connect

    with _clear_failures(), connect("credentials", autocommit=True) as connection:
        count = rotate_master_key(connection)
    console.print(f"wrapped {count} data keys under the current master key")


def _read_value() -> SecretBytes:
    from pydantic import SecretBytes

    from leadhouse.credentials import CredentialError

    if sys.stdin.isatty():
        value = SecretBytes(getpass.getpass("Value (not shown): ").encode())
    else:
        value = SecretBytes(sys.stdin.buffer.read().removesuffix(b"\n").removesuffix(b"\r"))
    if not value.get_secret_value():
        raise CredentialError("The value is empty; nothing was stored. Give it on standard input or at the prompt.")
    return value


def _organization_id(organization: str | None) -> UUID | None:
    return organization_of(organization) if organization else None


def _user_id(organization_id: UUID | None, email: str | None) -> UUID | None:
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    if email is None:
        return None
    with connect("console") as connection:
        key = {"organization_id": organization_id, "email": email}
        row = connection.execute(load("credentials").find_member, key).fetchone()
    if row is None:
        raise LookupError(
            f"{email!r} is no member of that organization; a personal secret needs --organization and a member."
        )
    return UUID(str(row["user_id"]))
