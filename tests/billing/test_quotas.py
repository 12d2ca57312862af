"""Quotas of tiers: refused at the limit, whoever comes at once; an organization without a subscription has none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from leadhouse.billing import list_usage

LIMIT = 2
ENTITY = "insert into resolution.entities (entity_kind, created_batch_no) values ('company', 1) returning entity_id"

MAKE = {
    "leads": ("leads", "select app.adopt_leads(%(organization)s, array[%(entity)s]::uuid[], 'test')"),
    "sources": ("jobs", "insert into app.sources (source_key, organization_id, kind, name)"
                " values ('csv/' || %(key)s, %(organization)s, 'csv', %(key)s)"),
    "active_campaigns": ("campaigns", "update app.campaigns set status = 'active' where campaign_id = %(campaign)s"),
    "crawl_jobs_a_day": ("jobs", "insert into app.jobs (organization_id, kind) values (%(organization)s, 'crawl')"),
    "seats": (None, "insert into identity.members (organization_id, user_id, role)"
              " values (%(organization)s, %(user)s, 'sales_rep')"),
}  # fmt: skip


class Maker:
    """Makes one more of a metric, as the component does that makes it."""

    def __init__(self, billing, metric):
        self.billing, self.metric = billing, metric
        self.organization = billing.organization()
        self.base = int(metric == "seats")  # the admin, who stays
        if metric == "seats":
            billing.run(
                "delete from identity.members where organization_id = %s"
                " and role not in ('client', 'organization_admin')",
                self.organization,
            )
        billing.run(
            "update billing.tier_limits set max_value = %s where tier = 'STARTER' and metric = %s",
            LIMIT + self.base,
            metric,
        )

    def ready(self):
        """What one more needs."""
        key = str(uuid4())
        [entity] = self.billing.run(ENTITY)
        [user] = self.billing.run("insert into identity.users (email_normalized) values (%s) returning user_id", key)
        [campaign] = self.billing.run(
            "insert into app.campaigns (organization_id, name, type) values (%s, %s, 'content') returning campaign_id",
            self.organization, key,
        )  # fmt: skip
        self.billing.run(
            "insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)"
            " values (%s, %s, 1, 's', 'b')",
            campaign["campaign_id"], self.organization,
        )  # fmt: skip
        return {"organization": self.organization, "key": key, **entity, "entity": entity["entity_id"],
                "user": user["user_id"], "campaign": campaign["campaign_id"]}  # fmt: skip

    def make(self, values):
        component, statement = MAKE[self.metric]
        database = self.billing.database
        with database.connect(component) if component else database.owner() as connection:
            connection.execute(statement, values)

    def used(self):
        [row] = self.billing.run("select billing.count_usage(%s, %s) as used", self.organization, self.metric)
        return row["used"] - self.base


@pytest.fixture(params=MAKE)
def maker(request, billing):
    return Maker(billing, request.param)


def test_limit_is_refused_with_what_to_do(maker):
    maker.billing.subscribe(maker.organization, "STARTER")
    for _ in range(LIMIT):
        maker.make(maker.ready())
    with pytest.raises(psycopg.errors.CheckViolation, match=r"the tier allows \d, this would make \d: ") as caught:
        maker.make(maker.ready())
    assert caught.value.diag.constraint_name == f"quota_of_{maker.metric}"
    assert "higher tier" in caught.value.diag.message_hint
    assert maker.used() == LIMIT
    with maker.billing.member(maker.organization, "client") as connection:
        room = connection.execute("select billing.quota_room(%s, %s) as room", [maker.organization, maker.metric])
        assert room.fetchone() == {"room": 0}
    maker.billing.run("update billing.subscriptions set tier = 'SCALE'")
    maker.make(maker.ready())
    assert maker.used() == LIMIT + 1


def test_no_subscription_no_limit(maker):
    for _ in range(LIMIT + 2):
        maker.make(maker.ready())
    assert maker.used() == LIMIT + 2
    assert maker.billing.run("select * from billing.quota_locks") == []


def test_eight_at_once_do_not_pass_the_limit(maker):
    maker.billing.subscribe(maker.organization, "STARTER")
    values = [maker.ready() for _ in range(8)]
    barrier = threading.Barrier(8)

    def work(each):
        barrier.wait()
        try:
            maker.make(each)
        except psycopg.errors.CheckViolation:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, values)).count(True) == LIMIT
    assert maker.used() == LIMIT


@pytest.mark.parametrize("metric", ["leads", "sources"])
def test_restoring_counts_again(billing, metric):
    maker = Maker(billing, metric)
    billing.subscribe(maker.organization, "STARTER")
    table = {"leads": "app.leads", "sources": "app.sources"}[metric]
    for _ in range(LIMIT):
        maker.make(maker.ready())
    billing.run(f"update {table} set deleted_at = now()")  # noqa: S608
    assert maker.used() == 0
    maker.make(maker.ready())
    restore = f"update {table} set deleted_at = null where deleted_at is not null"  # noqa: S608
    # of leads a person's restore counts: an un-merge reopens them by itself
    with billing.member(maker.organization, "organization_admin") as member, billing.database.owner() as owner:
        connection = member if metric == "leads" else owner
        with pytest.raises(psycopg.errors.CheckViolation, match=metric), connection.transaction():
            connection.execute(restore)
    assert maker.used() == 1


def test_clients_need_no_seat_and_becoming_a_member_does(billing):
    maker = Maker(billing, "seats")
    billing.subscribe(maker.organization, "STARTER")
    for _ in range(LIMIT):
        maker.make(maker.ready())
    billing.run(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'client')",
        maker.organization, maker.ready()["user"],
    )  # fmt: skip
    with pytest.raises(psycopg.errors.CheckViolation, match="seats"):
        billing.run("update identity.members set role = 'read_only' where role = 'client'")


def test_what_is_over_after_a_downgrade_stays_and_drafts_are_made(billing):
    maker = Maker(billing, "active_campaigns")
    for _ in range(LIMIT + 1):
        maker.make(maker.ready())
    billing.subscribe(maker.organization, "STARTER")
    draft = maker.ready()  # a draft counts toward nothing
    with pytest.raises(psycopg.errors.CheckViolation, match="active campaigns"):
        maker.make(draft)
    assert maker.used() == LIMIT + 1


def test_another_organization_does_not_count(billing):
    maker, other = Maker(billing, "sources"), billing.organization("south")
    billing.subscribe(maker.organization, "STARTER")
    billing.run(
        "insert into app.sources (source_key, organization_id, kind, name)"
        " select 'csv/x' || n, case when n > 3 then %s::uuid end, 'csv', 'x' from generate_series(1, 6) as n",
        other,
    )
    maker.make(maker.ready())
    assert maker.used() == 1


def test_usage_is_for_who_may_read_billing(billing):
    maker = Maker(billing, "leads")
    billing.subscribe(maker.organization, "STARTER")
    maker.make(maker.ready())
    with billing.member(maker.organization, "organization_admin") as connection:
        usage = {each.metric: (each.used, each.max_value) for each in list_usage(connection, maker.organization)}
    assert usage == {
        "leads": (1, LIMIT), "seats": (4, 5), "sources": (0, 20), "active_campaigns": (0, 5),
        "messages_a_day": (0, 500), "crawl_jobs_a_day": (0, 50),
    }  # fmt: skip
    with (
        billing.member(maker.organization, "sales_manager") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="billing"),
    ):
        list_usage(connection, maker.organization)
