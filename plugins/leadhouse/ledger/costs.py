"""The cost ledger: every paid call, token, send and compute second is a row that is never changed.

Where the organization has a credit wallet, a row of a provider or of tokens moves it in the same statement.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection, errors

from leadhouse.database.queries import load

CostKind = Literal["provider", "token", "send", "compute"]


class BudgetExceededError(Exception):
    """The charge would pass the budget's ceiling; nothing was written."""


class InsufficientCreditsError(BudgetExceededError):
    """The organization's wallet holds fewer credits than the charge takes; nothing was written."""


@dataclass(frozen=True)
class Cost:
    """One entry; `amount_eur` is negative for a refund of the request's charge.

    `credits`: what the wallet pays; 0 for a provider's request takes the price list's; negative gives back what the
    request's debit took. Without a wallet none are written.
    """

    kind: CostKind
    amount_eur: Decimal
    organization_id: UUID | None = None
    provider: str | None = None
    credits: Decimal = Decimal(0)
    budget_id: UUID | None = None
    request_id: UUID | None = None
    source_call_id: UUID | None = None  # the charged call of a source that it pays, or is given back for
    job_id: UUID | None = None
    source_key: str | None = None
    campaign_id: UUID | None = None
    lead_id: UUID | None = None


def record_cost(connection: Connection[Any], cost: Cost) -> Decimal:
    """Writes the entry; with a budget or a wallet, moves them in the same transaction. Returns the credits it took.

    Raises:
        BudgetExceededError: the ceiling would be passed (the database's constraint decides, also among concurrent
            charges).
        InsufficientCreditsError: the wallet holds less.
    """
    try:
        with connection.transaction():
            is_refund = cost.amount_eur < 0 or cost.credits < 0
            cursor = connection.execute(load("ledger").insert_cost, {**asdict(cost), "is_refund": is_refund})
            return Decimal(next(iter(_values(cursor.fetchone()))))
    except errors.CheckViolation as error:
        if error.diag.constraint_name == "budget_is_not_exceeded":
            raise BudgetExceededError(
                f"{cost.amount_eur} EUR for {cost.provider or cost.kind} passes the ceiling of budget {cost.budget_id}"
            ) from error
        if error.diag.constraint_name == "share_is_not_exceeded":  # of a day or a job within the budget
            raise BudgetExceededError(f"{cost.provider or cost.kind}: {error.diag.message_primary}") from error
        if error.diag.constraint_name == "wallet_is_not_negative":
            raise InsufficientCreditsError(f"{error.diag.message_primary}. {error.diag.message_hint}") from error
        raise


def _values(row: Any) -> Any:
    """The values of a row, whatever the connection makes of rows."""
    return row.values() if isinstance(row, dict) else row
