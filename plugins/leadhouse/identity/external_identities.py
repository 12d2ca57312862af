"""Accounts elsewhere with which a person signs in: known by provider and subject, never by address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component, done, one, queries, transaction
from leadhouse.identity.errors import TakenError, TokenError, WrongCredentialsError
from leadhouse.identity.sessions import SignedIn, open_session, touch_session


@dataclass(frozen=True)
class ExternalIdentity:
    """One of the caller's (times in UTC)."""

    external_identity_id: UUID
    provider: str
    created_at: datetime
    last_used_at: datetime | None


def link_external_identity(
    user_id: UUID,
    provider: str,
    subject: str,
    origin: Origin,
    *,
    session_id: UUID | None = None,
    beside: Beside = alone,
) -> UUID:
    """Join an account elsewhere, whose ownership was just proved, to a signed-in user.

    `session_id`: the session that began it, where the proof took the person elsewhere in between.

    Raises:
        TakenError: it belongs to a user already.
        TokenError: the session has ended meanwhile.
    """
    try:
        with component() as connection, transaction(connection, origin, user_id):
            made = one(connection, "link_external_identity", user_id=user_id, provider=provider, subject=subject) or {}
            linked = UUID(str(made["external_identity_id"]))
            # after the row, whose foreign key waits for whoever ends the sessions of this person now
            if session_id is not None and not touch_session(connection, session_id):
                raise TokenError("The session that began this link has ended. Sign in, and begin again.", "revoked")
            beside(connection, linked)
            return linked
    except psycopg.errors.UniqueViolation as error:
        raise TakenError(f"This account at {provider} belongs to a user already.") from error


def unlink_external_identity(
    user_id: UUID, external_identity_id: UUID, origin: Origin, *, beside: Beside = alone
) -> bool:
    """False when it is not the user's."""
    with component() as connection, transaction(connection, origin, user_id):
        known = {"user_id": user_id, "external_identity_id": external_identity_id}
        is_unlinked = done(connection, "unlink_external_identity", **known)
        if is_unlinked:
            beside(connection, True)
        return is_unlinked


def sign_in_externally(provider: str, subject: str, origin: Origin) -> SignedIn:
    """A session for whoever the provider vouches for; its own second factor is the provider's matter.

    Raises:
        WrongCredentialsError: no user has linked this account.
    """
    with component() as connection, transaction(connection, origin):
        found = one(connection, "find_external_identity", provider=provider, subject=subject)
        if found is None:
            raise WrongCredentialsError(f"No account is linked to this one at {provider}. Sign in and link it first.")
        person = one(connection, "get_user", user_id=found["user_id"]) or {}
        candidate = one(connection, "get_candidate", email=person["email_normalized"]) or {}
        return open_session(connection, found["user_id"], candidate["organization_id"], "external", origin)


def find_linked_claims(provider: str, subject: str) -> dict[str, Any]:
    """The claims of the person whom an account elsewhere is linked to, in the organization of the last session.

    No session is opened: the other system's own goes on, and answers for its end.

    Raises:
        WrongCredentialsError: no user has linked this account.
    """
    with component() as connection:
        found = one(connection, "find_external_identity", provider=provider, subject=subject)
        person = one(connection, "get_user", user_id=found["user_id"]) if found else None
        if person is None:
            raise WrongCredentialsError(f"No account is linked to this one at {provider}. Sign in and link it first.")
        candidate = one(connection, "get_candidate", email=person["email_normalized"]) or {}
    claims = {"sub": str(person["user_id"]), "role": "authenticated"}
    if candidate["organization_id"] is not None:
        claims["organization_id"] = str(candidate["organization_id"])
    return claims


def list_external_identities(connection: Connection[Any]) -> list[ExternalIdentity]:
    """The caller's own. The connection acts as the caller."""
    return [ExternalIdentity(**row) for row in connection.execute(queries.list_external_identities)]
