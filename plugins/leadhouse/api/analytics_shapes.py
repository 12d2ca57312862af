"""Shapes of analytics: their figures and ratios are those of ``sql/metrics.yml``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import create_model

from leadhouse.api.shapes import Shape
from leadhouse.campaigns.analytics import Period, RangeName, Relation
from leadhouse.transform.metrics import metrics

MESSAGES: tuple[Relation, ...] = ("message_days", "leads")


class RatioShape(Shape):
    """A ratio: `value` is null without a denominator; `low` and `high` bound its 95 % interval where it is of few."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None
    high: float | None


def _figures(name: str, relations: Iterable[Relation], kind: Any, **fields: Any) -> type[Shape]:
    """A shape with the figures of some relations as fields."""
    found = {each.name: (kind, ...) for relation in relations for each in metrics().figures_over(relation)}
    return _shape(name, "Figures, as docs/metrics.md defines them.", {**fields, **found})


def _ratios(name: str, relations: Iterable[Relation]) -> type[Shape]:
    found: dict[str, Any] = {
        each.name: (RatioShape, ...) for relation in relations for each in metrics().ratios_over(relation)
    }
    return _shape(name, "Ratios, as docs/metrics.md defines them.", found)


def _shape(name: str, doc: str, fields: dict[str, Any]) -> type[Shape]:
    made: type[Shape] = create_model(name, __base__=Shape, __doc__=doc, **fields)
    return made


Figures: Any = _figures("Figures", MESSAGES, int)
Ratios: Any = _ratios("Ratios", MESSAGES)
Changes: Any = _figures("Changes", MESSAGES, float | None)
MessagePoint: Any = _figures("MessagePoint", ("message_days",), int, starts_on=(date, ...))
LeadPoint: Any = _figures("LeadPoint", ("leads",), int, starts_on=(date, ...))
LeadFigures: Any = _figures("LeadFigures", ("leads",), int)
LeadRatios: Any = _ratios("LeadRatios", ("leads",))
LeadFigureChanges: Any = _figures("LeadFigureChanges", ("leads",), float | None)


class Days(Shape):
    """The days that were counted, both ends included, in the organization's time zone; and those before."""

    range: RangeName
    first_day: date
    last_day: date
    before_first_day: date
    before_last_day: date


class Standing(Shape):
    """What there is now, whatever the range."""

    campaigns: int
    active_campaigns: int
    total_leads: int
    sources: int
    active_sources: int
    open_jobs: int


class Share(Shape):
    """How many leads of the range have a value; null: not set."""

    value: str | None
    leads: int


class RankedCampaign(Shape):
    """A campaign with what it did in the range."""

    campaign_id: UUID
    name: str
    status: str
    type: str
    figures: Figures
    ratios: Ratios


class Overview(Shape):
    """An organization in a range, and how it moved against the range before (`change`: of 1; null: nothing before)."""

    as_of: datetime
    days: Days
    standing: Standing
    figures: Figures
    ratios: Ratios
    figures_before: Figures
    ratios_before: Ratios
    change: Changes
    message_timeline: list[MessagePoint]
    lead_timeline: list[LeadPoint]
    status_distribution: list[Share]
    qualification_distribution: list[Share]
    top_campaigns: list[RankedCampaign]


class CampaignTotals(Shape):
    """Everything since the campaign began, as the database keeps it."""

    members: int
    members_stopped: int
    candidates: int
    decided_sent: int
    people: int
    attempted: int
    delivered: int
    people_delivered: int
    people_replied: int
    people_unsubscribed: int
    leads: int
    leads_qualified: int
    leads_contacted: int
    leads_converted: int
    bounce_rate: float | None
    response_rate: float | None
    unsubscribe_rate: float | None
    complaint_rate: float | None
    qualification_rate: float | None
    conversion_rate: float | None


class CampaignAnalytics(Shape):
    """One campaign: all of it, a range, and how it moved."""

    as_of: datetime
    campaign_id: UUID
    name: str
    status: str
    days: Days
    totals: CampaignTotals
    figures: Figures
    ratios: Ratios
    figures_before: Figures
    ratios_before: Ratios
    change: Changes
    message_timeline: list[MessagePoint]
    lead_timeline: list[LeadPoint]
    status_distribution: list[Share]
    qualification_distribution: list[Share]


class LeadAnalytics(Shape):
    """Leads of a range by day, week or month, and what they are."""

    as_of: datetime
    days: Days
    group_by: Period
    campaign_id: UUID | None
    figures: LeadFigures
    ratios: LeadRatios
    figures_before: LeadFigures
    ratios_before: LeadRatios
    change: LeadFigureChanges
    timeline: list[LeadPoint]
    status_distribution: list[Share]
    qualification_distribution: list[Share]
    priority_distribution: list[Share]
    source_distribution: list[Share]


class MetricShape(Shape):
    """What a figure or ratio means."""

    name: str
    title: str
    kind: Literal["figure", "ratio"]
    unit: str
    definition: str
    window: str | None
    description: str
    sources: list[str]
