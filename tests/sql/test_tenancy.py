"""Two organizations, one database: who sees what is the database's decision."""

from __future__ import annotations

import json
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from leadhouse.database.analysts import ensure_analyst

TABLES = [
    "identity.organizations", "identity.members", "app.lead_searches", "app.leads", "app.corrections", "app.suppressions",
    "app.email_accounts", "app.campaigns", "app.campaign_steps", "billing.budgets", "billing.costs", "app.jobs",
    "quality.quarantine", "quality.step_outcomes", "quality.snapshots", "app.enrichment_requests",
]  # fmt: skip

FILL = """
insert into app.lead_searches (organization_id, name, criteria) values (%(org)s, 'all', '{}');
insert into resolution.batches (batch_no, run_id, reason) values (%(batch)s, 'test', 'landed');
insert into resolution.entities (entity_id, entity_kind, organization_id, created_batch_no)
  values (%(entity)s, 'company', %(org)s, %(batch)s);
insert into app.leads (organization_id, entity_id, entity_kind, first_source) values (%(org)s, %(entity)s, 'company', 'test');
insert into app.corrections (organization_id, entity_id, entity_kind, attribute, value) values (%(org)s, %(entity)s, 'company', 'name', 'X');
insert into app.suppressions (organization_id, scope, value_normalized, reason, source) values (%(org)s, 'domain', 'x.example', 'manual', 'test');
insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port)
  values (%(org)s, 'a@b.example', 'A', '127.0.0.1', 25);
insert into app.campaigns (campaign_id, organization_id, name) values (%(campaign)s, %(org)s, 'first');
insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)
  values (%(campaign)s, %(org)s, 1, 's', 'b');
insert into billing.budgets (organization_id, kind, starts_on, ends_on, ceiling_eur) values (%(org)s, 'provider', '2026-01-01', '2026-12-31', 5);
insert into billing.costs (organization_id, kind, amount_eur) values (%(org)s, 'send', 1);
insert into app.jobs (organization_id, kind) values (%(org)s, 'import');
insert into quality.quarantine (landing_id, run_on, organization_id, source_key, unit_key, reason, detail, content_hash)
  values (gen_random_uuid(), '2026-11-20', %(org)s, 'csv/x', 'file:x', 'bad_row', 'd', repeat('0', 64));
insert into quality.step_outcomes (run_id, stage, subject, outcome, started_at, organization_id) values ('r', 's', 'x', 'succeeded', now(), %(org)s);
insert into quality.snapshots (organization_id, campaign_id, step_no, wave_at) values (%(org)s, %(campaign)s, 1, '2026-11-20 10:00+00');
insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, max_price_eur)
  values (%(org)s, %(entity)s, 'company', 'email', 'p', '2026-11-01', 't', 1);
"""


@pytest.fixture(scope="module")
def tenants(module_database):
    """slug → organization, user, analyst URL; a row of each in every tenant table."""
    made = {}
    with module_database.owner() as owner:
        for number, slug in enumerate(("north", "south"), start=1):
            organization, user = uuid4(), uuid4()
            owner.execute(
                "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)",
                (organization, slug, slug),
            )
            owner.execute(
                "insert into identity.users (user_id, email_normalized) values (%s, %s)", (user, f"{slug}@x.example")
            )
            owner.execute(
                "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'organization_admin')",
                (organization, user),
            )
            values = {"org": organization, "batch": number, "entity": uuid4(), "campaign": uuid4()}
            for statement in FILL.split(";\n"):
                if statement.strip():
                    owner.execute(statement, values)
            url = ensure_analyst(owner, module_database.admin_url, slug)
            made[slug] = {"organization": organization, "user": user, "url": url, **values}
    return made


def visible(connection, table):
    return {row["organization_id"] for row in connection.execute(f"select organization_id from {table}")}


def api(module_database, claims, role="authenticated"):
    connection = psycopg.connect(module_database.api_url, row_factory=dict_row)
    connection.execute(f"set role {role}")
    connection.execute("select set_config('request.jwt.claims', %s, false)", (json.dumps(claims),))
    return connection


@pytest.mark.parametrize("table", TABLES)
def test_an_analyst_reads_nothing_outside_the_marts(tenants, table):
    with psycopg.connect(tenants["north"]["url"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select from {table}")


@pytest.mark.parametrize("table", TABLES)
def test_a_member_sees_the_rows_of_the_claimed_organization(module_database, tenants, table):
    north = tenants["north"]
    with api(module_database, {"sub": str(north["user"]), "organization_id": str(north["organization"])}) as connection:
        assert visible(connection, table) == {north["organization"]}


def test_claims_of_a_foreign_organization_show_nothing(module_database, tenants):
    claims = {"sub": str(tenants["north"]["user"]), "organization_id": str(tenants["south"]["organization"])}
    with api(module_database, claims) as connection:
        for table in set(TABLES) - {"identity.organizations", "identity.members"}:
            assert visible(connection, table) == set(), table
        # who belongs to several organizations finds them by these two
        assert visible(connection, "identity.organizations") == {tenants["north"]["organization"]}
        assert visible(connection, "identity.members") == {tenants["north"]["organization"]}


def test_anonymous_may_read_no_table(module_database, tenants):
    with api(module_database, {"role": "anon"}, role="anon") as connection:
        for table in TABLES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                visible(connection, table)


def test_an_sql_login_that_sets_every_claim_stays_itself(tenants):
    north, south = tenants["north"], tenants["south"]
    claims = {
        "sub": str(south["user"]),
        "organization_id": str(south["organization"]),
        "role": "service_role",
        "session_user": "leadhouse_api",
    }
    with psycopg.connect(north["url"], row_factory=dict_row) as connection:
        settings = {
            "request.jwt.claims": json.dumps(claims),
            **{f"request.jwt.claim.{name}": value for name, value in claims.items()},
        }
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        row = connection.execute(
            "select identity.current_user_id() as who, auth.uid() as uid, identity.current_organization_id() as org"
        ).fetchone()
        assert row == {"who": None, "uid": None, "org": north["organization"]}


def test_an_analyst_cannot_become_a_component_nor_write(tenants):
    with psycopg.connect(tenants["north"]["url"], options="-c default_transaction_read_only=off") as connection:
        for statement in (
            "set role leadhouse_landing", "set role leadhouse_owner", "set session authorization leadhouse_api",
            "insert into app.suppressions (scope, value_normalized, reason, source) values ('email', 'a@b', 'manual', 'x')",
            "update app.leads set notes = 'x'", "delete from app.campaigns", "select * from raw.fetches",
            "select * from raw.company_records", "select * from resolution.entities", "select * from identity.sql_logins",
            "select app.take_batch_number('raw')", "select raw.ensure_partitions('2026-01-01')",
            "create table app.mine (a int)", "create table public.mine (a int)",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_adopting_for_a_foreign_organization_takes_nothing(module_database, tenants):
    north, south = tenants["north"], tenants["south"]
    with module_database.owner() as owner:
        row = owner.execute(
            "insert into resolution.entities (entity_kind, created_batch_no) values ('company', 1) returning entity_id"
        ).fetchone()
    claims = {"sub": str(north["user"]), "organization_id": str(north["organization"])}
    with api(module_database, claims) as connection:
        adopt = "select lead_id from app.adopt_leads(%s, %s, 'api')"
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="not yours"), connection.transaction():
            connection.execute(adopt, (south["organization"], [row["entity_id"]]))
        assert connection.execute(adopt, (north["organization"], [south["entity"]])).fetchall() == []
        assert len(connection.execute(adopt, (north["organization"], [row["entity_id"]])).fetchall()) == 1
        assert connection.execute(adopt, (north["organization"], [row["entity_id"]])).fetchall() == []


@pytest.mark.parametrize(
    "component", ["landing", "imports", "resolution", "delivery", "campaigns", "quality", "leads", "console"]
)
def test_a_component_has_no_right_of_another_component(module_database, component):
    may_insert = {
        "landing": {"raw.fetches"}, "imports": {"raw.fetches"}, "resolution": {"resolution.entities"}, "delivery": {"raw.fetches"},
        "campaigns": {"app.messages", "quality.snapshots"}, "quality": {"quality.gate_results", "quality.snapshots"},
        "leads": {"app.leads"}, "console": set(),
    }  # fmt: skip
    with module_database.connect(component) as connection:
        for table in (
            "raw.fetches",
            "resolution.entities",
            "app.messages",
            "app.leads",
            "quality.gate_results",
            "quality.snapshots",
        ):
            row = connection.execute(
                "select has_table_privilege(current_user, %s, 'insert') as may", (table,)
            ).fetchone()
            assert row["may"] == (table in may_insert[component]), table
        assert (
            connection.execute("select pg_has_role(current_user, 'leadhouse_owner', 'member') as is_owner").fetchone()[
                "is_owner"
            ]
            is False
        )


def test_a_budget_holds_under_concurrent_charges(module_database, tenants):
    from concurrent.futures import ThreadPoolExecutor
    from decimal import Decimal

    from leadhouse.ledger.costs import BudgetExceededError, Cost, record_cost

    north = tenants["north"]
    with module_database.owner() as owner:
        budget = owner.execute(
            "select budget_id from billing.budgets where organization_id = %s", (north["organization"],)
        ).fetchone()["budget_id"]

    def charge(_):
        try:
            with module_database.connect("enrichment") as connection:
                record_cost(connection, Cost("provider", Decimal("0.30"), north["organization"], "p", budget_id=budget))
        except BudgetExceededError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(charge, range(40)))
    assert sum(outcomes) == 16  # 16 x 0.30 = 4.80, a seventeenth would make 5.10
    with module_database.owner() as owner:
        row = owner.execute("select spent_eur from billing.budgets where budget_id = %s", (budget,)).fetchone()
    assert row["spent_eur"] == Decimal("4.80")
