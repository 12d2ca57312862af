"""Two organizations with rows that hold together, and callers who act by claims: what attacks are tried on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.rows import DictRow

ROLES = {
    "admin": "organization_admin", "manager": "sales_manager", "rep": "sales_rep", "reader": "read_only",
    "guest": "client",
}  # fmt: skip
FILL = """
insert into identity.clients (client_id, organization_id, name) values (%(client)s, %(org)s, 'client');
insert into identity.teams (team_id, organization_id, name) values (%(team)s, %(org)s, 'team');
insert into resolution.batches (batch_no, run_id, reason) values (%(batch)s, 'attack', 'landed');
insert into resolution.entities (entity_id, entity_kind, organization_id, created_batch_no)
  values (%(entity)s, 'company', %(org)s, %(batch)s), (%(entity_of_admin)s, 'company', %(org)s, %(batch)s);
insert into app.campaigns (campaign_id, organization_id, client_id, name) values (%(campaign)s, %(org)s, %(client)s, 'campaign');
insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)
  values (%(campaign)s, %(org)s, 1, 's', 'b');
insert into app.leads (lead_id, organization_id, entity_id, entity_kind, first_source, owner_id, campaign_id)
  values (%(lead)s, %(org)s, %(entity)s, 'company', 'attack', %(rep)s, %(campaign)s),
         (%(lead_of_admin)s, %(org)s, %(entity_of_admin)s, 'company', 'attack', %(admin)s, null);
insert into app.corrections (correction_id, organization_id, entity_id, entity_kind, attribute, value)
  values (%(correction)s, %(org)s, %(entity)s, 'company', 'name', 'secret correction');
insert into app.jobs (job_id, organization_id, kind, is_released) values (%(job)s, %(org)s, 'crawl', false);
insert into app.sources (source_id, source_key, organization_id, kind, name, start_url)
  values (%(source)s, 'web_site/' || %(source)s::text, %(org)s, 'web_site', 'source', 'https://source.example/');
insert into app.lists (list_id, organization_id, name, created_by) values (%(list)s, %(org)s, 'list', %(rep)s);
insert into app.list_members (organization_id, list_id, lead_id) values (%(org)s, %(list)s, %(lead)s);
insert into app.segments (segment_id, organization_id, name, criteria) values (%(segment)s, %(org)s, 'segment', '{}');
insert into identity.sessions (session_id, user_id, active_organization_id, authenticated_by, expires_at)
  values (%(session)s, %(rep)s, %(org)s, 'password', now() + interval '1 day');
insert into identity.invitations (invitation_id, organization_id, email_normalized, role, token_hash, created_by, expires_at)
  values (%(invitation)s, %(org)s, 'invited@x.example', 'read_only', sha256(%(invitation)s::text::bytea), %(admin)s, now() + interval '1 day');
insert into identity.api_keys (api_key_id, organization_id, user_id, name, prefix, key_hash, permissions)
  values (%(key)s, %(org)s, %(rep)s, 'key', 'lh_12345678', sha256(%(key)s::text::bytea), '{leads:read}');
insert into app.suppressions (organization_id, scope, value_normalized, reason, source) values (%(org)s, 'domain', 'x.example', 'manual', 'attack');
insert into billing.budgets (budget_id, organization_id, kind, starts_on, ends_on, ceiling_eur)
  values (%(budget)s, %(org)s, 'provider', '2026-01-01', '2026-12-31', 5);
insert into billing.subscriptions (organization_id, tier, status) values (%(org)s, 'GROWTH', 'active');
insert into credentials.data_keys (organization_id, data_key_id, version, master_key_id, wrapped_key)
  values (%(org)s, %(data_key)s, 1, 'master', convert_to(repeat('x', 60), 'UTF8'));
insert into credentials.secrets (organization_id, secret_id, user_id, name, kind, ciphertext, data_key_id)
  values (%(org)s, %(secret)s, null, 'token', 'api', '\\x01'::bytea || uuid_send(%(data_key)s), %(data_key)s),
         (%(org)s, %(secret_of_admin)s, %(admin)s, 'token', 'api', '\\x01'::bytea || uuid_send(%(data_key)s), %(data_key)s)
"""
NAMES = (
    "client", "team", "entity", "entity_of_admin", "campaign", "lead", "lead_of_admin", "correction", "job", "source",
    "list", "segment", "session", "invitation", "key", "budget", "data_key", "secret", "secret_of_admin",
)  # fmt: skip


@dataclass
class AttackWorld:
    """`tenants`: slug → name of a row or member → its id. The connection is a superuser's, in one transaction."""

    connection: Connection[DictRow]
    tenants: dict[str, dict[str, Any]] = field(default_factory=dict)

    def populate(self) -> None:
        """North and south, alike."""
        for batch, slug in enumerate(("north", "south"), start=900_001):
            ids: dict[str, Any] = {name: uuid4() for name in (*NAMES, "org", *ROLES)} | {"batch": batch}
            self.tenants[slug] = ids
            run = self.connection.execute
            organization = "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)"
            run(organization, [ids["org"], slug, slug])
            run(
                "insert into identity.clients (client_id, organization_id, name) values (%s, %s, 'guests')",
                [ids["client"], ids["org"]],
            )
            for name, role in ROLES.items():
                user = "insert into identity.users (user_id, email_normalized) values (%s, %s)"
                run(user, [ids[name], f"{name}@{slug}.example"])
                run(
                    "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
                    [ids["org"], ids[name], role, ids["client"] if role == "client" else None],
                )
            for statement in FILL.strip().split(";\n")[1:]:
                run(statement, ids)

    def claims(self, slug: str, name: str, **more: Any) -> dict[str, Any]:
        """A member's claims; `permissions` makes them an API key's."""
        return {"sub": str(self.tenants[slug][name]), "organization_id": str(self.tenants[slug]["org"]), **more}

    @contextlib.contextmanager
    def acting(self, claims: dict[str, Any], role: str = "authenticated") -> Iterator[Connection[DictRow]]:
        """The connection as the API's with these claims; what was done is undone."""
        with self.connection.transaction(force_rollback=True):
            self.become(claims, role)
            yield self.connection

    def become(self, claims: dict[str, Any], role: str = "authenticated") -> None:
        """For the transaction, or until `rise`."""
        statement = (
            'set local session authorization leadhouse_api; set local role {}; set local "request.jwt.claims" = {}'
        )
        self.connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(json.dumps(claims))))

    def rise(self) -> None:
        """The superuser again."""
        self.connection.execute("reset session authorization; reset role; set local \"request.jwt.claims\" = ''")

    def ids_of(self, slug: str) -> set[UUID]:
        """Every id of the organization's that somebody else must not learn."""
        return {value for value in self.tenants[slug].values() if isinstance(value, UUID)}
