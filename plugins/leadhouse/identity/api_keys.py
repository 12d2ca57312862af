"""API keys: shown once, stored as a hash, never more than their owner may.

A permission is ``resource:action``; ``resource:write`` stands for create, update and delete. The database compares with
the owner's role when a key is made, and again in every policy when it is used.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import done, one, queries, transaction
from leadhouse.identity.errors import IdentityError, WrongCredentialsError, translated
from leadhouse.identity.random_tokens import digest, make_token

_PERMISSION = re.compile(r"[a-z_]+:(read|write|create|update|delete)")
_LETTERS = string.ascii_letters + string.digits
_RECORD_EVERY = timedelta(hours=1)  # the use of a key, not each request


@dataclass(frozen=True)
class NewApiKey:
    """A key at the one moment when it is known."""

    api_key_id: UUID
    key: str


@dataclass(frozen=True)
class ApiKey:
    """A key as its owner and the admins see it (times in UTC)."""

    api_key_id: UUID
    user_id: UUID
    name: str
    prefix: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def create_api_key(
    connection: Connection[Any], name: str, permissions: Sequence[str], expires_at: datetime | None = None
) -> NewApiKey:
    """Make a key for the caller in the caller's organization. The connection acts as the caller.

    Raises:
        IdentityError: a permission that is none, or none at all.
        RefusedError: the caller may not do all of it, or is a key itself.
    """
    wanted = sorted(set(permissions))
    if not wanted or not all(_PERMISSION.fullmatch(each) for each in wanted):
        raise IdentityError("A key needs permissions of the form resource:action, e.g. leads:read, campaigns:write.")
    prefix = "lh_" + "".join(secrets.choice(_LETTERS) for _ in range(8))
    key = f"{prefix}_{make_token()}"
    with translated(connection):
        row = one(
            connection, "create_api_key", name=name.strip(), prefix=prefix, key_hash=digest(key), permissions=wanted,
            expires_at=expires_at,
        ) or {}  # fmt: skip
    return NewApiKey(row["api_key_id"], key)


def list_api_keys(connection: Connection[Any]) -> list[ApiKey]:
    """The caller's keys, or to an admin the organization's. The connection acts as the caller."""
    return [ApiKey(**row) for row in connection.execute(queries.list_api_keys)]


def revoke_api_key(connection: Connection[Any], api_key_id: UUID) -> bool:
    """End a key at once; False when there is none in the caller's reach. The connection acts as the caller.

    Raises:
        RefusedError: the caller's role revokes no keys.
    """
    with translated(connection):
        return done(connection, "revoke_api_key", api_key_id=api_key_id)


def authenticate_api_key(connection: Connection[Any], key: str, origin: Origin) -> dict[str, Any]:
    """The claims of a key, as the database takes them (`request.jwt.claims`): its owner, narrowed to its permissions.

    `connection` is the component's, in autocommit mode. The first use in an hour goes into the audit log.

    Raises:
        WrongCredentialsError: no such key, or it is revoked, expired, or its owner is gone; the latter are recorded.
    """
    known = one(connection, "find_api_key", key_hash=digest(key))
    if known is None:
        raise WrongCredentialsError("There is no such API key. Make one, and send it whole.")
    last_used_at = known["last_used_at"]
    is_live = known["standing"] == "live"
    with transaction(connection, origin, known["user_id"]):
        if is_live:
            connection.execute(queries.touch_api_key, {"api_key_id": known["api_key_id"]})
        if not is_live or last_used_at is None or last_used_at < datetime.now(UTC) - _RECORD_EVERY:
            record_act(
                connection, "use", "api_keys", known["api_key_id"], outcome="succeeded" if is_live else "refused",
                details={} if is_live else {"reason": known["standing"]}, organization_id=known["organization_id"],
            )  # fmt: skip
    if not is_live:
        reason = str(known["standing"]).replace("_", " ")
        raise WrongCredentialsError(f"This API key cannot be used: {reason}. Make another.")
    return {
        "sub": str(known["user_id"]), "organization_id": str(known["organization_id"]), "role": "authenticated",
        "permissions": known["permissions"], "api_key_id": str(known["api_key_id"]),
    }  # fmt: skip
