"""One row of every resource that an address can name, for an organization, a person and a person of another team."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from leadhouse import files

MARK = "foreign-mark"  # stands in every text of a row, so that an answer which holds it has read the row


KINDS = frozenset({
    "organization_id", "user_id", "campaign_id", "job_id", "team_id", "webhook_id", "delivery_id", "lead_id",
    "source_id", "client_id", "notification_id", "list_id", "segment_id", "lead_search_id", "interaction_id",
    "suppression_id", "export_id", "object_id", "upload_id", "company_id", "person_id", "api_key_id", "session_id",
    "external_identity_id", "invitation_id",
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
        lead = self._lead(name, user, campaign)
        found = {
            "organization_id": organization, "user_id": user, "campaign_id": campaign, "job_id": job, "team_id": team,
            "webhook_id": hook, "delivery_id": delivery, "lead_id": lead,
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
            **self._of_leads(name, user, lead), **self._files(name, user), **self._of_person(name, user),
            **self._marts(name),
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

    def _of_leads(self, name: str, user: Any, lead: Any) -> dict[str, Any]:
        organization, one = self.organization, self.world.value
        return {
            "segment_id": one(
                "insert into app.segments (organization_id, name, criteria, created_by)"
                " values (%s, %s, '{\"all\": []}', %s) returning segment_id", organization, name, user),
            "lead_search_id": one(
                "insert into app.lead_searches (organization_id, name, criteria, state, is_active, created_by)"
                " values (%s, %s, '{}', 'proposed', false, %s) returning lead_search_id", organization, name, user),
            "interaction_id": one(
                "insert into app.interactions (organization_id, lead_id, entity_id, type, direction, content,"
                "   occurred_at, created_by)"
                " select organization_id, lead_id, entity_id, 'note', 'internal', %s, now(), %s from app.leads"
                "  where lead_id = %s returning interaction_id", name, user, lead),
            "suppression_id": one(
                "insert into app.suppressions (organization_id, scope, value_normalized, reason, source, created_by)"
                " values (%s, 'domain', %s, 'manual', %s, %s) returning suppression_id",
                organization, f"{name.replace(' ', '-')}.example", name, user),
        }  # fmt: skip

    def _files(self, name: str, user: Any) -> dict[str, Any]:
        """A file with its bytes, an upload that waits for its parts, an export whose file is kept."""
        organization = self.organization
        with self.world.database.owner() as owner:
            stored = files.put(
                owner, organization, "imports", f"{name}.csv", f"name\n{name}\n".encode(), "text/csv",
                original_name=f"{name}.csv",
            )  # fmt: skip
            upload = files.start_upload(
                owner, organization, "imports", f"{name} parts", "text/csv", original_name=f"{name}.csv"
            )
        self.world.rows("update files.objects set created_by = %s where object_id = %s", user, stored.object_id)
        self.world.rows("update files.uploads set created_by = %s where upload_id = %s", user, upload)
        export = self.world.value(
            "insert into app.exports (organization_id, name, columns, state, row_count, size_bytes, sha256, object_id,"
            "   created_by, finished_at)"
            " values (%s, %s, '{full_name}', 'completed', 1, %s, %s, %s, %s, clock_timestamp()) returning export_id",
            organization, name, stored.size_bytes, stored.sha256, stored.object_id, user,
        )  # fmt: skip
        return {"object_id": stored.object_id, "upload_id": upload, "export_id": export}

    def _of_person(self, name: str, user: Any) -> dict[str, Any]:
        """What is a person's own: nobody else's, not even an admin's, but for keys and invitations."""
        organization, one = self.organization, self.world.value
        return {
            "api_key_id": one(
                "insert into identity.api_keys (organization_id, user_id, name, prefix, key_hash, permissions)"
                " values (%s, %s, %s, 'lh_testtest', sha256(%s::text::bytea), '{leads:read}') returning api_key_id",
                organization, user, name, name),
            "session_id": one(
                "insert into identity.sessions (user_id, active_organization_id, authenticated_by, device, expires_at)"
                " values (%s, %s, 'password', %s, now() + interval '1 day') returning session_id",
                user, organization, name),
            "external_identity_id": one(
                "insert into identity.external_identities (user_id, provider, subject) values (%s, 'elsewhere', %s)"
                " returning external_identity_id", user, name),
            "invitation_id": one(
                "insert into identity.invitations (organization_id, email_normalized, role, token_hash, created_by,"
                "   expires_at)"
                " values (%s, %s, 'sales_rep', sha256(%s::text::bytea), %s, now() + interval '1 day')"
                " returning invitation_id",
                organization, f"{name.replace(' ', '-')}@x.example", name, user),
        }  # fmt: skip

    def _marts(self, name: str) -> dict[str, Any]:
        """A company and a person that the organization alone knows, as a build would leave them."""
        organization, one = self.organization, self.world.value
        company = one(
            "insert into mart_companies.dim_companies (organization_id, company_id, name, social_urls, technologies,"
            "   source_count, value_count, agreed_value_count, filled_count, fillable_count, completeness_ratio,"
            "   is_private)"
            " values (%s, gen_random_uuid(), %s, '{}', '{}', 1, 1, 1, 1, 12, 0.1, true) returning company_id",
            organization, name,
        )  # fmt: skip
        person = one(
            "insert into mart_leads.dim_people (organization_id, person_id, company_id, full_name, social_urls,"
            "   source_count, value_count, agreed_value_count, is_private)"
            " values (%s, gen_random_uuid(), %s, %s, '{}', 1, 1, 1, true) returning person_id",
            organization, company, name,
        )  # fmt: skip
        return {"company_id": company, "person_id": person}


def digest_of(world: Any, organization: Any) -> dict[str, str]:
    """Table → digest of an organization's rows and of its people's own, of every table that has any.

    The stream of events moves by itself.
    """
    tables = world.rows(
        "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name,"
        "       bool_or(column_name = 'organization_id') as is_tenants"
        "  from information_schema.columns join information_schema.tables using (table_schema, table_name)"
        " where column_name in ('organization_id', 'user_id') and table_type = 'BASE TABLE'"
        "   and table_schema = any (%s) and not exists (select from pg_inherits join pg_class on oid = inhrelid"
        "     where relname = table_name and relnamespace = table_schema::regnamespace and relkind = 'r')"
        " group by 1",
        ["identity", "app", "billing", "credentials", "files", "privacy", "raw", "resolution", "quality"],
    )  # fmt: skip
    found = {}
    for row in tables:
        if row["name"].startswith("app.event"):
            continue
        whose = "organization_id = %s" if row["is_tenants"] else (
            "user_id in (select user_id from identity.members where organization_id = %s)"
        )  # fmt: skip
        count = world.rows(
            f"select count(*) as n, md5(coalesce(string_agg(md5(one::text), '' order by md5(one::text)), '')) as hash"  # noqa: S608
            f" from {row['name']} as one where {whose}", organization,
        )[0]  # fmt: skip
        if count["n"]:
            found[row["name"]] = f"{count['n']} {count['hash']}"
    return found
