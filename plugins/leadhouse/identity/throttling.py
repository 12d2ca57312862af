"""Counters of attempts in the database, per address of mail, network address and person, with a wait that doubles.

An attempt is counted before it is judged, so that many at once do not pass together. Of whom it counts, the database
knows a digest alone.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from leadhouse.identity.component_work import one, queries
from leadhouse.identity.errors import ThrottledError


@dataclass(frozen=True)
class Rule:
    """`free` attempts without a wait, then `first_seconds`, doubling up to `longest_seconds`."""

    kind: str
    free: int
    first_seconds: int
    longest_seconds: int


EMAIL = Rule("email", 5, 30, 900)
ADDRESS = Rule("address", 50, 30, 900)  # an office shares one
FACTOR = Rule("factor", 5, 30, 3600)  # six digits: few guesses
PASSWORD_RESET = Rule("password_reset", 3, 60, 3600)
EMAIL_CONFIRMATION = Rule("email_confirmation", 3, 60, 3600)


def take_attempt(connection: Connection[Any], rule: Rule, subject: str | None) -> datetime | None:
    """Count an attempt and say when (UTC); without a subject there is nothing to count.

    Raises:
        ThrottledError: the subject has to wait; this attempt is not counted.
    """
    if subject is None:
        return None
    counted = {"kind": rule.kind, "subject": _digest(rule, subject)}
    with connection.transaction():  # its row is held until it is read
        row = one(
            connection, "take_attempt", free=rule.free, first_seconds=rule.first_seconds,
            longest_seconds=rule.longest_seconds, **counted,
        )  # fmt: skip
        if row and row["seconds"]:
            raise ThrottledError(int(row["seconds"]))
        taken_at: datetime = (one(connection, "find_attempt", **counted) or {})["last_attempt_at"]
        return taken_at


def forget_attempts(connection: Connection[Any], rule: Rule, subject: str) -> None:
    """Start anew after a success."""
    connection.execute(queries.forget_attempts, {"kind": rule.kind, "subject": _digest(rule, subject)})


def return_attempt(connection: Connection[Any], rule: Rule, subject: str | None, taken_at: datetime | None) -> None:
    """Give back the one attempt that succeeded, taken at `taken_at`, and the wait that it brought.

    The failures of others at the same address stay counted, and so does the wait that they brought meanwhile.
    """
    if subject is not None and taken_at is not None:
        mine = {"kind": rule.kind, "subject": _digest(rule, subject), "taken_at": taken_at}
        connection.execute(queries.return_attempt, mine)


def network_of(address: str | None) -> str | None:
    """Whom an address stands for: itself, or of IPv6 the /64 that one subscriber has (RFC 6177)."""
    if address is None:
        return None
    parsed = ipaddress.ip_address(address)
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))


def _digest(rule: Rule, subject: str) -> bytes:
    return hashlib.sha256(f"{rule.kind}\x00{subject}".encode()).digest()
