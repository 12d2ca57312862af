"""A person's own account: the name, its deletion and its return within 30 days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from leadhouse.database.beside import Beside, alone
from leadhouse.identity.addresses import normalize_email
from leadhouse.identity.audit import Origin, record_act
from leadhouse.identity.component_work import component, done, one, transaction
from leadhouse.identity.errors import AddressTakenError, translated

EXPORTED_ROWS = 10_000


def rename_person(connection: Connection[Any], full_name: str) -> bool:
    """Change the caller's own name. The connection acts as the caller."""
    with translated(connection):
        return done(connection, "rename_person", full_name=full_name.strip())


def export_account(user_id: UUID, origin: Origin) -> dict[str, list[dict[str, Any]]]:
    """What is held about a user's own account, over all organizations, as rows by section; on record.

    No hash and no secret. What the user works on belongs to the organizations and is not in it. Of notifications, usage
    events and acts the newest `EXPORTED_ROWS`.
    """
    with component() as connection, transaction(connection, origin, user_id):
        record_act(connection, "export", "users", user_id)
        row = one(connection, "export_account", user_id=user_id, at_most=EXPORTED_ROWS) or {}
    sections: dict[str, list[dict[str, Any]]] = row["sections"]
    return sections


def delete_account(user_id: UUID, origin: Origin, *, beside: Beside = alone) -> bool:
    """Delete a user: memberships, keys and sessions end with it; False when there is none.

    Raises:
        LastAdminError: the user is the last admin of an organization.
    """
    with component() as connection, transaction(connection, origin, user_id), translated(connection):
        is_deleted = done(connection, "delete_user", user_id=user_id)
        if is_deleted:
            record_act(connection, "delete_account", "users", user_id)
            beside(connection, True)
        return is_deleted


def restore_account(user_id: UUID, origin: Origin) -> bool:
    """Take a deleted user back within 30 days, with the memberships that ended with the account.

    Raises:
        AddressTakenError: somebody else signed up with the address meanwhile.
    """
    try:
        with component() as connection, transaction(connection, origin, user_id):
            is_back = done(connection, "restore_user", user_id=user_id)
            if is_back:
                record_act(connection, "restore_account", "users", user_id)
            return is_back
    except psycopg.errors.UniqueViolation as error:
        raise AddressTakenError("Another account has this address now; this one cannot come back under it.") from error


def find_user_by_address(email: str) -> UUID | None:
    """Whose live account has the address, or None. Only a mail to that address may show the difference."""
    with component() as connection:
        candidate = one(connection, "get_candidate", email=normalize_email(email)) or {}
    found: UUID | None = candidate["user_id"]
    return found


def make_super_admin(connection: Connection[Any], email: str, slug: str) -> UUID:
    """Make a user the platform's super admin, as a member of one organization; return the user's id.

    The first one is made so, by whoever administers the server; `connection` is theirs. A super admin invites others.

    Raises:
        LookupError: there is no such user or organization.
    """
    row = one(connection, "make_super_admin", email=normalize_email(email), slug=slug)
    if row is None:
        raise LookupError("There is no such user, or no such organization. Sign up first; the slug is its short name.")
    return UUID(str(row["user_id"]))
