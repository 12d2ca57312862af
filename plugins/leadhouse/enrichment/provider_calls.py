"""The stage `call_provider`: each requested call at most once, within the budget, every cent a ledger row.

A call has three transactions' worth of life. The claim is committed before anything is sent and reserves the highest
price in the cost ledger, so that a ceiling holds whoever else is spending. The answer, its facts, the refund of what
was not charged and the request's state are committed together. A claim whose worker is gone has lost its answer: it
becomes `unknown`, keeps its reservation and is never called again by itself.

A provider that is busy and says until when (429 or 503 with Retry-After) has its question put off: a moment in the
request's row, its price still reserved. The others are asked meanwhile; a run that has nothing else to do waits a few
minutes for the moment, else the next run comes to it.

The next provider of a waterfall gets its request only when the former's outcome is settled: the database keeps one
request open for an organization, entity and attribute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.enrichment.provider_answers import Claim, cost_of, land_answer
from leadhouse.enrichment.provider_apis import open_client
from leadhouse.enrichment.provider_client import (
    FEW_SECONDS,
    Answer,
    Asked,
    ProviderClient,
    ProviderUnavailableError,
)
from leadhouse.enrichment.providers import NO_PROVIDER, Provider, has_provider, settings_provider
from leadhouse.enrichment.wanted import insert_requests
from leadhouse.ledger.costs import BudgetExceededError, Cost, InsufficientCreditsError, record_cost
from leadhouse.ledger.steps import Step, recorded_step

ANSWERED = ("hit", "miss", "error", "refused", "unknown", "cached")
STATES = (*ANSWERED, "put_off", "over_budget", "lost")
MOST_ROUNDS = 20  # a waterfall has no more steps
PATIENCE = 300.0  # seconds that a run waits for busy providers in all, when it has nothing else to do

__all__ = ["ProviderUnavailableError", "call_provider"]

Exhausted = dict[UUID, Decimal]  # organization → the price that passed a ceiling: what costs less may still fit


@dataclass(frozen=True, slots=True)
class _OverCeiling:
    """A call that was not made: from this price on, no call of the organization fits now."""

    organization_id: UUID
    price_eur: Decimal


def call_provider(
    run_id: str, run_on: date, job_id: UUID | None = None, before_call: Callable[[], None] = lambda: None
) -> int:
    """Make the pending calls that the budgets allow, and those of the next providers; returns the answers that landed.

    Requests over a ceiling stay pending, while cheaper ones of the organization are made; so do those for a provider
    that cannot be asked, while the others are asked.
    `job_id`: the request that the run belongs to, whose own ceiling holds as well. `before_call` is asked before each
    claim, and ends the run by raising: what was answered until then has landed.

    Raises:
        ProviderUnavailableError: a provider's address is refused or unknown, it takes no connections, or it refuses
            the key, the credit or the pace. What was answered until then, and by the others, has landed.
    """
    with recorded_step("enrichment", run_id, "enrich_leads", "call_provider") as step:
        step.counts |= dict.fromkeys(STATES, 0)
        step.counts["lost"] = _mark_lost(run_id)
        unavailable = _ask_round_by_round(run_id, run_on, job_id, before_call, step)
        if unavailable:
            raise ProviderUnavailableError(" ".join(unavailable.values()))
        if not has_provider():
            step.outcome, step.message = "skipped", NO_PROVIDER
    return int(step.counts["hit"]) + int(step.counts["miss"])


def _ask_round_by_round(
    run_id: str, run_on: date, job_id: UUID | None, before_call: Callable[[], None], step: Step
) -> dict[str, str]:
    """Provider by provider, then whoever is next, until nobody is; the providers that could not be asked, and why."""
    unavailable: dict[str, str] = {}
    exhausted: Exhausted = {}
    patience, rounds = PATIENCE, 0
    while rounds < MOST_ROUNDS:
        rounds, before = rounds + 1, _answers(step)
        for provider in _pending_providers():
            if provider.name in unavailable:
                continue
            try:
                client = open_client(provider)
            except ProviderUnavailableError as error:
                unavailable[provider.name] = str(error)
                continue
            try:
                _call_all(client, provider, run_id, run_on, job_id, before_call, exhausted, step)
            except ProviderUnavailableError as error:
                unavailable[provider.name] = str(error)
            finally:
                client.close()
        if _answers(step) > before and insert_requests(run_on):
            continue
        pause = _pause_of_the_busy(unavailable, patience)
        if pause is None:
            break
        time.sleep(pause)
        patience, rounds = patience - max(pause, FEW_SECONDS), 0
    return unavailable


def _pause_of_the_busy(unavailable: dict[str, str], patience: float) -> float | None:
    """Seconds until the first provider that is busy takes questions again; None: nobody is waited for.

    Who is busy for longer than the run's patience becomes unavailable.
    """
    with connect("enrichment") as connection:
        rows = connection.execute(queries.load("enrichment").select_waiting_providers).fetchall()
    busy = [row for row in rows if row["name"] not in unavailable]
    for row in busy:
        if row["seconds"] > patience:
            unavailable[row["name"]] = (
                f"The provider {row['name']} is busy and takes no question before"
                f" {row['not_before']:%Y-%m-%d %H:%M} UTC; {row['requests']} wait for it."
            )
    return min((max(row["seconds"], 0.0) for row in busy if row["name"] not in unavailable), default=None)


def _answers(step: Step) -> int:
    return sum(int(step.counts[state]) for state in ANSWERED)


def _call_all(
    client: ProviderClient,
    provider: Provider,
    run_id: str,
    run_on: date,
    job_id: UUID | None,
    before_call: Callable[[], None],
    exhausted: Exhausted,
    step: Step,
) -> None:
    # the session that claims holds the request's lock while the call lasts: that is how others know it is alive
    with connect("enrichment") as connection:
        while True:
            before_call()
            found = _claim(connection, provider, run_on, job_id, exhausted)
            if found is None:
                return
            if isinstance(found, _OverCeiling):
                exhausted[found.organization_id] = found.price_eur
                step.counts["over_budget"] = len(exhausted)
                continue
            answer = found.cached or client.ask(found.request_id, _question(found), found.reserved_eur)
            if answer.pause is not None:
                _put_off(connection, found, answer)
                step.counts["put_off"] = int(step.counts["put_off"]) + 1
                return
            land_answer(found, answer, run_on, run_id)
            connection.execute(queries.load("enrichment").unlock_request, {"request_id": found.request_id})
            connection.commit()
            outcome = "cached" if found.cached else answer.state
            step.counts[outcome] = int(step.counts[outcome]) + 1
            if answer.stops:
                raise ProviderUnavailableError(
                    f"The provider {provider.name} cannot be asked now: {answer.stops}."
                    " Requests that are left stay pending."
                )


def _put_off(connection: Connection[DictRow], claim: Claim, answer: Answer) -> None:
    sql, asked = queries.load("enrichment"), {"request_id": claim.request_id}
    connection.execute(sql.put_off_request, {**asked, "pause": answer.pause, "error": answer.fault})
    connection.execute(sql.unlock_request, asked)
    connection.commit()


def _question(claim: Claim) -> Asked:
    return Asked(claim.wanted, claim.full_name, claim.company_name, claim.company_domain)


def _mark_lost(run_id: str) -> int:
    """Claims without a living worker become `unknown`: their call may have been made and charged."""
    with connect("enrichment") as connection:
        return connection.execute(queries.load("enrichment").mark_lost_claims, {"run_id": run_id}).rowcount


def _pending_providers() -> list[Provider]:
    """Whom open requests wait for. What waits for a provider that the settings do not name any more stays pending."""
    sql = queries.load("enrichment")
    of_settings = settings_provider()
    with connect("enrichment") as connection:
        connection.execute(sql.withdraw_requests)
        connection.execute(sql.withdraw_requests_without_lead)
        for charge in connection.execute(sql.select_withdrawn_reservations).fetchall():
            taken = {"amount_eur": -charge.pop("amount_eur"), "credits": -charge.pop("credits")}
            record_cost(connection, Cost(kind="provider", **taken, **charge))
        rows = connection.execute(sql.select_pending_providers).fetchall()
    found = []
    for row in rows:
        if row["provider_id"] is not None:
            found.append(Provider(**row))
        elif of_settings is not None and of_settings.name == row["name"]:
            found.append(of_settings)
    return found


def _claim(
    connection: Connection[DictRow], provider: Provider, run_on: date, job_id: UUID | None, exhausted: Exhausted
) -> Claim | _OverCeiling | None:
    """The next claim, committed with its reservation; a price that passes a ceiling; None at the end."""
    sql = queries.load("enrichment")
    parameters = {
        "provider": provider.name, "provider_id": provider.provider_id, "run_on": run_on,
        "exhausted": list(exhausted), "refused_eur": list(exhausted.values()),
    }  # fmt: skip
    row = connection.execute(sql.claim_request, parameters).fetchone()
    if row is None:
        connection.rollback()
        return None
    cached_days, was_put_off = row.pop("cached_days"), row.pop("was_put_off")
    claim = Claim(**row, job_id=job_id)
    reserved = was_put_off and connection.execute(sql.find_reservation, {"request_id": claim.request_id}).fetchone()
    if reserved:
        connection.commit()
        return replace(
            claim, reserved_eur=reserved["amount_eur"], credits=reserved["credits"], budget_id=reserved["budget_id"]
        )
    cached = connection.execute(
        sql.find_cached_answer, {"request_id": claim.request_id, "cached_days": cached_days}
    ).fetchone()
    if cached is not None:
        connection.commit()
        return replace(claim, cached=Answer(cached["state"], claim.reserved_eur * 0, payload=_told(cached)))
    try:
        taken = record_cost(connection, cost_of(claim, claim.reserved_eur))
    except BudgetExceededError as error:
        connection.rollback()
        connection.execute(sql.unlock_request, {"request_id": claim.request_id})
        connection.commit()
        # the wallet takes as many credits for a cheap call as for a dear one
        nothing_fits = isinstance(error, InsufficientCreditsError)
        return _OverCeiling(claim.organization_id, Decimal(0) if nothing_fits else claim.reserved_eur)
    connection.commit()
    return replace(claim, credits=taken)


def _told(cached: DictRow) -> dict[str, str]:
    return {"answered_by_request": str(cached["request_id"])}
