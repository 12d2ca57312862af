"""The credit ledger: a wallet an organization, entries that are never changed, a balance that is never below zero.

Paid calls debit by themselves, through the cost ledger (`leadhouse.ledger.costs`); what is here is for the rest:
grants, purchases, other debits, refunds, and the included credits of a period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, errors
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.ledger.costs import InsufficientCreditsError

__all__ = [
    "CreditEntry", "InsufficientCreditsError", "RefundError", "debit_credits", "grant_credits", "grant_due_credits",
    "list_entries", "purchase_credits", "refund_credits",
]  # fmt: skip


class RefundError(ValueError):
    """The entry is no debit, was refunded already, or took less than is to be given back; nothing was written."""


@dataclass(frozen=True)
class CreditEntry:
    """An entry of the ledger; `amount` is negative for a debit, an expiry and a reversal (of a purchase whose
    payment was given back). `created_at` is UTC."""

    transaction_id: UUID
    entry_no: int
    kind: str
    amount: Decimal
    balance_after: Decimal
    reason: str
    request_id: UUID | None
    created_at: datetime


def grant_credits(
    connection: Connection[DictRow], organization_id: UUID, amount: Decimal, key: str, reason: str
) -> CreditEntry:
    """Give credits, once a `key`; makes the wallet. `connection` is the billing component's, here and below."""
    return _move(connection, organization_id, "grant", amount, key, reason, None)


def purchase_credits(
    connection: Connection[DictRow], organization_id: UUID, amount: Decimal, key: str, reason: str
) -> CreditEntry:
    """Add bought credits, once a `key`; makes the wallet. They do not expire."""
    return _move(connection, organization_id, "purchase", amount, key, reason, None)


def debit_credits(
    connection: Connection[DictRow],
    organization_id: UUID,
    amount: Decimal,
    key: str,
    reason: str,
    request_id: UUID | None = None,
) -> CreditEntry | None:
    """Take credits, once a `key`; a repeat returns the first entry. None: no wallet, the organization is not billed.

    Raises:
        InsufficientCreditsError: the wallet holds less; nothing was taken.
    """
    try:
        with connection.transaction():
            return _move(connection, organization_id, "debit", -amount, key, reason, request_id)
    except LookupError:
        return None
    except errors.CheckViolation as error:
        if error.diag.constraint_name == "wallet_is_not_negative":
            raise InsufficientCreditsError(f"{error.diag.message_primary}. {error.diag.message_hint}") from error
        raise


def refund_credits(
    connection: Connection[DictRow], transaction_id: UUID, amount: Decimal, key: str, reason: str
) -> CreditEntry:
    """Give back what a debit took, or a part; a repeat with the same `key` returns the first entry.

    Raises:
        RefundError: not a debit, refunded before under another key, or more than it took.
    """
    values = {"transaction_id": transaction_id, "amount": amount, "key": key, "reason": reason}
    try:
        with connection.transaction():
            row = connection.execute(_sql().refund_credits, values).fetchone()
    except (errors.CheckViolation, errors.UniqueViolation, errors.NoDataFound) as error:
        raise RefundError(f"Entry {transaction_id} is not refunded: {error.diag.message_primary}.") from error
    assert row is not None
    return _entry(row)


def list_entries(connection: Connection[DictRow], organization_id: UUID, limit: int = 100) -> list[CreditEntry]:
    """The newest entries, as far as the connection's role may see them."""
    rows = connection.execute(_sql().list_transactions, {"organization_id": organization_id, "limit": limit})
    return [_entry(row) for row in rows]


def grant_due_credits(connection: Connection[DictRow]) -> Decimal:
    """Grant each subscriber the included credits of its period, once; returns their sum. To be run every night.

    Each grant is committed by itself. A period that has ended waits for the event of its renewal.

    Raises:
        ExceptionGroup: of psycopg.Error, one a subscriber whose grant failed; all others have theirs.
    """
    granted, failures = Decimal(0), list[Exception]()
    subscribers = connection.execute(_sql().list_current_subscribers).fetchall()
    connection.commit()
    for subscriber in subscribers:
        try:
            with connection.transaction():
                row = connection.execute(_sql().grant_period_credits, subscriber).fetchone()
        except psycopg.Error as error:
            error.add_note(f"organization {subscriber['organization_id']}")
            failures.append(error)
        else:
            granted += row["granted"] if row else 0
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(subscribers)} subscribers were granted nothing", failures)
    return granted


def _move(
    connection: Connection[DictRow],
    organization_id: UUID,
    kind: str,
    amount: Decimal,
    key: str,
    reason: str,
    request_id: UUID | None,
) -> CreditEntry:
    values = {
        "organization_id": organization_id, "kind": kind, "amount": amount, "key": key, "reason": reason,
        "request_id": request_id,
    }  # fmt: skip
    row = connection.execute(_sql().move_credits, values).fetchone()
    if row is None:
        raise LookupError(f"organization {organization_id} has no wallet")
    return _entry(row)


def _entry(row: dict[str, Any]) -> CreditEntry:
    return CreditEntry(**{name: row[name] for name in CreditEntry.__dataclass_fields__})


def _sql() -> queries.Queries:
    return queries.load("billing")
