"""Invitations: by address, for one role, good once and for a week. Nobody invites above the own rank.

Whether the inviter (still) may is checked in the database when the invitation is made and again when it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity.addresses import require_email
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component, done, one, queries, transaction
from leadhouse.identity.errors import TokenError, translated
from leadhouse.identity.proofs import prove_address
from leadhouse.identity.random_tokens import digest, make_token

LIFETIME = timedelta(days=7)

_REFUSALS = {
    "unknown": "This invitation does not exist. Check the link, or ask for another.",
    "revoked": "This invitation was withdrawn or replaced by a newer one. Ask for another.",
    "spent": "This invitation was accepted before. Sign in.",
    "expired": "This invitation has expired. Ask for another.",
    "other_address": "This invitation went to another address. Sign in with that one.",
    "not_granted": "Who sent this invitation may not give this role any more. Ask an admin of the organization.",
}


@dataclass(frozen=True)
class NewInvitation:
    """An invitation and the token of its mail, which is shown to nobody else: whoever has it has the mailbox."""

    invitation_id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Invitation:
    """One that is open (times in UTC); it is past once `expires_at` is."""

    invitation_id: UUID
    email_normalized: str
    role: str
    client_id: UUID | None
    team_id: UUID | None
    created_by: UUID
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Accepted:
    """The membership that came of an invitation."""

    organization_id: UUID
    role: str


def invite_member(
    connection: Connection[Any],
    email: str,
    role: str,
    *,
    client_id: UUID | None = None,
    team_id: UUID | None = None,
    lifetime: timedelta = LIFETIME,
) -> NewInvitation:
    """Invite an address into the caller's organization; an open invitation of the same address is replaced.

    `client_id` goes with the role client and with no other. The connection acts as the caller.

    Raises:
        IdentityError: no e-mail address, or client and role do not go together.
        RefusedError: the caller's role does not invite, or the role stands above the caller's.
        TakenError: the address belongs to a member.
    """
    token, expires_at = make_token(), datetime.now(UTC) + lifetime
    with translated(connection):
        row = one(
            connection, "invite_member", email=require_email(email), role=role, token_hash=digest(token),
            expires_at=expires_at, client_id=client_id, team_id=team_id,
        ) or {}  # fmt: skip
    return NewInvitation(row["invitation_id"], token, expires_at)


def list_invitations(connection: Connection[Any]) -> list[Invitation]:
    """The organization's open invitations that the caller may see, newest first. The connection acts as the caller."""
    return [Invitation(**row) for row in connection.execute(queries.list_invitations)]


def revoke_invitation(connection: Connection[Any], invitation_id: UUID) -> bool:
    """Withdraw an open invitation; False when there is none that the caller may withdraw.

    Raises:
        RefusedError: the caller's role does not invite.
    """
    with translated(connection):
        return done(connection, "revoke_invitation", invitation_id=invitation_id)


def accept_invitation(
    token: str, user_id: UUID, origin: Origin, *, session_id: UUID | None = None, beside: Beside = alone
) -> Accepted:
    """Make a signed-in user of the invited address a member; who had left comes back with the new role.

    The token was mailed to the address alone, and proves it (`leadhouse.identity.proofs`); `session_id` goes on.

    Raises:
        TokenError: `reason` is unknown, revoked, spent, expired, other_address or not_granted.
    """
    with component() as connection, transaction(connection, origin, user_id):
        accepted = accept(connection, token, user_id, session_id)
        beside(connection, accepted)
        return accepted


def accept(connection: Connection[Any], token: str, user_id: UUID, session_id: UUID | None = None) -> Accepted:
    """The same as part of the component's transaction. Raises as `accept_invitation`."""
    row = one(connection, "accept_invitation", token_hash=digest(token), user_id=user_id) or {}
    if row["outcome"] != "accepted":
        raise TokenError(_REFUSALS[row["outcome"]], row["outcome"])
    prove_address(connection, user_id, session_id)
    return Accepted(row["organization_id"], row["role"])
