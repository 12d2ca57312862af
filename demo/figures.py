"""What the night paid for: providers of the waterfall by the marts, and every source but the sites by what landed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadhouse.database import connect

QUALITY = """
select provider, attribute, sum(calls)::integer as calls, sum(cached)::integer as cached, sum(hits)::integer as hits,
       sum(judged)::integer as judged, sum(correct)::integer as correct, sum(cost_eur)::double precision as cost_eur
  from mart_analytics.agg_provider_quality
 group by provider, attribute
 order by attribute, provider
"""
TONIGHT = """
select provider, count(*)::integer as calls, sum(price_eur)::double precision as cost_eur
  from raw.provider_responses
 where received_at >= %(since)s
 group by provider
"""
SOURCES = """
select batches.source_key, sum(received)::integer as received, sum(landed)::integer as landed,
       sum(known)::integer as known, sum(quarantined)::integer as quarantined,
       coalesce((select sum(amount_eur) from billing.costs
                  where costs.source_key = batches.source_key and costs.occurred_at >= %(since)s), 0)
         ::double precision as eur
  from raw.batches
 where landed_at >= %(since)s and batches.source_key not like 'web/%%'
   and batches.source_key not like 'email_checks/%%'
 group by batches.source_key
 order by batches.source_key
"""


def bought_figures(since: datetime) -> list[dict[str, Any]]:
    """`agg_provider_quality` over all organizations, countries and months, by attribute and provider; shares of 1.

    These are the figures of all nights together; `calls_tonight` and `cost_eur_tonight` are since then, and of the
    provider as a whole.
    """
    with connect("console") as connection:
        rows = connection.execute(QUALITY).fetchall()
        tonight = {row["provider"]: row for row in connection.execute(TONIGHT, {"since": since})}
    return [
        {
            **row,
            "hit_rate": _share(row["hits"], row["calls"]),
            "precision": _share(row["correct"], row["judged"]),
            "cost_per_hit": _share(row["cost_eur"], row["hits"]),
            "calls_tonight": tonight[row["provider"]]["calls"] if row["provider"] in tonight else 0,
            "cost_eur_tonight": tonight[row["provider"]]["cost_eur"] if row["provider"] in tonight else 0.0,
        }
        for row in rows
    ]


def source_figures(since: datetime) -> list[dict[str, Any]]:
    """Records of each source since then: received = landed + known + quarantined; `eur` what its calls cost."""
    with connect("console") as connection:
        return [dict(row) for row in connection.execute(SOURCES, {"since": since})]


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None
