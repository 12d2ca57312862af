"""A new account for somebody whom a provider vouches for: with an organization of one's own, or by invitation.

The account has no password; a reset by mail makes one. An invitation's token proves the invited address, whatever the
provider calls the person; without one the address is the provider's, who has to say that it is verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.identity import throttling
from leadhouse.identity.addresses import require_email
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, one, transaction
from leadhouse.identity.errors import IdentityError, TakenError, TokenError
from leadhouse.identity.invitations import accept
from leadhouse.identity.proofs import prove_address
from leadhouse.identity.random_tokens import digest
from leadhouse.identity.sessions import SignedIn, open_session
from leadhouse.identity.sign_up import create_organization, insert_user


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for; `email` is one that it calls verified, else None."""

    provider: str
    subject: str
    email: str | None = None
    full_name: str | None = None


def sign_up_externally(vouched: Vouched, organization_name: str, full_name: str | None, origin: Origin) -> SignedIn:
    """A new user with a new organization, whose admin the user is, signed in.

    Raises:
        IdentityError: the provider calls no address verified.
        AddressTakenError: the address has an account: sign in there and link this one.
        TakenError: the account at the provider belongs to a user already.
        ThrottledError: too many accounts from one network address.
    """
    if vouched.email is None:
        raise IdentityError("The provider vouches for no address of yours. Sign up with a password, then link it.")
    address = require_email(vouched.email)
    with component() as connection:
        throttling.take_attempt(connection, throttling.ADDRESS, throttling.network_of(origin.address))
        with transaction(connection, origin):
            user_id = insert_user(connection, address, full_name or vouched.full_name or "", None)
            organization_id = create_organization(connection, user_id, organization_name.strip())
            prove_address(connection, user_id)
            return _enter(connection, vouched, user_id, organization_id, origin)


def join_externally(vouched: Vouched, invitation: str, full_name: str | None, origin: Origin) -> SignedIn:
    """A new user for the address that was invited, as a member, signed in.

    Raises:
        TokenError: the invitation is unknown, expired, revoked, was accepted, or its inviter may no more.
        AddressTakenError, TakenError: as `sign_up_externally`.
    """
    with component() as connection:
        invited = one(connection, "get_invited_email", token_hash=digest(invitation))
        if invited is None:
            raise TokenError("This invitation is not open any more. Ask for another.", "spent")
        with transaction(connection, origin):
            name = full_name or vouched.full_name or ""
            user_id = insert_user(connection, invited["email_normalized"], name, None)
            accepted = accept(connection, invitation, user_id)
            return _enter(connection, vouched, user_id, accepted.organization_id, origin)


def _enter(
    connection: Connection[Any], vouched: Vouched, user_id: UUID, organization_id: UUID, origin: Origin
) -> SignedIn:
    """Linked after the address was proved, which ends what was linked before."""
    try:
        one(
            connection, "link_external_identity", user_id=user_id, provider=vouched.provider, subject=vouched.subject
        )  # fmt: skip
    except psycopg.errors.UniqueViolation as error:
        raise TakenError("This account at the provider belongs to a user already. Sign in by it.") from error
    record_act(connection, "sign_up", "users", user_id, organization_id=organization_id, user_id=user_id)
    return open_session(connection, user_id, organization_id, "external", origin)
