"""Changing a password with the former one, and resetting a forgotten one by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity import one_time_tokens, throttling
from leadhouse.identity.addresses import normalize_email
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, one, queries, transaction
from leadhouse.identity.errors import TokenError, WrongCredentialsError
from leadhouse.identity.password_hashes import hash_password, require_strength, verify_password
from leadhouse.identity.proofs import prove_address

RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class ResetMail:
    """What the mail of a reset needs: whom it goes to, and the token of its link."""

    user_id: UUID
    email: str
    token: str


def change_password(
    user_id: UUID, session_id: UUID | None, current: str, new: str, origin: Origin, *, beside: Beside = alone
) -> None:
    """Set a new password; every other session of the person ends.

    Raises:
        WrongCredentialsError: the current password is another.
        ThrottledError: too many wrong ones.
        WeakPasswordError: see `require_strength`.
    """
    with component() as connection:
        standing = one(connection, "get_password_hash", user_id=user_id) or {}
        subject = standing.get("email_normalized") or str(user_id)
        throttling.take_attempt(connection, throttling.EMAIL, subject)
        if not verify_password(standing.get("password_hash"), current):
            with transaction(connection, origin, user_id, session_id):
                record_act(connection, "change_password", "users", user_id, outcome="failed")
            raise WrongCredentialsError("The current password is another one. Try again, or have it reset by mail.")
        require_strength(new, subject)
        with transaction(connection, origin, user_id, session_id):
            _put_password(connection, user_id, subject, new, keep=session_id)
            record_act(connection, "change_password", "users", user_id)
            beside(connection, None)


def request_password_reset(email: str, origin: Origin) -> ResetMail | None:
    """A token that goes to the address by mail, good for an hour; None when nobody has the address.

    The caller answers the same in both cases.

    Raises:
        ThrottledError: the address asked too often, whether it is known or not.
    """
    subject = normalize_email(email)
    with component() as connection:
        throttling.take_attempt(connection, throttling.ADDRESS, throttling.network_of(origin.address))
        throttling.take_attempt(connection, throttling.PASSWORD_RESET, subject)
        candidate = one(connection, "get_candidate", email=subject) or {}
        user_id = candidate["user_id"]
        with transaction(connection, origin):
            organization_id = candidate["organization_id"]
            record_act(
                connection, "request_password_reset", "users", user_id,
                outcome="succeeded" if user_id else "failed", organization_id=organization_id, user_id=user_id,
            )  # fmt: skip
            if user_id is None:
                return None
            token = one_time_tokens.issue(connection, user_id, "password_reset", RESET_LIFETIME)
            return ResetMail(user_id, subject, token)


def reset_password(token: str, new: str, origin: Origin) -> UUID:
    """Set a new password by the token of the mail; every session of the person ends, a second factor stays needed.

    Accounts elsewhere that signed in here do so no more. Where the address was never confirmed before, what was made
    under it ends as `leadhouse.identity.proofs` says.

    Raises:
        TokenError: unknown, expired, used, or replaced by a newer one.
        WeakPasswordError: see `require_strength`; the token still stands.
    """
    with component() as connection:
        user_id = one_time_tokens.find(connection, token, "password_reset")
        person = one(connection, "get_user", user_id=user_id) if user_id else None
        if user_id is None or person is None:
            raise _spent()
        require_strength(new, person["email_normalized"])
        with transaction(connection, origin, user_id):
            if one_time_tokens.spend(connection, token, "password_reset") is None:
                raise _spent()
            _put_password(connection, user_id, person["email_normalized"], new, keep=None)
            connection.execute(queries.unlink_external_identities, {"user_id": user_id})
            prove_address(connection, user_id)  # the token went to it
            record_act(connection, "reset_password", "users", user_id)
        return user_id


def _put_password(connection: Connection[Any], user_id: UUID, email: str, new: str, keep: UUID | None) -> None:
    """The hash, the end of the other sessions and of sign-ins that the former began, a fresh start for the counter."""
    connection.execute(queries.put_password_hash, {"user_id": user_id, "password_hash": hash_password(new)})
    for purpose in ("second_factor", "password_reset"):
        connection.execute(queries.close_one_time_tokens, {"user_id": user_id, "purpose": purpose})
    ending = {"user_id": user_id, "reason": "password_changed", "except_session": keep}
    connection.execute(queries.end_sessions, ending)
    throttling.forget_attempts(connection, throttling.EMAIL, email)


def _spent() -> TokenError:
    return TokenError("The link of this reset was used or has expired. Ask for another mail.", "spent")
