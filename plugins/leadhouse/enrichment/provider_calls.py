"""The stage `call_provider`: each requested call at most once, within the budget, every cent a ledger row.

A call has three transactions' worth of life. The claim is committed before anything is sent and reserves the highest
price in the cost ledger, so that a ceiling holds whoever else is spending. The answer, its facts, the refund of what
was not charged and the request's state are committed together. A claim whose worker is gone has lost its answer: it
becomes `unknown`, keeps its reservation and is never called again by itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.enrichment.provider_apis import open_client
from leadhouse.enrichment.provider_client import Answer, ProviderClient, ProviderUnavailableError
from leadhouse.landing import Landing, Quarantined
from leadhouse.landing.storable import clean_json
from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost
from leadhouse.ledger.steps import Step, recorded_step
from leadhouse.records import Extraction, PersonAttribute, PersonRecord, Value
from leadhouse.settings import settings

EXTRACTOR, EXTRACTOR_VERSION = "provider_answer", "1"
ECHO_CONFIDENCE = 0.5  # name and domain of the question: they say whom the answer is about, and prove nothing

__all__ = ["ProviderUnavailableError", "call_provider"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that this worker alone may send."""

    request_id: UUID
    organization_id: UUID
    entity_id: UUID
    attribute: str
    provider: str
    reserved_eur: Decimal
    budget_id: UUID
    full_name: str
    company_domain: str
    credits: Decimal = Decimal(0)  # taken from the wallet


def call_provider(run_id: str, run_on: date) -> int:
    """Make the pending calls that the budgets allow; returns the number of answers (hits and misses) that landed.

    Requests over a ceiling stay pending; so do all others when the provider cannot be asked.

    Raises:
        ProviderUnavailableError: its address is refused or unknown, it takes no connections, or it refuses the key,
            the credit or the pace. What was answered until then has landed.
    """
    chosen = settings()
    with recorded_step("enrichment", run_id, "enrich_leads", "call_provider") as step:
        step.counts |= dict.fromkeys(("hit", "miss", "error", "refused", "unknown", "over_budget", "lost"), 0)
        step.counts["lost"] = _mark_lost(run_id)
        if chosen.provider_url is None:
            step.outcome, step.message = "skipped", "No provider is configured (LEADHOUSE_PROVIDER_URL)."
            return 0
        if not _has_pending(chosen.provider_name):
            return 0
        client = open_client(chosen)
        try:
            _call_all(client, chosen.provider_name, run_id, run_on, step)
        finally:
            client.close()
    return int(step.counts["hit"]) + int(step.counts["miss"])


def _call_all(client: ProviderClient, provider: str, run_id: str, run_on: date, step: Step) -> None:
    exhausted: list[UUID] = []
    # the session that claims holds the request's lock while the call lasts: that is how others know it is alive
    with connect("enrichment") as connection:
        while True:
            found = _claim(connection, provider, run_on, exhausted)
            if found is None:
                break
            if isinstance(found, UUID):
                exhausted.append(found)
                step.counts["over_budget"] = len(exhausted)
                continue
            answer = client.find_email(found.request_id, found.full_name, found.company_domain)
            _land(found, answer, run_on, run_id)
            connection.execute(queries.load("enrichment").unlock_request, {"request_id": found.request_id})
            connection.commit()
            step.counts[answer.state] = int(step.counts[answer.state]) + 1
            if answer.stops:
                raise ProviderUnavailableError(
                    f"The provider {provider} cannot be asked now: {answer.stops}. Requests that are left stay pending."
                )


def _mark_lost(run_id: str) -> int:
    """Claims without a living worker become `unknown`: their call may have been made and charged."""
    with connect("enrichment") as connection:
        return connection.execute(queries.load("enrichment").mark_lost_claims, {"run_id": run_id}).rowcount


def _has_pending(provider: str) -> bool:
    with connect("enrichment") as connection:
        row = connection.execute(queries.load("enrichment").count_pending, {"provider": provider}).fetchone()
    return bool(row and row["requests"])


def _claim(connection: Connection[DictRow], provider: str, run_on: date, exhausted: list[UUID]) -> Claim | UUID | None:
    """The next claim, committed with its reservation; an organization whose ceiling is reached; None at the end."""
    sql = queries.load("enrichment")
    parameters = {"provider": provider, "run_on": run_on, "exhausted": exhausted}
    row = connection.execute(sql.claim_request, parameters).fetchone()
    if row is None:
        connection.rollback()
        return None
    claim = Claim(**row)
    try:
        taken = record_cost(connection, _cost(claim, claim.reserved_eur))
    except BudgetExceededError:
        connection.rollback()
        connection.execute(sql.unlock_request, {"request_id": claim.request_id})
        connection.commit()
        return claim.organization_id
    connection.commit()
    return replace(claim, credits=taken)


def _cost(claim: Claim, amount: Decimal, **changed: Any) -> Cost:
    values: dict[str, Any] = {
        "kind": "provider",
        "amount_eur": amount,
        "organization_id": claim.organization_id,
        "provider": claim.provider,
        "budget_id": claim.budget_id,
        "request_id": claim.request_id,
        "source_key": f"provider/{claim.provider}",
    }
    return Cost(**(values | changed))


def _land(claim: Claim, answer: Answer, run_on: date, run_id: str) -> None:
    """Answer, facts, money and state in one transaction."""
    source_key = f"provider/{claim.provider}"
    with Landing(
        "enrichment", run_on=run_on, run_id=run_id, source_key=source_key, organization_id=claim.organization_id
    ) as landing:
        connection = landing.begin()
        _write_answer(connection, landing.landing_id, claim, answer, run_on)
        _settle_cost(connection, claim, answer)
        if answer.state == "hit":
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
    now = datetime.now(UTC)
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
        },
    )
    connection.execute(
        sql.finish_request,
        {"request_id": claim.request_id, "state": answer.state, "error": answer.fault, "finished_at": now},
    )


def _settle_cost(connection: Connection[Any], claim: Claim, answer: Answer) -> None:
    """Give back what was reserved and not charged. What is not known stays charged; what passed the price is added.

    Credits come back when the provider failed, or charged nothing: the price of a failure is the platform's.
    """
    difference = Decimal(0) if answer.price_eur is None else answer.price_eur - claim.reserved_eur
    returned = -claim.credits if answer.state in ("error", "refused") or answer.price_eur == 0 else Decimal(0)
    if difference < 0 or returned:
        record_cost(connection, _cost(claim, min(difference, Decimal(0)), credits=returned))
    if difference > 0:
        # the money is gone: the ledger tells the truth, outside the budget where that has no room for it
        try:
            record_cost(connection, _cost(claim, difference, request_id=None))
        except BudgetExceededError:
            record_cost(connection, _cost(claim, difference, request_id=None, budget_id=None))


def _unit_key(claim: Claim) -> str:
    return f"provider:{claim.provider}/{claim.attribute}/{claim.entity_id}"


def _statement(claim: Claim, answer: Answer, source_key: str) -> Extraction:
    def echo(text: str) -> tuple[Value, ...]:
        return (Value(value=text, confidence=ECHO_CONFIDENCE, locator="question"),)

    assert answer.email is not None
    found = Value(value=answer.email, confidence=answer.confidence, locator="answer")
    person = PersonRecord(
        record_key="person",
        values={
            PersonAttribute.FULL_NAME: echo(claim.full_name),
            PersonAttribute.COMPANY_DOMAIN: echo(claim.company_domain),
            PersonAttribute.EMAIL: (found,),
        },
    )
    return Extraction(
        source_key=source_key,
        unit_key=_unit_key(claim),
        extractor=EXTRACTOR,
        extractor_version=EXTRACTOR_VERSION,
        content_hash=hashlib.sha256(f"{claim.request_id}|{answer.email}".encode()).hexdigest(),
        observed_at=datetime.now(UTC),
        organization_id=claim.organization_id,
        persons=(person,),
    )
