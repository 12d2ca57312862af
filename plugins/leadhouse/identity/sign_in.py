"""Signing in with a password, and where one is enrolled a second factor.

An unknown address takes the same path as a known one: the same statements, one Argon2 verification, one audit entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.identity import one_time_tokens, second_factors, throttling
from leadhouse.identity.addresses import normalize_email
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, done, one, queries, transaction
from leadhouse.identity.errors import RefusedError, ThrottledError, TokenError, WrongCredentialsError
from leadhouse.identity.password_hashes import hash_password, needs_rehash, verify_password
from leadhouse.identity.sessions import SignedIn, open_session

CHALLENGE_LIFETIME = timedelta(minutes=5)
_WRONG = "Address and password do not match. Try again, or have the password reset."


@dataclass(frozen=True)
class SecondFactorNeeded:
    """The password was right; `challenge` and a code go to `complete_sign_in` within five minutes."""

    challenge: str


def sign_in(
    email: str, password: str, origin: Origin, organization_id: UUID | None = None
) -> SignedIn | SecondFactorNeeded:
    """Sign in to an organization: the one asked for, else the one of the last session, else the oldest.

    Raises:
        WrongCredentialsError: for a wrong password and for an unknown address alike.
        ThrottledError: too many failures of this address of mail, or from this network address.
        RefusedError: the person is no member of the organization asked for.
    """
    subject = normalize_email(email)
    with component() as connection:
        taken_at = _take_attempts(connection, subject, origin)
        candidate = one(connection, "get_candidate", email=subject) or {}
        is_right = verify_password(candidate["password_hash"], password)
        if not is_right:
            _record_failure(connection, candidate, origin, "wrong_credentials")
            raise WrongCredentialsError(_WRONG)
        entered = _enter(connection, candidate, subject, password, organization_id, origin)
        throttling.return_attempt(connection, throttling.ADDRESS, throttling.network_of(origin.address), taken_at)
        return entered


def complete_sign_in(challenge: str, code: str, origin: Origin, organization_id: UUID | None = None) -> SignedIn:
    """Answer a challenge with a code of the authenticator, or a recovery code.

    Raises:
        TokenError: the challenge is unknown, was answered or is older than five minutes.
        WrongCredentialsError: the code is wrong or was used before; the challenge still stands.
        ThrottledError: too many wrong codes.
        RefusedError: as `sign_in`.
    """
    with component() as connection:
        user_id = one_time_tokens.find(connection, challenge, "second_factor")
        if user_id is None:
            raise TokenError("This sign-in has expired. Start again with the password.", "expired")
        means = second_factors.check_code(connection, user_id, code, origin)
        person = one(connection, "get_user", user_id=user_id) or {}
        candidate = one(connection, "get_candidate", email=person.get("email_normalized")) or {}
        chosen = _chosen_organization(connection, candidate, organization_id)
        with transaction(connection, origin, user_id):
            if one_time_tokens.spend(connection, challenge, "second_factor") is None:
                raise TokenError("This sign-in was completed before. Start again with the password.", "spent")
            return open_session(connection, user_id, chosen, means, origin)


def _enter(
    connection: Connection[Any],
    candidate: dict[str, Any],
    subject: str,
    password: str,
    organization_id: UUID | None,
    origin: Origin,
) -> SignedIn | SecondFactorNeeded:
    """The password was right: a session, or the challenge of the second factor."""
    user_id, stored = candidate["user_id"], candidate["password_hash"]
    chosen = _chosen_organization(connection, candidate, organization_id)
    with transaction(connection, origin, user_id):
        throttling.forget_attempts(connection, throttling.EMAIL, subject)
        if needs_rehash(stored):
            renewed = {"user_id": user_id, "former_hash": stored, "password_hash": hash_password(password)}
            connection.execute(queries.rehash_password, renewed)
        if candidate["factor_id"] is not None:
            challenge = one_time_tokens.issue(connection, user_id, "second_factor", CHALLENGE_LIFETIME)
            return SecondFactorNeeded(challenge)
        return open_session(connection, user_id, chosen, "password", origin)


def _take_attempts(connection: Connection[Any], subject: str, origin: Origin) -> datetime | None:
    """Count one of the network address, and say when, and one of the address of mail. Raises ThrottledError."""
    try:
        taken_at = throttling.take_attempt(connection, throttling.ADDRESS, throttling.network_of(origin.address))
        throttling.take_attempt(connection, throttling.EMAIL, subject)
        return taken_at
    except ThrottledError:
        candidate = one(connection, "get_candidate", email=subject) or {}
        _record_failure(connection, candidate, origin, "throttled")
        raise


def _record_failure(connection: Connection[Any], candidate: dict[str, Any], origin: Origin, reason: str) -> None:
    """Without the address that was tried: it may be a mistyped password."""
    with transaction(connection, origin):
        record_act(
            connection, "sign_in", "users", candidate["user_id"],
            outcome="refused" if reason == "throttled" else "failed", details={"reason": reason},
            organization_id=candidate["organization_id"], user_id=candidate["user_id"],
        )  # fmt: skip


def _chosen_organization(
    connection: Connection[Any], candidate: dict[str, Any], organization_id: UUID | None
) -> UUID | None:
    if organization_id is None:
        default: UUID | None = candidate["organization_id"]
        return default
    if not done(connection, "can_work_in", user_id=candidate["user_id"], organization_id=organization_id):
        raise RefusedError("You are not a member of this organization. Ask one of its admins to invite you.")
    return organization_id
