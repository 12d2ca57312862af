-- A skewed platform, the same on every run: one organization with a fifth of the leads, ten with a fifth together, the
-- rest small. Parameters: leads, organizations (more than 11), at (the newest moment). Triggers and foreign keys are off
-- while it is made; what the triggers would write (history, facts, figures) is written here.

-- name: make_organizations
insert into identity.organizations (organization_id, slug, name)
select md5('organization/' || no)::uuid, 'organization-' || no, 'Organization ' || no from generate_series(1, %(organizations)s) as no;

-- name: make_users
-- Of the first organization: 1 admin, 2 manager, 3 to 42 reps, 43 a client's, 44 reads only; of others an admin and two reps.
insert into identity.users (user_id, email_normalized, full_name)
select md5('user/' || organization || '/' || no)::uuid, 'user' || no || '@organization-' || organization || '.example',
       'User ' || no || ' of ' || organization
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case organization when 1 then 44 else 3 end) as no;

-- name: make_clients
insert into identity.clients (client_id, organization_id, name)
select md5('client/1/' || no)::uuid, md5('organization/1')::uuid, 'Client ' || no from generate_series(1, 10) as no;

-- name: make_members
insert into identity.members (organization_id, user_id, role, client_id)
select md5('organization/' || organization)::uuid, md5('user/' || organization || '/' || no)::uuid,
       case when no = 1 then 'organization_admin' when organization > 1 then 'sales_rep' when no = 2 then 'sales_manager'
            when no = 43 then 'client' when no = 44 then 'read_only' else 'sales_rep' end::identity.member_role,
       case when organization = 1 and no = 43 then md5('client/1/1')::uuid end
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case organization when 1 then 44 else 3 end) as no;

-- name: make_teams
insert into identity.teams (team_id, organization_id, name)
select md5('team/1/' || no)::uuid, md5('organization/1')::uuid, 'Team ' || no from generate_series(1, 4) as no;

-- name: make_team_members
-- The manager is in the first team, with ten reps.
insert into identity.team_members (team_id, organization_id, user_id)
select md5('team/1/' || greatest(1, (no + 7) / 10))::uuid, md5('organization/1')::uuid, md5('user/1/' || no)::uuid
  from generate_series(2, 42) as no;

-- name: make_campaigns
insert into app.campaigns (campaign_id, organization_id, name, type, status, client_id, created_at, created_by)
select md5('campaign/' || organization || '/' || no)::uuid, md5('organization/' || organization)::uuid, 'Campaign ' || no, 'mixed',
       (array['draft', 'active', 'active', 'paused', 'completed'])[1 + no %% 5]::app.campaign_status,
       case when organization = 1 and no <= 20 then md5('client/1/' || 1 + no %% 10)::uuid end, %(at)s::timestamptz - make_interval(days => no),
       md5('user/' || organization || '/1')::uuid
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case when organization = 1 then 50 when organization < 12 then 10 else 2 end) as no;

-- name: make_campaign_steps
insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)
select campaign_id, organization_id, no, 'Step ' || no, 'Good day' from app.campaigns cross join generate_series(1, 3) as no;

-- name: make_entities
insert into resolution.entities (entity_id, entity_kind, created_batch_no)
select md5('person/' || no)::uuid, 'person', 1 from generate_series(1, %(leads)s) as no;

-- name: draft_leads
-- What the other tables are derived from. `dice` are 31 bits of a hash.
create temporary table draft as
with numbered as (
  select no, case when no <= %(leads)s / 5 then 1 when no <= %(leads)s / 5 * 2 then 2 + no %% 10
                  else 12 + no %% (%(organizations)s - 11) end as organization,
         hashint4extended(no, 1)::bit(31)::integer as dice, hashint4extended(no, 2)::bit(31)::integer as second
    from generate_series(1, %(leads)s) as no)
select no, organization, dice, second, md5('lead/' || no)::uuid as lead_id, md5('organization/' || organization)::uuid as organization_id,
       md5('person/' || no)::uuid as entity_id,
       (array['new', 'new', 'new', 'qualified', 'contacted', 'converted', 'lost', 'rejected'])[1 + dice %% 8]::app.lead_status as status,
       case when dice %% 5 < 3 then md5('user/' || organization || '/' || case organization when 1 then 3 + second %% 40 else 2 + second %% 2 end)::uuid
         end as owner_id,
       case when second %% 2 = 0 then md5('campaign/' || organization || '/'
              || 1 + dice / 8 %% case when organization = 1 then 50 when organization < 12 then 10 else 2 end)::uuid end as campaign_id,
       %(at)s::timestamptz - make_interval(secs => dice %% 31536000) as created_at
  from numbered;

-- name: make_leads
insert into app.leads (lead_id, organization_id, entity_id, entity_kind, status, owner_id, campaign_id, first_source, priority,
  rating_1_to_5, tags, created_at, updated_at, created_by, deleted_at)
select lead_id, organization_id, entity_id, 'person', status, owner_id, campaign_id, 'csv/list', (array['low', 'medium', 'medium', 'high', 'urgent'])[1 + second %% 5],
       case when status <> 'new' then 1 + second %% 5 end, array['tag' || dice %% 40, 'tag' || 40 + second %% 400], created_at,
       created_at + make_interval(secs => second %% 864000), case when dice %% 50 = 0 then owner_id end,
       case when second %% 100 = 0 then created_at + interval '11 days' end
  from draft;

-- name: make_tags
insert into app.lead_tags (organization_id, lead_id, tag, created_at)
select lead.organization_id, lead.lead_id, given.tag, lead.created_at from app.leads as lead cross join lateral unnest(lead.tags) as given (tag);

-- name: make_facts
-- 40 first names, 2,000 last names, 1 company for 20 leads.
insert into app.lead_facts (lead_id, organization_id, full_name, title, email_normalized, email_status, phone_e164, company_id, company_name,
  domain, country_code, lead_score, status, owner_id)
select lead_id, organization_id, first || ' ' || last,
       (array['Head of Sales', 'Managing Director', 'Marketing Manager', 'Engineer', 'Chief Technology Officer'])[1 + second %% 5],
       lower(first) || '.' || lower(last) || no || '@company' || company || '.example', (array['valid', 'valid', 'unknown', 'invalid'])[1 + dice %% 4],
       case when dice %% 3 = 0 then '+49301' || lpad(no::text, 7, '0') end, md5('company/' || company)::uuid,
       last || ' ' || (array['GmbH', 'AG', 'Logistics', 'Systems', 'Werke'])[1 + company %% 5], 'company' || company || '.example',
       (array['DE', 'DE', 'AT', 'CH', 'FR', 'US'])[1 + second %% 6], case when dice %% 20 > 0 then second %% 101 end, status, owner_id
  from draft
 cross join lateral (select no / 20 as company,
   (array['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Felix', 'Greta', 'Hannes', 'Ida', 'Jonas', 'Karla', 'Leon', 'Mara', 'Noah', 'Olga',
     'Paul', 'Quirin', 'Rosa', 'Simon', 'Tilda', 'Ulf', 'Vera', 'Willi', 'Xenia', 'Yann', 'Zoe', 'Alma', 'Bruno', 'Carla', 'Dora', 'Elias', 'Frida',
     'Georg', 'Helga', 'Ivo', 'Judith', 'Kai', 'Lotte', 'Max', 'Nele'])[1 + dice / 7 %% 40] as first,
   (array['Adler', 'Bergen', 'Cramer', 'Dorn', 'Eichen', 'Falken', 'Grün', 'Hagen', 'Iller', 'Jung', 'Kirch', 'Linden', 'Mühl', 'Neu', 'Ober',
     'Pfahl', 'Quell', 'Rosen', 'Stein', 'Tannen'])[1 + second / 11 %% 20]
   || (array['bach', 'berg', 'brück', 'dorf', 'feld', 'furt', 'gart', 'heim', 'hof', 'horst'])[1 + second / 220 %% 10]
   || (array['', 'er', 'ner', 'mann', 'le', 'ke', 'sen', 'ing', 'ert', 'huber'])[1 + second / 2200 %% 10] as last) as named;

-- name: make_status_changes
insert into app.lead_status_changes (status_change_id, organization_id, lead_id, from_status, to_status, changed_at, reason)
select md5('status/' || no || '/' || step)::uuid, organization_id, lead_id, case step when 2 then 'new'::app.lead_status end,
       case step when 1 then 'new' else status end, created_at + make_interval(days => step - 1), case step when 1 then 'csv/list' end
  from draft cross join generate_series(1, 2) as step where step = 1 or status <> 'new';

-- name: make_owner_changes
insert into app.lead_owner_changes (owner_change_id, organization_id, lead_id, to_owner_id, changed_at)
select md5('owner/' || no)::uuid, organization_id, lead_id, owner_id, created_at from draft where owner_id is not null;

-- name: make_legal_bases
insert into app.lead_legal_basis (legal_basis_id, organization_id, lead_id, basis, recorded_at)
select md5('basis/' || no)::uuid, organization_id, lead_id, 'legitimate_interest', created_at from draft;

-- name: make_campaign_members
insert into app.campaign_members (campaign_id, organization_id, lead_id, added_at, stopped_at)
select campaign_id, organization_id, lead_id, created_at, case when second %% 20 = 0 then created_at + interval '5 days' end
  from draft where campaign_id is not null and dice %% 5 < 3;

-- name: make_snapshots
insert into quality.snapshots (snapshot_id, organization_id, campaign_id, step_no, wave_at)
select md5('snapshot/' || campaign_id)::uuid, organization_id, campaign_id, 1, date_trunc('hour', %(at)s::timestamptz) from app.campaigns;

-- name: make_gate_results
insert into quality.gate_results (gate_run_id, organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, expires_at)
select md5('gate/' || campaign_id)::uuid, organization_id, md5('snapshot/' || campaign_id)::uuid, 'campaign_audience', '1', 'passed', 100,
       %(at)s::timestamptz + interval '1 year'
  from app.campaigns;

-- name: make_messages
insert into app.messages (message_id, organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, email_normalized, gate_run_id,
  gate_verdict, email_account_id, state, subject, attempts, attempted_at, finished_at, created_at, updated_at)
select md5('message/' || no)::uuid, organization_id, campaign_id, 1, lead_id, md5('snapshot/' || campaign_id)::uuid, md5('member/' || no)::uuid,
       'lead' || no || '@company' || no / 20 || '.example', md5('gate/' || campaign_id)::uuid, 'passed', md5('account/' || organization)::uuid,
       case when dice %% 25 = 0 then 'bounced' else 'accepted' end::app.message_state, 'Good day', 1, created_at + interval '1 day',
       created_at + interval '1 day', created_at, created_at
  from draft where campaign_id is not null and dice %% 5 = 0;

-- name: make_campaign_people
insert into app.campaign_people (campaign_id, organization_id, lead_id, cohort_on, first_attempted_at, attempted, accepted, delivered, bounced,
  rejected, unknown, hard_bounced, complained, is_delivered, has_replied, has_unsubscribed)
select campaign_id, organization_id, lead_id, (attempted_at at time zone 'UTC')::date, attempted_at, 1, (state = 'accepted')::integer,
       (state = 'accepted')::integer, (state = 'bounced')::integer, 0, 0, 0, 0, state = 'accepted',
       state = 'accepted' and hashtext(lead_id::text) %% 20 = 0, state = 'accepted' and hashtext(lead_id::text) %% 90 = 0
  from app.messages;

-- name: make_campaign_days
insert into app.campaign_days (campaign_id, organization_id, cohort_on, people, attempted, accepted, delivered, bounced, people_delivered,
  people_replied, people_unsubscribed)
select campaign_id, organization_id, cohort_on, count(*), sum(attempted), sum(accepted), sum(delivered), sum(bounced),
       count(*) filter (where is_delivered), count(*) filter (where has_replied), count(*) filter (where has_unsubscribed)
  from app.campaign_people group by campaign_id, organization_id, cohort_on;

-- name: make_campaign_counters
insert into app.campaign_counters (campaign_id, organization_id, members, members_stopped, leads, leads_qualified, leads_contacted, leads_converted)
select campaign_id, organization_id, count(*) filter (where dice %% 5 < 3), count(*) filter (where dice %% 5 < 3 and second %% 20 = 0), count(*),
       count(*) filter (where status in ('qualified', 'contacted', 'converted')), count(*) filter (where status in ('contacted', 'converted')),
       count(*) filter (where status = 'converted')
  from draft where campaign_id is not null group by campaign_id, organization_id;

-- name: make_interactions
-- A fifth of the leads have one to three; the first lead has 300.
insert into app.interactions (interaction_id, organization_id, lead_id, entity_id, type, direction, content, outcome, campaign_id, occurred_at, created_by)
select md5('interaction/' || no || '/' || step)::uuid, organization_id, lead_id, entity_id,
       (array['email', 'reply', 'call', 'meeting', 'note'])[1 + (dice + step) %% 5], (array['inbound', 'outbound', 'internal'])[1 + step %% 3],
       'What was said, in a sentence or two, as it stands in the history of a lead.', 'sent', campaign_id,
       %(at)s::timestamptz - make_interval(secs => (dice::bigint * step) %% 31536000), owner_id
  from draft cross join lateral generate_series(1, case when no = 1 then 300 when dice %% 5 = 0 then 1 + second %% 3 else 0 end) as step;

-- name: make_lists
insert into app.lists (list_id, organization_id, name, is_shared, created_by)
select md5('list/' || organization || '/' || no)::uuid, md5('organization/' || organization)::uuid, 'List ' || no, no %% 5 > 0,
       md5('user/' || organization || '/' || case organization when 1 then 1 + no %% 42 else 1 end)::uuid
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case when organization = 1 then 60 when organization < 12 then 10 else 2 end) as no;

-- name: make_list_members
insert into app.list_members (organization_id, list_id, lead_id, added_at)
select organization_id, md5('list/' || organization || '/' || 1 + second %% case when organization = 1 then 60 when organization < 12 then 10 else 2 end)::uuid,
       lead_id, created_at
  from draft where dice %% 6 = 0;

-- name: make_segments
insert into app.segments (segment_id, organization_id, name, criteria, created_by)
select md5('segment/1/' || no)::uuid, md5('organization/1')::uuid, 'Segment ' || no, '{"field": "status", "is": "qualified"}', md5('user/1/1')::uuid
  from generate_series(1, 30) as no;

-- name: make_exports
insert into app.exports (export_id, organization_id, name, columns, state, row_count, size_bytes, sha256, created_at, created_by, finished_at)
select md5('export/' || organization || '/' || no)::uuid, md5('organization/' || organization)::uuid, 'Export ' || no, '{full_name,email}', 'completed', 200, 20000,
       repeat('0', 64), %(at)s::timestamptz - make_interval(hours => no), md5('user/' || organization || '/' || case organization when 1 then 1 + no %% 42 else 1 end)::uuid,
       %(at)s::timestamptz - make_interval(hours => no)
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case when organization = 1 then 1000 else 5 end) as no;

-- name: make_export_rows
insert into app.export_rows (organization_id, export_id, lead_id, row_no)
select organization_id, md5('export/' || organization || '/' || 1 + dice %% case organization when 1 then 1000 else 5 end)::uuid, lead_id, no
  from draft where second %% 10 = 0;

-- name: make_sources
insert into app.sources (source_key, source_id, organization_id, kind, name, start_url, host, created_by)
select 'web_site/' || organization || '-' || no || '.example', md5('source/' || organization || '/' || no)::uuid, md5('organization/' || organization)::uuid, 'web_site',
       organization || '-' || no || '.example', 'https://' || organization || '-' || no || '.example/', organization || '-' || no || '.example', md5('user/' || organization || '/1')::uuid
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case when organization = 1 then 200 else 5 end) as no;

-- name: make_jobs
insert into app.jobs (job_id, organization_id, kind, status, requested_at, started_at, finished_at, created_by, requested_by)
select md5('job/' || organization || '/' || no)::uuid, md5('organization/' || organization)::uuid, 'crawl', 'completed', asked_at, asked_at, asked_at + interval '1 hour', asked_by, asked_by
  from generate_series(1, %(organizations)s) as organization
 cross join lateral generate_series(1, case when organization = 1 then %(leads)s / 250 when organization < 12 then %(leads)s / 1000 else 15 end) as no
 cross join lateral (select %(at)s::timestamptz - make_interval(mins => no * 30) as asked_at,
                            md5('user/' || organization || '/' || case organization when 1 then 1 + no %% 42 else 1 end)::uuid as asked_by) as asked;

-- name: make_job_sources
insert into app.job_sources (job_id, organization_id, source_key, outcome, landed, finished_at)
select md5('job/1/' || no)::uuid, md5('organization/1')::uuid, 'web_site/1-' || 1 + no %% 200 || '.example', 'completed', 10, %(at)s::timestamptz - make_interval(mins => no * 30)
  from generate_series(1, %(leads)s / 250) as no;

-- name: make_job_logs
-- Ten lines a job; the first job of the first organization has 20,000 at a million leads.
insert into app.job_logs (log_id, job_id, organization_id, created_by, level, message, logged_at)
select md5('log/' || job.job_id || '/' || line)::uuid, job.job_id, job.organization_id, job.created_by,
       (array['debug', 'info', 'info', 'info', 'warning', 'error'])[1 + line %% 6], 'Page ' || line || ' was read', job.requested_at + make_interval(secs => line / 10)
  from app.jobs as job cross join lateral generate_series(1, case when job.job_id = md5('job/1/1')::uuid then %(leads)s / 50 else 10 end) as line
 where job.requested_at > %(at)s::timestamptz - interval '60 days';

-- name: make_notifications
insert into app.notifications (notification_id, organization_id, user_id, kind, title, read_at, created_at)
select md5('notification/' || member.user_id || '/' || no)::uuid, member.organization_id, member.user_id, 'lead_assigned', 'A lead was assigned to you',
       case when no > 20 then %(at)s::timestamptz end, %(at)s::timestamptz - make_interval(mins => no * 11)
  from identity.members as member
 cross join lateral generate_series(1, case member.organization_id when md5('organization/1')::uuid then %(leads)s / 700 else 50 end) as no;

-- name: make_acts
insert into identity.audit_log (audit_id, organization_id, actor_user_id, component, verb, resource, resource_id, occurred_at)
select md5('act/' || no)::uuid, organization_id, coalesce(owner_id, md5('user/' || organization || '/1')::uuid), 'api', 'update', 'leads', lead_id::text,
       %(at)s::timestamptz - make_interval(secs => dice %% 31536000)
  from draft where second %% 5 = 0;
