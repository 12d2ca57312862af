"""`leadhouse accounts`: what the operator of the platform does to accounts, beside what the API offers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures

app = typer.Typer(no_args_is_help=True, help="Accounts: the first super admin, deleted users, signing keys.")


@app.command()
def promote(
    email: Annotated[str, typer.Argument(help="Address of a user who has signed up.")],
    organization: Annotated[str, typer.Option(help="Slug of the organization that operates the platform.")],
) -> None:
    """Make a user super admin: every organization, every right. Others are invited by this one."""
    from leadhouse.database import admin
    from leadhouse.identity.accounts import make_super_admin

    with clear_failures(), admin() as connection:
        typer.echo(f"super admin: {make_super_admin(connection, email, organization)}")


@app.command()
def restore(user: Annotated[UUID, typer.Argument(help="Id of a user who was deleted in the last 30 days.")]) -> None:
    """Take a deleted user back, with the memberships that ended with the account."""
    from leadhouse.identity.accounts import restore_account
    from leadhouse.identity.audit import Origin

    with clear_failures():
        if not restore_account(user, Origin(agent="leadhouse accounts restore")):
            raise LookupError(f"There is no user {user} who was deleted in the last 30 days.")
    typer.echo("restored")


@app.command("link-airflow")
def link_airflow(
    email: Annotated[str, typer.Argument(help="Address of a user who has signed up.")],
    airflow_user: Annotated[
        str, typer.Argument(help="Id of the Airflow user; of Airflow's own auth manager the name.")
    ],
) -> None:
    """Let an Airflow user's session stand for a user of the API."""
    from leadhouse.identity.accounts import find_user_by_address
    from leadhouse.identity.audit import Origin
    from leadhouse.identity.external_identities import link_external_identity

    with clear_failures():
        user_id = find_user_by_address(email)
        if user_id is None:
            raise LookupError(f"There is no user {email!r}. Sign up first.")
        link_external_identity(user_id, "airflow", airflow_user, Origin(agent="leadhouse accounts link-airflow"))
    typer.echo(f"linked: Airflow's {airflow_user} is {email}")


@app.command("show-mails")
def show_mails(email: Annotated[str, typer.Argument(help="To whom they go.")]) -> None:
    """Codes of mails that wait because no mail server is set: who gets one passes for the owner of the address."""
    from leadhouse.delivery.account_mails import read_waiting_mails

    with clear_failures():
        waiting = read_waiting_mails(email)
    for kind, expires_at, token in waiting:
        typer.echo(f"{kind}  until {expires_at:%Y-%m-%d %H:%M} UTC  {token or '(no code)'}")
    if not waiting:
        typer.echo("No mail to this address waits.")


@app.command("rotate-signing-key")
def rotate_signing_key() -> None:
    """Sign access tokens with a new key; those of the former one hold until they expire, ten minutes at most."""
    from leadhouse.identity import access_tokens
    from leadhouse.identity.component_work import component

    with clear_failures(), component() as connection:
        typer.echo(f"signing key: {access_tokens.rotate_signing_key(connection)['key_id']}")
