-- Sources, jobs, their shards, and leases with fencing tokens
-- depends: 0003_create_ledgers

-- migrate: apply

create type app.source_kind as enum ('web_site', 'csv', 'rest', 'provider', 'linkedin', 'apollo', 'zoominfo');

create table app.sources (
  source_key text primary key check (source_key ~ '^[a-z0-9_]+/[^\s]+$'),
  organization_id uuid references identity.organizations, -- null: an operator's source, whose records are shared
  kind app.source_kind not null,
  name text not null,
  start_url text,
  host text,
  config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
  is_active boolean not null default true,
  next_due_at timestamptz not null default '-infinity',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  check (kind <> 'web_site' or (start_url is not null and host is not null))
);
create index sources_by_organization on app.sources (organization_id);
create index sources_due on app.sources (next_due_at) where is_active and deleted_at is null;

create type app.job_kind as enum ('crawl', 'import', 'enrich');
create type app.job_status as enum ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled');

-- The row is the request; the dispatcher starts the Airflow run of the same name, so a repeat is refused.
create table app.jobs (
  job_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations,
  kind app.job_kind not null,
  status app.job_status not null default 'pending',
  parameters jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object'),
  run_on date not null default (now() at time zone 'UTC')::date, -- the same on every retry
  dag_run_id text generated always as ('job__' || job_id::text) stored,
  requested_at timestamptz not null default now(),
  dispatched_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique (dag_run_id),
  check ((status in ('completed', 'failed', 'cancelled')) = (finished_at is not null))
);
create index jobs_by_organization on app.jobs (organization_id, requested_at desc);
create index jobs_pending on app.jobs (requested_at) where status = 'pending';

create function app.check_job_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.status is distinct from old.status and not (old.status, new.status) in (
      ('pending', 'running'), ('pending', 'cancelled'), ('pending', 'failed'), ('running', 'paused'),
      ('running', 'completed'), ('running', 'failed'), ('running', 'cancelled'), ('paused', 'running'),
      ('paused', 'cancelled'), ('failed', 'running')) then
    raise exception 'job % is %, it cannot become %', old.job_id, old.status, new.status
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger jobs_follow_their_states before update on app.jobs for each row execute function app.check_job_transition();

create table app.shards (
  job_id uuid not null references app.jobs on delete cascade,
  shard_no integer not null check (shard_no >= 0),
  hosts text[] not null,
  source_keys text[] not null default '{}', -- fixed when planned: a source that was crawled is due no more
  status app.job_status not null default 'pending',
  lease_token bigint not null default 0,
  leased_by text,
  leased_until timestamptz,
  attempts integer not null default 0,
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (job_id, shard_no)
);

-- One crawl at a time on a host, over all jobs.
create table app.host_leases (
  host text primary key,
  job_id uuid not null,
  shard_no integer not null,
  lease_token bigint not null,
  leased_until timestamptz not null,
  next_request_at timestamptz, -- politeness carries over from one run to the next
  foreign key (job_id, shard_no) references app.shards (job_id, shard_no) on delete cascade
);
create index host_leases_by_shard on app.host_leases (job_id, shard_no);

-- Returns the new fencing token, or null while another holder's lease stands. A later holder's token is greater.
create function app.lease_shard(of_job uuid, of_shard integer, holder text, seconds integer) returns bigint
language sql volatile security definer set search_path = '' as $$
  update app.shards
     set lease_token = lease_token + 1, leased_by = holder, leased_until = clock_timestamp() + make_interval(secs => seconds),
         status = 'running', attempts = attempts + 1, updated_at = clock_timestamp()
   where job_id = of_job and shard_no = of_shard and status <> 'completed'
     and (leased_until is null or leased_until < clock_timestamp() or leased_by = holder)
  returning lease_token
$$;

-- Extends the lease; false: somebody else has it, stop at once.
create function app.renew_shard_lease(of_job uuid, of_shard integer, token bigint, seconds integer) returns boolean
language sql volatile security definer set search_path = '' as $$
  with renewed as (
    update app.shards set leased_until = clock_timestamp() + make_interval(secs => seconds)
     where job_id = of_job and shard_no = of_shard and lease_token = token and status = 'running'
    returning 1)
  select exists (select from renewed)
$$;

-- Hosts of the list that this shard now holds. A host held by a living lease of another shard is left out.
create function app.lease_hosts(of_job uuid, of_shard integer, token bigint, wanted text[], seconds integer)
returns setof text
language sql volatile security definer set search_path = '' as $$
  insert into app.host_leases as held (host, job_id, shard_no, lease_token, leased_until)
  select wanted_host, of_job, of_shard, token, clock_timestamp() + make_interval(secs => seconds)
    from (select distinct unnest(wanted) as wanted_host order by 1) as hosts
  on conflict (host) do update
     set job_id = excluded.job_id, shard_no = excluded.shard_no, lease_token = excluded.lease_token,
         leased_until = excluded.leased_until
   where held.leased_until < clock_timestamp() or (held.job_id = excluded.job_id and held.shard_no = excluded.shard_no)
  returning host
$$;

-- Landing calls this first in its transaction: the share lock keeps a new holder from taking over until it has committed.
create function app.assert_shard_lease(of_job uuid, of_shard integer, token bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from app.shards where job_id = of_job and shard_no = of_shard and lease_token = token and status = 'running' for share;
  if not found then
    raise exception 'shard % of job % is not held with token % any more: nothing was landed', of_shard, of_job, token
      using errcode = 'object_not_in_prerequisite_state',
            hint = 'Another process has taken the shard over; this one must stop.';
  end if;
end $$;

create trigger sources_touch before update on app.sources for each row execute function identity.touch_row();
create trigger jobs_touch before update on app.jobs for each row execute function identity.touch_row();

call identity.open_to_tenants('app.sources');
call identity.open_to_tenants('app.jobs');
create policy "members read operators' sources" on app.sources for select to authenticated, leadhouse_analyst
  using (organization_id is null);
call identity.open_to_component('app.sources', 'leadhouse_jobs', 'select, insert, update');
call identity.open_to_component('app.sources', 'leadhouse_landing', 'select, update');
call identity.open_to_component('app.sources', 'leadhouse_imports', 'select, insert, update');
call identity.open_to_component('app.sources', 'leadhouse_enrichment', 'select, insert');
call identity.open_to_component('app.sources', 'leadhouse_transform', 'select');
call identity.open_to_component('app.sources', 'leadhouse_resolution', 'select');
call identity.open_to_component('app.sources', 'leadhouse_console', 'select');
call identity.open_to_component('app.jobs', 'leadhouse_jobs', 'select, insert, update');
call identity.open_to_component('app.jobs', 'leadhouse_landing', 'select');
call identity.open_to_component('app.jobs', 'leadhouse_transform', 'select');
call identity.open_to_component('app.jobs', 'leadhouse_console', 'select');
call identity.open_to_component('app.shards', 'leadhouse_jobs', 'select, insert, update');
call identity.open_to_component('app.shards', 'leadhouse_landing', 'select, update');
call identity.open_to_component('app.shards', 'leadhouse_transform', 'select');
call identity.open_to_component('app.shards', 'leadhouse_console', 'select');
call identity.open_to_component('app.host_leases', 'leadhouse_jobs', 'select, insert, update, delete');
call identity.open_to_component('app.host_leases', 'leadhouse_landing', 'select, update, delete');
call identity.open_to_component('app.host_leases', 'leadhouse_console', 'select');
do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['app.lease_shard(uuid, integer, text, integer)',
      'app.renew_shard_lease(uuid, integer, bigint, integer)', 'app.lease_hosts(uuid, integer, bigint, text[], integer)',
      'app.assert_shard_lease(uuid, integer, bigint)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to leadhouse_jobs, leadhouse_landing', routine);
  end loop;
end $$;

-- migrate: rollback

drop function app.assert_shard_lease;
drop function app.lease_hosts;
drop function app.renew_shard_lease;
drop function app.lease_shard;
drop table app.host_leases;
drop table app.shards;
drop table app.jobs;
drop function app.check_job_transition;
drop type app.job_status;
drop type app.job_kind;
drop table app.sources;
drop type app.source_kind;
