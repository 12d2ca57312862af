-- Reads of the console component. A window is [since, until), in UTC.

-- name: list_runs
-- Runs, newest first, each beside the last one of its kind. A run begins with a request and lasts to the next run: what
-- is asked for within two minutes, or while its requests are worked on, belongs to it. The platform's own crawl, which no
-- person and no organization asked for, begins a night whatever is under way. An import by hand has no request but a step.
with requests as (
  select requested_at, kind::text as kind,
         kind = 'crawl' and organization_id is null and requested_by is null
           and coalesce(parameters ->> 'requested_by_run', '') not like 'manual%%' as begins_night,
         least(case when status = 'running' then now() else coalesce(finished_at, requested_at) end,
               requested_at + interval '12 hours') as ended_at
    from app.jobs
   where kind in ('crawl', 'import')
   union all
  select started_at, 'import', false, finished_at
    from quality.step_outcomes
   where stage = 'import_records' and run_id like 'cli\_\_%%'),
begun as (
  select requested_at, kind, begins_night,
         requested_at > interval '2 minutes' + coalesce(
           case when begins_night then max(requested_at) filter (where begins_night) over former
                else max(ended_at) over former end, '-infinity') as is_first
    from requests
  window former as (order by requested_at, begins_night desc rows between unbounded preceding and 1 preceding)),
numbered as (
  select *, count(*) filter (where is_first) over (order by requested_at, begins_night desc rows unbounded preceding) as run_no
    from begun),
starts as (
  select min(requested_at) as since,
         case when bool_or(begins_night) then 'night' else (array_agg(kind order by requested_at))[1] end as kind
    from numbered
   group by run_no),
runs as (
  select since, lead(since) over (order by since) as until, kind from starts)
select since, until, kind, lag(since) over same_kind as compared_since, lag(until) over same_kind as compared_until
  from runs
window same_kind as (partition by kind order by since)
 order by since desc
 limit %(limit)s;

-- name: summarize_stages
-- A row a stage: seconds in which any of its steps ran (steps overlap), CPU seconds, the newest outcome of each subject.
with steps as (
  select stage, subject, run_id, outcome, message, started_at, finished_at, cpu_seconds,
         row_number() over (partition by stage, run_id, subject order by finished_at desc) = 1 as is_newest
    from quality.step_outcomes
   where started_at >= %(since)s and started_at < coalesce(%(until)s::timestamptz, 'infinity') and stage <> all (%(details)s)),
spans as (
  select stage, unnest(range_agg(tstzrange(started_at, finished_at, '[]'))) as span from steps group by stage)
select stage,
       (select sum(extract(epoch from upper(span) - lower(span))) from spans where spans.stage = steps.stage)::float8 as seconds,
       sum(cpu_seconds)::float8 as cpu_seconds,
       min(started_at) as started_at,
       max(finished_at) as finished_at,
       count(*)::int as steps,
       count(*) filter (where is_newest and outcome = 'failed')::int as failed,
       count(*) filter (where is_newest and outcome = 'partial')::int as partial,
       array_agg(message order by finished_at desc) filter (where is_newest and outcome in ('failed', 'partial')) as messages
  from steps
 group by stage
 order by min(started_at);

-- name: sum_stage_counts
-- Whole-number counts of the steps, added up.
select stage, entry.key as name, sum(entry.value::numeric)::bigint as total
  from quality.step_outcomes, jsonb_each_text(counts) as entry
 where started_at >= %(since)s and started_at < coalesce(%(until)s::timestamptz, 'infinity')
   and stage <> all (%(details)s) and outcome <> 'failed' and entry.value ~ '^-?[0-9]+$'
 group by stage, entry.key
 order by stage, min(started_at), entry.key;

-- name: find_open_work
-- What is under way now, by stage.
select 'crawl_sites' as stage, count(*) filter (where status = 'pending')::int as waiting, count(*) filter (where status = 'running')::int as running
  from app.jobs where kind = 'crawl' and requested_at >= %(since)s
union all
select 'import_records', count(*) filter (where status = 'pending')::int, count(*) filter (where status = 'running')::int
  from app.jobs where kind = 'import' and requested_at >= %(since)s
union all
select 'resolve_entities', 0, count(*)::int
  from raw.batches as batch
 where landed_at >= %(since)s
   and batch_no > coalesce((select last_batch_no from app.consumer_positions where consumer = 'resolve_entities' and stream = 'raw'), 0)
   -- what became of a message says nothing of who is who: the next resolution reads past it
   and (exists (select from raw.applications where applications.landing_id = batch.landing_id)
        or exists (select from raw.email_checks where email_checks.landing_id = batch.landing_id))
union all
select 'build_marts', 0, count(*)::int
  from resolution.batches
 where committed_at >= %(since)s
   and batch_no > coalesce((select last_batch_no from app.consumer_positions where consumer = 'build_marts' and stream = 'entities'), 0)
union all
select 'enrich_leads', count(*) filter (where state = 'pending')::int, count(*) filter (where state = 'claimed')::int
  from app.enrichment_requests where state in ('pending', 'claimed')
union all
select 'send_campaigns', 0, count(*)::int
  from app.messages where state in ('queued', 'claimed') and created_at >= %(since)s;

-- name: count_pages
-- Pages by outcome: robots.txt and sitemaps are fetches, but no pages; one that was asked for twice (after a 429, say) is one
-- page, with what it came to at last, as the crawl itself counts.
select outcome::text as outcome, count(*)::int as pages
  from (select distinct on (page.job_id, page.source_key, page.url) page.outcome
          from raw.batches as batch
          join raw.fetches as page on page.run_on = batch.run_on and page.job_id = batch.job_id and page.landing_id = batch.landing_id
         where batch.landed_at >= %(since)s and batch.landed_at < coalesce(%(until)s::timestamptz, 'infinity')
           and page.url !~ '/robots[.]txt$' and page.url !~* '/[^/]*sitemap[^/]*[.]xml([.]gz)?$'
         order by page.job_id, page.source_key, page.url, page.requested_at desc) as pages
 group by outcome;

-- name: sum_records
select coalesce(sum(received), 0)::int as received, coalesce(sum(landed), 0)::int as landed,
       coalesce(sum(known), 0)::int as known, coalesce(sum(quarantined), 0)::int as quarantined
  from raw.batches
 where landed_at >= %(since)s and landed_at < coalesce(%(until)s::timestamptz, 'infinity');

-- name: count_quarantine_by_reason
select quarantine.reason, count(*)::int as rows, min(quarantine.unit_key) as example, min(quarantine.detail) as detail
  from raw.batches as batch
  join quality.quarantine as quarantine on quarantine.landing_id = batch.landing_id
 where batch.landed_at >= %(since)s and batch.landed_at < coalesce(%(until)s::timestamptz, 'infinity')
 group by quarantine.reason
 order by 2 desc, 1;

-- name: count_entities
select (select count(*) from resolution.entities where entity_kind = 'company' and status = 'active')::int as companies,
       (select count(*) from resolution.entities where entity_kind = 'person' and status = 'active')::int as people,
       (select count(*) from app.leads where deleted_at is null)::int as leads;

-- name: count_verdicts
select count(*) filter (where verdict in ('passed', 'overridden'))::int as passed,
       count(*) filter (where verdict = 'failed')::int as blocked
  from quality.gate_results
 where created_at >= %(since)s and created_at < coalesce(%(until)s::timestamptz, 'infinity');

-- name: count_messages
select state::text as state, count(*)::int as messages
  from app.messages
 where created_at >= %(since)s and created_at < coalesce(%(until)s::timestamptz, 'infinity')
 group by state
 order by state;

-- name: sum_costs
select kind, sum(amount_eur) as amount_eur
  from billing.costs
 where occurred_at >= %(since)s and occurred_at < coalesce(%(until)s::timestamptz, 'infinity')
 group by kind
 order by kind;

-- name: list_dbt_nodes
select node_id, resource_type, status, seconds, rows_affected, message, finished_at
  from (select *, row_number() over (partition by node_id order by finished_at desc) as newest
          from quality.dbt_nodes
         where finished_at >= %(since)s and finished_at < coalesce(%(until)s::timestamptz, 'infinity')) as nodes
 where newest = 1
 order by status in ('success', 'pass'), seconds desc
 limit 200;

-- name: list_sources_by_outcome
-- Sources whose pages were not all fetched or unchanged, worst first.
select page.source_key, page.outcome::text as outcome, coalesce(page.reason, '') as reason, count(*)::int as pages
  from raw.batches as batch
  join raw.fetches as page on page.run_on = batch.run_on and page.job_id = batch.job_id and page.landing_id = batch.landing_id
 where batch.landed_at >= %(since)s and batch.landed_at < coalesce(%(until)s::timestamptz, 'infinity')
   and page.outcome in ('blocked', 'empty', 'broken')
 group by 1, 2, 3
 order by 4 desc, 1
 limit 50;

-- name: list_sources_told_of
-- Sources whose crawl or reading had something to tell a person (`leadhouse.jobs.notices`), those first that hold facts back.
select subject as source_key, counts ->> 'kind' as kind, message
  from quality.step_outcomes
 where stage = 'watch_source' and outcome = 'partial'
   and started_at >= %(since)s and started_at < coalesce(%(until)s::timestamptz, 'infinity')
 order by counts ->> 'kind' in ('layout_changed', 'too_few') desc, subject, finished_at desc
 limit 50;

-- name: list_organizations
select slug, organization_id from identity.organizations where deleted_at is null order by slug;

-- name: list_campaigns
-- Campaigns with how many members each has; of all organizations where none is named.
select campaign.campaign_id, organization.slug as organization, campaign.name, campaign.status::text as status,
       (select count(*) from app.campaign_members as member where member.campaign_id = campaign.campaign_id)::int as members,
       (select count(*) from app.messages as message where message.campaign_id = campaign.campaign_id)::int as messages,
       campaign.created_at
  from app.campaigns as campaign
  join identity.organizations as organization using (organization_id)
 where campaign.deleted_at is null
   and (%(organization_id)s::uuid is null or campaign.organization_id = %(organization_id)s)
 order by organization.slug, campaign.created_at, campaign.campaign_id;

-- name: list_gate_results
select result.gate_run_id, result.verdict, result.suite_name, result.rows_checked, result.seconds, result.created_at,
       result.expires_at, result.expires_at <= now() as is_expired,
       result.overridden_by, result.override_reason, result.overrides_gate_run_id,
       revocation.revoked_by, revocation.reason as revoked_reason, revocation.revoked_at,
       campaign.campaign_id, campaign.name as campaign_name, organization.name as organization_name,
       snapshot.step_no, snapshot.wave_at, snapshot.snapshot_id,
       (select count(*) from app.messages as message where message.snapshot_id = result.snapshot_id)::int as messages,
       (select count(*) from quality.gate_expectations as rule
         where rule.gate_run_id = result.gate_run_id and not rule.passed)::int as failed_rules
  from quality.gate_results as result
  join quality.snapshots as snapshot using (snapshot_id)
  join app.campaigns as campaign on campaign.campaign_id = snapshot.campaign_id
  join identity.organizations as organization on organization.organization_id = result.organization_id
  left join quality.gate_revocations as revocation on revocation.gate_run_id = result.gate_run_id
 where %(gate_run_id)s::uuid is null or result.gate_run_id = %(gate_run_id)s
 order by result.created_at desc
 limit 100;

-- name: list_gate_rules
select rule_id, expectation_type, column_name, severity, passed, observed, threshold, unexpected_count, unexpected_members
  from quality.gate_expectations
 where gate_run_id = %(gate_run_id)s
 order by passed, severity = 'critical' desc, severity = 'warning' desc, rule_id;

-- name: list_unexpected_members
select member_id, lead_id, full_name, title, email_normalized, email_status, is_role, is_disposable, has_mx,
       is_suppressed, company_name, country_code, legal_basis, last_verified_at
  from quality.snapshot_members
 where snapshot_id = %(snapshot_id)s and member_id = any (%(members)s)
 order by email_normalized nulls first
 limit 200;

-- name: count_decisions
select decision, rule_id, count(*)::int as candidates
  from app.campaign_decisions
 where snapshot_id = %(snapshot_id)s
 group by decision, rule_id
 order by 3 desc, 1, 2;

-- name: count_snapshot_messages
select state::text as state, count(*)::int as messages
  from app.messages where snapshot_id = %(snapshot_id)s group by state order by state;

-- name: find_organization_names
select organization_id, name from identity.organizations order by name;

-- name: search_companies
select company_id, organization_id, name, domain, country_code, source_count, completeness_ratio, last_verified_at
  from mart_companies.dim_companies
 where name ilike %(pattern)s or domain ilike %(pattern)s
 order by name, organization_id nulls first
 limit 25;

-- name: list_newest_companies
-- Of those that everybody knows the ones that a source has stated last: somewhere to begin.
select company_id, name, domain
  from mart_companies.dim_companies
 where organization_id is null
 order by last_verified_at desc nulls last, name, company_id
 limit 12;

-- name: search_leads
select lead_id, organization_id, person_id, company_id, full_name, title_raw, email_normalized, company_name, status, lead_score
  from mart_leads.dim_leads
 where full_name ilike %(pattern)s or email_normalized ilike %(pattern)s or company_name ilike %(pattern)s or domain ilike %(pattern)s
 order by lead_score desc nulls last, full_name
 limit 25;

-- name: find_company
select organization_id, name, legal_name, domain, country_code, source_count, completeness_ratio, last_verified_at
  from mart_companies.dim_companies where company_id = %(entity_id)s order by organization_id nulls first;

-- name: find_person
select organization_id, company_id, full_name, title_raw, email_normalized, email_status, country_code, legal_basis, last_verified_at
  from mart_leads.dim_people where person_id = %(entity_id)s order by organization_id nulls first;

-- name: list_company_values
select organization_id, attribute, value, place, is_winner, rule_id, confidence, agreeing_sources, is_private, source_key,
       url, locator, raw_value, observed_at, extractor, extractor_version, fetch_id, warc_uri, warc_offset
  from mart_companies.fct_company_values
 where company_id = %(entity_id)s
 order by organization_id nulls first, attribute, is_winner desc, place
 limit 1000;

-- name: list_person_values
select organization_id, attribute, value, place, is_winner, rule_id, confidence, agreeing_sources, is_private, source_key,
       url, locator, raw_value, observed_at, extractor, extractor_version, fetch_id, warc_uri, warc_offset
  from mart_leads.fct_person_values
 where person_id = %(entity_id)s
 order by organization_id nulls first, attribute, is_winner desc, place
 limit 1000;

-- name: list_redirects
-- What became one with this entity, and what it became one with.
select redirect.from_entity_id, redirect.to_entity_id, redirect.reason, redirect.created_at, redirect.organization_id,
       redirect.reverted_batch_no is not null as is_reverted
  from resolution.redirects as redirect
 where %(entity_id)s in (redirect.from_entity_id, redirect.to_entity_id)
 order by redirect.created_at desc
 limit 50;

-- name: list_corrections
select organization_id, attribute, value, reason, created_at, reverted_at
  from app.corrections where entity_id = %(entity_id)s order by created_at desc limit 50;

-- name: list_people_of_company
select person_id, organization_id, full_name, title_raw, email_normalized, email_status
  from mart_leads.dim_people where company_id = %(entity_id)s order by full_name, organization_id nulls first limit 100;
