"""Figures of campaigns follow every message, event, member, decision and lead, and the marts say the same."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from leadhouse.campaigns import metrics
from tests.campaigns.audience_factory import Campaigns

MART = """
create table mart_analytics.fct_messages as
select message.organization_id, message.campaign_id, message.lead_id, message.state::text as final_state,
       message.attempted_at, message.state in ('accepted', 'rejected', 'bounced', 'unknown') as is_attempted,
       message.reason_class as bounce_class,
       min(occurred_at) filter (where event_kind = 'bounced') as bounced_at,
       min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as first_reply_at,
       min(occurred_at) filter (where event_kind = 'replied' and not is_machine and reply_kind = 'positive')
         as first_positive_reply_at,
       (select min(met.occurred_at) from app.interactions as met where met.lead_id = message.lead_id
           and met.type = 'meeting' and met.deleted_at is null and met.occurred_at >= message.attempted_at
           and coalesce(met.campaign_id, message.campaign_id) = message.campaign_id) as first_meeting_at,
       min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
       min(occurred_at) filter (where event_kind = 'complained') as complained_at
  from app.messages as message left join raw.email_events as event using (message_id) group by message.message_id;
grant select on mart_analytics.fct_messages to leadhouse_campaigns;
"""
OLD = datetime.now(UTC) - timedelta(days=20)


@pytest.fixture
def world(database):
    """One organization with a campaign of ten queued messages."""
    made = Campaigns(database)
    made.campaign_id = made.campaign(made.leads(10))
    made.queued(made.campaign_id)
    made.messages = made.rows("select message_id, lead_id from app.messages order by message_id")
    return made


def settle(world, numbers, state, at=OLD, reason=None):
    """These messages end in the state."""
    ids = [world.messages[number]["message_id"] for number in numbers]
    with world.database.owner() as owner:
        owner.execute("update app.messages set state = 'claimed' where message_id = any (%s)", [ids])
        owner.execute(
            "update app.messages set state = %s, attempted_at = %s, reason_class = %s where message_id = any (%s)",
            [state, at, reason, ids],
        )


def hear(world, number, kind, after_days, is_machine=False, reply_kind=None):
    """An event of the message, days after its attempt."""
    with world.database.owner() as owner:
        owner.execute(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at, is_machine, reply_kind)"
            " values (current_date, gen_random_uuid(), gen_random_uuid(), %s, %s, %s, %s, %s, %s)",
            [world.organization_id, world.messages[number]["message_id"], kind, OLD + timedelta(days=after_days),
             is_machine, reply_kind],
        )  # fmt: skip


def bounce(world, number, after_days):
    with world.database.owner() as owner:
        owner.execute(
            "update app.messages set state = 'bounced', reason_class = 'mailbox_unknown' where message_id = %s",
            [world.messages[number]["message_id"]],
        )
    hear(world, number, "bounced", after_days)


def figures(world, campaign_id=None):
    with world.database.connect("campaigns") as connection:
        return metrics.campaign_performance(connection, campaign_id or world.campaign_id)


@contextmanager
def acting(world, role, organization_id=None, client_id=None):
    user = uuid4()
    with world.database.owner() as owner:
        owner.execute(
            "insert into identity.users (user_id, email_normalized) values (%s, %s)", [user, f"{user.hex}@x.example"]
        )
        owner.execute(
            "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
            [organization_id or world.organization_id, user, role, client_id],
        )
    with psycopg.connect(world.database.api_url, row_factory=dict_row) as connection:
        connection.execute("set role authenticated")
        claims = {"sub": str(user), "organization_id": str(organization_id or world.organization_id)}
        connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
        yield connection


def fill(world):
    """Six accepted, of which one bounced early and one late, one rejected, one unknown; replies and an opt-out."""
    settle(world, range(6), "accepted")
    settle(world, [6], "rejected", reason="mailbox_unknown")
    settle(world, [7], "unknown")
    bounce(world, 0, 1)
    bounce(world, 1, 9)  # after seven days: it was delivered
    hear(world, 2, "replied", 3)
    hear(world, 3, "replied", 20)  # too late
    hear(world, 4, "replied", 1, is_machine=True)
    hear(world, 5, "unsubscribed", 2)
    hear(world, 5, "complained", 2)


def test_the_figures_follow_the_definitions(world):
    fill(world)
    found = figures(world)
    assert {name: found[name] for name in (
        "members", "candidates", "decided_sent", "people", "attempted", "accepted", "delivered", "bounced", "rejected",
        "unknown", "hard_bounced", "complained", "people_delivered", "people_replied", "people_unsubscribed",
    )} == {
        "members": 10, "candidates": 10, "decided_sent": 10, "people": 8, "attempted": 8, "accepted": 4, "delivered": 5,
        "bounced": 1, "rejected": 1, "unknown": 1, "hard_bounced": 2, "complained": 1, "people_delivered": 5,
        "people_replied": 1, "people_unsubscribed": 1,
    }  # fmt: skip
    assert found["attempted"] == sum(found[state] for state in ("delivered", "bounced", "rejected", "unknown"))
    assert float(found["response_rate"]) == pytest.approx(1 / 5)
    assert float(found["bounce_rate"]) == pytest.approx(2 / 8)
    assert found["as_of"].tzinfo is not None


def meet(world, number, after_days, campaign_id=None):
    """A meeting with the message's lead, days after its attempt; its id."""
    with world.database.owner() as owner:
        at = OLD + timedelta(days=after_days)
        owner.execute("select app.ensure_interaction_partitions(%s::date)", [at])
        return owner.execute(
            "insert into app.interactions (organization_id, lead_id, entity_id, type, direction, campaign_id,"
            " occurred_at) select organization_id, lead_id, entity_id, 'meeting', 'outbound', %s, %s from app.leads"
            " where lead_id = %s returning interaction_id",
            [campaign_id, at, world.messages[number]["lead_id"]],
        ).fetchone()["interaction_id"]


def counted_days(world):
    """The figures of replies, meetings and refusals by policy, over all days of the campaign."""
    figures(world)
    return world.rows(
        "select sum(people_replied)::int as replied, sum(people_replied_positive)::int as positive,"
        " sum(people_met)::int as met, sum(policy_bounced)::int as policy"
        " from app.campaign_days where campaign_id = %s",
        world.campaign_id,
    )[0]


def test_replies_by_kind_meetings_and_refusals_by_policy_are_counted(world):
    fill(world)
    settle(world, [8], "rejected", reason="policy")
    settle(world, [9], "rejected", reason="reputation")
    hear(world, 4, "replied", 2, reply_kind="positive")
    hear(world, 5, "replied", 1, is_machine=True, reply_kind="out_of_office")
    meet(world, 2, 19)
    meet(world, 3, -1)  # before anything was written
    meet(world, 4, 3, world.campaign([]))  # another campaign's
    meet(world, 6, 3)  # who was never reached
    assert counted_days(world) == {"replied": 2, "positive": 1, "met": 1, "policy": 2}
    with world.database.owner() as owner:
        owner.execute(MART)
    assert metrics.reconcile() == metrics.Reconciliation(1, 0, [])


def test_what_people_put_right_counts(world):
    fill(world)
    taken_back = meet(world, 2, 5)
    assert counted_days(world) == {"replied": 1, "positive": 0, "met": 1, "policy": 0}
    world.rows("update app.interactions set reply_kind = 'positive' where type = 'reply' returning 1")
    assert counted_days(world) == {"replied": 2, "positive": 2, "met": 1, "policy": 0}  # one was taken for a machine's
    world.rows("update app.interactions set reply_kind = 'out_of_office' where type = 'reply' returning 1")
    assert counted_days(world)["replied"] == 0
    world.rows("update app.interactions set reply_kind = 'positive' where type = 'reply' returning 1")
    world.rows("update app.interactions set deleted_at = now() where interaction_id = %s returning 1", taken_back)
    assert counted_days(world) == {"replied": 2, "positive": 2, "met": 0, "policy": 0}
    with pytest.raises(psycopg.errors.CheckViolation):
        world.rows("update app.interactions set reply_kind = 'positive' where type = 'meeting' returning 1")


def test_a_rate_without_a_denominator_is_null(world):
    found = figures(world)
    assert (found["attempted"], found["response_rate"], found["qualification_rate"], found["bounce_rate"]) == (
        0,
        None,
        None,
        None,
    )


def test_the_day_is_the_organizations(world):
    world.rows("update identity.organizations set time_zone = 'Pacific/Auckland' returning 1")
    settle(world, [0], "accepted", at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    settle(world, [1], "accepted", at=datetime(2026, 3, 1, 5, tzinfo=UTC))
    with world.database.connect("campaigns") as connection:
        days = metrics.campaign_days(connection, world.campaign_id, date(2026, 1, 1), date(2026, 12, 1))
    assert [(str(day["cohort_on"]), day["attempted"]) for day in days] == [("2026-03-01", 1), ("2026-03-02", 1)]


def test_a_second_step_counts_to_the_person_it_was_for(world):
    settle(world, [0], "accepted")
    with world.database.owner() as owner:
        owner.execute("set local session_replication_role = replica")
        second = owner.execute(
            "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, "
            " email_normalized, gate_run_id, gate_verdict, email_account_id, state)"
            " select organization_id, campaign_id, 2, lead_id, snapshot_id, member_id,"
            " email_normalized, gate_run_id, gate_verdict, email_account_id, 'claimed' from app.messages"
            " where message_id = %s returning message_id", [world.messages[0]["message_id"]],
        ).fetchone()["message_id"]  # fmt: skip
    world.rows(
        "update app.messages set state = 'accepted', attempted_at = now() where message_id = %s returning 1", second
    )
    found = figures(world)
    assert (found["people"], found["attempted"], found["people_delivered"]) == (1, 2, 1)


def test_members_and_leads_are_counted(world):
    world.rows(
        "update app.campaign_members set stopped_at = now() where lead_id = %s returning 1",
        world.messages[0]["lead_id"],
    )
    lead, other = world.leads(2, "other.example")
    world.rows(
        "update app.leads set campaign_id = %s where lead_id = any (%s) returning 1", world.campaign_id, [lead, other]
    )
    for status in ("qualified", "contacted", "qualified", "converted", "lost"):
        world.rows("update app.leads set status = %s where lead_id = %s returning 1", status, lead)
    found = figures(world)
    assert {name: found[name] for name in found if name.startswith(("leads", "members"))} == {
        "members": 10, "members_stopped": 1, "leads": 2, "leads_qualified": 1, "leads_contacted": 1,
        "leads_converted": 1,
    }  # fmt: skip
    world.rows("update app.leads set campaign_id = null where lead_id = %s returning 1", lead)
    world.rows("update app.leads set deleted_at = now() where lead_id = %s returning 1", other)
    found = figures(world)
    assert (found["leads"], found["leads_qualified"], found["leads_converted"]) == (0, 0, 0)


def test_two_writers_at_once_are_both_counted_and_neither_waits(world):
    ids = [row["message_id"] for row in world.messages]
    world.rows("update app.messages set state = 'claimed' returning 1")
    accept = "update app.messages set state = 'accepted', attempted_at = now() where message_id = any (%s)"
    with world.database.owner() as one, world.database.owner() as other:
        one.execute(accept, [ids[:5]])
        other.execute("set lock_timeout = '2s'")
        other.execute(accept, [ids[5:]])
        other.commit()
        one.commit()
    assert figures(world)["attempted"] == 10
    assert metrics.reconcile().repaired == 0


def test_many_writers_leave_no_drift(world):
    def work(numbers):
        settle(world, numbers, "accepted")
        for number in numbers:
            hear(world, number, "replied", 1)

    threads = [threading.Thread(target=work, args=(range(part, 10, 5),)) for part in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = figures(world)
    assert (found["attempted"], found["people_replied"]) == (10, 10)
    assert metrics.reconcile() == metrics.Reconciliation(1, 0, [])


def test_reconciling_repairs_the_counters_and_tells_what_differs_from_the_marts(world):
    fill(world)
    with world.database.owner() as owner:
        owner.execute(MART)
    assert metrics.reconcile() == metrics.Reconciliation(1, 0, [])
    with world.database.owner() as owner:
        owner.execute("set local session_replication_role = replica")
        owner.execute("update app.campaign_days set delivered = delivered + 3")
        owner.execute("update app.campaign_counters set members = 99")
    assert metrics.reconcile() == metrics.Reconciliation(1, 2, [])
    assert (figures(world)["delivered"], figures(world)["members"]) == (5, 10)
    assert figures(world)["reconciled_at"] is not None
    world.rows(
        "update mart_analytics.fct_messages set first_reply_at = null where first_reply_at is not null returning 1"
    )
    assert [(drift.metric, drift.counted, drift.in_marts) for drift in metrics.reconcile().drift] == [
        ("people_replied", 1, 0)
    ]


def test_top_campaigns_by_rate(world):
    fill(world)
    empty = world.campaign([])
    with acting(world, "sales_manager") as member:
        assert [row["campaign_id"] for row in metrics.top_campaigns(member, world.organization_id)] == [
            world.campaign_id,
            empty,
        ]
        assert len(metrics.top_campaigns(member, world.organization_id, 1, "conversion_rate")) == 1
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="rank by"):
            metrics.top_campaigns(member, world.organization_id, 1, "opens")


def test_a_client_sees_its_own_campaigns_and_nobody_anothers(world):
    fill(world)
    client = uuid4()
    own = world.campaign([])
    world.rows(
        "insert into identity.clients (client_id, organization_id, name) values (%s, %s, 'c') returning 1",
        client,
        world.organization_id,
    )
    world.rows("update app.campaigns set client_id = %s where campaign_id = %s returning 1", client, own)
    stranger = Campaigns(world.database)
    with acting(world, "client", client_id=client) as member:
        assert [row["campaign_id"] for row in metrics.top_campaigns(member, world.organization_id)] == [own]
        assert [row["campaign_id"] for row in metrics.campaign_summaries(member, world.organization_id)] == [own]
        assert metrics.campaign_performance(member, world.campaign_id) is None
        assert member.execute("select count(*) as n from app.campaign_days").fetchone()["n"] == 0
    with acting(world, "organization_admin", stranger.organization_id) as admin:
        assert metrics.campaign_performance(admin, world.campaign_id) is None
        for read in (metrics.top_campaigns, metrics.organization_overview):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"), admin.transaction():
                read(admin, world.organization_id)
    for role in ("sales_rep", "client"):
        with acting(world, role) as member, pytest.raises(psycopg.errors.InsufficientPrivilege, match="read analytics"):
            metrics.organization_overview(member, world.organization_id)
    with acting(world, "read_only") as member:
        for statement in (
            "select * from app.campaign_people", "select app.recount_campaign(%(id)s)",
            "select app.settle_campaign(%(id)s)", "delete from app.analytics_cache",
            "select app.write_analytics_cache(%(id)s, 'k', '{}', pg_current_snapshot())",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege), member.transaction():
                member.execute(statement, {"id": world.campaign_id} if "%" in statement else None)


def test_the_summary_tells_steps_and_members(world):
    world.add_step(world.campaign_id, 2, 3)
    with acting(world, "read_only") as member:
        (row,) = metrics.campaign_summaries(member, world.organization_id, status="active")
        assert (row["steps"], row["members"], row["status"]) == (2, 10, "active")
        assert metrics.campaign_summaries(member, world.organization_id, status="draft") == []


def test_the_overview_is_cached_until_something_changes(world):
    fill(world)
    with world.database.connect("campaigns", autocommit=True) as reader:
        first = metrics.organization_overview(reader, world.organization_id)
        first = metrics.organization_overview(reader, world.organization_id)
        again = metrics.organization_overview(reader, world.organization_id)
        assert again["as_of"] == first["as_of"]
        assert (first["leads"]["total"], first["campaigns"]) == (10, {"total": 1, "active": 1})
        assert first["messages"]["response_rate"] == pytest.approx(0.2)
        world.leads(1, "new.example")
        assert metrics.organization_overview(reader, world.organization_id)["leads"]["total"] == 11


def test_a_commit_that_the_answer_did_not_see_makes_it_stale(world):
    (lead,) = world.leads(1, "late.example")
    with world.database.connect("campaigns", autocommit=True) as reader, world.database.owner() as slow:
        metrics.organization_overview(reader, world.organization_id)
        slow.execute("update app.leads set status = 'lost' where lead_id = %s", [lead])
        before = metrics.organization_overview(reader, world.organization_id)
        assert "lost" not in before["leads"]["by_status"]
        slow.commit()
        assert metrics.organization_overview(reader, world.organization_id)["leads"]["by_status"]["lost"] == 1


def test_another_organization_changes_nothing_in_the_cache(world):
    stranger = Campaigns(world.database)
    with acting(world, "read_only") as member:
        calls = []
        read = lambda: metrics.cached(world.organization_id, "k", lambda: calls.append(1) or {"n": len(calls)}, member)  # noqa: E731
        assert read() == {"n": 1}
        stranger.leads(1)
        assert read() == {"n": 1}
        world.leads(1)
        assert read() == {"n": 2}
    with acting(world, "sales_rep") as rep, pytest.raises(psycopg.errors.InsufficientPrivilege):
        metrics.cached(world.organization_id, "k", dict, rep)


def test_old_answers_are_removed(world):
    with world.database.connect("campaigns") as reader:
        metrics.organization_overview(reader, world.organization_id)
    assert metrics.archive_cache(30) == 0
    world.rows("update app.analytics_cache set expires_at = now() - interval '31 days' returning 1")
    assert metrics.archive_cache(30) == 1
    assert world.rows("select count(*) as n from app.analytics_changes") == [{"n": 0}]


def test_the_channel_names_the_campaign(world):
    with world.database.connect("events", autocommit=True) as listener:
        listener.execute("listen campaign_metrics_update")
        settle(world, [0], "accepted")
        heard = list(listener.notifies(timeout=5, stop_after=1))
    assert [notice.payload for notice in heard] == [str(world.campaign_id)]
