"""Figures of campaigns, by the one definition of metrics.yml.

The database keeps them: triggers move counters a person and a day, a read counts what is still open, and the nightly
`reconcile` counts everything anew and compares closed days with the marts. A ratio comes with its numerator and
denominator, and is None where nothing was counted. Reading functions take a `connection` that acts as the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries

Metric = Literal["response_rate", "qualification_rate", "conversion_rate"]
Row = dict[str, Any]
CACHE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Drift:
    """A closed day whose counter differs from the marts: they are older than a late event, or one is wrong."""

    campaign_id: UUID
    cohort_on: date
    metric: str
    counted: int
    in_marts: int


@dataclass(frozen=True)
class Reconciliation:
    """What the nightly count found: `repaired` figures were wrong and are right now; `drift` still differs."""

    campaigns: int = 0
    repaired: int = 0
    drift: list[Drift] = field(default_factory=list)


def campaign_performance(connection: Connection[Any], campaign_id: UUID) -> Row | None:
    """Counters, rates and `as_of` (UTC); None: no such campaign that the caller may read."""
    row = connection.execute(_sql().find_performance, {"campaign_id": campaign_id}).fetchone()
    return dict(row) if row else None


def campaign_days(connection: Connection[Any], campaign_id: UUID, first_day: date, last_day: date) -> list[Row]:
    """Days of first attempts in the organization's time zone, both ends included; days without any are left out."""
    values = {"campaign_id": campaign_id, "first_day": first_day, "last_day": last_day}
    return [dict(row) for row in connection.execute(_sql().select_days, values)]


def campaign_summaries(
    connection: Connection[Any],
    organization_id: UUID,
    *,
    status: str | None = None,
    client_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Row]:
    """The campaigns that the caller may read, newest first."""
    values = {
        "organization_id": organization_id, "status": status, "client_id": client_id, "limit": limit, "offset": offset,
    }  # fmt: skip
    return [dict(row) for row in connection.execute(_sql().select_summaries, values)]


def top_campaigns(
    connection: Connection[Any], organization_id: UUID, at_most: int = 10, metric: Metric = "response_rate"
) -> list[Row]:
    """The best by one rate, those without a denominator last; 50 at most.

    Raises:
        psycopg.errors.InsufficientPrivilege: another organization.
        psycopg.errors.InvalidParameterValue: not a metric to rank by.
    """
    values = {"organization_id": organization_id, "at_most": at_most, "metric": metric}
    return [dict(row) for row in connection.execute(_sql().select_top_campaigns, values)]


def organization_overview(connection: Connection[Any], organization_id: UUID) -> Row:
    """Campaigns, leads, sources, jobs, messages, with `as_of`; from the cache while nothing has changed.

    Raises:
        psycopg.errors.InsufficientPrivilege: another organization, or a role that may not read analytics.
    """
    row = connection.execute(_sql().find_overview, {"organization_id": organization_id}).fetchone()
    return dict(row["overview"]) if row else {}


def cached(
    organization_id: UUID,
    key: str,
    compute: Callable[[], Row],
    connection: Connection[Any],
    seconds: int = CACHE_SECONDS,
) -> Row:
    """What `compute` gave last while nothing of the organization has changed since, else what it gives now.

    `connection` acts as the caller and decides whether the caller may read analytics; the answer must be one that all
    who may are given.
    """
    values = {"organization_id": organization_id, "cache_key": key}
    row = connection.execute(_sql().read_cache, values).fetchone()
    if row is not None:
        return dict(row["payload"])
    taken = connection.execute(_sql().find_snapshot).fetchone()
    answer = compute()
    with connect("campaigns") as writer:
        written = {"payload": Jsonb(answer), "snapshot": taken["snapshot"] if taken else None, "seconds": seconds}
        writer.execute(_sql().write_cache, {**values, **written})
    return answer


def reconcile() -> Reconciliation:
    """Counts every campaign anew, repairs what was wrong, and compares closed days with the marts if they exist."""
    with connect("campaigns", autocommit=True) as connection:
        campaigns = [row["campaign_id"] for row in connection.execute(_sql().list_campaigns_with_messages)]
        repaired = 0
        for campaign_id in campaigns:
            row = connection.execute(_sql().recount_campaign, {"campaign_id": campaign_id}).fetchone()
            repaired += row["wrong"] if row else 0
        built = connection.execute("select to_regclass('mart_analytics.fct_messages') is not null as built").fetchone()
        rows = connection.execute(_sql().select_drift).fetchall() if built and built["built"] else []
    return Reconciliation(len(campaigns), repaired, [Drift(**row) for row in rows])


def archive_cache(days: int = 30) -> int:
    """Removes cached answers that expired before; returns how many."""
    with connect("maintenance") as connection:
        row = connection.execute(_sql().archive_cache, {"days": days}).fetchone()
    return int(row["removed"]) if row else 0


def _sql() -> queries.Queries:
    return queries.load("metrics")
