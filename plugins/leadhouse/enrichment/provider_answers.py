"""What an answer leaves behind: facts, money, the request's state and the log of calls, in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.enrichment.provider_client import Answer
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.storable import clean_json
from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost
from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, PersonAttribute, PersonRecord, Value

EXTRACTOR, EXTRACTOR_VERSION = "provider_answer", "1"
ECHO_CONFIDENCE = 0.5  # name and domain of the question: they say whom the answer is about, and prove nothing


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that this worker alone may send. `cached`: the answer that an earlier window paid for."""

    request_id: UUID
    organization_id: UUID
    entity_id: UUID
    entity_kind: str
    attribute: str
    provider: str
    reserved_eur: Decimal
    budget_id: UUID
    full_name: str | None
    company_name: str | None
    company_domain: str | None
    least_confidence: float = 0.0
    job_id: UUID | None = None
    credits: Decimal = Decimal(0)  # taken from the wallet
    cached: Answer | None = None

    @property
    def wanted(self) -> str:
        """``person.email`` and the like."""
        return f"{self.entity_kind}.{self.attribute}"


def cost_of(claim: Claim, amount: Decimal, **changed: Any) -> Cost:
    """An entry of the cost ledger about a request."""
    values: dict[str, Any] = {
        "kind": "provider",
        "amount_eur": amount,
        "organization_id": claim.organization_id,
        "provider": claim.provider,
        "budget_id": claim.budget_id,
        "request_id": claim.request_id,
        "job_id": claim.job_id,
        "source_key": f"provider/{claim.provider}",
    }
    return Cost(**(values | changed))


def land_answer(claim: Claim, answer: Answer, run_on: date, run_id: str) -> None:
    """Answer, facts, money and state in one transaction. A cached answer costs nothing and states nothing anew."""
    source_key = f"provider/{claim.provider}"
    with Landing(
        "enrichment", run_on=run_on, run_id=run_id, source_key=source_key, organization_id=claim.organization_id
    ) as landing:
        connection = landing.begin()
        _write_answer(connection, landing.landing_id, claim, answer, run_on)
        if claim.cached is None:
            _settle_cost(connection, claim, answer)
        if answer.state == "hit" and claim.cached is None:
            landing.add_extraction(_statement(claim, answer, source_key))
        elif answer.state == "error" and answer.status_code == 200:
            landing.quarantine(
                Quarantined(
                    _unit_key(claim), None, "malformed_answer",
                    f"{answer.fault}. The request's call is not repeated; ask the provider with its id.",
                    {"request_id": str(claim.request_id), "answer": answer.payload},
                )
            )  # fmt: skip
        landing.commit()


def _write_answer(connection: Connection[Any], landing_id: UUID, claim: Claim, answer: Answer, run_on: date) -> None:
    sql = queries.load("enrichment")
    now, from_cache = datetime.now(UTC), claim.cached is not None
    connection.execute(
        sql.insert_response,
        {
            "run_on": run_on,
            "response_id": uuid4(),
            "landing_id": landing_id,
            "organization_id": claim.organization_id,
            "request_id": claim.request_id,
            "provider": claim.provider,
            "outcome": answer.state,
            "status_code": answer.status_code,
            "payload": Jsonb(clean_json(answer.payload)),
            "price_eur": answer.price_eur if answer.price_eur is not None else claim.reserved_eur,
            "latency_ms": answer.latency_ms,
            "received_at": now,
            "from_cache": from_cache,
        },
    )
    connection.execute(
        sql.finish_request,
        {
            "request_id": claim.request_id,
            "state": answer.state,
            "error": answer.fault,
            "finished_at": now,
            "from_cache": from_cache,
            "is_good": _is_good(claim, answer),
        },
    )


def _is_good(claim: Claim, answer: Answer) -> bool | None:
    """Whether the waterfall stops at a hit. A cached one was had before, and is wanted again: it was no help."""
    if answer.state != "hit":
        return None
    return claim.cached is None and answer.confidence >= claim.least_confidence


def _settle_cost(connection: Connection[Any], claim: Claim, answer: Answer) -> None:
    """Give back what was reserved and not charged. What is not known stays charged; what passed the price is added.

    Credits come back when the provider failed, or charged nothing: the price of a failure is the platform's.
    """
    difference = Decimal(0) if answer.price_eur is None else answer.price_eur - claim.reserved_eur
    returned = -claim.credits if answer.state in ("error", "refused") or answer.price_eur == 0 else Decimal(0)
    if difference < 0 or returned:
        record_cost(connection, cost_of(claim, min(difference, Decimal(0)), credits=returned))
    if difference > 0:
        # the money is gone: the ledger tells the truth, outside the budget where that has no room for it
        try:
            record_cost(connection, cost_of(claim, difference, request_id=None))
        except BudgetExceededError:
            record_cost(connection, cost_of(claim, difference, request_id=None, budget_id=None))


def _unit_key(claim: Claim) -> str:
    return f"provider:{claim.provider}/{claim.attribute}/{claim.entity_id}"


def _statement(claim: Claim, answer: Answer, source_key: str) -> Extraction:
    assert answer.value is not None
    found = (Value(value=answer.value, confidence=answer.confidence, locator="answer"),)
    return Extraction(
        source_key=source_key,
        unit_key=_unit_key(claim),
        extractor=EXTRACTOR,
        extractor_version=EXTRACTOR_VERSION,
        content_hash=hashlib.sha256(f"{claim.request_id}|{answer.value}".encode()).hexdigest(),
        observed_at=datetime.now(UTC),
        organization_id=claim.organization_id,
        companies=(_company(claim, found),) if claim.entity_kind == "company" else (),
        persons=(_person(claim, found),) if claim.entity_kind == "person" else (),
    )


def _person(claim: Claim, found: tuple[Value, ...]) -> PersonRecord:
    known = {
        PersonAttribute.FULL_NAME: _echo(claim.full_name),
        PersonAttribute.COMPANY_DOMAIN: _echo(claim.company_domain),
    }
    return PersonRecord(record_key="person", values={**known, PersonAttribute(claim.attribute): found})


def _company(claim: Claim, found: tuple[Value, ...]) -> CompanyRecord:
    known = {CompanyAttribute.NAME: _echo(claim.company_name), CompanyAttribute.DOMAIN: _echo(claim.company_domain)}
    said = {name: values for name, values in known.items() if values}
    return CompanyRecord(record_key="company", values={**said, CompanyAttribute(claim.attribute): found})


def _echo(text: str | None) -> tuple[Value, ...]:
    return (Value(value=text, confidence=ECHO_CONFIDENCE, locator="question"),) if text else ()
