"""Analytics over HTTP: what the API says, what the marts say and what the database's own functions say is one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from psycopg import sql

from leadhouse.api import analytics
from leadhouse.campaigns import analytics as figures
from leadhouse.campaigns import metrics as counters
from leadhouse.campaigns.analytics import DayRange, Scope
from leadhouse.database import queries
from leadhouse.transform import build_marts
from leadhouse.transform.metrics import expression, metrics
from tests.api.resource_world import Resources, calls_by_route, is_camel

SENT = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=20)


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def on(api, world):
    """A campaign of eight messages with all that may become of them, and leads that went their ways."""
    made = Resources(api, world)
    made.campaign = made.row(
        "insert into app.campaigns (organization_id, name, client_id) values (%s, 'Spring', %s) returning campaign_id",
        made.north, made.client_id,
    )["campaign_id"]  # fmt: skip
    made.leads = [made.lead(campaign=made.campaign, full_name=f"P {number}") for number in range(8)]
    _send(made)
    _work(made)
    build_marts("cli__analytics")
    return made


def _send(on):
    """Messages with their snapshot, gate and account, as the keys want them; then what was heard of them."""
    account, snapshot, gate = uuid4(), uuid4(), uuid4()
    with on.world.database.owner() as owner:
        owner.execute("select raw.ensure_partitions(current_date)")
        owner.execute("set session_replication_role = replica")  # the way to the outbox is tested elsewhere
        for number, lead in enumerate(on.leads):
            state = [*["accepted"] * 5, "rejected", "unknown", "bounced"][number]
            owner.execute(
                "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id,"
                " email_normalized, gate_run_id, gate_verdict, email_account_id, state, attempted_at, finished_at,"
                " reason_class) values (%s, %s, 1, %s, %s, %s, %s, %s, 'passed', %s, %s, %s, %s, %s)",
                [on.north, on.campaign, lead, snapshot, uuid4(), f"p{number}@x.example", gate, account, state, SENT,
                 SENT, "mailbox_unknown" if state in ("rejected", "bounced") else None],
            )  # fmt: skip
        owner.execute("set session_replication_role = origin")
        messages = owner.execute("select message_id from app.messages order by email_normalized").fetchall()
        for number, kind, days in [(7, "bounced", 1), (0, "replied", 3), (1, "replied", 20), (2, "unsubscribed", 2),
                                   (2, "complained", 2)]:  # fmt: skip
            owner.execute(
                "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
                " occurred_at) values (current_date, %s, %s, %s, %s, %s, %s)",
                [uuid4(), uuid4(), on.north, messages[number]["message_id"], kind, SENT + timedelta(days=days)],
            )
        owner.execute("select app.recount_campaign(%s)", [on.campaign])


def _work(on):
    """Three qualified, of which one converted at once, one after 91 days; one rejected."""
    for lead, rating in zip(on.leads, (5, 4, 3, 1), strict=False):
        on.manager.post(f"/leads/{lead}/qualify", {"rating": rating})
    on.manager.put(f"/leads/{on.leads[0]}", {"status": "converted"})
    on.world.rows("update app.leads set created_at = now() - interval '91 days' where lead_id = %s", on.leads[1])
    on.manager.put(f"/leads/{on.leads[1]}", {"status": "converted"})


def scope_of(on, campaign=None, days=365):
    today = datetime.now(UTC).date()
    return Scope(on.north, DayRange(today - timedelta(days=days - 1), today), campaign)


@pytest.mark.parametrize("relation", [name for name, each in metrics().relations.items() if each.live != each.mart])
def test_the_api_and_the_marts_count_the_same(on, relation):
    with on.world.database.connect("campaigns") as connection:
        live = figures.count_figures(connection, relation, scope_of(on))
        marts = figures.count_figures(connection, relation, scope_of(on), of_marts=True)
    assert live == marts
    if relation != "decisions":
        assert sum(live.values()) > 0


def test_the_figures_are_those_of_the_definitions(on):
    found = on.manager.get(f"/analytics/campaigns/{on.campaign}", range="1y")
    told = {name: found["figures"][name] for name in ("attempted", "delivered", "bounced", "rejected", "unknown",
            "hardBounced", "complained", "peopleDelivered", "peopleReplied", "peopleUnsubscribed", "leads",
            "leadsQualified", "leadsConverted", "leadsRated", "ratingTotal")}  # fmt: skip
    assert told == {
        "attempted": 8, "delivered": 5, "bounced": 1, "rejected": 1, "unknown": 1, "hardBounced": 2, "complained": 1,
        "peopleDelivered": 5, "peopleReplied": 1, "peopleUnsubscribed": 1, "leads": 8, "leadsQualified": 3,
        "leadsConverted": 1, "leadsRated": 4, "ratingTotal": 13,
    }  # fmt: skip
    assert found["ratios"]["responseRate"]["value"] == pytest.approx(1 / 5)
    assert found["ratios"]["responseRate"]["low"] < 1 / 5 < found["ratios"]["responseRate"]["high"]
    assert found["ratios"]["conversionRate"]["value"] == pytest.approx(1 / 8)
    assert is_camel(found)


def test_the_databases_own_function_says_the_same(on):
    found = on.manager.get(f"/campaigns/{on.campaign}/analytics", range="1y")
    with on.world.acting(on.people["manager"]) as connection:
        kept = counters.campaign_performance(connection, on.campaign)
    for name in ("bounce_rate", "response_rate", "unsubscribe_rate", "complaint_rate", "qualification_rate",
                 "conversion_rate"):  # fmt: skip
        words = name.split("_")
        shown = found["ratios"][words[0] + words[1].title()]["value"]
        assert shown == pytest.approx(float(kept[name])), name
        assert found["totals"][words[0] + words[1].title()] == pytest.approx(float(kept[name]))


def test_each_expression_is_the_ratio_in_sql(on):
    known, scope = metrics(), scope_of(on)
    found = on.manager.get("/analytics/overview", range="1y")["ratios"]
    with on.world.database.connect("campaigns") as connection:
        for ratio in known.ratios.values():
            relation = known.relations[known.figures[ratio.denominator].over]
            statement = sql.SQL("select {}::float8 as value from ({}) as counted").format(
                expression(ratio.name), getattr(queries.load("analytics"), relation.mart)
            )
            row = connection.execute(statement, scope.parameters).fetchone()
            name = "".join(word.title() if place else word for place, word in enumerate(ratio.name.split("_")))
            if name in found:
                assert found[name]["value"] == pytest.approx(row["value"]), ratio.name


def test_both_paths_of_a_campaign_answer_alike(on):
    one = on.manager.get(f"/analytics/campaigns/{on.campaign}", range="90d", groupBy="week")
    other = on.manager.get(f"/campaigns/{on.campaign}/analytics", range="90d", groupBy="week")
    assert {**one, "asOf": None} == {**other, "asOf": None}
    assert sum(point["attempted"] for point in one["messageTimeline"]) == one["figures"]["attempted"]


def test_a_campaigns_analytics_are_for_who_reads_it(on):
    for name in ("client", "rep", "reader"):
        assert getattr(on, name).get(f"/analytics/campaigns/{on.campaign}")["campaignId"] == str(on.campaign)
    on.stranger.get(f"/analytics/campaigns/{on.campaign}", 404)
    on.stranger.get(f"/campaigns/{on.campaign}/analytics", 404)
    on.manager.get(f"/analytics/campaigns/{uuid4()}", 404)
    on.manager.get(f"/analytics/campaigns/{on.campaign}", 422, range="2d")


def test_the_overview_has_trends_and_the_best_campaigns(on):
    found = on.manager.get("/analytics/overview", range="30d")
    assert is_camel(found)
    assert found["standing"]["totalLeads"] == 8
    assert found["figures"]["attempted"] == 8
    assert found["change"]["attempted"] is None  # nothing before
    assert len(found["messageTimeline"]) == len(found["leadTimeline"]) == 30
    assert [each["name"] for each in found["topCampaigns"]] == ["Spring"]
    assert {each["value"]: each["leads"] for each in found["statusDistribution"]}["new"] == 4
    ranged = on.manager.get("/analytics/overview", range="7d")
    assert ranged["figures"]["attempted"] == 0
    assert ranged["ratios"]["responseRate"]["value"] is None
    assert ranged["figuresBefore"]["attempted"] == 0
    with on.world.acting(on.people["manager"]) as connection:
        kept = counters.organization_overview(connection, on.north)
    assert kept["messages"]["attempted"] == found["figures"]["attempted"]
    assert kept["leads"]["total"] == found["standing"]["totalLeads"]


def test_the_overview_is_cached_until_something_changes(on):
    first = on.manager.get("/analytics/overview", range="1y")
    assert on.reader.get("/analytics/overview", range="1y") == first
    on.lead()
    second = on.manager.get("/analytics/overview", range="1y")
    assert second["asOf"] > first["asOf"]
    assert second["standing"]["totalLeads"] == first["standing"]["totalLeads"] + 1
    other = on.stranger.get("/analytics/overview", range="1y")
    assert other["standing"]["totalLeads"] == 0


def test_who_reads_no_analytics_gets_none(on):
    for name in ("rep", "client"):
        getattr(on, name).get("/analytics/overview", 403)
        getattr(on, name).get("/analytics/leads", 403)


@pytest.mark.parametrize("period", ["day", "week", "month"])
@pytest.mark.parametrize("name", ["7d", "30d", "90d", "1y"])
def test_leads_by_period_add_up(on, name, period):
    found = on.manager.get("/analytics/leads", range=name, groupBy=period, campaignId=str(on.campaign))
    assert sum(point["leads"] for point in found["timeline"]) == found["figures"]["leads"]
    assert sum(each["leads"] for each in found["statusDistribution"]) == found["figures"]["leads"]
    assert sum(each["leads"] for each in found["priorityDistribution"]) == found["figures"]["leads"]
    assert sum(each["leads"] for each in found["sourceDistribution"]) == found["figures"]["leads"]
    starts = [point["startsOn"] for point in found["timeline"]]
    assert starts == sorted(set(starts))
    assert len(starts) == {"day": figures.DAYS[name]}.get(period, len(starts))


def test_leads_of_a_campaign_and_of_all(on):
    assert on.manager.get("/analytics/leads", range="1y", campaignId=str(on.campaign))["figures"]["leads"] == 8
    assert on.manager.get("/analytics/leads", range="1y")["figures"]["leads"] == 9
    assert on.manager.get("/analytics/leads", campaignId=str(uuid4()))["figures"]["leads"] == 0
    ratings = on.manager.get("/analytics/leads", range="1y")["qualificationDistribution"]
    assert {each["value"]: each["leads"] for each in ratings} == {"5": 1, "4": 1, "3": 1, "1": 1, None: 5}
    on.manager.get("/analytics/leads", 422, groupBy="year")


def test_what_each_figure_means(on):
    told = {each["name"]: each for each in on.manager.get("/analytics/metrics")}
    assert set(told) == {*metrics().figures, *metrics().ratios}
    assert told["bounce_rate"]["definition"] == "bounced + rejected / attempted"
    json.dumps(told)


def test_every_operation_was_called(app):
    found = calls_by_route(app, [analytics.router, analytics.of_campaigns])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 5
