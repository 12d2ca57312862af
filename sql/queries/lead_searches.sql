-- Lead searches: asked in plain language or as criteria, confirmed, looked for, and what came of them.

-- name: insert_search
insert into app.lead_searches (organization_id, name, criteria, question, state, discovery, is_active, confirmed_at)
values (%(organization_id)s, %(name)s, %(criteria)s, %(question)s, %(state)s, %(discovery)s, %(is_active)s,
        case when %(is_active)s then now() end)
returning *

-- name: find_search
select search.*, organization.slug
  from app.lead_searches as search
  join identity.organizations as organization using (organization_id)
 where search.lead_search_id = %(lead_search_id)s and search.deleted_at is null

-- name: lock_search
select * from app.lead_searches where lead_search_id = %(lead_search_id)s and deleted_at is null for update

-- name: list_searches
select * from app.lead_searches
 where organization_id = %(organization_id)s and deleted_at is null
 order by created_at desc, lead_search_id

-- name: change_search
-- Only what is given is changed.
update app.lead_searches
   set state = coalesce(%(state)s, state), criteria = coalesce(%(criteria)s, criteria),
       discovery = coalesce(%(discovery)s, discovery), message = coalesce(%(message)s, message),
       is_active = coalesce(%(is_active)s, is_active),
       source_keys = coalesce(%(source_keys)s::text[], source_keys), job_ids = coalesce(%(job_ids)s::uuid[], job_ids),
       confirmed_at = case when %(state)s = 'confirmed' then now() else confirmed_at end,
       finished_at = case when %(state)s = 'finished' then now() else finished_at end
 where lead_search_id = %(lead_search_id)s
returning *

-- name: select_jobs_of_search
-- The jobs of a search, and the crawls of what they found: all that must have ended before it can be exhausted.
select job.job_id, job.kind, job.status::text as status, job.finished_at
  from app.jobs as job
 where job.job_id = any (%(job_ids)s)
    or (job.organization_id = %(organization_id)s and job.kind = 'crawl' and job.requested_at >= %(since)s
        and job.parameters ->> 'reason' = any (select 'found by ' || source_key from unnest(%(source_keys)s::text[]) as made (source_key)))

-- name: count_unread_sources
-- Sources of a search that a ceiling, a limit or a failure has cut short: their next run goes on.
select count(*) as sources
  from app.sources
 where organization_id = %(organization_id)s and source_key = any (%(source_keys)s) and deleted_at is null and is_active
   and read_state ? 'reading'

-- name: count_adopted
select count(*) as leads from app.leads
 where organization_id = %(organization_id)s and first_source = %(source)s and deleted_at is null

-- name: select_last_adoption
select max(started_at) as started_at from quality.step_outcomes where stage = 'adopt_leads' and subject = 'all'
