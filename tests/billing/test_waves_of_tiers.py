"""Waves under a tier: the best go first up to the day's messages, a locked organization's are not due."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from leadhouse import campaigns, quality
from leadhouse.database.queries import load
from tests.campaigns.audience_factory import Campaigns, this_hour


@pytest.fixture
def world(database):
    return Campaigns(database)


def subscribe(world, status="active", messages=2):
    with world.database.owner() as connection:
        connection.execute(
            "update billing.tier_limits set max_value = %s where metric = 'messages_a_day' and tier = 'FREE'",
            [messages],
        )
        connection.execute(
            "insert into billing.subscriptions (organization_id, tier, status)"
            " select distinct organization_id, 'FREE', %s::billing.subscription_status from app.campaigns",
            [status],
        )


def freeze_and_judge(campaign_id):
    snapshot_id = campaigns.freeze_audience(campaign_id, 1, this_hour())
    return snapshot_id, quality.run_gate(snapshot_id, "campaign_audience").gate_run_id


def test_over_the_tiers_messages_a_day_candidates_wait(world):
    campaign_id = world.campaign([world.lead(f"s{n}@x.example", f"S {n}", score=n) for n in (10, 90, 50)])
    subscribe(world)
    assert campaigns.queue_messages(*freeze_and_judge(campaign_id)) == 2
    [held] = world.rows("select decision, evidence from app.campaign_decisions where decision <> 'sent'")
    assert (held["decision"], held["evidence"]["place"], held["evidence"]["tier_left"]) == ("over_cap", 3, 2)


def test_candidates_beyond_a_tier_that_came_after_the_freeze_wait(world):
    campaign_id = world.campaign(world.leads(3))
    wave = freeze_and_judge(campaign_id)
    subscribe(world)
    assert campaigns.queue_messages(*wave) == 2
    decisions = world.rows("select decision::text from app.campaign_decisions order by decision::text")
    assert [row["decision"] for row in decisions] == ["over_cap", "sent", "sent"]


def test_messages_beyond_the_quota_are_refused_by_the_database(world):
    campaign_id = world.campaign(world.leads(3))
    snapshot_id, gate_run_id = freeze_and_judge(campaign_id)
    subscribe(world)
    queries = load("campaigns")
    with world.database.connect("campaigns") as connection:
        found = connection.execute(
            queries.find_wave, {"snapshot_id": snapshot_id, "gate_run_id": gate_run_id}
        ).fetchone()
        with pytest.raises(psycopg.errors.CheckViolation, match="the tier allows 2, this would make 3: messages a day"):
            connection.execute(queries.queue_messages, found)
    assert world.rows("select 1 from app.messages") == []


def test_waves_of_a_locked_organization_are_not_due(world):
    campaign_id = world.campaign(world.leads(2))
    assert [wave.campaign_id for wave in campaigns.due_campaigns(datetime.now(UTC))] == [campaign_id]
    subscribe(world, "canceled")
    assert campaigns.due_campaigns(datetime.now(UTC)) == []
