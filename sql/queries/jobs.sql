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
-- What was released and not begun, and what is to have a further run. So many of each kind: one whose DAG is missing keeps no
-- other from its turn, nor do requests that dead runs have left behind.
select job_id, kind, dag_run_id, run_on, parameters
  from (select job_id, kind, dag_run_id, run_on, parameters, requested_at,
               row_number() over (partition by kind order by requested_at, job_id) as place
          from app.jobs
         where dispatched_at is null and ((status = 'pending' and is_released) or wanted_status = 'running')
           and (run_no > 1 or not parameters ? 'requested_by_run')) as waiting
 where place <= 100
 order by requested_at, job_id

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

-- name: select_faults
-- What the steps of a run said that did not end well: the newest word of each, sites of a crawl left out.
select subject, message
  from (select distinct on (stage, subject) subject, outcome, message, finished_at
          from quality.step_outcomes
         where run_id = %(run_id)s and stage <> 'crawl_site'
         order by stage, subject, finished_at desc) as told
 where outcome in ('failed', 'partial') and message is not null
 order by finished_at
 limit 20

-- name: refuse_job
-- No run could be started: a request fails; a job that was to be resumed stays as it is.
update app.jobs
   set status = case when status = 'pending' then 'failed' else status end, error = %(error)s,
       finished_at = case when status = 'pending' then now() else finished_at end, wanted_status = null, wanted_at = null
 where job_id = %(job_id)s
returning job_id

-- name: find_wish
-- What is wished of a running job, whether it may go on at all, and which run is to do it.
select status::text as status, wanted_status::text as wanted_status, dag_run_id from app.jobs where job_id = %(job_id)s

-- name: hold_job
-- Shared by all who work on the job, as long as their sessions live: who settles a job asks for it alone, and this waits that
-- moment. The server finds out within two minutes that a worker's machine is cut off.
select pg_backend_pid() as backend, pg_advisory_lock_shared(hashtextextended('job ' || %(job_id)s::uuid::text, 0)),
       set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '15', false),
       set_config('tcp_keepalives_count', '4', false)

-- name: hold_part
-- Held by one session: two who work on the same would ask twice for a page, or for what is paid.
select pg_try_advisory_lock(hashtextextended('job ' || %(job_id)s::uuid::text || ' ' || %(part)s::text, 0)) as is_mine

-- name: find_backend
select pg_backend_pid() as backend

-- name: settle_wish
-- The work has stopped: what was wished is true now.
update app.jobs
   set status = wanted_status, finished_at = case when wanted_status = 'cancelled' then clock_timestamp() end
 where job_id = %(job_id)s and status = 'running' and wanted_status in ('paused', 'cancelled')
returning status::text as status

-- name: settle_abandoned_wishes
-- Running jobs that nobody works on any more: no shard is held and no session holds the job, and the wish is older than a lease.
update app.jobs as job
   set status = wanted_status, finished_at = case when wanted_status = 'cancelled' then clock_timestamp() end
 where job.status = 'running' and job.wanted_status in ('paused', 'cancelled')
   and job.wanted_at < clock_timestamp() - make_interval(secs => %(seconds)s)
   and not exists (select from app.shards as shard where shard.job_id = job.job_id and shard.leased_until > clock_timestamp())
   and pg_try_advisory_xact_lock(hashtextextended('job ' || job.job_id::text, 0))
returning job_id, status::text as status

-- name: list_begun
-- Whose run was started so long ago that Airflow knows it; without those whose shards are held.
select job_id, kind, coalesce(case when run_no = 1 then parameters ->> 'requested_by_run' end, dag_run_id) as dag_run_id, run_on,
       parameters
  from app.jobs as job
 where (job.status in ('pending', 'running') or job.wanted_status = 'running') and job.job_id > %(after)s
   and case when job.run_no = 1 and job.parameters ? 'requested_by_run' then job.started_at else job.dispatched_at end
       < clock_timestamp() - make_interval(secs => %(seconds)s)
   and not exists (select from app.shards as shard where shard.job_id = job.job_id and shard.leased_until > clock_timestamp())
 order by job.job_id
 limit %(most)s

-- name: settle_lost_run
-- Its run is gone, and nobody works on it: what was wished is true now, else it has failed; what was to be resumed or tried again
-- stays as it is, and may be once more.
update app.jobs as job
   set status = case when status = 'running' and wanted_status in ('paused', 'cancelled') then wanted_status
                     when status in ('pending', 'running') then 'failed' else status end,
       error = case when status = 'running' and wanted_status in ('paused', 'cancelled') then error else %(error)s end,
       finished_at = case when status in ('pending', 'running') and wanted_status is distinct from 'paused' then clock_timestamp()
                          else finished_at end,
       wanted_status = null, wanted_at = null
 where job.job_id = %(job_id)s
   and coalesce(case when job.run_no = 1 then job.parameters ->> 'requested_by_run' end, job.dag_run_id) = %(dag_run_id)s
   and (job.status in ('pending', 'running') or job.wanted_status = 'running')
   and not exists (select from app.shards as shard where shard.job_id = job.job_id and shard.leased_until > clock_timestamp())
   and pg_try_advisory_xact_lock(hashtextextended('job ' || job.job_id::text, 0))
returning status::text as status

-- name: report_progress
-- Sources of the job's shards: how many have ended, and how many of them badly. Written where it differs only. The job's runs
-- are one array, made once: as rows of a subquery they were made again for every outcome that any job has ever left.
with counted as (
  select (select coalesce(sum(cardinality(source_keys)), 0) from app.shards where job_id = %(job_id)s) as total,
         count(*) filter (where outcome = 'succeeded') as done, count(*) filter (where outcome <> 'succeeded') as failed
    from (select distinct on (subject) outcome from quality.step_outcomes
           where run_id = any ((select app.run_ids_of_job(job) from app.jobs as job where job_id = %(job_id)s)::text[])
             and stage = 'crawl_site' order by subject, finished_at desc) as told)
update app.jobs
   set progress_total = counted.total, progress_done = counted.done, progress_failed = counted.failed
  from counted
 where job_id = %(job_id)s
   and (progress_total, progress_done, progress_failed) is distinct from (counted.total, counted.done, counted.failed)

-- name: set_progress
update app.jobs set progress_total = %(total)s, progress_done = %(done)s, progress_failed = %(failed)s where job_id = %(job_id)s

-- name: request_job
-- Under the caller's rights, as the five below.
select * from app.request_job(%(kind)s::app.job_kind, %(parameters)s, %(organization_id)s, %(run_on)s, %(released)s)

-- name: begin_job
select * from app.start_job(%(job_id)s)

-- name: pause_job
select * from app.pause_job(%(job_id)s)

-- name: resume_job
select * from app.resume_job(%(job_id)s)

-- name: cancel_job
select * from app.cancel_job(%(job_id)s)

-- name: write_logs
select app.write_job_logs(%(job_id)s, %(levels)s::text[], %(messages)s::text[], %(details)s::jsonb[]) as written

-- name: select_logs
select log_no, log_id, level, message, details, logged_at
  from app.job_logs
 where job_id = %(job_id)s and log_no > %(after)s and (%(levels)s::text[] is null or level = any (%(levels)s::text[]))
 order by log_no
 limit %(limit)s offset %(skipped)s

-- name: select_jobs_of_source
select about.job_id, about.outcome, about.landed, about.quarantined, about.finished_at, job.kind::text as kind,
       job.status::text as status, job.requested_at
  from app.job_sources as about
  join app.sources as source using (source_key)
  left join app.jobs as job using (job_id)
 where source.source_id = %(source_id)s
 order by about.finished_at desc nulls first, about.job_id
 limit %(limit)s

-- name: insert_own_source
insert into app.sources (organization_id, kind, name, start_url, config, secret_id, is_active)
values (%(organization_id)s, %(kind)s::app.source_kind, %(name)s, %(start_url)s, %(config)s, %(secret_id)s, %(is_active)s)
returning source_id, source_key, organization_id, kind::text as kind, name, start_url, config, secret_id, status,
          last_tested_at, last_test_result, last_test_message, jobs_run, jobs_completed, records_landed, records_quarantined, last_run_at

-- name: find_own_source
select source_id, source_key, organization_id, kind::text as kind, name, start_url, config, secret_id, status,
       last_tested_at, last_test_result, last_test_message, jobs_run, jobs_completed, records_landed, records_quarantined, last_run_at
  from app.sources where source_id = %(source_id)s and deleted_at is null

-- name: record_source_test
select status from app.record_source_test(%(source_id)s, %(has_passed)s, %(message)s)

-- name: count_run_by_hand
-- What a job's end counts by itself (app.count_job_sources), for a run that no job asked for.
update app.sources
   set records_landed = records_landed + %(landed)s, records_quarantined = records_quarantined + %(quarantined)s,
       last_run_at = greatest(last_run_at, clock_timestamp())
 where source_key = %(source_key)s

-- name: insert_source
-- A site named by a request becomes a shared source; one that is there stays as it is.
insert into app.sources (source_key, kind, name, start_url, host)
values (%(source_key)s, 'web_site', %(host)s, %(start_url)s, %(host)s)
    on conflict (source_key) do nothing

-- name: select_due_sources
-- All that are due, or the named ones whether due or not; for an organization's job no other organization's.
select source_key, host
  from app.sources
 where kind = 'web_site' and is_active and deleted_at is null
   and (%(organization_id)s::uuid is null or organization_id is null or organization_id = %(organization_id)s)
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

-- name: renew_host_leases
-- All that the shard holds: those that were planned and not given back, and those that its sites led to.
update app.host_leases set leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s and leased_until > clock_timestamp()

-- name: release_some_hosts
-- Their sites are done; the next crawl of each waits until its next request is due.
update app.host_leases as held
   set leased_until = clock_timestamp(),
       next_request_at = greatest(held.next_request_at, clock_timestamp() + make_interval(secs => given.delay_seconds))
  from unnest(%(hosts)s::text[], %(delays)s::float8[]) as given (host, delay_seconds)
 where held.host = given.host and held.job_id = %(job_id)s and held.shard_no = %(shard_no)s and held.lease_token = %(token)s

-- name: postpone_host
-- The host asked for a pause, or for a longer delay than the setting's: that holds for every run.
update app.host_leases
   set next_request_at = greatest(next_request_at, clock_timestamp() + make_interval(secs => %(pause_seconds)s))
 where host = %(host)s and job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s

-- name: select_host_leases
select host, next_request_at
  from app.host_leases
 where job_id = %(job_id)s and shard_no = %(shard_no)s and lease_token = %(token)s and leased_until > clock_timestamp()

-- name: release_hosts
-- The rows stay: the next crawl of a host waits until its next request is due, or for as long as the host asked for.
update app.host_leases
   set leased_until = clock_timestamp(),
       next_request_at = greatest(next_request_at, clock_timestamp() + make_interval(secs => %(delay_seconds)s))
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

-- name: select_sources
select source_key, start_url, host, organization_id, config
  from app.sources where source_key = any(%(source_keys)s) order by source_key

-- name: select_known_pages
-- Of each URL of some sources: its newest good fetch, when it was last read whole, and since when it is known.
select distinct on (source_key, url) source_key, url, etag, last_modified, requested_at as confirmed_at,
       max(requested_at) filter (where outcome = 'fetched') over (partition by source_key, url) as read_at,
       min(requested_at) over (partition by source_key, url) as known_since
  from raw.fetches
 where source_key = any (%(source_keys)s) and outcome in ('fetched', 'not_modified') and job_id is distinct from %(job_id)s
   and requested_at > now() - interval '120 days'
 order by source_key, url, requested_at desc

-- name: select_known_files
-- Of each robots.txt and sitemap of some sources: the newest answer whose bytes are kept.
select distinct on (source_key, url) source_key, url, purpose, status_code, requested_at, warc_uri as uri,
       warc_offset as offset, warc_length as length
  from raw.fetches
 where source_key = any (%(source_keys)s) and purpose in ('robots', 'sitemap') and warc_uri is not null
   and outcome in ('fetched', 'empty') and job_id is distinct from %(job_id)s
   and requested_at > now() - interval '120 days'
 order by source_key, url, requested_at desc

-- name: select_productive_units
-- Units whose standing statement holds records, who made it, and since when it stands.
select units.unit_id, newest.extractor, newest.extractor_version, newest.observed_at
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select extractions.run_on, extractions.extraction_id, extractions.extractor, extractions.extractor_version,
          extractions.observed_at
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
-- Sources that a former try of this run, or a former run of its job, has already told the outcome of.
select distinct on (subject) subject as source_key, counts
  from quality.step_outcomes
 where run_id = any (array[%(run_id)s::text]
                        || (select app.run_ids_of_job(job) from app.jobs as job where job_id = %(job_id)s)::text[])
   and stage = 'crawl_site' and subject = any(%(source_keys)s)
 order by subject, finished_at desc

-- name: insert_source_outcomes
-- How sources did. Of the stage watch_source: against what stood before; the rows of a source are the history of its fill.
insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at, wall_seconds, organization_id)
select %(run_id)s, %(stage)s, source_key, outcome, counts, message, started_at, wall_seconds, organization_id
  from jsonb_to_recordset(%(rows)s) as given (source_key text, outcome text, counts jsonb, message text,
       started_at timestamptz, wall_seconds double precision, organization_id uuid)

-- name: move_due_times
-- From the run's date, not from now: a crawl that ends late must not drift away from its hour.
update app.sources as source
   set next_due_at = greatest(source.next_due_at, (%(run_on)s::date + given.interval_days)::timestamp at time zone 'UTC')
  from jsonb_to_recordset(%(rows)s) as given (source_key text, interval_days integer)
 where source.source_key = given.source_key

-- name: notify_source_owner
-- Only a source of an organization has an owner; who was told the same the last time, or is no member any more, is told
-- nothing. The notice itself is the newest row.
select app.notify(organization_id, created_by, %(kind)s, %(title)s, %(notice)s,
                  jsonb_build_object('resource', 'sources', 'id', source_id))
  from app.sources
 where source_key = %(source_key)s and organization_id is not null and created_by is not null
   and %(notice_kind)s is distinct from (
     select counts ->> 'kind' from quality.step_outcomes
      where stage = 'watch_source' and subject = %(source_key)s order by finished_at desc offset 1 limit 1)
