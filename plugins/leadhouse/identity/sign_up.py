"""New accounts: with an organization of one's own, or by invitation into one."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity import one_time_tokens, throttling
from leadhouse.identity.addresses import require_email
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, one, queries, transaction
from leadhouse.identity.errors import AddressTakenError, TokenError
from leadhouse.identity.invitations import accept
from leadhouse.identity.password_hashes import hash_password, require_strength
from leadhouse.identity.proofs import prove_address
from leadhouse.identity.random_tokens import digest
from leadhouse.identity.sessions import SignedIn, open_session

CONFIRMATION_LIFETIME = timedelta(days=3)
_SLUG_LENGTH = 40


@dataclass(frozen=True)
class SignedUp:
    """The new account; `confirmation_token` goes to its address by mail."""

    user_id: UUID
    organization_id: UUID
    confirmation_token: str


def sign_up(
    email: str, password: str, full_name: str, organization_name: str, origin: Origin, *, beside: Beside = alone
) -> SignedUp:
    """A new user with a new organization, whose admin the user is.

    Raises:
        IdentityError: no e-mail address.
        WeakPasswordError: see `require_strength`.
        AddressTakenError: somebody has it; a page for strangers does not say so, but sends a mail there.
        ThrottledError: too many accounts from one network address.
    """
    address = require_email(email)
    require_strength(password, address)
    hashed = hash_password(password)  # before the address is looked up: the same work for one that is taken
    with component() as connection:
        throttling.take_attempt(connection, throttling.ADDRESS, throttling.network_of(origin.address))
        with transaction(connection, origin):
            user_id = insert_user(connection, address, full_name, hashed)
            organization_id = create_organization(connection, user_id, organization_name.strip())
            record_act(connection, "sign_up", "users", user_id, organization_id=organization_id, user_id=user_id)
            token = one_time_tokens.issue(connection, user_id, "email_confirmation", CONFIRMATION_LIFETIME)
            made = SignedUp(user_id, organization_id, token)
            beside(connection, made)
            return made


def sign_up_by_invitation(
    invitation: str, password: str, full_name: str, origin: Origin, *, beside: Beside = alone
) -> SignedIn:
    """A new user for the address that was invited, as a member, signed in; the address counts as confirmed.

    Raises:
        TokenError: the invitation is unknown, expired, revoked, was accepted, or its inviter may no more.
        WeakPasswordError: see `require_strength`.
        AddressTakenError: the address has an account: sign in and accept with `accept_invitation`.
    """
    with component() as connection:
        invited = one(connection, "get_invited_email", token_hash=digest(invitation))
        if invited is None:
            raise TokenError("This invitation is not open any more. Ask for another.", "spent")
        require_strength(password, invited["email_normalized"])
        hashed = hash_password(password)
        with transaction(connection, origin):
            user_id = insert_user(connection, invited["email_normalized"], full_name, hashed)
            accepted = accept(connection, invitation, user_id)
            record_act(
                connection, "sign_up", "users", user_id, organization_id=accepted.organization_id, user_id=user_id
            )
            made = open_session(connection, user_id, accepted.organization_id, "invitation", origin)
            beside(connection, made)
            return made


def request_email_confirmation(user_id: UUID, origin: Origin, *, beside: Beside = alone) -> str:
    """Another token for the mail that confirms the address, good for three days; former ones are worth nothing.

    Raises:
        ThrottledError: the person asked too often.
    """
    with component() as connection:
        throttling.take_attempt(connection, throttling.EMAIL_CONFIRMATION, str(user_id))
        with transaction(connection, origin, user_id):
            token = one_time_tokens.issue(connection, user_id, "email_confirmation", CONFIRMATION_LIFETIME)
            record_act(connection, "request_email_confirmation", "users", user_id, user_id=user_id)
            beside(connection, token)
            return token


def confirm_email(token: str, origin: Origin, session_id: UUID | None = None) -> UUID:
    """The address of whoever holds the token is theirs; what was made before ends (`leadhouse.identity.proofs`).

    `session_id`: the session of whoever brings the token, which goes on where it is the same person's.

    Raises:
        TokenError: unknown, expired, used, or replaced by a newer one.
    """
    with component() as connection, transaction(connection, origin):
        user_id = one_time_tokens.spend(connection, token, "email_confirmation")
        if user_id is None:
            raise TokenError("This link was used or has expired. Ask for another mail.", "spent")
        prove_address(connection, user_id, session_id)
        record_act(connection, "confirm_email", "users", user_id, user_id=user_id)
        return user_id


def insert_user(connection: Connection[Any], email: str, full_name: str, password_hash: str | None) -> UUID:
    """A new user, in the component's transaction; without a password, who is vouched for elsewhere.

    Raises AddressTakenError.
    """
    try:
        with connection.transaction():
            row = one(connection, "insert_user", email=email, full_name=full_name.strip() or None) or {}
    except psycopg.errors.UniqueViolation as error:
        raise AddressTakenError("An account has this address. Sign in, or have the password reset.") from error
    user_id = UUID(str(row["user_id"]))
    if password_hash is not None:
        connection.execute(queries.put_password_hash, {"user_id": user_id, "password_hash": password_hash})
    return user_id


def create_organization(connection: Connection[Any], user_id: UUID, name: str) -> UUID:
    """A new one whose admin the user is, under a slug of its name; one that is taken gets a few random signs."""
    slug = _slug(name)
    try:
        with connection.transaction():
            row = one(connection, "create_organization", user_id=user_id, slug=slug, name=name) or {}
    except psycopg.errors.UniqueViolation:
        other = f"{slug[: _SLUG_LENGTH - 9]}-{secrets.token_hex(4)}"
        row = one(connection, "create_organization", user_id=user_id, slug=other, name=name) or {}
    return UUID(str(row["organization_id"]))


def _slug(name: str) -> str:
    """Letters and digits of the name without accents, words joined by a hyphen."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-")
    return slug if len(slug) >= 2 else f"organization-{secrets.token_hex(4)}"
