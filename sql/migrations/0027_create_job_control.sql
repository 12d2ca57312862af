-- Asking for a job, pausing, resuming and cancelling it; what jobs say while they work
-- depends: 0026_create_job_sources

-- migrate: apply

-- Whether the caller is one of the platform's own processes.
create function app.is_platform() returns boolean
language sql stable security definer set search_path = '' as $$
  select pg_has_role(session_user, 'leadhouse_app', 'member')
$$;

-- Writes a request. A member may name sources and addresses of the open web, nothing of the server.
-- `released` false: written down, `app.start_job` starts it.
create function app.request_job(of_kind app.job_kind, of_parameters jsonb default '{}', of_organization uuid default null,
  of_run_on date default null, released boolean default true) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  organization uuid := coalesce(of_organization, identity.current_organization_id());
  wrong text;
  made app.jobs;
begin
  perform identity.require_organization(organization);
  perform identity.require('jobs', 'create');
  if not app.is_platform() then
    wrong := (select string_agg(key, ', ' order by key) from jsonb_object_keys(of_parameters) as key
               where key not in ('reason', 'source_keys') and (of_kind <> 'crawl' or key not in ('urls', 'pages', 'shards')));
    if wrong is not null then
      raise exception 'a % job does not take: %', of_kind, wrong using errcode = 'check_violation';
    end if;
  end if;
  wrong := (select string_agg(key, ', ' order by key)
              from jsonb_array_elements_text(coalesce(of_parameters -> 'source_keys', '[]')) as key
             where not exists (select from app.sources as source
                                where source.source_key = key and source.deleted_at is null
                                  and (source.organization_id is null or source.organization_id = organization)));
  if wrong is not null then
    raise exception 'there is no source %', wrong using errcode = 'no_data_found';
  end if;
  insert into app.jobs (organization_id, kind, parameters, run_on, is_released, requested_by, created_by)
  values (organization, of_kind, of_parameters, coalesce(of_run_on, (now() at time zone 'UTC')::date), released,
          identity.current_user_id(), identity.current_user_id())
  returning * into made;
  return made;
end $$;

-- The job, locked, if the caller may act on it.
create function app.lock_job(of_job uuid, of_action text) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  job app.jobs;
begin
  select * into job from app.jobs
   where job_id = of_job and (app.is_platform() or organization_id is not distinct from identity.current_organization_id()) for update;
  if not found then
    raise exception 'there is no job %', of_job using errcode = 'no_data_found';
  end if;
  perform identity.require('jobs', of_action);
  if not (app.is_platform() or identity.reaches_all('jobs', of_action)
          or coalesce(job.created_by = any (identity.reach('jobs', of_action)), false)) then
    raise exception 'job % is not yours', of_job using errcode = 'insufficient_privilege';
  end if;
  return job;
end $$;

-- Notes what is wished of a job; the process that works on it comes to it at the next safe point.
create function app.wish_job(of_job uuid, wish app.job_status) returns app.jobs
language sql volatile security definer set search_path = '' as $$
  update app.jobs set wanted_status = wish, wanted_at = clock_timestamp(), wanted_by = identity.current_user_id()
   where job_id = of_job returning *
$$;

-- A further run of the same request: shards that are done stay done, and what was fetched comes from the archive.
create function app.rerun_job(of_job uuid) returns app.jobs
language sql volatile security definer set search_path = '' as $$
  update app.jobs set wanted_status = 'running', wanted_at = clock_timestamp(), wanted_by = identity.current_user_id(),
         run_no = run_no + 1, dispatched_at = null, error = null
   where job_id = of_job returning *
$$;

-- Starts what was only written down, and tries again what failed. What is under way is left as it is.
create function app.start_job(of_job uuid) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  job app.jobs := app.lock_job(of_job, 'update');
begin
  if job.status = 'failed' and job.wanted_status is null then
    return app.rerun_job(of_job);
  elsif job.status = 'pending' and not job.is_released then
    update app.jobs set is_released = true where job_id = of_job returning * into job;
  elsif job.status not in ('pending', 'running', 'failed') then
    raise exception 'job % is %, it cannot be started', of_job, job.status using errcode = 'check_violation',
      hint = case job.status when 'paused' then 'Resume it.' else 'Request a new one.' end;
  end if;
  return job;
end $$;

create function app.pause_job(of_job uuid) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  job app.jobs := app.lock_job(of_job, 'update');
begin
  if job.status <> 'running' or job.wanted_status = 'cancelled' then
    raise exception 'job % is %, it cannot be paused', of_job, coalesce(job.wanted_status, job.status) using errcode = 'check_violation',
      hint = 'A running job can be paused.';
  end if;
  return app.wish_job(of_job, 'paused');
end $$;

create function app.resume_job(of_job uuid) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  job app.jobs := app.lock_job(of_job, 'update');
begin
  if job.status = 'running' and job.wanted_status = 'paused' then -- not stopped yet
    update app.jobs set wanted_status = null, wanted_at = null, wanted_by = null where job_id = of_job returning * into job;
    return job;
  elsif job.status <> 'paused' then
    raise exception 'job % is %, it cannot be resumed', of_job, job.status using errcode = 'check_violation',
      hint = 'A paused job can be resumed.';
  elsif job.wanted_status is null then
    return app.rerun_job(of_job);
  end if;
  return job;
end $$;

-- At once where nothing runs, else at the next safe point.
create function app.cancel_job(of_job uuid) returns app.jobs
language plpgsql volatile security definer set search_path = '' as $$
declare
  job app.jobs := app.lock_job(of_job, 'update');
begin
  if job.status = 'running' then
    return app.wish_job(of_job, 'cancelled');
  elsif job.status in ('pending', 'paused') then
    update app.jobs set status = 'cancelled', finished_at = clock_timestamp() where job_id = of_job returning * into job;
    return job;
  end if;
  raise exception 'job % is %, it cannot be cancelled', of_job, job.status using errcode = 'check_violation';
end $$;

create sequence app.job_log_numbers as bigint;
alter sequence app.job_log_numbers owner to leadhouse_owner;
create table app.job_logs (
  log_no bigint not null default nextval('app.job_log_numbers'),
  log_id uuid not null default gen_random_uuid(),
  job_id uuid not null references app.jobs on delete cascade,
  organization_id uuid references identity.organizations,
  created_by uuid, -- who requested the job
  level text not null check (level in ('debug', 'info', 'warning', 'error')),
  message text not null check (length(message) between 1 and 4000),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  logged_at timestamptz not null default clock_timestamp(),
  primary key (logged_at, log_no)
) partition by range (logged_at);
create index job_logs_by_job on app.job_logs (job_id, log_no);
create index job_logs_by_organization on app.job_logs (organization_id, logged_at);
alter table app.job_logs replica identity full;
call identity.open_by_scope('app.job_logs', 'jobs', '{created_by}', 'select');
call identity.open_to_component('app.job_logs', 'leadhouse_jobs', 'select');
call identity.open_to_component('app.job_logs', 'leadhouse_console', 'select');

-- Makes the month's partition where it is missing; the common case takes no lock.
create function app.ensure_job_log_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day)::date;
  partition_name text := 'job_logs' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass('app.' || partition_name) is not null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_job_log_partitions'));
  -- read from the catalog itself: to_regclass would remember that there was none before the wait
  if exists (select from pg_catalog.pg_class where relnamespace = 'app'::regnamespace and relname = partition_name) then
    return 0;
  end if;
  execute format('create table app.%I (like app.job_logs including all)', partition_name);
  execute format('alter table app.%I enable row level security', partition_name);
  execute format('alter table app.%I replica identity full', partition_name);
  execute format('alter table app.job_logs attach partition app.%I for values from (%L) to (%L)', partition_name,
    first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
  return 1;
end $$;

create function app.write_job_logs(of_job uuid, levels text[], messages text[], all_details jsonb[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  written integer;
begin
  perform app.ensure_job_log_partitions((now() at time zone 'UTC')::date);
  insert into app.job_logs (job_id, organization_id, created_by, level, message, details, logged_at)
  select job.job_id, job.organization_id, job.created_by, said.level, left(said.message, 4000), coalesce(said.details, '{}'), now()
    from app.jobs as job, unnest(levels, messages, all_details) with ordinality as said (level, message, details, no)
   where job.job_id = of_job order by said.no;
  get diagnostics written = row_count;
  return written;
end $$;

do $$
declare
  routine regprocedure;
begin
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('is_platform', 'request_job', 'lock_job', 'wish_job', 'rerun_job', 'start_job', 'pause_job',
                    'resume_job', 'cancel_job', 'ensure_job_log_partitions', 'write_job_logs') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.request_job, app.start_job, app.pause_job, app.resume_job, app.cancel_job to authenticated, leadhouse_jobs;
grant execute on function app.write_job_logs to leadhouse_jobs, leadhouse_landing, leadhouse_imports, leadhouse_enrichment;
grant execute on function app.ensure_job_log_partitions to leadhouse_maintenance;

-- migrate: rollback

drop function app.write_job_logs;
drop function app.ensure_job_log_partitions;
drop table app.job_logs;
drop sequence app.job_log_numbers;
drop function app.cancel_job;
drop function app.resume_job;
drop function app.pause_job;
drop function app.start_job;
drop function app.rerun_job;
drop function app.wish_job;
drop function app.lock_job;
drop function app.request_job;
drop function app.is_platform;
