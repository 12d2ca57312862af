"""What the database held at the end of a night, kept so that tests may read it in any order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo.figures import bought_figures
from demo.measure import score_marts
from demo.seed import defects, seed_plan
from demo.wishes import report_search
from tests.night.night_stages import NightRun
from tests.night.night_world import NightWorld

Row = dict[str, Any]

BEFORE_ALL_NIGHTS = datetime(2000, 1, 1, tzinfo=UTC)
MARTS = (
    "mart_companies.dim_companies", "mart_companies.fct_company_values", "mart_leads.dim_people",
    "mart_leads.fct_person_values", "mart_leads.dim_leads", "mart_leads.fct_score_factors",
    "mart_analytics.fct_messages", "mart_analytics.fct_gate_results", "mart_analytics.fct_campaign_decisions",
    "mart_analytics.fct_costs", "mart_analytics.fct_provider_calls", "mart_analytics.fct_source_runs",
)  # fmt: skip
TABLES = (
    "raw.batches", "raw.fetches", "raw.extractions", "quality.quarantine", "quality.snapshots",
    "quality.snapshot_members", "quality.gate_results", "quality.gate_expectations", "app.messages",
    "app.campaign_decisions", "app.leads", "app.lead_facts", "app.enrichment_requests", "billing.costs",
    "billing.budgets", "resolution.redirects",
)  # fmt: skip


@dataclass(frozen=True)
class NightFacts:
    """One night: what ran, every row of marts and tables by short name, the score, and what the world saw."""

    run: NightRun
    truth: dict[str, Any]
    tables: dict[str, list[Row]]
    score: dict[str, Any]
    mails: list[Row]
    attempts: list[Row]
    charges: list[Row]
    site_outcomes: dict[str, Row]  # by source key
    search: Row  # what the first organization's lead search has come to
    bought: list[Row]  # providers, as the night's end shows them
    organizations: dict[str, Any]  # slug → id
    defects: list[Row]  # planted in the second organization's audience
    opted_out: dict[str, set[str]]  # slug → addresses and domains

    def rows(self, table: str, **wanted: Any) -> list[Row]:
        """The rows of a table that have the wanted values; a slug stands for its organization."""
        if "organization" in wanted:
            slug = wanted.pop("organization")
            wanted["organization_id"] = self.organizations[slug] if slug else None
        return [row for row in self.tables[table] if all(row[name] == value for name, value in wanted.items())]

    def one(self, table: str, **wanted: Any) -> Row:
        """The only such row."""
        [row] = self.rows(table, **wanted)
        return row

    def contents(self, mart: str) -> Counter[str]:
        """Every row of a mart without its times."""
        return Counter(
            repr(sorted((name, value) for name, value in row.items() if not isinstance(value, datetime)))
            for row in self.tables[mart]
        )

    def companies_at(self, domain: str, organization: str | None = None) -> set[Any]:
        """The ids of companies that have a domain among their winning values."""
        values = self.rows("fct_company_values", attribute="domain", value=domain, organization=organization)
        return {row["company_id"] for row in values if row["is_winner"]}

    def people_of(self, domain: str, organization: str | None = None) -> dict[str, Row]:
        """The people of a company, by name."""
        companies = self.companies_at(domain)
        people = self.rows("dim_people", organization=organization)
        return {row["full_name"]: row for row in people if row["company_id"] in companies}

    def values_of(self, company_id: Any, attribute: str, organization: str | None = None) -> set[str]:
        """A company's winning values of an attribute."""
        found = self.rows(
            "fct_company_values", company_id=company_id, attribute=attribute, is_winner=True, organization=organization
        )
        return {row["value"] for row in found}


def capture(world: NightWorld, run: NightRun) -> NightFacts:
    """Everything the tests look at, as it is now."""
    tables = {name.partition(".")[2]: world.rows(f"select * from {name}") for name in (*MARTS, *TABLES)}  # noqa: S608
    sites = world.rows(
        "select distinct on (subject) subject, outcome, counts, message from quality.step_outcomes"
        " where stage = 'crawl_site' and run_id = any (%s) order by subject, finished_at desc",
        [f"job__{job_id}" for job_id in run.jobs],
    )
    organizations = world.rows("select slug, organization_id from identity.organizations")
    plan = seed_plan(world.world)
    opted_out = {each["slug"]: {row["value"] for row in each["suppressions"]} for each in plan["organizations"]}
    return NightFacts(
        run, world.truth, tables, score_marts(world.world), world.mails(), world.attempts(), world.charges(),
        {row["subject"]: row for row in sites}, _searched(organizations, plan), bought_figures(BEFORE_ALL_NIGHTS),
        {row["slug"]: row["organization_id"] for row in organizations},
        defects(world.world), opted_out,
    )  # fmt: skip


def _searched(organizations: list[Row], plan: Row) -> Row:
    """The report of the first organization's lead search."""
    owner = next(row["organization_id"] for row in organizations if row["slug"] == "nordlicht")
    return report_search(owner, plan["organizations"][0]["lead_search"]) or {}
