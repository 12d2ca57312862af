"""An organization with leads, marts as dbt makes them, a campaign and its account: a wave's needs, in real tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from leadhouse.campaigns import freeze_audience, queue_messages

MARTS = """
create table if not exists mart_companies.dim_companies (
  organization_id uuid, company_id uuid, name text, domain text, country_code text, email_generic text,
  last_verified_at timestamptz);
create table if not exists mart_leads.dim_people (
  organization_id uuid, person_id uuid, company_id uuid, full_name text, title_raw text, email_normalized text,
  email_status text, country_code text, legal_basis text, last_verified_at timestamptz);
create table if not exists mart_leads.dim_leads (
  organization_id uuid, lead_id uuid, person_id uuid, company_id uuid, status text, lead_score integer,
  is_contactable boolean, not_contactable_reason text);
create index on mart_companies.dim_companies (company_id);
create index on mart_leads.dim_people (person_id);
create index on mart_leads.dim_leads (lead_id);
grant select on mart_companies.dim_companies, mart_leads.dim_people, mart_leads.dim_leads to leadhouse_campaigns;
"""
SUBJECT = "A question for {{ company.name }}"
BODY = "Hello {{ person.full_name }},\n\nmay we show you something?\n"


def this_hour() -> datetime:
    """The wave of now."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass
class Campaigns:
    """One organization; each method writes rows and returns their ids."""

    database: Any
    smtp_port: int = 2525
    organization_id: UUID = field(default_factory=uuid4)
    account_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        with self.database.kept_transaction() as connection:
            connection.execute(MARTS)
            connection.execute(
                "insert into identity.organizations (organization_id, slug, name, postal_address)"
                " values (%s, %s, %s, %s)",
                [
                    self.organization_id,
                    f"o-{self.organization_id.hex[:20]}",
                    "Nordlicht GmbH",
                    "Nordlicht GmbH\nHafen 1",
                ],
            )
            connection.execute(
                "insert into app.email_accounts (email_account_id, organization_id, from_email, from_name, smtp_host,"
                " smtp_port, security, daily_limit) values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [self.account_id, self.organization_id, "mara@nordlicht.example", "Mara Petersen", "127.0.0.1",
                 self.smtp_port, "none", 100_000],
            )  # fmt: skip
            connection.execute("select raw.ensure_partitions(current_date)")

    def campaign(self, leads: list[UUID], *, subject: str = SUBJECT, body: str = BODY, **config: Any) -> UUID:
        """An active campaign of one step with these members."""
        campaign_id = uuid4()
        with self.database.kept_transaction() as connection:
            connection.execute(
                "insert into app.campaigns (campaign_id, organization_id, name, status, email_account_id, config)"
                " values (%s, %s, %s, 'active', %s, %s)",
                [campaign_id, self.organization_id, f"Campaign {campaign_id.hex[:6]}", self.account_id, Jsonb(config)],
            )
            self._add_step(connection, campaign_id, 1, 0, subject, body)
        self.add_members(campaign_id, leads)
        return campaign_id

    def add_step(self, campaign_id: UUID, step_no: int, delay_days: int) -> None:
        """A further step."""
        with self.database.kept_transaction() as connection:
            self._add_step(connection, campaign_id, step_no, delay_days, SUBJECT, BODY)

    def _add_step(
        self, connection: Any, campaign_id: UUID, step_no: int, delay_days: int, subject: str, body: str
    ) -> None:
        connection.execute(
            "insert into app.campaign_steps (campaign_id, organization_id, step_no, delay_days, subject_template,"
            " body_template) values (%s, %s, %s, %s, %s, %s)",
            [campaign_id, self.organization_id, step_no, delay_days, subject, body],
        )

    def add_members(self, campaign_id: UUID, leads: list[UUID]) -> None:
        """Members of a campaign."""
        with self.database.kept_transaction() as connection:
            connection.execute(
                "insert into app.campaign_members (campaign_id, organization_id, lead_id)"
                " select %s, %s, lead_id from unnest(%s::uuid[]) as lead_id",
                [campaign_id, self.organization_id, leads],
            )

    def lead(self, email: str | None = "anna@kunde.example", name: str | None = "Anna Berg", **facts: Any) -> UUID:
        """A lead with a person and a company in the marts, and a check of its address; `facts` overrides."""
        made = {
            "status": "valid", "is_role": False, "is_disposable": False, "has_mx": True, "company": "Kunde GmbH",
            "company_id": uuid4(), "legal_basis": "legitimate_interest", "verified": "now()", "score": 50,
            "lead_status": "new", "kind": "person", "in_marts": True, "person_id": None, **facts,
        }  # fmt: skip
        entity_id, lead_id = uuid4(), uuid4()
        person_id = made["person_id"] or entity_id
        with self.database.kept_transaction() as connection:
            connection.execute(
                "insert into resolution.entities (entity_id, entity_kind, created_batch_no) values (%s, %s, 0)",
                [entity_id, made["kind"]],
            )
            connection.execute(
                "insert into app.leads (lead_id, organization_id, entity_id, entity_kind, status, first_source)"
                " values (%s, %s, %s, %s, %s, 'test')",
                [lead_id, self.organization_id, entity_id, made["kind"], made["lead_status"]],
            )
            if made["in_marts"]:
                self._fill_marts(connection, lead_id, person_id, email, name, made)
            if email is not None and made["status"] is not None:
                self.check(connection, email, made)
        return lead_id

    def _fill_marts(
        self, connection: Any, lead_id: UUID, person_id: UUID, email: Any, name: Any, made: dict[str, Any]
    ) -> None:
        is_person = made["kind"] == "person"
        connection.execute(
            "insert into mart_leads.dim_leads (organization_id, lead_id, person_id, company_id, status, lead_score)"
            " values (%s, %s, %s, %s, %s, %s)",
            [self.organization_id, lead_id, person_id if is_person else None, made["company_id"], made["lead_status"],
             made["score"]],
        )  # fmt: skip
        if is_person:
            connection.execute(
                "insert into mart_leads.dim_people (person_id, company_id, full_name, email_normalized,"  # noqa: S608 - our own
                " email_status, country_code, legal_basis, last_verified_at)"
                f" values (%s, %s, %s, %s, %s, 'DE', %s, {made['verified']})",
                [person_id, made["company_id"], name, email, made["status"], made["legal_basis"]],
            )
        if made["company"]:
            connection.execute(
                "insert into mart_companies.dim_companies (company_id, name, country_code) values (%s, %s, 'DE')",
                [made["company_id"], made["company"]],
            )

    def check(self, connection: Any, email: str, made: dict[str, Any]) -> None:
        """A check of an address."""
        connection.execute(
            "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status,"  # noqa: S608 - our own
            " is_syntax_valid, has_mx, is_role, is_free, is_disposable, checked_at)"
            f" values (current_date, %s, gen_random_uuid(), %s, %s, true, %s, %s, false, %s, {made['verified']})"
            " on conflict do nothing",
            [email, email.rpartition("@")[2], made["status"], made["has_mx"], made["is_role"], made["is_disposable"]],
        )

    def leads(self, count: int, domain: str = "kunde.example") -> list[UUID]:
        """Many good leads at once: p0@, p1@ …"""
        with self.database.kept_transaction() as connection:
            rows = connection.execute(
                "with made as (select gen_random_uuid() as entity_id, gen_random_uuid() as lead_id,"
                "   gen_random_uuid() as company_id, i from generate_series(0, %(count)s - 1) as i),"
                " entities as (insert into resolution.entities (entity_id, entity_kind, created_batch_no)"
                "   select entity_id, 'person', 0 from made),"
                " people as (insert into mart_leads.dim_people (person_id, company_id, full_name, email_normalized,"
                "   email_status, country_code, legal_basis, last_verified_at)"
                "   select entity_id, company_id, 'Person ' || i, 'p' || i || '@' || %(domain)s, 'valid', 'DE',"
                "   'legitimate_interest', now() from made),"
                " companies as (insert into mart_companies.dim_companies (company_id, name)"
                "   select company_id, 'Firma ' || i from made),"
                " marts as (insert into mart_leads.dim_leads (organization_id, lead_id, person_id, company_id, status,"
                "   lead_score)"
                "   select %(organization_id)s, lead_id, entity_id, company_id, 'new', i %% 100 from made)"
                " select lead_id, entity_id from made order by i",
                {"count": count, "domain": domain, "organization_id": self.organization_id},
            ).fetchall()
            connection.execute(
                "insert into app.leads (lead_id, organization_id, entity_id, entity_kind, first_source)"
                " select lead_id, %s, entity_id, 'person', 'test'"
                "   from unnest(%s::uuid[], %s::uuid[]) as made (lead_id, entity_id)",
                [self.organization_id, [row["lead_id"] for row in rows], [row["entity_id"] for row in rows]],
            )
        return [row["lead_id"] for row in rows]

    def verdict(self, snapshot_id: UUID, verdict: str = "passed", *, valid_for: str = "1 day") -> UUID:
        """A gate result without the gate."""
        with self.database.connect("quality") as connection:
            connection.execute(
                "insert into quality.suites values ('campaign_audience', 'test', '[]') on conflict do nothing"
            )
            row = connection.execute(
                "insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict,"
                " rows_checked, expires_at) values (%s, %s, 'campaign_audience', 'test', %s, 0,"
                " clock_timestamp() + %s::interval)"
                " returning gate_run_id",
                [self.organization_id, snapshot_id, verdict, valid_for],
            ).fetchone()
        return row["gate_run_id"]

    def queued(self, campaign_id: UUID, *, valid_for: str = "1 day") -> UUID:
        """Freezes and queues a wave behind a passed result; returns the result's id."""
        snapshot_id = freeze_audience(campaign_id, 1, this_hour())
        gate_run_id = self.verdict(snapshot_id, valid_for=valid_for)
        queue_messages(snapshot_id, gate_run_id)
        return gate_run_id

    def suppress(self, value: str, scope: str = "email", organization_id: UUID | None = None) -> None:
        """An opt-out."""
        with self.database.kept_transaction() as connection:
            connection.execute(
                "insert into app.suppressions (organization_id, scope, value_normalized, reason, source)"
                " values (%s, %s, %s, 'unsubscribed', 'test')",
                [organization_id or self.organization_id, scope, value],
            )

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """What a question gives, as the administrator."""
        with self.database.kept_owner() as connection:
            return connection.execute(statement, list(values)).fetchall()

    def value(self, statement: str, *values: Any) -> Any:
        """The one value of a question."""
        row = self.rows(statement, *values)[0]
        return next(iter(row.values()))

    def states(self, campaign_id: UUID) -> dict[str, int]:
        """Messages by state."""
        found = self.rows(
            "select state::text, count(*) as n from app.messages where campaign_id = %s group by 1", campaign_id
        )
        return {row["state"]: row["n"] for row in found}
