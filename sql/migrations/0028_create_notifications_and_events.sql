-- Notifications of people, and one stream of changes that a subscriber reads without missing or repeating any
-- depends: 0027_create_job_control

-- migrate: apply

create table app.notifications (
  notification_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  user_id uuid not null references identity.users,
  kind text not null check (kind ~ '^[a-z]+(_[a-z0-9]+)*$'),
  title text not null check (length(title) between 1 and 200),
  message text not null default '' check (length(message) <= 4000),
  link jsonb not null default '{}' check (jsonb_typeof(link) = 'object'), -- {"resource", "id"}
  read_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid
);
create index notifications_by_user on app.notifications (user_id, organization_id, created_at desc);
create index notifications_unread on app.notifications (user_id, organization_id) where read_at is null;
create index notifications_by_organization on app.notifications (organization_id);
create trigger rows_are_touched before update on app.notifications for each row execute function identity.touch_row();
call identity.open_to_person('app.notifications', 'select, update, delete');
revoke update on app.notifications from authenticated;
grant update (read_at) on app.notifications to authenticated;

-- Tells a member something in the product. Null, and nothing told: the user is no member any more.
create function app.notify(of_organization uuid, of_user uuid, kind text, title text, message text, link jsonb default '{}') returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
begin
  perform identity.require_organization(of_organization);
  insert into app.notifications (organization_id, user_id, kind, title, message, link, created_by)
  select of_organization, of_user, notify.kind, left(notify.title, 200), left(coalesce(notify.message, ''), 4000), coalesce(notify.link, '{}'),
         identity.current_user_id()
    from identity.members as member
   where member.organization_id = of_organization and member.user_id = of_user and member.deleted_at is null
  returning notification_id into made;
  return made;
end $$;

-- Whoever asked for a job hears how it ended.
create function app.notify_ended_jobs() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.notifications (organization_id, user_id, kind, title, message, link)
  select job.organization_id, job.requested_by, 'job_' || job.status, initcap(job.kind::text) || ' ' || job.status,
         left(coalesce(job.error, (select string_agg(key || ' ' || value, ', ' order by key) from jsonb_each_text(job.counts)), ''), 4000),
         jsonb_build_object('resource', 'jobs', 'id', job.job_id)
    from new_rows as job
    join old_rows as was on was.job_id = job.job_id and was.status <> job.status
    join identity.members as member
      on member.organization_id = job.organization_id and member.user_id = job.requested_by and member.deleted_at is null
   where job.status in ('completed', 'failed', 'cancelled')
   order by job.job_id;
  return null;
end $$;
create trigger jobs_tell_their_requester after update on app.jobs referencing old table as old_rows new table as new_rows
  for each statement execute function app.notify_ended_jobs();

-- The stream. A writer leaves a row in the queue and waits for nobody. Rows that have committed are numbered later, by one
-- process at a time: whatever a reader could tell apart is in the order of commits, a late commit gets a later number, an
-- aborted one none. Ids and names of columns, nothing else.
create table app.event_queue (
  position bigint primary key generated always as identity,
  organization_id uuid,
  resource text not null,
  table_name text not null,
  row_id uuid not null,
  verb text not null check (verb in ('insert', 'update', 'delete')),
  changed_columns text[] not null,
  user_id uuid,
  user_ids uuid[] not null,
  campaign_ids uuid[] not null,
  changed_at timestamptz not null
);
create table app.events (
  event_no bigint primary key,
  organization_id uuid, -- null: the operator's
  resource text not null, -- of identity.role_permissions: who may read the row may hear of it
  table_name text not null,
  row_id uuid not null,
  verb text not null,
  changed_columns text[] not null,
  user_id uuid, -- of a personal row: nobody else hears of it
  user_ids uuid[] not null, -- whose row it is or was
  campaign_ids uuid[] not null, -- of the campaigns whose client may hear of it
  changed_at timestamptz not null
) partition by range (event_no);
create index events_by_organization on app.events (organization_id, event_no);
create table app.event_counters (
  stream text primary key check (stream = 'events'),
  last_event_no bigint not null default 0,
  first_event_no bigint not null default 1 -- the oldest that is kept
);
insert into app.event_counters values ('events');
alter table app.event_queue owner to leadhouse_owner;
alter table app.event_queue enable row level security;
call identity.open_to_component('app.events', 'leadhouse_events', 'select');
call identity.open_to_component('app.event_counters', 'leadhouse_events', 'select');
grant select on app.event_counters, app.events to authenticated;
create policy "everybody reads how far the stream is" on app.event_counters for select to authenticated using (true);

-- The resources whose rows the caller reads whoever they belong to.
create function app.my_event_resources() returns text[]
language sql stable security definer set search_path = '' as $$
  select array(select resource from unnest(array['jobs', 'sources', 'campaigns', 'leads', 'analytics']) as resource
                where identity.reaches_all(resource, 'read'))
$$;
do $$
declare
  owned text := (select string_agg(format('(resource = %1$L and user_ids && (select identity.reach(%1$L, ''read''))::uuid[])', resource), ' or ')
                   from unnest(array['jobs', 'sources', 'campaigns', 'leads']) as resource);
begin
  execute format('create policy "people hear of what they may read" on app.events for select to authenticated using ('
    'organization_id = (select identity.current_organization_id()) and case '
    'when user_id is not null then user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person()) '
    'else resource = any ((select app.my_event_resources())::text[]) or %s '
    'or (campaign_ids && (select identity.my_campaign_ids())::uuid[] and case resource when ''leads'' then (select identity.may(''leads'', ''read'')) '
    'else (select identity.may(''campaigns'', ''read'')) end) end)', owned);
end $$;

-- Makes the partition of a block of 100,000 numbers where it is missing.
create function app.ensure_event_block(of_number bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  block bigint := of_number / 100000;
  partition_name text := 'events_' || lpad(block::text, 6, '0');
begin
  if not exists (select from pg_catalog.pg_class where relnamespace = 'app'::regnamespace and relname = partition_name) then
    execute format('create table app.%I (like app.events including all)', partition_name);
    execute format('alter table app.%I enable row level security', partition_name);
    execute format('alter table app.events attach partition app.%I for values from (%s) to (%s)', partition_name, block * 100000, (block + 1) * 100000);
  end if;
end $$;

-- Numbers what has committed, 10,000 at most; returns how many. 0: nothing is there, or another is at it.
-- Needs READ COMMITTED: each statement looks at what has committed until then.
create function app.number_events() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  last bigint;
  taken integer;
begin
  perform from app.event_queue limit 1;
  if not found then
    return 0;
  end if;
  select last_event_no into last from app.event_counters where stream = 'events' for update skip locked;
  if not found then
    return 0;
  end if;
  perform app.ensure_event_block(last + 1), app.ensure_event_block(last + 10000);
  with oldest as (select position from app.event_queue order by position limit 10000),
  moved as (delete from app.event_queue where position in (select position from oldest) returning *)
  insert into app.events (event_no, organization_id, resource, table_name, row_id, verb, changed_columns, user_id, user_ids, campaign_ids, changed_at)
  select last + row_number() over (order by position), organization_id, resource, table_name, row_id, verb, changed_columns, user_id,
         user_ids, campaign_ids, changed_at
    from moved;
  get diagnostics taken = row_count;
  update app.event_counters set last_event_no = last + taken where stream = 'events';
  return taken;
end $$;

-- Drops full blocks whose newest event is older; a reader that was further back is told to read everything anew.
create function app.drop_old_events(keep_days integer default 7) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  counter app.event_counters;
  block bigint;
  newest timestamptz;
  dropped integer := 0;
begin
  select * into counter from app.event_counters where stream = 'events' for update;
  for block in select right(child.relname, 6)::bigint from pg_inherits join pg_class as child on child.oid = inhrelid
                where inhparent = 'app.events'::regclass and right(child.relname, 6)::bigint < counter.last_event_no / 100000 order by 1 loop
    select max(changed_at) into newest from app.events where event_no >= block * 100000 and event_no < (block + 1) * 100000;
    exit when newest > now() - make_interval(days => keep_days);
    execute format('drop table app.%I', 'events_' || lpad(block::text, 6, '0'));
    update app.event_counters set first_event_no = (block + 1) * 100000 where stream = 'events';
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

do $$
declare
  routine record;
begin
  for routine in select oid::regprocedure as signature from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('notify', 'notify_ended_jobs', 'my_event_resources', 'ensure_event_block', 'number_events',
                    'drop_old_events') loop
    execute format('revoke execute on function %s from public', routine.signature);
    execute format('alter function %s owner to leadhouse_owner', routine.signature);
  end loop;
end $$;
grant execute on function app.notify to leadhouse_jobs, leadhouse_leads, leadhouse_campaigns, leadhouse_imports, leadhouse_files, leadhouse_billing;
grant execute on function app.my_event_resources to authenticated;
grant execute on function app.number_events to authenticated, leadhouse_events, leadhouse_maintenance;
grant execute on function app.drop_old_events to leadhouse_maintenance;
select app.ensure_event_block(0);

-- migrate: rollback

drop function app.drop_old_events;
drop function app.number_events;
drop function app.ensure_event_block;
drop table app.events;
drop function app.my_event_resources;
drop table app.event_counters;
drop table app.event_queue;
drop trigger jobs_tell_their_requester on app.jobs;
drop function app.notify_ended_jobs;
drop function app.notify;
drop table app.notifications;
