"""What a subscription locks, and what it never locks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.billing.conftest import Billing

NOW = datetime.now(UTC)
AGO, LATELY, AHEAD = NOW - timedelta(days=10), NOW - timedelta(days=6), NOW + timedelta(days=10)

STANDINGS = {
    "no subscription": (None, True),
    "active": ({"status": "active"}, True),
    "trial": ({"status": "trialing", "trial_ends_at": AHEAD}, True),
    "trial over": ({"status": "trialing", "trial_ends_at": AGO}, False),
    "payment failed, grace": ({"status": "active", "payment_failed": True, "payment_failed_at": LATELY}, True),
    "payment failed, grace over": ({"status": "active", "payment_failed": True, "payment_failed_at": AGO}, False),
    "past due, grace": ({"status": "past_due", "object_as_of": LATELY}, True),
    "past due, grace over": ({"status": "past_due", "object_as_of": AGO}, False),
    "cancelled to a later day": ({"status": "active", "cancel_at_period_end": True, "current_period_end": AHEAD}, True),
    "cancelled, period over": ({"status": "active", "cancel_at_period_end": True, "current_period_end": AGO}, False),
    "cancelled": ({"status": "canceled"}, False),
    "unpaid": ({"status": "unpaid"}, False),
    "paused": ({"status": "paused"}, False),
    "incomplete": ({"status": "incomplete"}, False),
    "incomplete, expired": ({"status": "incomplete_expired"}, False),
}  # fmt: skip


@pytest.fixture
def billing(module_database):
    """Organizations of the test's own in the module's database: what is asked here is asked of one organization."""
    return Billing(module_database, prefix=f"{uuid4().hex[:12]}-")


@pytest.mark.parametrize("name", STANDINGS)
def test_standing_decides_access(billing, name):
    columns, wanted = STANDINGS[name]
    organization = billing.organization()
    if columns:
        billing.subscribe(organization, "STARTER", **columns)
    with billing.database.connect("billing") as connection:
        row = connection.execute("select billing.has_access(%s) as allowed", [organization]).fetchone()
        assert row["allowed"] is wanted
        statement = "select billing.require_access(%s, 'start a job')"
        if wanted:
            connection.execute(statement, [organization])
        else:
            with pytest.raises(psycopg.errors.CheckViolation, match="may not start a job: ") as caught:
                connection.execute(statement, [organization])
            assert caught.value.diag.constraint_name == "organization_has_access"
            assert "exported" in caught.value.diag.message_hint


def test_only_ones_own_organization_is_asked_about(billing):
    north, south = billing.organization(), billing.organization("south")
    with billing.member(north, "sales_rep") as connection:
        assert connection.execute("select billing.has_access(%s) as allowed", [north]).fetchone() == {"allowed": True}
        for function in ("has_access(%s)", "require_access(%s, 'x')", "quota_room(%s, 'leads')", "list_usage(%s)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select billing.{function}", [south])
        for function in (
            "find_lock(%s)",
            "count_usage(%s, 'leads')",
            "find_limit(%s, 'leads')",
            "check_quota(%s, 'leads')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select billing.{function}", [north])


def insert_batch(connection, organization, source):
    connection.execute(
        "insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, organization_id, received, landed,"
        " known, quarantined) values (app.take_batch_number('raw'), %s, '2026-11-20', 'r', %s, %s, 0, 0, 0, 0)",
        [uuid4(), source, organization],
    )


class Work:
    """An organization's rows from before the lock, and each act that the lock concerns."""

    def __init__(self, billing, organization):
        self.billing, self.organization = billing, organization
        self.values = {"organization": organization, "campaign": uuid4(), "entity": uuid4(), "job": uuid4()}
        for statement in (
            "insert into resolution.entities (entity_id, entity_kind, created_batch_no)"
            " values (%(entity)s, 'person', 1)",
            "insert into app.campaigns (campaign_id, organization_id, name, type)"
            " values (%(campaign)s, %(organization)s, 'c', 'content')",
            "insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)"
            " values (%(campaign)s, %(organization)s, 1, 's', 'b')",
            "insert into app.jobs (job_id, organization_id, kind) values (%(job)s, %(organization)s, 'crawl')",
        ):
            billing.run(statement, **self.values)

    def act(self, component, statement):
        with self.billing.database.connect(component) as connection:
            connection.execute(statement, self.values)


ACTS = {
    "request a job": ("jobs", "insert into app.jobs (organization_id, kind) values (%(organization)s, 'import')"),
    "start a job": ("jobs", "update app.jobs set status = 'running' where job_id = %(job)s"),
    "activate a campaign": ("campaigns", "update app.campaigns set status = 'active' where campaign_id = %(campaign)s"),
    "freeze a wave": ("campaigns", "insert into quality.snapshots (organization_id, campaign_id, step_no, wave_at)"
                      " values (%(organization)s, %(campaign)s, 1, date_trunc('hour', now()))"),
    "ask a provider": ("enrichment", "insert into app.enrichment_requests (organization_id, entity_id, entity_kind,"
                       " attribute, provider, window_on, wanted_by, max_price_eur)"
                       " values (%(organization)s, %(entity)s, 'person', 'email', 'p', '2026-11-01', 't', 1)"),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("locked", [False, True])
def test_a_locked_organization_starts_nothing(billing, name, locked):
    organization = billing.organization()
    work = Work(billing, organization)
    if locked:
        billing.subscribe(organization, "STARTER", "trialing", trial_ends_at=AGO)
        with pytest.raises(psycopg.errors.CheckViolation, match="the trial ended on"):
            work.act(*ACTS[name])
    else:
        work.act(*ACTS[name])


def test_a_locked_organization_imports_nothing_but_paid_answers_land(billing):
    organization = billing.organization()
    billing.subscribe(organization, "STARTER", "canceled")
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="may not import"),
        billing.database.connect("imports") as connection,
    ):
        insert_batch(connection, organization, "csv/contacts")
    with billing.database.connect("enrichment") as connection:
        insert_batch(connection, organization, "provider/findwell")
    with billing.database.connect("landing") as connection:
        insert_batch(connection, None, "csv/shared")


def test_a_closed_organization_is_locked_until_it_is_opened_again(billing):
    organization = billing.organization()
    asked = "select billing.find_lock(%s) as reason"
    billing.run("select privacy.shut_organization(%s)", organization)
    assert billing.run(asked, organization)[0]["reason"].startswith("it was closed on ")
    billing.run("select privacy.reopen_organization(%s)", organization)
    assert billing.run(asked, organization) == [{"reason": None}]


@pytest.mark.parametrize("act", ACTS)
def test_a_closed_organization_begins_nothing_and_pays_nothing(billing, act):
    organization = billing.organization()
    work = Work(billing, organization)
    billing.run("select privacy.shut_organization(%s)", organization)
    with pytest.raises(psycopg.errors.CheckViolation, match="was closed on"):
        work.act(*ACTS[act])


def test_a_locked_organization_reads_pauses_and_ends(billing):
    organization = billing.organization()
    work = Work(billing, organization)
    work.act(*ACTS["start a job"])
    work.act(*ACTS["activate a campaign"])
    billing.subscribe(organization, "STARTER", "canceled")
    work.act("campaigns", "update app.campaigns set status = 'paused' where campaign_id = %(campaign)s")
    work.act("jobs", "update app.jobs set status = 'completed', finished_at = now() where job_id = %(job)s")
    with billing.member(organization, "organization_admin") as connection:
        assert len(connection.execute("select * from app.campaigns").fetchall()) == 1
        assert len(connection.execute("select * from app.jobs").fetchall()) == 1


def test_rows_of_the_platform_are_never_locked(billing):
    billing.subscribe(billing.organization(), "STARTER", "canceled")
    with billing.database.connect("jobs") as connection:
        job = connection.execute(
            "insert into app.jobs (kind, parameters) values ('crawl', %s) returning job_id", [Jsonb({})]
        ).fetchone()
        connection.execute("update app.jobs set status = 'running' where job_id = %s", [job["job_id"]])


def test_a_job_that_was_asked_for_before_the_lock_says_why_it_does_not_start(billing):
    from leadhouse.jobs import requests

    organization = billing.organization()
    job = requests.request_job("import", {}, NOW.date(), organization)
    billing.subscribe(organization, "STARTER", "canceled")
    with pytest.raises(requests.JobStateError, match="the subscription was cancelled"):
        requests.start(job)
