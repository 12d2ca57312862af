"""The stage `request_wanted`: what active campaigns want of their members and nobody knows becomes a request."""

from __future__ import annotations

from datetime import UTC, date, datetime

from leadhouse.database import connect, queries
from leadhouse.ledger.steps import recorded_step
from leadhouse.settings import settings

ATTRIBUTES = ("email",)  # what the provider can be asked for


def request_wanted(run_id: str, today: date | None = None) -> int:
    """Ask once a calendar month for each lead, attribute and provider; returns the number of new requests.

    Wanted is what `config.wanted_attributes` of an active campaign names and the lead's facts lack; an invalid address
    counts as none. An organization without a provider budget that has something left today asks for nothing. A request
    whose call failed without being charged is made again on a later day.
    """
    chosen = settings()
    day = today or datetime.now(UTC).date()
    with recorded_step("enrichment", run_id, "enrich_leads", "request_wanted") as step:
        if chosen.provider_url is None:
            step.outcome, step.message = "skipped", "No provider is configured (LEADHOUSE_PROVIDER_URL)."
            return 0
        with connect("enrichment") as connection:
            made = connection.execute(
                queries.load("enrichment").insert_wanted_requests,
                {
                    "attributes": list(ATTRIBUTES),
                    "provider": chosen.provider_name,
                    "window_on": day.replace(day=1),
                    "today": day,
                    "price": chosen.provider_price_eur,
                },
            ).rowcount
        step.counts["requested"] = made
    return made
