-- Reads of the orchestration component: what a run is about, and whether campaigns must wait.

-- name: find_job
-- The request behind a run. Component: jobs.
select job_id, organization_id, kind::text as kind, status::text as status, parameters, run_on
  from app.jobs
 where job_id = %(job_id)s;

-- name: list_due_files
-- File sources that are due, or the named ones whether due or not. Component: imports.
select source_key, organization_id, config ->> 'path' as path, config ->> 'kind' as kind
  from app.sources
 where kind = 'csv' and is_active and deleted_at is null and organization_id is not null
   and config ? 'path'
   and case when %(source_keys)s::text[] is null then next_due_at <= now() else source_key = any (%(source_keys)s::text[]) end
 order by source_key;

-- name: find_open_jobs
-- Component: console.
select kind::text as kind, job_id
  from app.jobs
 where kind in ('crawl', 'import') and status in ('pending', 'running')
   and requested_at > now() - make_interval(mins => %(minutes)s)
 order by requested_at;

-- name: find_unfinished_work
-- What the campaigns wait for, but no longer than `hours`: a stage that is broken for longer must not hold mail that
-- its gate allows. What landed without a job counts as well: the night's own files and sources, checks, paid answers; events of
-- messages change nobody's facts. Component: console.
select 'job' as kind, job.job_id::text as subject
  from app.jobs as job
 where job.kind in ('crawl', 'import') and job.status in ('pending', 'running')
   and job.requested_at > now() - make_interval(hours => %(hours)s)
union all
select 'landed, not resolved', batch.batch_no::text
  from raw.batches as batch
 where batch.batch_no > coalesce((select last_batch_no from app.consumer_positions
                                   where consumer = %(resolution)s and stream = 'raw'), 0)
   and batch.source_key is distinct from 'email_delivery' and batch.landed > 0
   and batch.landed_at > now() - make_interval(hours => %(hours)s)
union all
select 'resolved, not in the marts', batch.batch_no::text
  from resolution.batches as batch
 where batch.batch_no > coalesce((select last_batch_no from app.consumer_positions
                                   where consumer = %(marts)s and stream = 'entities'), 0)
   and batch.entities_changed > 0
   and batch.committed_at > now() - make_interval(hours => %(hours)s)
limit 20;

-- name: count_landed
-- What a run has landed, whichever of its tries did. Component: console.
select coalesce(sum(batch.landed), 0)::bigint as landed from raw.batches as batch where batch.run_id = %(run_id)s;
