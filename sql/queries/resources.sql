-- Lists of the API: what may be filtered, sorted and paged, under the caller's policies. The order, the place behind a
-- cursor and the limit are put around a statement by `leadhouse.api.listing`; a filter that is null does not restrict.

-- name: list_campaigns
select campaign.campaign_id, campaign.name, campaign.description, campaign.type::text as type, campaign.status::text as status,
       campaign.client_id, client.name as client_name, campaign.email_account_id, campaign.suite_name, campaign.config,
       performance.members, performance.members_stopped, performance.leads, performance.leads_qualified, performance.leads_contacted,
       performance.leads_converted, performance.attempted, performance.delivered, performance.people_delivered,
       performance.people_replied, performance.response_rate::float8 as response_rate,
       performance.qualification_rate::float8 as qualification_rate, performance.conversion_rate::float8 as conversion_rate,
       campaign.created_by, campaign.created_at, campaign.updated_at
  from app.campaigns as campaign
  join app.campaign_performance as performance on performance.organization_id = campaign.organization_id
       and performance.campaign_id = campaign.campaign_id
  left join identity.clients as client on client.organization_id = campaign.organization_id and client.client_id = campaign.client_id
 where campaign.organization_id = %(organization_id)s and campaign.deleted_at is null
   and (%(campaign_id)s::uuid is null or campaign.campaign_id = %(campaign_id)s)
   and (%(status)s::text[] is null or campaign.status::text = any (%(status)s))
   and (%(type)s::text[] is null or campaign.type::text = any (%(type)s))
   and (%(client_id)s::uuid is null or campaign.client_id = %(client_id)s)
   and (%(search)s::text is null or ' ' || app.fold_text(campaign.name || ' ' || coalesce(campaign.description, ''))
        like all (app.search_patterns(%(search)s)))

-- name: list_steps
select step_no, channel, delay_days, send_at, subject_template, body_template, created_at, updated_at
  from app.campaign_steps where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s

-- name: list_members
select member.lead_id, member.added_at, member.stopped_at, member.stopped_reason, facts.full_name, facts.company_name, facts.email_normalized
  from app.campaign_members as member
  join app.leads as lead on lead.organization_id = member.organization_id and lead.lead_id = member.lead_id and lead.deleted_at is null
  left join app.lead_facts as facts on facts.organization_id = member.organization_id and facts.lead_id = member.lead_id
 where member.organization_id = %(organization_id)s and member.campaign_id = %(campaign_id)s

-- name: list_sources
-- The organization's own, and with `is_shared` the operator's, which every organization reads.
select source.source_id, source.source_key, source.organization_id is null as is_shared, source.kind::text as kind, source.name,
       source.start_url, source.config, source.secret_id is not null as has_credentials, source.is_active, source.status,
       source.last_tested_at, source.last_test_result, source.last_test_message, source.jobs_run, source.jobs_completed,
       source.records_landed, source.records_quarantined, source.last_run_at, source.created_by, source.created_at, source.updated_at
  from app.sources as source
 where (source.organization_id = %(organization_id)s or (%(is_shared)s and source.organization_id is null)) and source.deleted_at is null
   and (%(source_id)s::uuid is null or source.source_id = %(source_id)s)
   and (%(kind)s::text[] is null or source.kind::text = any (%(kind)s))
   and (%(status)s::text[] is null or source.status = any (%(status)s))
   and (%(search)s::text is null or ' ' || app.fold_text(source.name || ' ' || coalesce(source.start_url, ''))
        like all (app.search_patterns(%(search)s)))

-- name: list_jobs_of_source
select about.job_id, job.kind::text as kind, job.status::text as status, about.outcome, about.landed, about.quarantined,
       about.finished_at, job.requested_at
  from app.job_sources as about
  join app.sources as source using (source_key)
  join app.jobs as job on job.job_id = about.job_id
 where source.source_id = %(source_id)s and (source.organization_id = %(organization_id)s or source.organization_id is null)
   and job.organization_id = %(organization_id)s
   and (%(status)s::text[] is null or job.status::text = any (%(status)s))

-- name: list_jobs
select job_id, kind::text as kind, status::text as status, wanted_status::text as wanted_status, parameters, run_on, run_no,
       dag_run_id, is_released, requested_by, requested_at, dispatched_at, started_at, finished_at, progress_total,
       progress_done, progress_failed, counts, error, created_at, updated_at
  from app.jobs
 where organization_id = %(organization_id)s
   and (%(job_id)s::uuid is null or job_id = %(job_id)s)
   and (%(status)s::text[] is null or status::text = any (%(status)s))
   and (%(kind)s::text[] is null or kind::text = any (%(kind)s))

-- name: list_companies
select company.company_id, company.name, company.legal_name, company.domain, company.country_code, company.industry_code,
       company.employee_band, company.email_generic, company.phone_e164, company.is_private, company.source_count,
       company.completeness_ratio::float8 as completeness_ratio, company.last_verified_at
  from mart_companies.dim_companies as company
 where (%(company_id)s::uuid is null or company.company_id = %(company_id)s)
   and (%(country_code)s::text[] is null or company.country_code = any (%(country_code)s))
   and (%(industry_code)s::text[] is null or company.industry_code = any (%(industry_code)s))
   and (%(search)s::text is null or ' ' || app.fold_text(coalesce(company.name, '') || ' ' || coalesce(company.legal_name, '') || ' '
        || coalesce(company.domain, '')) like all (app.search_patterns(%(search)s)))

-- name: list_people
select person.person_id, person.company_id, person.full_name, person.title_raw, person.seniority, person.department,
       person.email_normalized, person.email_status, person.phone_e164, person.social_urls, person.country_code,
       person.is_private, person.source_count, person.last_verified_at
  from mart_leads.dim_people as person
 where (%(person_id)s::uuid is null or person.person_id = %(person_id)s)
   and (%(company_id)s::uuid is null or person.company_id = %(company_id)s)
   and (%(country_code)s::text[] is null or person.country_code = any (%(country_code)s))
   and (%(seniority)s::text[] is null or person.seniority = any (%(seniority)s))
   and (%(email_status)s::text[] is null or person.email_status = any (%(email_status)s))
   and (%(search)s::text is null or ' ' || app.fold_text(coalesce(person.full_name, '') || ' ' || coalesce(person.title_raw, '') || ' '
        || coalesce(person.email_normalized, '')) like all (app.search_patterns(%(search)s)))

-- name: list_company_values
-- Every candidate of every attribute, with where it stands and why it won or lost; the policies show one scope alone.
select attribute, value, place, is_winner, is_primary, rule_id, confidence, agreeing_sources, source_key, url, locator, raw_value,
       observed_at, extractor, extractor_version, is_private
  from mart_companies.fct_company_values
 where company_id = %(entity_id)s and (%(attribute)s::text is null or attribute = %(attribute)s)
 order by attribute, place

-- name: list_person_values
select attribute, value, place, is_winner, is_primary, rule_id, confidence, agreeing_sources, source_key, url, locator, raw_value,
       observed_at, extractor, extractor_version, is_private
  from mart_leads.fct_person_values
 where person_id = %(entity_id)s and (%(attribute)s::text is null or attribute = %(attribute)s)
 order by attribute, place

-- name: find_lead_entities
-- The person and the company of a lead, as the marts join them; before they hold the lead, what it was made on.
select coalesce(mart.person_id, case when lead.entity_kind = 'person' then lead.entity_id end) as person_id,
       coalesce(mart.company_id, facts.company_id, case when lead.entity_kind = 'company' then lead.entity_id end) as company_id
  from app.leads as lead
  left join mart_leads.dim_leads as mart on mart.lead_id = lead.lead_id
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.organization_id = %(organization_id)s and lead.lead_id = %(lead_id)s and lead.deleted_at is null

-- name: list_lists
select list.list_id, list.name, list.description, list.is_shared, list.created_by, list.created_at, list.updated_at,
       (select count(*) from app.list_members as member
          join app.leads as lead on lead.lead_id = member.lead_id and lead.organization_id = %(organization_id)s
               and lead.deleted_at is null
         where member.organization_id = %(organization_id)s and member.list_id = list.list_id) as members
  from app.lists as list
 where list.organization_id = %(organization_id)s and list.deleted_at is null
   and (%(list_id)s::uuid is null or list.list_id = %(list_id)s)
   and (%(search)s::text is null or ' ' || app.fold_text(list.name || ' ' || coalesce(list.description, ''))
        like all (app.search_patterns(%(search)s)))

-- name: list_segments
select segment_id, name, description, criteria, created_by, created_at, updated_at
  from app.segments
 where organization_id = %(organization_id)s and deleted_at is null
   and (%(segment_id)s::uuid is null or segment_id = %(segment_id)s)
   and (%(search)s::text is null or ' ' || app.fold_text(name || ' ' || coalesce(description, '')) like all (app.search_patterns(%(search)s)))

-- name: list_exports
select export_id, name, columns, list_id, segment_id, leaves_out_exported, state, row_count, size_bytes, sha256, object_id,
       created_by, created_at, finished_at
  from app.exports
 where organization_id = %(organization_id)s and (%(export_id)s::uuid is null or export_id = %(export_id)s)

-- name: list_interactions
select interaction_id, lead_id, type, direction, content, outcome, reply_kind, ai_analysis, campaign_id, message_id, occurred_at, created_by,
       created_at, updated_at
  from app.interactions
 where organization_id = %(organization_id)s and deleted_at is null
   and (%(interaction_id)s::uuid is null or interaction_id = %(interaction_id)s)
   and (%(lead_id)s::uuid is null or lead_id = %(lead_id)s)
   and (%(type)s::text[] is null or type = any (%(type)s))

-- name: list_suppressions
select suppression_id, organization_id is null as is_platform, scope, value_normalized, reason, source, created_by, created_at
  from app.suppressions
 where organization_id = %(organization_id)s
   and (%(suppression_id)s::uuid is null or suppression_id = %(suppression_id)s)
   and (%(scope)s::text[] is null or scope = any (%(scope)s))
   and (%(reason)s::text[] is null or reason = any (%(reason)s))
   and (%(search)s::text is null or position(lower(%(search)s) in value_normalized) > 0)

-- name: list_transactions
select transaction_id, entry_no, kind, amount::float8 as amount, balance_after::float8 as balance_after, reason, request_id, created_at
  from billing.credit_transactions
 where organization_id = %(organization_id)s and (%(kind)s::text[] is null or kind = any (%(kind)s))

-- name: list_files
select object.object_id, bucket.name as bucket, object.key, object.original_name, object.content_type, object.size_bytes, object.sha256,
       object.created_by, object.created_at, object.expires_at
  from files.objects as object
  join files.buckets as bucket on bucket.bucket_id = object.bucket_id
 where object.organization_id = %(organization_id)s and object.deleted_at is null
   and (object.expires_at is null or object.expires_at > clock_timestamp())
   and (%(object_id)s::uuid is null or object.object_id = %(object_id)s)
   and (%(bucket)s::text is null or bucket.name = %(bucket)s)
   and (%(search)s::text is null or position(lower(%(search)s) in lower(object.original_name)) > 0)

-- name: list_lead_searches
select lead_search_id, name, question, state, criteria, discovery, is_active, message, source_keys, job_ids, confirmed_at, finished_at,
       created_by, created_at, updated_at
  from app.lead_searches
 where organization_id = %(organization_id)s and deleted_at is null
   and (%(lead_search_id)s::uuid is null or lead_search_id = %(lead_search_id)s)
   and (%(state)s::text[] is null or state = any (%(state)s))
   and (%(search)s::text is null or ' ' || app.fold_text(name || ' ' || coalesce(question, '')) like all (app.search_patterns(%(search)s)))

-- name: may_change_search
-- Whether the caller may do that with a search; without a lock, for the component that does it waits for none.
select identity.reaches_all('lead_searches', %(action)s)
       or coalesce(created_by = any (identity.reach('lead_searches', %(action)s)), false) as is_allowed
  from app.lead_searches
 where organization_id = %(organization_id)s and lead_search_id = %(lead_search_id)s and deleted_at is null

-- name: require_right
select identity.require(%(resource)s, %(action)s)

-- name: change_search
update app.lead_searches
   set name = coalesce(%(name)s, name), criteria = coalesce(%(criteria)s, criteria), discovery = coalesce(%(discovery)s, discovery),
       is_active = coalesce(%(is_active)s, is_active)
 where organization_id = %(organization_id)s and lead_search_id = %(lead_search_id)s and deleted_at is null
returning lead_search_id

-- name: delete_search
update app.lead_searches set deleted_at = clock_timestamp(), is_active = false
 where organization_id = %(organization_id)s and lead_search_id = %(lead_search_id)s and deleted_at is null
returning lead_search_id

-- name: name_search_maker
-- Of a search that the component wrote for a person.
update app.lead_searches set created_by = %(user_id)s where lead_search_id = %(lead_search_id)s and created_by is null

-- name: list_deleted
-- What the caller may bring back: deleted within the last 30 days.
select * from (
  select 'campaign' as kind, campaign_id as id, name, deleted_at from app.campaigns
   where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
  union all
  select 'list', list_id, name, deleted_at from app.lists
   where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
  union all
  select 'segment', segment_id, name, deleted_at from app.segments
   where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
  union all
  select 'data_source', source_id, name, deleted_at from app.sources
   where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
  union all
  select 'lead', lead_id, coalesce(full_name, company_name), deleted_at from app.lead_details
   where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
     and not exists (select from app.lead_redirects as redirect
                      where redirect.from_lead_id = lead_details.lead_id and redirect.reverted_at is null)) as deleted
 where %(kind)s::text[] is null or kind = any (%(kind)s)

-- name: find_marts
select to_regclass('mart_leads.dim_people') is not null and to_regclass('mart_companies.fct_company_values') is not null as are_built

-- name: require_billing
select identity.require('billing', 'read')

-- name: find_upload
-- Whether the caller reaches an upload at all: one without parts has none to list.
select upload_id from files.uploads where organization_id = %(organization_id)s and upload_id = %(upload_id)s;
