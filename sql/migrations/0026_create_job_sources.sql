-- Which sources a job is about and what came of each; the figures of a source are the sums
-- depends: 0025_add_member_functions

-- migrate: apply

create table app.job_sources (
  job_id uuid not null references app.jobs on delete cascade,
  organization_id uuid references identity.organizations, -- the job's, or of a private source in the operator's nightly job
  source_key text not null references app.sources,
  outcome text check (outcome in ('completed', 'failed', 'cancelled')), -- null: not ended
  landed bigint not null default 0,
  quarantined bigint not null default 0,
  finished_at timestamptz,
  primary key (job_id, source_key),
  check ((outcome is null) = (finished_at is null))
);
create index job_sources_by_source on app.job_sources (source_key, finished_at desc);
create index job_sources_by_organization on app.job_sources (organization_id);

-- The names under which a job's runs write batches and outcomes.
create function app.run_ids_of_job(job app.jobs) returns text[]
language sql stable set search_path = '' as $$
  select array_agg('job__' || (job).job_id || case when no = 1 then '' else '__' || no end) || ((job).parameters ->> 'requested_by_run')
    from generate_series(1, (job).run_no) as no
$$;

create function app.note_job_sources() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.job_sources (job_id, organization_id, source_key)
  select distinct made.job_id, coalesce(job.organization_id, source.organization_id), source.source_key
    from (select job_id, case when tg_table_name = 'shards' then to_jsonb(new_rows) -> 'source_keys'
                              else to_jsonb(new_rows) -> 'parameters' -> 'source_keys' end as keys from new_rows) as made
   cross join lateral jsonb_array_elements_text(case when jsonb_typeof(made.keys) = 'array' then made.keys else '[]' end) as key
    join app.jobs as job on job.job_id = made.job_id
    join app.sources as source on source.source_key = key
   order by 1, 3
  on conflict do nothing;
  return null;
end $$;
create trigger shards_name_their_sources after insert on app.shards
  referencing new table as new_rows for each statement execute function app.note_job_sources();
create trigger jobs_name_their_sources after insert on app.jobs
  referencing new table as new_rows for each statement execute function app.note_job_sources();

-- When jobs end: what landed of each source, from the batches of their runs; whether it went well, from the crawl's own
-- outcome of the source where there is one, else from the job's.
create function app.close_job_sources() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  job app.jobs;
  run_ids text[];
begin
  for job in select new_rows.* from new_rows join old_rows using (job_id)
              where new_rows.status <> old_rows.status and new_rows.status in ('completed', 'failed', 'cancelled') order by job_id loop
    run_ids := app.run_ids_of_job(job);
    insert into app.job_sources (job_id, organization_id, source_key)
    select distinct job.job_id, coalesce(job.organization_id, source.organization_id), source.source_key
      from raw.batches as batch join app.sources as source using (source_key)
     where batch.run_id = any (run_ids)
    on conflict do nothing;
    with landed as (
      select source_key, sum(landed) as landed, sum(quarantined) as quarantined
        from raw.batches where run_id = any (run_ids) group by source_key),
    told as (
      select distinct on (subject) subject as source_key, outcome
        from quality.step_outcomes where run_id = any (run_ids) and stage = 'crawl_site' order by subject, finished_at desc)
    update app.job_sources as source
       set landed = coalesce(landed.landed, 0), quarantined = coalesce(landed.quarantined, 0), finished_at = job.finished_at,
           outcome = case when job.status = 'cancelled' then 'cancelled' when told.outcome is null then job.status::text
                          when told.outcome = 'succeeded' then 'completed' else 'failed' end
      from app.job_sources as named left join landed using (source_key) left join told using (source_key)
     where named.job_id = job.job_id and source.job_id = named.job_id and source.source_key = named.source_key;
  end loop;
  return null;
end $$;
create trigger jobs_close_their_sources after update on app.jobs referencing old table as old_rows new table as new_rows
  for each statement execute function app.close_job_sources();

-- The figures of sources move by what changed; locked in one order, so that two jobs that end together do not meet.
create function app.count_job_sources() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  with moved as (
    select source_key, max(new_rows.finished_at) as finished_at,
           sum((new_rows.outcome in ('completed', 'failed'))::integer - coalesce(old_rows.outcome in ('completed', 'failed'), false)::integer) as jobs_run,
           sum((new_rows.outcome = 'completed')::integer - coalesce(old_rows.outcome = 'completed', false)::integer) as jobs_completed,
           sum(new_rows.landed - old_rows.landed) as landed, sum(new_rows.quarantined - old_rows.quarantined) as quarantined
      from new_rows join old_rows using (job_id, source_key)
     where new_rows.outcome is not null
     group by source_key),
  locked as (select source_key from app.sources where source_key in (select source_key from moved) order by source_key for update)
  update app.sources as source
     set jobs_run = source.jobs_run + moved.jobs_run, jobs_completed = source.jobs_completed + moved.jobs_completed,
         records_landed = records_landed + moved.landed, records_quarantined = records_quarantined + moved.quarantined,
         last_run_at = greatest(last_run_at, moved.finished_at)
    from moved join locked using (source_key)
   where source.source_key = moved.source_key;
  return null;
end $$;
create trigger job_sources_are_counted after update on app.job_sources referencing old table as old_rows new table as new_rows
  for each statement execute function app.count_job_sources();

call identity.open_by_scope('app.job_sources', 'sources', '{}', 'select');
call identity.open_to_component('app.job_sources', 'leadhouse_jobs', 'select');
do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['app.run_ids_of_job(app.jobs)', 'app.note_job_sources()', 'app.close_job_sources()',
      'app.count_job_sources()']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.run_ids_of_job to leadhouse_jobs;

-- migrate: rollback

drop trigger jobs_close_their_sources on app.jobs;
drop trigger jobs_name_their_sources on app.jobs;
drop trigger shards_name_their_sources on app.shards;
drop table app.job_sources;
drop function app.count_job_sources;
drop function app.close_job_sources;
drop function app.note_job_sources;
drop function app.run_ids_of_job;
