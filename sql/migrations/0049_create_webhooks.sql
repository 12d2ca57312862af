-- Webhooks: who is told of an organization's changes, what was sent when, and what was answered
-- depends: 0044_block_subjects

-- migrate: apply

create table app.webhooks (
  webhook_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  format text not null default 'standard' check (format in ('standard', 'slack', 'zapier')),
  url text not null check (url ~ '^https?://' and length(url) <= 2000), -- as it may be shown; the whole of it is sealed
  event_types text[] not null check (cardinality(event_types) between 1 and 50),
  status text not null default 'enabled' check (status in ('enabled', 'disabled')),
  disabled_reason text check (length(disabled_reason) <= 500),
  failing_since timestamptz, -- no answer was good since then
  after_event_no bigint not null default 0, -- its deliveries are written up to here
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique (organization_id, webhook_id),
  check ((status = 'enabled') = (disabled_reason is null))
);

create table app.webhook_deliveries (
  delivery_id uuid primary key default gen_random_uuid(), -- the receiver's key for doing a thing once
  organization_id uuid not null,
  webhook_id uuid not null,
  event_no bigint, -- null: a test
  event_type text not null check (event_type ~ '^[a-z_]+\.[a-z_]+$'),
  payload jsonb not null check (jsonb_typeof(payload) = 'object'), -- ids and names of columns
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempt_count integer not null default 0,
  schedule_step integer not null default 0, -- attempts since the beginning or the last redelivery by hand
  next_attempt_at timestamptz not null default clock_timestamp(),
  leased_until timestamptz,
  response_status smallint, -- of the last attempt
  delivered_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  unique (webhook_id, event_no),
  foreign key (organization_id, webhook_id) references app.webhooks (organization_id, webhook_id) on delete cascade
);
create index webhook_deliveries_by_webhook on app.webhook_deliveries (organization_id, webhook_id, created_at desc, delivery_id);
create index webhook_deliveries_due on app.webhook_deliveries (webhook_id, next_attempt_at) where status = 'pending';
create index webhook_deliveries_by_age on app.webhook_deliveries (created_at);

create table app.webhook_attempts (
  delivery_id uuid not null references app.webhook_deliveries on delete cascade,
  attempt_no integer not null check (attempt_no > 0),
  organization_id uuid not null references identity.organizations,
  attempted_at timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  response_status smallint,
  response_body text check (length(response_body) <= 2000),
  error text check (length(error) <= 500),
  primary key (delivery_id, attempt_no)
);
create index webhook_attempts_by_organization on app.webhook_attempts (organization_id);

-- A subscription begins with what happens after it; one that is enabled again does, too.
create function app.place_webhook() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or (old.status = 'disabled' and new.status = 'enabled') then
    new.after_event_no := (select last_event_no from app.event_counters where stream = 'events');
    new.failing_since := null;
  end if;
  if new.status = 'enabled' then
    new.disabled_reason := null;
  end if;
  return new;
end $$;
create trigger webhooks_are_placed before insert or update of status on app.webhooks for each row execute function app.place_webhook();
create trigger webhooks_are_touched before update of name, url, event_types, status on app.webhooks
  for each row execute function identity.touch_row();
create trigger rows_are_stamped before insert on app.webhooks for each row execute function identity.stamp_row();

-- What a subscriber calls an event of a table: `leads` and `update` are `lead.updated`.
create function app.webhook_event_type(of_table text, verb text) returns text
language sql immutable set search_path = '' as $$
  select case of_table when 'analytics_cache' then 'analytics' else left(of_table, -1) end || '.'
      || case verb when 'insert' then 'created' when 'update' then 'updated' else 'deleted' end
$$;

-- Writes the deliveries of events that have been numbered, 500 events a webhook at most; returns how many it wrote. A webhook with
-- 1000 deliveries waiting gets no more: its events wait in the stream. Two at once take different webhooks.
create function app.fan_out_webhooks() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  last bigint := (select last_event_no from app.event_counters where stream = 'events');
  hook record;
  reached bigint;
  written integer;
  total integer := 0;
begin
  for hook in select webhook.webhook_id, webhook.organization_id, webhook.event_types, webhook.after_event_no from app.webhooks as webhook
                join identity.organizations as organization on organization.organization_id = webhook.organization_id and organization.deleted_at is null
               where webhook.status = 'enabled' and webhook.after_event_no < last order by webhook.webhook_id for update of webhook skip locked loop
    continue when (select count(*) from (select from app.webhook_deliveries as waiting
                     where waiting.webhook_id = hook.webhook_id and waiting.status = 'pending' limit 1000) as held_back) >= 1000;
    with heard as (
      select event_no, resource, table_name, row_id, verb, changed_columns, changed_at, user_id, app.webhook_event_type(table_name, verb) as event_type
        from app.events where organization_id = hook.organization_id and event_no > hook.after_event_no and event_no <= last
       order by event_no limit 500),
    made as (
      insert into app.webhook_deliveries (organization_id, webhook_id, event_no, event_type, payload)
      select hook.organization_id, hook.webhook_id, event_no, event_type,
             jsonb_build_object('type', event_type, 'timestamp', to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               'data', jsonb_build_object('eventNo', event_no, 'resource', resource, 'id', row_id, 'changedColumns', changed_columns))
        from heard
       where user_id is null and (event_type = any (hook.event_types) or split_part(event_type, '.', 1) || '.*' = any (hook.event_types)
                                  or '*' = any (hook.event_types))
       order by event_no on conflict (webhook_id, event_no) do nothing returning 1)
    select case when (select count(*) from heard) = 500 then (select max(event_no) from heard) else last end, (select count(*) from made)
      into reached, written;
    update app.webhooks set after_event_no = reached where webhook_id = hook.webhook_id;
    total := total + written;
  end loop;
  return total;
end $$;

-- Takes deliveries that are due, four of a webhook at a time, for `seconds`: whoever dies leaves them to the next.
create function app.claim_webhook_deliveries(at_most integer, seconds double precision)
returns table (delivery_id uuid, organization_id uuid, webhook_id uuid, format text, event_type text, payload jsonb, attempt_no integer,
  schedule_step integer)
language sql volatile security definer set search_path = '' as $$
  with due as (
    select picked.delivery_id
      from app.webhooks as webhook
      join identity.organizations as organization on organization.organization_id = webhook.organization_id and organization.deleted_at is null
     cross join lateral (select count(*) as busy from app.webhook_deliveries as taken where taken.webhook_id = webhook.webhook_id
                            and taken.status = 'pending' and taken.leased_until > clock_timestamp()) as held
     cross join lateral (select waiting.delivery_id from app.webhook_deliveries as waiting
                          where waiting.webhook_id = webhook.webhook_id and waiting.status = 'pending' and waiting.next_attempt_at <= clock_timestamp()
                            and (waiting.leased_until is null or waiting.leased_until <= clock_timestamp())
                          order by waiting.next_attempt_at limit greatest(0, 4 - held.busy) for update skip locked) as picked
     where webhook.status = 'enabled' limit at_most)
  update app.webhook_deliveries as delivery
     set leased_until = clock_timestamp() + make_interval(secs => seconds), attempt_count = delivery.attempt_count + 1,
         schedule_step = delivery.schedule_step + 1
    from due, app.webhooks as webhook where delivery.delivery_id = due.delivery_id and webhook.webhook_id = delivery.webhook_id
  returning delivery.delivery_id, delivery.organization_id, delivery.webhook_id, webhook.format, delivery.event_type, delivery.payload,
            delivery.attempt_count, delivery.schedule_step
$$;

-- Ends a webhook that does not answer any more and tells whoever made it and the admins. False: it was disabled already.
create function app.disable_webhook(of_webhook uuid, reason text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  ended app.webhooks;
begin
  update app.webhooks set status = 'disabled', disabled_reason = left(reason, 500)
   where webhook_id = of_webhook and status = 'enabled' returning * into ended;
  if not found then
    return false;
  end if;
  update app.webhook_deliveries set status = 'failed', leased_until = null where webhook_id = of_webhook and status = 'pending';
  insert into app.notifications (organization_id, user_id, kind, title, message, link)
  select member.organization_id, member.user_id, 'webhook_disabled', left('Webhook "' || ended.name || '" was disabled', 200), left(reason, 4000),
         jsonb_build_object('resource', 'webhooks', 'id', ended.webhook_id)
    from identity.members as member
   where member.organization_id = ended.organization_id and member.deleted_at is null
     and (member.role = 'organization_admin' or member.user_id = ended.created_by);
  return true;
end $$;

do $$
declare
  routine record;
begin
  for routine in select oid::regprocedure as signature from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('place_webhook', 'webhook_event_type', 'fan_out_webhooks', 'claim_webhook_deliveries',
                    'disable_webhook') loop
    execute format('revoke execute on function %s from public', routine.signature);
    execute format('alter function %s owner to leadhouse_owner', routine.signature);
  end loop;
end $$;
grant execute on function app.fan_out_webhooks, app.claim_webhook_deliveries, app.disable_webhook to leadhouse_events;

call identity.open_by_scope('app.webhooks', 'integrations', '{}', 'select, insert, update, delete');
revoke insert, update on app.webhooks from authenticated;
grant insert (webhook_id, organization_id, name, format, url, event_types), update (name, url, event_types, status, disabled_reason)
  on app.webhooks to authenticated;
call identity.open_by_scope('app.webhook_deliveries', 'integrations', '{}', 'select, insert, update');
revoke insert, update on app.webhook_deliveries from authenticated;
grant insert (delivery_id, organization_id, webhook_id, event_type, payload), update (status, schedule_step, next_attempt_at)
  on app.webhook_deliveries to authenticated;
call identity.open_by_scope('app.webhook_attempts', 'integrations', '{}', 'select');
call identity.open_to_component('app.webhooks', 'leadhouse_events', 'select, update');
call identity.open_to_component('app.webhook_deliveries', 'leadhouse_events', 'select, update, delete');
call identity.open_to_component('app.webhook_attempts', 'leadhouse_events', 'select, insert');

-- migrate: rollback

drop function app.disable_webhook, app.claim_webhook_deliveries, app.fan_out_webhooks;
drop table app.webhook_attempts;
drop table app.webhook_deliveries;
drop table app.webhooks;
drop function app.webhook_event_type, app.place_webhook;
