"""Two organizations with a member of every role, their leads, and connections as each of them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

ROLES = ("organization_admin", "sales_manager", "sales_rep", "read_only", "client")


class LeadTeam:
    """`north` has admin, manager, rep, mate (a second rep), reader and client; `south` has a manager of its own."""

    def __init__(self, database):
        self.database = database
        self.north, self.south = uuid4(), uuid4()
        self.users = {name: uuid4() for name in ("admin", "manager", "rep", "mate", "reader", "client", "stranger")}
        self.client_id, self.campaign, self.other_campaign = uuid4(), uuid4(), uuid4()
        roles = dict(zip(("admin", "manager", "rep", "reader", "client"), ROLES, strict=True)) | {"mate": "sales_rep"}
        with database.owner() as owner:
            for organization, slug in ((self.north, "north"), (self.south, "south")):
                owner.execute(
                    "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)",
                    [organization, slug, slug],
                )
            for name, user in self.users.items():
                owner.execute(
                    "insert into identity.users (user_id, email_normalized, full_name) values (%s, %s, %s)",
                    [user, f"{name}@x.example", name.title()],
                )
            owner.execute(
                "insert into identity.clients (client_id, organization_id, name) values (%s, %s, 'Customer')",
                [self.client_id, self.north],
            )
            for name, role in roles.items():
                owner.execute(
                    "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
                    [self.north, self.users[name], role, self.client_id if role == "client" else None],
                )
            owner.execute(
                "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'sales_manager')",
                [self.south, self.users["stranger"]],
            )
            for campaign, client, name in (
                (self.campaign, self.client_id, "theirs"), (self.other_campaign, None, "ours"),
            ):  # fmt: skip
                owner.execute(
                    "insert into app.campaigns (campaign_id, organization_id, name, client_id) values (%s, %s, %s, %s)",
                    [campaign, self.north, name, client],
                )

    def lead(self, organization=None, owner=None, campaign=None, entity=None, **facts):
        """A live lead; `owner` by name, `facts` as the projection would write them."""
        entity, lead = entity or uuid4(), uuid4()
        with self.database.owner() as connection:
            connection.execute(
                "insert into resolution.entities (entity_id, entity_kind, created_batch_no) values (%s, 'person', 0)"
                " on conflict do nothing",
                [entity],
            )
            connection.execute(
                "insert into app.leads (lead_id, organization_id, entity_id, entity_kind, first_source, owner_id,"
                " campaign_id) values (%s, %s, %s, 'person', 'test', %s, %s)",
                [lead, organization or self.north, entity, self.users.get(owner), campaign],
            )
            for name, value in facts.items():
                connection.execute(
                    psycopg.sql.SQL("update app.lead_facts set {} = %s where lead_id = %s").format(
                        psycopg.sql.Identifier(name)
                    ),
                    [value, lead],
                )
        return lead

    def entity_of(self, lead):
        return self.row("select entity_id from app.leads where lead_id = %s", lead)["entity_id"]

    @contextmanager
    def acting(self, name, **claims):
        """A connection as the API opens one for this member; commits at the end, rolls back on an error."""
        organization = self.south if name == "stranger" else self.north
        stated = {"sub": str(self.users[name]), "organization_id": str(organization), **claims}
        with psycopg.connect(self.database.api_url, row_factory=dict_row) as connection:
            connection.execute("set role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(stated)])
            connection.commit()
            yield connection

    def organization_of(self, name):
        return self.south if name == "stranger" else self.north

    def rows(self, statement, *parameters):
        with self.database.kept_owner() as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def row(self, statement, *parameters):
        [row] = self.rows(statement, *parameters)
        return SimpleNamespace(**row).__dict__
