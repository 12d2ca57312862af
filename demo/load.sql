-- name: insert_organization
insert into identity.organizations (organization_id, slug, name, time_zone, postal_address)
values (%(organization_id)s, %(slug)s, %(name)s, %(time_zone)s, %(postal_address)s)
on conflict (organization_id) do nothing;

-- name: insert_user
insert into identity.users (user_id, email_normalized, full_name) values (%(user_id)s, lower(%(email)s), %(full_name)s)
on conflict (user_id) do nothing;

-- name: insert_member
insert into identity.members (organization_id, user_id, role)
values (%(organization_id)s, %(user_id)s, %(role)s::identity.member_role)
on conflict (organization_id, user_id) do nothing;

-- name: insert_suppression
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
values (%(organization_id)s, %(scope)s, lower(%(value)s), %(reason)s, 'demo')
on conflict (organization_id, scope, value_normalized) do nothing;

-- name: insert_source
insert into app.sources (source_key, kind, name, start_url, host)
values (%(source_key)s, 'web_site', %(name)s, %(start_url)s, %(host)s)
on conflict (source_key) do nothing;

-- name: list_sites
select source_key from app.sources where kind = 'web_site' and organization_id is null and deleted_at is null order by source_key;

-- name: insert_export
insert into app.sources (source_key, organization_id, kind, name, config, next_due_at)
values (%(source_key)s, %(organization_id)s, 'csv', %(name)s, %(config)s, 'infinity')
on conflict (source_key) do nothing;

-- name: put_off_source
-- The night asks for it by a job, so that no schedule does.
update app.sources set next_due_at = 'infinity' where source_key = %(source_key)s;

-- name: insert_search
insert into app.lead_searches (lead_search_id, organization_id, name, criteria)
values (%(lead_search_id)s, %(organization_id)s, %(name)s, %(criteria)s)
on conflict (lead_search_id) do nothing;

-- name: upsert_account
insert into app.email_accounts (email_account_id, organization_id, from_email, from_name, smtp_host, smtp_port, security, daily_limit)
values (%(email_account_id)s, %(organization_id)s, %(from_email)s, %(from_name)s, %(smtp_host)s, %(smtp_port)s, 'none', %(daily_limit)s)
on conflict (email_account_id) do update set smtp_host = excluded.smtp_host, smtp_port = excluded.smtp_port
where (email_accounts.smtp_host, email_accounts.smtp_port) is distinct from (excluded.smtp_host, excluded.smtp_port);

-- name: insert_campaign
with made as (
  insert into app.campaigns (campaign_id, organization_id, name, status, email_account_id, config)
  values (%(campaign_id)s, %(organization_id)s, %(name)s, 'active', %(email_account_id)s, %(config)s)
  on conflict (campaign_id) do nothing)
insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)
values (%(campaign_id)s, %(organization_id)s, 1, %(subject)s, %(body)s)
on conflict (campaign_id, step_no) do nothing;

-- name: insert_budget
insert into billing.budgets (organization_id, kind, starts_on, ends_on, ceiling_eur)
values (%(organization_id)s, 'provider', date_trunc('month', now())::date, (date_trunc('month', now()) + interval '2 months')::date, %(ceiling_eur)s)
on conflict (organization_id, kind, starts_on) do nothing;
