"""One row of every resource that an address can name, for an organization, a person and a person of another team."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

MARK = "foreign-mark"  # stands in every text of a row, so that an answer which holds it has read the row


KINDS = frozenset({
    "organization_id", "user_id", "campaign_id", "job_id", "team_id", "webhook_id", "delivery_id", "lead_id",
    "source_id", "client_id", "notification_id", "list_id",
})  # fmt: skip


class Rows:
    """Rows of one organization; `ids(person)` are the ids that the names of path parameters take."""

    def __init__(self, world: Any, organization: Any) -> None:
        self.world, self.organization = world, organization

    def ids(self, person: Any, mark: str = "own") -> dict[str, str]:
        """A fresh row of each kind, the person's own where rows have an owner."""
        name, user, organization = f"{mark} {uuid4().hex}", person.user, self.organization
        one = self.world.value
        campaign = one(
            "insert into app.campaigns (organization_id, name, created_by) values (%s, %s, %s) returning campaign_id",
            organization, name, user,
        )  # fmt: skip
        job = one(
            "insert into app.jobs (organization_id, kind, created_by, requested_by, parameters, is_released)"
            " values (%s, 'crawl', %s, %s, jsonb_build_object('reason', %s::text), false) returning job_id",
            organization, user, user, name,
        )  # fmt: skip
        team = one("insert into identity.teams (organization_id, name) values (%s, %s) returning team_id",
                   organization, name)  # fmt: skip
        self.world.rows("insert into identity.team_members (team_id, organization_id, user_id) values (%s, %s, %s)",
                        team, organization, user)  # fmt: skip
        hook = one(
            "insert into app.webhooks (organization_id, name, url, event_types) values (%s, %s, %s, '{*}')"
            " returning webhook_id",
            organization, name, f"https://{mark}.example/{uuid4().hex}",
        )  # fmt: skip
        delivery = one(
            "insert into app.webhook_deliveries (organization_id, webhook_id, event_type, payload, status)"
            " values (%s, %s, 'lead.created', jsonb_build_object('type', %s::text), 'delivered') returning delivery_id",
            organization, hook, name,
        )  # fmt: skip
        found = {
            "organization_id": organization, "user_id": user, "campaign_id": campaign, "job_id": job, "team_id": team,
            "webhook_id": hook, "delivery_id": delivery, "lead_id": self._lead(name, user, campaign),
            "source_id": one(
                "insert into app.sources (source_key, organization_id, kind, name, created_by)"
                " values (%s, %s, 'csv', %s, %s) returning source_id",
                f"csv/{uuid4()}", organization, name, user),
            "client_id": one("insert into identity.clients (organization_id, name) values (%s, %s) returning client_id",
                             organization, name),
            "notification_id": one(
                "insert into app.notifications (organization_id, user_id, kind, title) values (%s, %s, 'x', %s)"
                " returning notification_id", organization, user, name),
            "list_id": one("insert into app.lists (organization_id, name, created_by) values (%s, %s, %s)"
                           " returning list_id", organization, name, user),
        }  # fmt: skip
        assert set(found) == KINDS
        return {key: str(value) for key, value in found.items()}

    def _lead(self, name: str, user: Any, campaign: Any) -> Any:
        entity = uuid4()
        self.world.rows(
            "insert into resolution.entities (entity_id, entity_kind, created_batch_no) values (%s, 'person', 0)",
            entity,
        )
        lead = self.world.value(
            "insert into app.leads (organization_id, entity_id, entity_kind, first_source, owner_id, campaign_id,"
            " notes) values (%s, %s, 'person', 'test', %s, %s, %s) returning lead_id",
            self.organization, entity, user, campaign, name,
        )  # fmt: skip
        self.world.rows("update app.lead_facts set full_name = %s where lead_id = %s", name, lead)
        return lead


def digest_of(world: Any, organization: Any) -> dict[str, str]:
    """Table → digest of an organization's rows, of every table that has any; the stream of events moves by itself."""
    tables = world.rows(
        "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.columns"
        " join information_schema.tables using (table_schema, table_name)"
        " where column_name = 'organization_id' and table_type = 'BASE TABLE'"
        "   and table_schema = any (%s) and not exists (select from pg_inherits join pg_class on oid = inhrelid"
        "     where relname = table_name and relnamespace = table_schema::regnamespace and relkind = 'r')",
        ["identity", "app", "billing", "credentials", "files", "privacy", "raw", "resolution", "quality"],
    )  # fmt: skip
    found = {}
    for row in tables:
        if row["name"].startswith("app.event"):
            continue
        count = world.rows(
            f"select count(*) as n, md5(coalesce(string_agg(md5(one::text), '' order by md5(one::text)), '')) as hash"  # noqa: S608
            f" from {row['name']} as one where organization_id = %s", organization,
        )[0]  # fmt: skip
        if count["n"]:
            found[row["name"]] = f"{count['n']} {count['hash']}"
    return found
