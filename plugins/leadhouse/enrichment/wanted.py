"""The stage `request_wanted`: what active campaigns want of their members and nobody knows becomes a request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import connect, queries
from leadhouse.enrichment.providers import NO_PROVIDER, has_provider, settings_offer
from leadhouse.ledger.steps import recorded_step


def request_wanted(run_id: str, today: date | None = None) -> int:
    """Ask once a calendar month for each lead, attribute and provider; returns the number of new requests.

    Wanted is what `config.wanted_attributes` of an active campaign names and the lead's facts lack; an invalid address
    counts as none. The first provider of the waterfall is asked, the next when its answer is settled and not good. An
    organization without a provider budget that has something left today asks for nothing. A request whose call failed
    without being charged is made again on a later day.
    """
    with recorded_step("enrichment", run_id, "enrich_leads", "request_wanted") as step:
        if not has_provider():
            step.outcome, step.message = "skipped", NO_PROVIDER
            return 0
        step.counts["requested"] = made = insert_requests(today or datetime.now(UTC).date())
    return made


def insert_requests(day: date) -> int:
    """The next request of each waterfall that may go on, as of a day (UTC); their number."""
    with connect("enrichment") as connection:
        return insert_wanted(connection, day)


def insert_wanted(connection: Connection[DictRow], day: date, organization_id: UUID | None = None) -> int:
    """The same in the transaction of a connection of the component, for one organization or all."""
    values = {"window_on": day.replace(day=1), "today": day, "organization_id": organization_id, **settings_offer()}
    return connection.execute(queries.load("enrichment").insert_wanted_requests, values).rowcount
