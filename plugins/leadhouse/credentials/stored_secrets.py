"""Secrets by name: of an organization, of one of its people (a LinkedIn token), or of the platform.

A secret is its row: sealed under organization, person, id and name, it opens nowhere else. Reading and writing need a
connection of the component `credentials`; whoever serves a person asks `require_reach` on their connection first.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg import Connection
from pydantic import SecretBytes

from leadhouse.credentials.master_keys import CredentialError
from leadhouse.credentials.sealing import active_data_key, unwrapped
from leadhouse.database.queries import load


class SecretMissingError(CredentialError):
    """No such secret, or it has expired; the message names it and says how to store it."""


@dataclass(frozen=True)
class Secret:
    """What may be shown of a secret: everything but its value. Times are UTC."""

    secret_id: UUID
    organization_id: UUID | None
    user_id: UUID | None
    name: str
    kind: str
    last_used_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


def put_secret(
    connection: Connection[Any],
    organization_id: UUID | None,
    name: str,
    value: SecretBytes,
    *,
    kind: str = "other",
    user_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> UUID:
    """Stores or replaces a secret and returns its id, which a replacement keeps.

    `kind` is a word the reader asks for: ``smtp``, ``provider``, ``linkedin``, ``webhook``, ``other``. None as
    `organization_id` is the platform. Durable with the connection's transaction.

    Raises:
        MasterKeyError: no master key is set.
        psycopg.errors.IntegrityError: no such organization or member, or a malformed name or kind.
    """
    queries = load("credentials")
    key = {"organization_id": organization_id, "user_id": user_id, "name": name}
    # a block on a connection that has not begun yet would commit: what the caller writes beside it goes with the secret
    with connection.transaction() if connection.autocommit else nullcontext():
        data_key = active_data_key(connection, organization_id)
        connection.execute(queries.lock_secret, key)
        found = connection.execute(queries.find_secret, key).fetchone()
        secret_id: UUID = found["secret_id"] if found else uuid4()
        sealed = data_key.seal(value, _context(secret_id, user_id, name))
        connection.execute(
            queries.update_secret if found else queries.insert_secret,
            {**key, "secret_id": secret_id, "kind": kind, "ciphertext": sealed, "data_key_id": data_key.data_key_id,
             "expires_at": expires_at},
        )  # fmt: skip
    return secret_id


def get_secret(
    connection: Connection[Any], organization_id: UUID | None, name: str, *, user_id: UUID | None = None
) -> SecretBytes:
    """The value of a live secret; notes that it was used.

    Raises:
        SecretMissingError: none of that name, or expired.
        SealError, MasterKeyError: see `open_sealed`.
    """
    key = {"organization_id": organization_id, "user_id": user_id, "name": name}
    row = connection.execute(load("credentials").find_secret, key).fetchone()
    return _opened(connection, row, f"secret {name!r}")


def get_secret_by_id(
    connection: Connection[Any], organization_id: UUID | None, secret_id: UUID, kind: str
) -> SecretBytes:
    """The same for a reference from another table; a secret of another kind counts as missing."""
    key = {"organization_id": organization_id, "secret_id": secret_id}
    row = connection.execute(load("credentials").find_secret_by_id, key).fetchone()
    matching = row if row is not None and row["kind"] == kind else None
    return _opened(connection, matching, f"secret {secret_id} of kind {kind!r}")


def list_secrets(connection: Connection[Any], organization_id: UUID | None) -> list[Secret]:
    """The live secrets that the connection's role may see, by owner and name, without their values."""
    rows = connection.execute(load("credentials").list_secrets, {"organization_id": organization_id})
    return [Secret(**row) for row in rows]


def delete_secret(
    connection: Connection[Any], organization_id: UUID | None, name: str, *, user_id: UUID | None = None
) -> bool:
    """Removes a secret, its ciphertext included; False when there was none. It cannot be restored."""
    key = {"organization_id": organization_id, "user_id": user_id, "name": name}
    return connection.execute(load("credentials").delete_secret, key).fetchone() is not None


def require_reach(
    connection: Connection[Any],
    organization_id: UUID,
    user_id: UUID | None,
    action: Literal["create", "read", "update", "delete"],
) -> None:
    """Ends quietly when the caller behind `connection` may do that to such a secret.

    A person's secrets are that person's alone; the organization's need the permission on `integrations`.

    Raises psycopg.errors.InsufficientPrivilege.
    """
    key = {"organization_id": organization_id, "user_id": user_id, "action": action}
    connection.execute(load("credentials").require_reach, key)


def resealed(connection: Connection[Any], row: dict[str, Any]) -> dict[str, Any]:
    """A secret's row under the active data key, as parameters of its update. Raises SealError, MasterKeyError."""
    queries = load("credentials")
    context = _context(row["secret_id"], row["user_id"], row["name"])
    key = {"organization_id": row["organization_id"], "data_key_id": row["data_key_id"]}
    former = connection.execute(queries.find_data_key, key).fetchone()
    if former is None:
        raise CredentialError(f"Secret {row['secret_id']} names a data key that its organization does not have.")
    active = active_data_key(connection, row["organization_id"])
    sealed = active.seal(unwrapped(former).open(bytes(row["ciphertext"]), context), context)
    return {"secret_id": row["secret_id"], "ciphertext": sealed, "data_key_id": active.data_key_id}


def _opened(connection: Connection[Any], row: dict[str, Any] | None, label: str) -> SecretBytes:
    if row is None:
        raise SecretMissingError(f"There is no {label}. Store it by `leadhouse secrets put`.")
    if row["has_expired"]:
        raise SecretMissingError(
            f"The {label} expired at {row['expires_at']:%Y-%m-%d %H:%M} UTC. "
            "Store a new one by `leadhouse secrets put`."
        )
    value = unwrapped(row).open(bytes(row["ciphertext"]), _context(row["secret_id"], row["user_id"], row["name"]))
    connection.execute(load("credentials").mark_used, {"secret_id": row["secret_id"]})
    return value


def _context(secret_id: UUID, user_id: UUID | None, name: str) -> str:
    return f"secret\x1f{secret_id}\x1f{user_id or ''}\x1f{name}"
