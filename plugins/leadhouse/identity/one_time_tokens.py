"""Tokens for one use: password resets, confirmations of an address, the second step of a sign-in.

A newer one of the same person and purpose takes the place of the former.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.identity.component_work import one, queries
from leadhouse.identity.random_tokens import digest, make_token

Purpose = Literal["password_reset", "email_confirmation", "second_factor"]


def issue(connection: Connection[Any], user_id: UUID, purpose: Purpose, lifetime: timedelta) -> str:
    """A new token, as part of the caller's transaction. `connection` is the component's."""
    token, key = make_token(), {"user_id": user_id, "purpose": purpose}
    connection.execute(queries.hold_user, {"user_id": user_id})  # two at once: the later one stands
    connection.execute(queries.close_one_time_tokens, key)
    expiry = {"token_hash": digest(token), "expires_at": datetime.now(UTC) + lifetime}
    connection.execute(queries.insert_one_time_token, {**key, **expiry})
    return token


def find(connection: Connection[Any], token: str, purpose: Purpose) -> UUID | None:
    """Whose open token it is; None when unknown, expired or used."""
    row = one(connection, "get_one_time_token", token_hash=digest(token), purpose=purpose)
    return row["user_id"] if row else None


def spend(connection: Connection[Any], token: str, purpose: Purpose) -> UUID | None:
    """Use it up and return whose it was; None when unknown, expired or used. Of two at once, one gets it."""
    row = one(connection, "spend_one_time_token", token_hash=digest(token), purpose=purpose)
    return row["user_id"] if row else None
