-- What people do in the product: events in batches, a month a partition, counted by day
-- depends: 0021_create_operations

-- migrate: apply

create table app.usage_events (
  usage_event_id uuid not null default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  user_id uuid not null references identity.users,
  event_type text not null check (length(event_type) between 1 and 100),
  event_name text not null check (length(event_name) between 1 and 200),
  properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object'),
  occurred_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  session_id text check (length(session_id) <= 200),
  user_agent text check (length(user_agent) <= 1000),
  ip_address inet,
  primary key (occurred_at, usage_event_id)
) partition by range (occurred_at);
create index usage_events_by_organization on app.usage_events (organization_id, occurred_at);
create index usage_events_by_user on app.usage_events (user_id, occurred_at);
create index usage_events_by_type on app.usage_events (organization_id, event_type, occurred_at);

-- Makes the month's partition where it is missing; returns how many were made.
create function app.ensure_usage_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day)::date;
  partition_name text := 'usage_events' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass(format('app.%I', partition_name)) is not null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_usage_partitions'));
  if to_regclass(format('app.%I', partition_name)) is not null then
    return 0;
  end if;
  execute format('create table app.%I partition of app.usage_events for values from (%L) to (%L)', partition_name,
    first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
  execute format('alter table app.%I enable row level security', partition_name);
  return 1;
end $$;

-- Takes a batch of one person's events, checked before by the caller: a JSON array of objects with the columns' names.
create function app.record_usage_events(of_organization uuid, of_user uuid, batch jsonb) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  recorded integer;
begin
  perform identity.require_organization(of_organization);
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_user = identity.current_user_id()) then
    raise exception 'events are recorded for the person who is signed in' using errcode = 'insufficient_privilege';
  end if;
  perform from jsonb_to_recordset(batch) as event (occurred_at timestamptz)
    where event.occurred_at not between now() - interval '400 days' and now() + interval '400 days';
  if found then -- each month is a partition: no call makes thousands
    raise exception 'a usage event is at most 400 days away' using errcode = 'invalid_parameter_value';
  end if;
  perform app.ensure_usage_partitions(month.first_day)
     from (select distinct date_trunc('month', occurred_at at time zone 'UTC')::date as first_day
             from jsonb_to_recordset(batch) as event (occurred_at timestamptz)) as month;
  insert into app.usage_events
    (organization_id, user_id, event_type, event_name, properties, occurred_at, session_id, user_agent, ip_address)
  select of_organization, of_user, event.event_type, event.event_name, coalesce(event.properties, '{}'), event.occurred_at,
         event.session_id, event.user_agent, event.ip_address
    from jsonb_to_recordset(batch) as event (event_type text, event_name text, properties jsonb, occurred_at timestamptz,
           session_id text, user_agent text, ip_address inet);
  get diagnostics recorded = row_count;
  return recorded;
end $$;

call identity.open_by_scope('app.usage_events', 'analytics', '{}', 'select');
call identity.open_to_person('app.usage_events', 'select');
call identity.open_to_component('app.usage_events', 'leadhouse_maintenance', 'select');

-- Days are UTC's; who reads sees the events that the policies show.
create view app.usage_by_day with (security_invoker = true) as
select organization_id, (occurred_at at time zone 'UTC')::date as day, event_type, event_name,
       count(*) as events, count(distinct user_id) as users, count(distinct session_id) as sessions
  from app.usage_events
 group by 1, 2, 3, 4;
alter view app.usage_by_day owner to leadhouse_owner;
grant select on app.usage_by_day to authenticated;

alter function app.ensure_usage_partitions owner to leadhouse_owner;
alter function app.record_usage_events owner to leadhouse_owner;
revoke execute on function app.ensure_usage_partitions, app.record_usage_events from public;
grant execute on function app.ensure_usage_partitions to leadhouse_maintenance;
grant execute on function app.record_usage_events to authenticated;

-- migrate: rollback

drop view app.usage_by_day;
drop function app.record_usage_events;
drop function app.ensure_usage_partitions;
drop table app.usage_events;
