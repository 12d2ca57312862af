"""Charged calls of one source on one day: each written before it is sent, its price reserved, settled by its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.archive import Position
from leadhouse.connectors.api_connector import Answer, Call, Parameters
from leadhouse.connectors.source_errors import SourceError
from leadhouse.database import connect, queries
from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost


@dataclass(frozen=True)
class Claim:
    """A call that this reader alone may send; with a `position` it was answered today, and its answer lies there."""

    call_id: UUID
    reserved_eur: Decimal
    budget_id: UUID | None
    position: Position | None = None


class CallLedger:
    """The calls of one run; `spent_eur` is what they cost, or may have cost."""

    def __init__(
        self,
        source_key: str,
        organization_id: UUID,
        provider: str,
        run_on: date,
        run_id: str,
        parameters: Parameters,
    ) -> None:
        self._source_key, self._organization_id, self._provider = source_key, organization_id, provider
        self._run_on, self._run_id = run_on, run_id
        self._max_eur, self._credit_price = parameters.max_eur, parameters.credit_price_eur
        self.spent_eur = Decimal(0)

    def mark_lost(self) -> int:
        """Calls whose reader died are `unknown`; returns how many. For who holds the source's lock."""
        with connect("imports") as connection:
            return connection.execute(_sql().mark_lost_calls, {"source_key": self._source_key}).rowcount

    def claim(self, call: Call) -> Claim:
        """Writes the call and reserves its price, committed; or finds today's answer to the same call.

        Raises SourceError: a ceiling would be passed, or the call was sent today and its answer was lost.
        """
        reserved = call.credits * self._credit_price
        key = {"source_key": self._source_key, "run_on": self._run_on, "call_key": call.key}
        with connect("imports") as connection:
            budget = connection.execute(
                _sql().find_budget, {"organization_id": self._organization_id, "run_on": self._run_on}
            ).fetchone()
            budget_id = budget["budget_id"] if budget else None
            values = {
                **key, "organization_id": self._organization_id, "run_id": self._run_id, "operation": call.operation,
                "reserved_eur": reserved, "budget_id": budget_id,
            }  # fmt: skip
            made = connection.execute(_sql().claim_call, values).fetchone()
            if made is None:
                return self._found(connection, key, call)
            self._require_day(connection, reserved)
            claim = Claim(made["call_id"], reserved, budget_id)
            self._record(connection, reserved, claim)
        self.spent_eur += reserved
        return claim

    def refuse(self, claim: Claim, error: SourceError) -> None:
        """No answer came: given back where nothing can have been charged, else kept as `unknown`."""
        is_unknown = error.is_charge_unknown
        with connect("imports") as connection:
            self._finish(connection, claim, "unknown" if is_unknown else "refused", error.reason, error.status_code)
            if not is_unknown:
                self._record(connection, -claim.reserved_eur, claim)
        if not is_unknown:
            self.spent_eur -= claim.reserved_eur

    def settle(
        self, connection: Connection[Any], claim: Claim, answer: Answer, position: Position, taken: Decimal | None
    ) -> None:
        """The answer's price, in the transaction that lands it; `taken` None: not known, the reserved price stays."""
        price = None if taken is None else taken * self._credit_price
        values = {
            "call_id": claim.call_id, "state": "answered", "reason": None, "status_code": answer.status_code,
            "price_eur": price, "fetch_id": answer.fetch_id, "warc_uri": position.uri, "warc_offset": position.offset,
            "warc_length": position.length,
        }  # fmt: skip
        connection.execute(_sql().finish_call, values)
        if price is not None and price < claim.reserved_eur:
            self._record(connection, price - claim.reserved_eur, claim)
            self.spent_eur -= claim.reserved_eur - price

    def _found(self, connection: Connection[Any], key: dict[str, Any], call: Call) -> Claim:
        row = connection.execute(_sql().find_call, key).fetchone()
        if row is None or row["state"] != "answered":
            raise SourceError(
                "provider_failed",
                f"{call.operation} was sent on {self._run_on} and its answer was lost; it may have been charged and "
                "is not repeated that day",
            )
        position = Position(row["warc_uri"], row["warc_offset"], row["warc_length"])
        return Claim(row["call_id"], row["reserved_eur"], None, position)

    def _require_day(self, connection: Connection[Any], reserved: Decimal) -> None:
        key = {"source_key": self._source_key, "run_on": self._run_on}
        row = connection.execute(_sql().sum_day, key).fetchone()
        spent = Decimal(row["spent_eur"]) if row else reserved
        if spent > self._max_eur:  # the call's own row is among them
            raise SourceError(
                "over_budget", f"{reserved} EUR more would pass max_eur of {self._max_eur} EUR on {self._run_on}"
            )

    def _record(self, connection: Connection[Any], amount: Decimal, claim: Claim) -> None:
        if not amount:
            return
        cost = Cost(
            kind="provider", amount_eur=amount, organization_id=self._organization_id, provider=self._provider,
            budget_id=claim.budget_id, source_call_id=claim.call_id, source_key=self._source_key,
        )  # fmt: skip
        try:
            record_cost(connection, cost)
        except BudgetExceededError as error:
            raise SourceError("over_budget", str(error)) from error

    def _finish(
        self, connection: Connection[Any], claim: Claim, state: str, reason: str, status_code: int | None
    ) -> None:
        nothing = dict.fromkeys(("fetch_id", "warc_uri", "warc_offset", "warc_length"))
        values = {
            "call_id": claim.call_id, "state": state, "reason": reason, "status_code": status_code,
            "price_eur": None if state == "unknown" else Decimal(0), **nothing,
        }  # fmt: skip
        connection.execute(_sql().finish_call, values)


def _sql() -> queries.Queries:
    return queries.load("source_runs")
