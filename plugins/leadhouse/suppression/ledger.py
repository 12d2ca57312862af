"""Suppressions are added and never changed; the statement that claims a message reads them."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from leadhouse.database.queries import load

SuppressionReason = Literal["unsubscribed", "complained", "hard_bounce", "manual", "existing_customer", "erased"]
SuppressionScope = Literal["email", "domain"]


def suppress(
    connection: Connection[Any],
    organization_id: UUID | None,
    value: str,
    reason: SuppressionReason,
    source: str,
    scope: SuppressionScope = "email",
) -> bool:
    """Suppresses an address or a domain for an organization, or for everybody (`organization_id` null).

    It holds for every spelling of the mailbox and for the domain's subdomains (`app.find_suppressions`); a domain of
    other letters than ASCII is kept in A-labels (RFC 5890), as addresses are. Part of the caller's transaction. Returns
    False where it was suppressed already; the first reason stays. Raises ValueError for a value that is no address or
    domain.
    """
    normalized = _with_a_labels(value.strip().lower().rstrip("."), scope)
    if not normalized or (scope == "email") != ("@" in normalized) or any(sign.isspace() for sign in normalized):
        raise ValueError(f"{value!r} is no {'address' if scope == 'email' else 'domain'} to suppress")
    row = connection.execute(
        load("suppression").insert_suppression,
        {"organization_id": organization_id, "scope": scope, "value": normalized, "reason": reason, "source": source},
    ).fetchone()
    return row is not None


def _with_a_labels(value: str, scope: SuppressionScope) -> str:
    name, at, host = value.rpartition("@")
    host = host.removeprefix("*.") if scope == "domain" else host  # as people write "and all below"
    try:
        return f"{name}{at}{host if host.isascii() else host.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise ValueError(f"{value!r} is no {'address' if scope == 'email' else 'domain'} to suppress") from error
