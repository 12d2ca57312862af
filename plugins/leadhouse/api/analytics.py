"""Analytics by ``sql/metrics.yml``: the organization's overview, one campaign, leads by day, week or month.

Every answer says as of when it is (`asOf`, UTC). The overview and the leads come from a cache while nothing of the
organization has changed; a campaign's figures are read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query

from leadhouse.api.analytics_shapes import (
    MESSAGES,
    CampaignAnalytics,
    CampaignTotals,
    LeadAnalytics,
    MetricShape,
    Overview,
    RankedCampaign,
)
from leadhouse.api.listing import OrganizationId
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Shape
from leadhouse.api.transactions import Work
from leadhouse.campaigns import analytics
from leadhouse.campaigns.analytics import DayRange, Period, RangeName, Scope
from leadhouse.campaigns.metrics import cached, campaign_performance
from leadhouse.leads.work_list import find_reach
from leadhouse.transform.metrics import metrics

router = APIRouter(prefix="/analytics", tags=["analytics"])
of_campaigns = APIRouter(prefix="/campaigns", tags=["analytics"])

ShapeT = TypeVar("ShapeT", bound=Shape)
Range = Annotated[RangeName, Query(description="The last 7, 30, 90 or 365 days, today included.")]
GroupBy = Annotated[Period, Query(alias="groupBy", description="What the timeline counts by.")]
Ranking = Literal["response_rate", "qualification_rate", "conversion_rate"]


@router.get("/overview", operation_id="get_overview", summary="The organization at a glance, with trends")
def get_overview(
    work: Work,
    organization_id: OrganizationId,
    range: Range = "30d",  # noqa: A002  the documents' name
    rank_by: Annotated[Ranking, Query(alias="rankBy", description="What the top campaigns are ranked by.")] = (
        "response_rate"
    ),
) -> Overview:
    """Messages, leads, rates, their timelines and distributions, the best campaigns, and the range before."""
    analytics.require_analytics(work.connection)
    scope = Scope(organization_id, analytics.find_days(work.connection, organization_id, range))

    def compute() -> dict[str, Any]:
        analytics.settle(work.connection, organization_id)
        top = analytics.top_campaigns(work.connection, scope, rank_by)
        return {
            **_range_parts(work, scope, range),
            "standing": analytics.count_standing(work.connection, organization_id),
            "top_campaigns": [RankedCampaign.model_validate(each) for each in top],
        }

    return _from_cache(work, organization_id, f"overview {range} {scope.days.last_day} {rank_by}", Overview, compute)


@router.get("/leads", operation_id="get_lead_analytics", summary="Leads by day, week or month")
def get_lead_analytics(
    work: Work,
    organization_id: OrganizationId,
    range: Range = "30d",  # noqa: A002
    group_by: GroupBy = "day",
    campaign_id: Annotated[UUID | None, Query(alias="campaignId")] = None,
) -> LeadAnalytics:
    """Of all campaigns or of one (those whose origin it is)."""
    analytics.require_analytics(work.connection)
    scope = Scope(organization_id, analytics.find_days(work.connection, organization_id, range), campaign_id)

    def compute() -> dict[str, Any]:
        return {
            **analytics.summarize(work.connection, scope, ("leads",)),
            "days": _days(range, scope.days),
            "group_by": group_by,
            "campaign_id": campaign_id,
            "timeline": analytics.count_by_period(work.connection, "leads", scope, group_by),
            **_distributions(work, scope),
            "priority_distribution": analytics.count_leads_by(work.connection, scope, "priority"),
            "source_distribution": analytics.count_leads_by(work.connection, scope, "first_source"),
        }

    key = f"leads {range} {scope.days.last_day} {group_by} {campaign_id}"
    return _from_cache(work, organization_id, key, LeadAnalytics, compute)


@of_campaigns.get(
    "/{campaign_id:uuid}/analytics", operation_id="get_analytics_of_campaign", summary="One campaign's figures"
)
@router.get("/campaigns/{campaign_id:uuid}", operation_id="get_campaign_analytics", summary="One campaign's figures")
def get_campaign_analytics(
    work: Work,
    organization_id: OrganizationId,
    campaign_id: UUID,
    range: Range = "30d",  # noqa: A002
    group_by: GroupBy = "day",
) -> CampaignAnalytics:
    """For everybody who may read the campaign, its client included; counted anew with each request."""
    totals = campaign_performance(work.connection, campaign_id)
    if totals is None:
        raise not_found("campaign")
    scope = Scope(organization_id, analytics.find_days(work.connection, organization_id, range), campaign_id)
    found = {
        **_range_parts(work, scope, range, group_by),
        "as_of": totals["as_of"],
        "campaign_id": campaign_id,
        "name": totals["name"],
        "status": str(totals["status"]),
        "totals": {name: totals[name] for name in CampaignTotals.model_fields},
    }
    return CampaignAnalytics.model_validate(found)


@router.get("/metrics", operation_id="list_metrics", summary="What each figure and ratio means")
def list_metrics(_: Work) -> list[MetricShape]:
    """The one definition of each, as docs/metrics.md has it."""
    known = metrics()
    figures = [
        MetricShape(
            name=each.name, title=each.title, kind="figure", unit=each.unit, definition=each.sql, window=each.window,
            description=each.description, sources=list(known.relations[each.over].sources),
        )
        for each in known.figures.values()
    ]  # fmt: skip
    ratios = [
        MetricShape(
            name=each.name, title=each.title, kind="ratio", unit=each.unit, window=each.window,
            definition=f"{' + '.join(each.numerator)} / {each.denominator}", description=each.description,
            sources=list(known.relations[known.figures[each.denominator].over].sources),
        )
        for each in known.ratios.values()
    ]  # fmt: skip
    return figures + ratios


def _range_parts(work: Work, scope: Scope, name: RangeName, period: Period = "day") -> dict[str, Any]:
    return {
        **analytics.summarize(work.connection, scope, MESSAGES),
        "days": _days(name, scope.days),
        "message_timeline": analytics.count_by_period(work.connection, "message_days", scope, period),
        "lead_timeline": analytics.count_by_period(work.connection, "leads", scope, period),
        **_distributions(work, scope),
    }


def _distributions(work: Work, scope: Scope) -> dict[str, Any]:
    return {
        "status_distribution": analytics.count_leads_by(work.connection, scope, "status"),
        "qualification_distribution": analytics.count_leads_by(work.connection, scope, "rating_1_to_5"),
    }


def _days(name: RangeName, days: DayRange) -> Mapping[str, Any]:
    return {
        "range": name, "first_day": days.first_day, "last_day": days.last_day,
        "before_first_day": days.before.first_day, "before_last_day": days.before.last_day,
    }  # fmt: skip


def _from_cache(
    work: Work, organization_id: UUID, key: str, shape: type[ShapeT], compute: Callable[[], dict[str, Any]]
) -> ShapeT:
    """The answer that still stands, or a new one; who does not reach all leads is never given all of them."""

    def answer() -> dict[str, Any]:
        found = shape.model_validate({**compute(), "as_of": datetime.now(UTC)})
        return dict(found.model_dump(mode="json", by_alias=False))

    if not _reaches_all(work):
        return shape.model_validate(answer())
    return shape.model_validate(cached(organization_id, key, answer, work.connection))


def _reaches_all(work: Work) -> bool:
    return find_reach(work.connection).reads_all
