-- Jobs: requests and their states, shards of hosts, leases, and what is known of a source before its crawl.

-- name: insert_job
insert into app.jobs (job_id, kind, parameters, run_on, organization_id)
values (coalesce(%(job_id)s, gen_random_uuid()), %(kind)s, %(parameters)s, %(run_on)s, %(organization_id)s)
    on conflict (job_id) do nothing
returning job_id

-- name: find_job
select job_id, organization_id, kind, status, parameters, run_on, dag_run_id, dispatched_at, counts, error
  from app.jobs where job_id = %(job_id)s

-- name: list_pending
select job_id, kind, dag_run_id, run_on, parameters
  from app.jobs
 where status = 'pending' and dispatched_at is null
 order by requested_at, job_id
 limit 100

-- name: mark_dispatched
update app.jobs set dispatched_at = coalesce(dispatched_at, now()) where job_id = %(job_id)s returning job_id

-- name: start_job
-- A second start of a running job changes nothing; a failed one may be tried again.
update app.jobs
   set status = 'running', started_at = coalesce(started_at, now()), finished_at = null, error = null
 where job_id = %(job_id)s
returning job_id

-- name: finish_job
update app.jobs set status = 'completed', counts = %(counts)s, finished_at = coalesce(finished_at, now()), error = null
 where job_id = %(job_id)s
returning job_id

-- name: fail_job
update app.jobs set status = 'failed', error = %(error)s, finished_at = now() where job_id = %(job_id)s returning job_id

-- name: insert_source
-- A site named by a request becomes a shared source; one that is there stays as it is.
insert into app.sources (source_key, kind, name, start_url, host)
values (%(source_key)s, 'web_site', %(host)s, %(start_url)s, %(host)s)
    on conflict (source_key) do nothing

-- name: select_due_sources
-- All that are due, or the named ones whether due or not.
select source_key, host
  from app.sources
 where kind = 'web_site' and is_active and deleted_at is null
   and case when %(source_keys)s::text[] is null then next_due_at <= now() else source_key = any(%(source_keys)s::text[]) end
 order by host, source_key

-- name: select_shards
select shard_no, status, counts from app.shards where job_id = %(job_id)s order by shard_no

-- name: insert_shard
insert into app.shards (job_id, shard_no, hosts, source_keys)
values (%(job_id)s, %(shard_no)s, %(hosts)s, %(source_keys)s)

-- name: find_shard
select status, hosts, source_keys, counts, attempts, leased_by, leased_until
  from app.shards where job_id = %(job_id)s and shard_no = %(shard_no)s

-- name: lease_shard
select app.lease_shard(%(job_id)s, %(shard_no)s, %(holder)s, %(seconds)s) as token

-- name: renew_lease
select app.renew_shard_lease(%(job_id)s, %(shard_no)s, %(token)s, %(seconds)s) as is_held

-- name: lease_hosts
select host from app.lease_hosts(%(job_id)s, %(shard_no)s, %(token)s, %(hosts)s, %(seconds)s) as leased (host)

-- name: select_host_leases
select host, next_request_at
  from app.host_leases
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s and leased_until > clock_timestamp()

-- name: release_hosts
-- The rows stay: the next crawl of a host waits until its next request is due.
update app.host_leases
   set leased_until = clock_timestamp(), next_request_at = clock_timestamp() + make_interval(secs => %(delay_seconds)s)
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s

-- name: finish_shard
update app.shards
   set status = 'completed', counts = %(counts)s, leased_until = null, updated_at = clock_timestamp()
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s and status = 'running'
returning shard_no

-- name: return_shard
-- Gives the shard back at once after a failure, so that a retry need not wait for the lease to run out.
update app.shards
   set status = 'failed', leased_until = clock_timestamp(), updated_at = clock_timestamp()
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s and status = 'running'
returning shard_no

-- name: return_expired_shards
update app.shards
   set status = 'pending', leased_by = null, leased_until = null, updated_at = clock_timestamp()
 where status = 'running' and leased_until < clock_timestamp()
returning job_id, shard_no

-- name: select_sources
select source_key, start_url, host, organization_id, config
  from app.sources where source_key = any(%(source_keys)s) order by source_key

-- name: select_known_pages
-- Of each URL of a source: its newest good fetch, and when it was last read whole.
select distinct on (url) url, outcome::text as outcome, etag, last_modified, content_type, requested_at,
       max(requested_at) filter (where outcome = 'fetched') over (partition by url) as read_at
  from raw.fetches
 where source_key = %(source_key)s and outcome in ('fetched', 'not_modified') and job_id is distinct from %(job_id)s
 order by url, requested_at desc

-- name: select_productive_units
-- Units whose standing statement holds records, and who made it.
select units.unit_id, newest.extractor, newest.extractor_version
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select extractions.run_on, extractions.extraction_id, extractions.extractor, extractions.extractor_version
     from raw.applications
     join raw.extractions using (run_on, extraction_id)
    where applications.unit_id = units.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest
 where exists (select from raw.company_records as records
                where records.run_on = newest.run_on and records.extraction_id = newest.extraction_id)
    or exists (select from raw.person_records as records
                where records.run_on = newest.run_on and records.extraction_id = newest.extraction_id)

-- name: select_finished_sources
-- Sources that a former try of this run has already told the outcome of.
select distinct on (subject) subject as source_key, counts
  from quality.step_outcomes
 where run_id = %(run_id)s and stage = 'crawl_site' and subject = any(%(source_keys)s)
 order by subject, finished_at desc

-- name: insert_source_outcome
insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at, wall_seconds, organization_id)
values (%(run_id)s, 'crawl_site', %(source_key)s, %(outcome)s, %(counts)s, %(message)s, %(started_at)s, %(wall_seconds)s,
       %(organization_id)s)

-- name: move_due_time
-- From the run's date, not from now: a crawl that ends late must not drift away from its hour.
update app.sources
   set next_due_at = greatest(next_due_at, (%(run_on)s::date + %(interval_days)s)::timestamp at time zone 'UTC')
 where source_key = %(source_key)s
