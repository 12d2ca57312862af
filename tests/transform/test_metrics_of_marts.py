"""Metrics that the marts alone know: each ratio over rows counted by hand, of one organization and no other."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from leadhouse.database import queries
from leadhouse.transform.metrics import metrics, ratios_of, select_list

PERIOD = {"campaign_id": None, "first_day": "2026-01-01", "last_day": "2026-12-31"}
WEEK = "2026-11-02"


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def organizations(module_database):
    """Two organizations with the same rows, but for their numbers: the second's are ten times the first's."""
    with module_database.owner() as owner:
        made = [
            owner.execute(
                "insert into identity.organizations (slug, name) values (%s, 'Firm') returning organization_id",
                [f"firm-{uuid4().hex[:8]}"],
            ).fetchone()["organization_id"]
            for _ in range(2)
        ]
        for organization, times in zip(made, (1, 10), strict=True):
            fill(owner, organization, times)
        fill_shared(owner, made[0])
    return made


def fill(owner, organization, times):
    insert(owner, "mart_analytics.agg_funnel_weekly", organization_id=organization, created_week_on=WEEK,
           first_source="web", leads=8 * times, contactable=6 * times, qualified=4 * times, contacted=3 * times,
           delivered=3 * times, replied=2 * times, positive=1 * times, meetings=1 * times, converted=1 * times,
           cost_eur=16 * times)  # fmt: skip
    insert(owner, "mart_analytics.agg_provider_quality", organization_id=organization, provider="mailscout",
           attribute="email", country_code="DE", month_starts_on="2026-11-01", calls=10 * times, cached=3 * times,
           hits=7 * times, judged=4 * times, correct=3 * times, cost_eur=1)  # fmt: skip
    insert(owner, "mart_analytics.agg_field_freshness", organization_id=organization, entity_kind="person",
           attribute="email", slo_days=90, winners=6 * times, within_slo=2 * times, replaced_winners=2 * times,
           replaced_within_slo=1 * times, age_days_p50=1, age_days_p90=1, age_days_max=1)  # fmt: skip


def fill_shared(owner, organization):
    """Two companies open to all, of which the first organization knows one better."""
    shared, own = uuid4(), uuid4()
    for company, whose, filled in ((shared, None, 3), (own, None, 1), (own, organization, 9)):
        insert(owner, "mart_companies.dim_companies", organization_id=whose, company_id=company, social_urls=[],
               technologies=[], source_count=1, value_count=1, agreed_value_count=1, filled_count=filled,
               fillable_count=12, completeness_ratio=filled / 12, is_private=False)  # fmt: skip


def insert(owner, table, **values):
    """A row; what is not given and may not be null is told by the error."""
    owner.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )  # fmt: skip


def counted(database, relation, organization):
    known = metrics().relations[relation]
    statement = sql.SQL("select {} from ({}) as counted").format(
        select_list(relation), getattr(queries.load("analytics"), known.mart)
    )
    with psycopg.connect(database.admin_url, row_factory=dict_row) as reader:
        return reader.execute(statement, {**PERIOD, "organization_id": organization}).fetchone()


def values(relation, figures):
    return {name: ratio.value for name, ratio in ratios_of(relation, figures).items()}


@pytest.mark.parametrize(
    ("relation", "wanted"),
    [
        ("funnel", {"contactable_rate": 0.75, "cost_per_lead": 200, "cost_per_qualified_lead": 400,
                    "cost_per_reply": 800, "cost_per_positive_reply": 1600,
                    "cost_per_meeting": 1600, "cost_per_conversion": 1600}),
        ("provider_answers", {"hit_rate": 0.7, "precision": 0.75}),
        ("field_freshness", {"freshness": 0.25}),
        ("company_fields", {"fill_rate": (3 + 9) / 24}),
    ],
    ids=["funnel", "provider_answers", "field_freshness", "company_fields"],
)  # fmt: skip
def test_ratios_over_a_mart(module_database, organizations, relation, wanted):
    assert values(relation, counted(module_database, relation, organizations[0])) == pytest.approx(wanted)


def test_who_has_no_rows_has_no_rate(module_database, organizations):
    nobody = uuid4()
    for relation in ("funnel", "provider_answers", "costs"):
        assert set(values(relation, counted(module_database, relation, nobody)).values()) == {None}


def test_cost_without_a_lead_is_shown_beside(module_database, organizations):
    with module_database.owner() as owner:
        columns = {row["column_name"] for row in owner.execute(
            "select column_name from information_schema.columns where table_schema = 'mart_analytics'"
            " and table_name = 'fct_costs' and is_nullable = 'NO'"
        )}  # fmt: skip
        for lead, amount in ((uuid4(), 3), (None, 1), (None, -0.5)):
            given = {"organization_id": organizations[0], "cost_id": uuid4(), "occurred_at": "2026-11-05",
                     "kind": "provider", "amount_eur": amount, "lead_id": lead,
                     "is_refund": amount < 0}  # fmt: skip
            missing = dict.fromkeys(columns - set(given), 0)
            insert(owner, "mart_analytics.fct_costs", **given, **missing)
    figures = counted(module_database, "costs", organizations[0])
    assert (figures["cost_cents"], figures["unattributed_cost_cents"]) == (350, 50)
    assert values("costs", figures)["unattributed_share"] == pytest.approx(1 / 7)


def test_duplicates_are_of_the_decisions():
    figures = {"candidates": 200, "held": 30, "gate_failed": 0, "duplicates": 5}
    assert values("decisions", figures)["duplicate_rate"] == 0.025


def test_what_cannot_be_counted_yet_is_named_with_its_reason():
    known = metrics()
    assert set(known.waiting) == {"open_rate", "lift", "cost_per_opportunity"}
    assert not set(known.waiting) & {*known.figures, *known.ratios}
