"""The Figures page: an organization's funnel, cohorts, sources, freshness and providers, as the marts say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import errors

from leadhouse.console.plots import Bar, Run
from leadhouse.console.rendering import render_page, show_euro, show_number, show_share, show_words
from leadhouse.database import connect
from leadhouse.database.queries import load
from leadhouse.transform.metrics import wilson_interval

Row = dict[str, Any]
READINGS = ("list_cohorts", "list_runs_of_sources", "list_freshness", "list_providers", "sum_costs_of_no_lead")
# Column of the marts → its word in the funnel and above the cohorts' table.
STEPS = {
    "leads": "leads", "contactable": "contactable", "contacted": "contacted", "delivered": "delivered",
    "replied": "replied", "positive": "said yes", "meetings": "met", "converted": "converted",
}  # fmt: skip


def figures_page(organization_id: UUID | None) -> str | None:
    """The figures of an organization, of the busiest where none is given; None: there is no such organization."""
    queries = load("console_figures")
    with connect("console") as connection:
        organizations = connection.execute(queries.list_organizations_by_name).fetchall()
        known = {each["organization_id"]: each["name"] for each in organizations}
        chosen = organization_id or next(iter(known), None)
        if chosen is not None and chosen not in known:
            return None
        page: Row = {"organizations": organizations, "chosen": chosen, "name": known.get(chosen)}
        try:
            if organization_id is None and (
                busiest := connection.execute(queries.find_busiest_organization).fetchone()
            ):
                chosen = busiest["organization_id"]
                page |= {"chosen": chosen, "name": known[chosen]}
            rows = {
                name: connection.execute(getattr(queries, name), {"organization_id": chosen}).fetchall()
                for name in (
                    "list_cohorts",
                    "list_runs_of_sources",
                    "list_freshness",
                    "list_providers",
                    "sum_costs_of_no_lead",
                )
            }
        except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName):
            return render_page("figures.html", **page, is_built=False)
    return render_page("figures.html", **page, is_built=True, **_sections(rows))


def _sections(rows: dict[str, list[Row]]) -> Row:
    cohorts = rows["list_cohorts"]
    return {
        "cohorts": cohorts, "steps": STEPS, "funnel": _funnel(cohorts), "weeks": _weeks(cohorts),
        "sources": [each | {"runs": _runs(each)} for each in rows["list_runs_of_sources"]],
        "freshness": [_freshness(each) for each in rows["list_freshness"]],
        "providers": rows["list_providers"], "precision": [_precision(each) for each in rows["list_providers"]],
        "cost_of_no_lead": rows["sum_costs_of_no_lead"][0]["cost_eur"],
    }  # fmt: skip


def _funnel(cohorts: list[Row]) -> list[Bar]:
    """Each step over all cohorts with its share of all leads; a lead may take a step without the one before."""
    sums = {step: sum(each[step] for each in cohorts) for step in STEPS}
    every = sums["leads"]
    if not every:
        return []
    return [
        Bar(
            word, sums[step], every,
            show_number(sums[step]) + ("" if step == "leads" else f", {show_share(sums[step], every)} of leads"),
        )
        for step, word in STEPS.items()
    ]  # fmt: skip


def _weeks(cohorts: list[Row]) -> list[tuple[str, float, float, float]]:
    """A column a week: leads, those written to, those that answered."""
    return [
        (f"{each['created_week_on']:%d %b}", each["leads"], each["contacted"], each["replied"]) for each in cohorts
    ]  # fmt: skip


def _runs(source: Row) -> list[Run]:
    return [
        Run(outcome, suspicious, f"{day:%Y-%m-%d} {show_words(outcome)}")
        for outcome, suspicious, day in zip(source["outcomes"], source["suspicious"], source["days"], strict=True)
    ]


def _freshness(field: Row) -> Bar:
    share = field["within_slo"] / field["winners"]
    return Bar(
        f"{field['entity_kind']} {show_words(field['attribute'])}", share, 1.0,
        f"{show_share(share)} of {show_number(field['winners'])} in {field['slo_days']} days",
    )  # fmt: skip


def _precision(provider: Row) -> Bar:
    """What proved right of what was judged, with its 95 % interval (Wilson)."""
    label = f"{provider['provider']}, {show_words(provider['attribute'])}"
    if not provider["judged"]:
        return Bar(label, 0.0, 1.0, f"not judged yet, {show_euro(provider['cost_eur'])}")
    share = provider["correct"] / provider["judged"]
    low, high = wilson_interval(provider["correct"], provider["judged"])
    figure = f"{show_share(share)} of {provider['judged']}, {show_euro(provider['cost_eur'])}"
    return Bar(label, share, 1.0, figure, low, high)
