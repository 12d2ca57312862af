"""Sessions and their refresh tokens: opened by a sign-in, carried on by rotation, ended by a sign-out or a theft.

A refresh token is good for one use (RFC 9700 section 4.14.2). When a spent one comes back, thief and owner cannot be
told apart: the family and the session are revoked, and the audit log says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity.access_tokens import issue_access_token
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, done, one, queries, transaction
from leadhouse.identity.errors import RefusedError, TokenError, TokenReusedError, translated
from leadhouse.identity.random_tokens import digest, make_token

REFRESH_LIFETIME = timedelta(days=14)  # of a token that is not used
SESSION_LIFETIME = timedelta(days=90)  # however often it is refreshed

Means = Literal["password", "totp", "recovery_code", "invitation", "external"]


@dataclass(frozen=True)
class SignedIn:
    """What a person holds after signing in. Both tokens are shown here alone; the database has a hash."""

    user_id: UUID
    session_id: UUID
    organization_id: UUID | None
    access_token: str
    access_expires_at: datetime
    refresh_token: str


@dataclass(frozen=True)
class Session:
    """One place where the caller is signed in (times in UTC)."""

    session_id: UUID
    organization_id: UUID | None
    authenticated_by: Means
    device: str | None
    address: str | None
    agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def open_session(
    connection: Connection[Any], user_id: UUID, organization_id: UUID | None, means: Means, origin: Origin
) -> SignedIn:
    """A new session with its first tokens, on record; part of the caller's transaction."""
    now, refresh_token = datetime.now(UTC), make_token()
    row = one(
        connection, "insert_session", user_id=user_id, organization_id=organization_id, authenticated_by=means,
        device=origin.device, address=origin.address, agent=origin.agent, expires_at=now + SESSION_LIFETIME,
    )  # fmt: skip
    session_id = UUID(str((row or {})["session_id"]))
    family = {"session_id": session_id, "token_hash": digest(refresh_token), "expires_at": now + REFRESH_LIFETIME}
    connection.execute(queries.insert_family, family)
    record_act(
        connection, "sign_in", "sessions", session_id, details={"by": means},
        organization_id=organization_id, user_id=user_id,
    )  # fmt: skip
    return _signed_in(connection, user_id, session_id, organization_id, refresh_token)


def refresh(refresh_token: str, origin: Origin) -> SignedIn:
    """Spend a refresh token for the next one and a new access token.

    Raises:
        TokenReusedError: it was spent before; the family and the session are revoked now.
        TokenError: unknown, expired or revoked.
    """
    following = make_token()
    with component() as connection:
        with transaction(connection, origin):
            rotated = one(
                connection, "rotate_token", spent_hash=digest(refresh_token), next_hash=digest(following),
                expires_at=datetime.now(UTC) + REFRESH_LIFETIME, address=origin.address, agent=origin.agent,
            ) or {}  # fmt: skip
            user_id, session_id, organization_id = (
                rotated["user_id"], rotated["session_id"], rotated["organization_id"],
            )  # fmt: skip
            if rotated["outcome"] == "rotated":
                return _signed_in(connection, user_id, session_id, organization_id, following)
            if rotated["outcome"] == "reused":
                record_act(
                    connection, "refresh", "sessions", session_id, outcome="refused",
                    details={"reason": "token_reused"}, organization_id=organization_id, user_id=user_id,
                )  # fmt: skip
        raise _refresh_error(rotated["outcome"])


def sign_out(user_id: UUID, session_id: UUID, origin: Origin, *, beside: Beside = alone) -> bool:
    """End the session; False when it has ended already."""
    with component() as connection, transaction(connection, origin, user_id, session_id):
        ended = one(connection, "end_session", user_id=user_id, session_id=session_id, reason="signed_out")
        if ended:
            record_act(connection, "sign_out", "sessions", session_id, organization_id=ended["organization_id"])
            beside(connection, True)
        return ended is not None


def switch_organization(
    user_id: UUID, session_id: UUID, organization_id: UUID, origin: Origin, *, beside: Beside = alone
) -> tuple[str, datetime]:
    """Work in another of the person's organizations: an access token for it and when it expires (UTC).

    Raises:
        RefusedError: the person is no member there.
        TokenError: the session has ended.
    """
    with component() as connection:
        with transaction(connection, origin, user_id, session_id):
            if not done(connection, "can_work_in", user_id=user_id, organization_id=organization_id):
                raise RefusedError("You are not a member of this organization. Ask one of its admins to invite you.")
            target = {"user_id": user_id, "session_id": session_id, "organization_id": organization_id}
            if not done(connection, "switch_organization", **target):
                raise TokenError("The session has ended. Sign in.", "revoked")
            record_act(connection, "switch_organization", "sessions", session_id, organization_id=organization_id)
            token = issue_access_token(connection, user_id, session_id, organization_id)
            beside(connection, (token.token, token.expires_at))
        return token.token, token.expires_at


def touch_session(connection: Connection[Any], session_id: UUID) -> bool:
    """Whether the session lives; notes that it was seen, once a minute. `connection` is the component's."""
    return one(connection, "touch_session", session_id=session_id) is not None


def list_sessions(connection: Connection[Any]) -> list[Session]:
    """Where the caller is signed in, last seen first. The connection acts as the caller."""
    return [Session(**row) for row in connection.execute(queries.list_sessions)]


def revoke_session(connection: Connection[Any], session_id: UUID) -> bool:
    """End one of the caller's own sessions; False when it is not theirs or has ended.

    Raises:
        RefusedError: the caller is an API key.
    """
    with translated(connection):
        return done(connection, "revoke_session", session_id=session_id)


def _signed_in(
    connection: Connection[Any], user_id: UUID, session_id: UUID, organization_id: UUID | None, refresh_token: str
) -> SignedIn:
    access = issue_access_token(connection, user_id, session_id, organization_id)
    return SignedIn(user_id, session_id, organization_id, access.token, access.expires_at, refresh_token)


def _refresh_error(outcome: str) -> TokenError:
    if outcome == "reused":
        return TokenReusedError(
            "This refresh token was used before: somebody else may hold it. The session was ended, sign in again.",
            "reused",
        )
    return TokenError(f"The refresh token is {outcome}. Sign in again.", outcome)
