"""How an email account signs in to its server: user name and password, kept as a secret of its organization.

The secret names the host that it is for, under encryption: whoever points the account, or another account, at another
server does not get the password sent there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretBytes, SecretStr

from leadhouse.credentials import SealError, get_secret_by_id, put_secret
from leadhouse.database import connect
from leadhouse.database.queries import load

KIND = "smtp"


@dataclass(frozen=True)
class SignIn:
    """What the server asks for (RFC 4954). The password shows as stars."""

    username: str
    password: SecretStr


def store_sign_in(organization_id: UUID, from_email: str, username: str, password: SecretStr) -> UUID:
    """Encrypts the sign-in of an account for its present host, and lets the account use it. Returns the secret's id.

    Raises:
        LookupError: the organization has no account of that address.
        MasterKeyError: no master key is set.
    """
    queries, key = load("delivery"), {"organization_id": organization_id, "from_email": from_email}
    with connect("delivery") as connection:
        account = connection.execute(queries.find_account, key).fetchone()
        if account is None:
            raise LookupError(
                f"Organization {organization_id} has no email account {from_email!r}. Add the account first."
            )
    parts = {"host": account["smtp_host"], "username": username, "password": password.get_secret_value()}
    value = SecretBytes(json.dumps(parts).encode())
    del parts
    with connect("credentials") as connection:
        secret_id = put_secret(connection, organization_id, f"smtp {from_email}", value, kind=KIND)
    with connect("delivery") as connection:
        connection.execute(queries.set_account_secret, {**key, "secret_id": secret_id})
    return secret_id


def read_sign_in(organization_id: UUID, secret_id: UUID, host: str) -> SignIn:
    """The sign-in for a host.

    Raises:
        SecretMissingError: deleted, expired, or a secret of another kind.
        SealError: it is for another host, or does not open.
        MasterKeyError: the settings lack its master key.
    """
    with connect("credentials") as connection:
        value = get_secret_by_id(connection, organization_id, secret_id, KIND)
    parts = json.loads(value.get_secret_value())
    sign_in, made_for = SignIn(parts["username"], SecretStr(parts["password"])), parts["host"]
    del parts
    if made_for.lower() != host.lower():
        raise SealError(
            f"The sign-in {secret_id} is for {made_for}, the account's server is {host} now. Store the password for "
            "this server by `leadhouse secrets put --email-account`."
        )
    return sign_in
