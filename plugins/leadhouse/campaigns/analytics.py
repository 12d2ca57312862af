"""Analytics of an organization: figures and ratios of ``sql/metrics.yml`` over a range of days, and how they moved.

A range ends with the organization's today, in its own time zone; the range before it is as long and ends the day
before. Reading functions take a `connection` that acts as the caller: the policies decide what is counted. Closed days
come from what is kept, the open day is counted as it is now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection, sql

from leadhouse.database import queries
from leadhouse.transform.metrics import metrics, ratio_of, ratios_of, select_list

RangeName = Literal["7d", "30d", "90d", "1y"]
Period = Literal["day", "week", "month"]
Relation = Literal[
    "message_days", "leads", "decisions", "funnel", "company_fields", "field_freshness", "provider_answers", "costs"
]
LeadColumn = Literal["status", "priority", "rating_1_to_5", "first_source"]
Row = dict[str, Any]
DAYS: dict[RangeName, int] = {"7d": 7, "30d": 30, "90d": 90, "1y": 365}


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days of the organization, both ends included."""

    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last_day - self.first_day).days + 1

    @property
    def before(self) -> DayRange:
        """As many days, just before."""
        return DayRange(self.first_day - timedelta(days=self.days), self.first_day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: an organization's rows of some days, of one campaign or of all."""

    organization_id: UUID
    days: DayRange
    campaign_id: UUID | None = None

    @property
    def parameters(self) -> Row:
        """As the queries name them."""
        return {
            "organization_id": self.organization_id, "campaign_id": self.campaign_id,
            "first_day": self.days.first_day, "last_day": self.days.last_day,
        }  # fmt: skip

    @property
    def before(self) -> Scope:
        """The same of the range before."""
        return Scope(self.organization_id, self.days.before, self.campaign_id)


def find_days(connection: Connection[Any], organization_id: UUID, name: RangeName) -> DayRange:
    """The last 7, 30, 90 or 365 days of the organization, today included. Raises LookupError: no such organization."""
    row = connection.execute(_sql().find_today, {"organization_id": organization_id}).fetchone()
    if row is None:
        raise LookupError(f"There is no organization {organization_id} for you.")
    return DayRange(row["today"] - timedelta(days=DAYS[name] - 1), row["today"])


def require_analytics(connection: Connection[Any]) -> None:
    """Ends quietly when the caller's role reads analytics. Raises psycopg.errors.InsufficientPrivilege."""
    connection.execute(_sql().require_analytics)


def settle(connection: Connection[Any], organization_id: UUID, campaign_id: UUID | None = None) -> None:
    """Count what is still open in campaigns that the caller reads. Raises psycopg.errors.InsufficientPrivilege."""
    connection.execute(_sql().settle_figures, {"organization_id": organization_id, "campaign_id": campaign_id})


def count_figures(connection: Connection[Any], relation: Relation, scope: Scope, *, of_marts: bool = False) -> Row:
    """Every figure over a relation; `of_marts` counts the same from the marts alone."""
    statement = _sql().count_figures.format(figures=select_list(relation), relation=_relation(relation, of_marts))
    return dict(connection.execute(statement, scope.parameters, prepare=False).fetchone() or {})


def count_by_period(connection: Connection[Any], relation: Relation, scope: Scope, period: Period) -> list[Row]:
    """The figures of each day, week (from Monday) or month of the range, those without a row included; `starts_on`."""
    statement = _sql().count_by_period.format(
        figures=select_list(relation), relation=_relation(relation, False), period=sql.Literal(period)
    )
    found = {row["starts_on"]: dict(row) for row in connection.execute(statement, scope.parameters, prepare=False)}
    nothing = {each.name: 0 for each in metrics().figures_over(relation)}
    return [found.get(start, {"starts_on": start, **nothing}) for start in starts_of(scope.days, period)]


def count_by_campaign(connection: Connection[Any], relation: Relation, scope: Scope) -> dict[UUID, Row]:
    """The figures of each campaign that has any."""
    statement = _sql().count_by_campaign.format(figures=select_list(relation), relation=_relation(relation, False))
    rows = connection.execute(statement, scope.parameters, prepare=False)
    return {row["campaign_id"]: {name: row[name] for name in row if name != "campaign_id"} for row in rows}


def count_leads_by(connection: Connection[Any], scope: Scope, column: LeadColumn) -> list[Row]:
    """How many leads of the range have each value of a column: value (None: not set), leads; the most first."""
    statement = _sql().count_leads_by.format(column=sql.Identifier(column), relation=_relation("leads", False))
    return [dict(row) for row in connection.execute(statement, scope.parameters, prepare=False)]


def count_standing(connection: Connection[Any], organization_id: UUID) -> Row:
    """What there is now: campaigns, active_campaigns, total_leads, sources, active_sources, open_jobs."""
    row = connection.execute(_sql().count_standing, {"organization_id": organization_id}).fetchone()
    return dict(row or {})


def top_campaigns(
    connection: Connection[Any], scope: Scope, metric: str = "response_rate", at_most: int = 5
) -> list[Row]:
    """The best campaigns of the range by one ratio, those without a denominator last; with their figures and ratios."""
    messages, leads = (
        count_by_campaign(connection, "message_days", scope),
        count_by_campaign(connection, "leads", scope),
    )
    nothing = {name: 0 for name in metrics().figures if metrics().figures[name].over in ("message_days", "leads")}
    counted = {key: nothing | messages.get(key, {}) | leads.get(key, {}) for key in messages.keys() | leads.keys()}
    ranked = sorted(counted.items(), key=lambda each: (-_rank(metric, each[1]), str(each[0])))
    known = {
        row["campaign_id"]: dict(row)
        for row in connection.execute(
            _sql().list_campaign_names,
            {"organization_id": scope.organization_id, "campaign_ids": [key for key, _ in ranked]},
        )
    }
    return [known[key] | {"figures": figures, "ratios": _ratios(figures)} for key, figures in ranked if key in known][
        :at_most
    ]


def summarize(connection: Connection[Any], scope: Scope, relations: tuple[Relation, ...]) -> Row:
    """Figures and ratios of the range and of the one before, and by how much each figure moved.

    `change` is (now - before) / before, None where there was nothing before.
    """
    now, then = _counted(connection, scope, relations), _counted(connection, scope.before, relations)
    change = {name: (now[name] - then[name]) / then[name] if then[name] else None for name in now}
    return {
        "figures": now, "ratios": _ratios_over(relations, now), "figures_before": then,
        "ratios_before": _ratios_over(relations, then), "change": change,
    }  # fmt: skip


def starts_of(days: DayRange, period: Period) -> list[date]:
    """The first day of each day, week or month that the range touches."""
    starts = (_start(days.first_day + timedelta(days=number), period) for number in range(days.days))
    return list(dict.fromkeys(starts))


def _start(day: date, period: Period) -> date:
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _counted(connection: Connection[Any], scope: Scope, relations: tuple[Relation, ...]) -> Row:
    return {
        name: value for each in relations for name, value in count_figures(connection, each, scope).items()
    }  # names of figures are unique over all relations


def _ratios_over(relations: tuple[Relation, ...], figures: Row) -> Row:
    return {name: asdict(value) for each in relations for name, value in ratios_of(each, figures).items()}


def _ratios(figures: Row) -> Row:
    return _ratios_over(("message_days", "leads"), figures)


def _rank(metric: str, figures: Row) -> float:
    value = ratio_of(metric, figures).value
    return -1.0 if value is None else value


def _relation(relation: Relation, of_marts: bool) -> sql.SQL:
    known = metrics().relations[relation]
    statement: sql.SQL = getattr(_sql(), known.mart if of_marts else known.live)
    return statement


def _sql() -> queries.Queries:
    return queries.load("analytics")
