-- Every change of the tables that people watch becomes an event; three channels besides
-- depends: 0028_create_notifications_and_events

-- migrate: apply

create function app.event_channel_key(of_organization uuid) returns text
language sql immutable set search_path = '' as $$
  select left(md5(coalesce(of_organization::text, 'operator')), 16)
$$;

create function app.event_users(before jsonb, after jsonb, user_columns text[]) returns uuid[]
language sql immutable set search_path = '' as $$
  select coalesce(array_agg(distinct (doc ->> name)::uuid), '{}')
    from unnest(user_columns) as name cross join unnest(array[before, after]) as doc where doc ->> name is not null
$$;

-- Campaigns with a client that a lead is in, or the campaign itself.
create function app.event_campaigns(before jsonb, after jsonb, campaigns_of text) returns uuid[]
language plpgsql stable set search_path = '' as $$
begin
  return case campaigns_of
    when 'campaign' then array[(coalesce(after, before) ->> 'campaign_id')::uuid]
    when 'lead' then array(
      select campaign.campaign_id from app.campaigns as campaign
       where campaign.organization_id = (coalesce(after, before) ->> 'organization_id')::uuid and campaign.client_id is not null
         and (campaign.campaign_id in ((before ->> 'campaign_id')::uuid, (after ->> 'campaign_id')::uuid)
           or exists (select from app.campaign_members as member where member.campaign_id = campaign.campaign_id
                         and member.lead_id = (coalesce(after, before) ->> 'lead_id')::uuid)))
    else '{}' end;
end $$;

-- Each row becomes a document once (offset 0 keeps the planner from making it again for every column).
-- Arguments: resource, column of the id, columns of users, whose campaigns (campaign, lead or nobody's), columns whose change
-- nobody hears of.
create function app.queue_events() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  users text[] := string_to_array(tg_argv[2], ',');
  silent text[] := array['updated_at', 'updated_by'] || string_to_array(tg_argv[4], ',');
  has_clients boolean := tg_argv[3] = 'campaign' or (tg_argv[3] = 'lead' and exists (select from app.campaigns where client_id is not null));
  topic text;
begin
  if tg_op = 'INSERT' then
    insert into app.event_queue (organization_id, resource, table_name, row_id, verb, changed_columns, user_id, user_ids, campaign_ids, changed_at)
    select (after ->> 'organization_id')::uuid, tg_argv[0], tg_table_name, (after ->> tg_argv[1])::uuid, 'insert', '{}',
           case when tg_argv[0] = 'notifications' then (after ->> 'user_id')::uuid end, app.event_users(null, after, users),
           case when has_clients then app.event_campaigns(null, after, tg_argv[3]) else '{}' end, clock_timestamp()
      from (select to_jsonb(new_rows) as after from new_rows offset 0) as made;
  elsif tg_op = 'DELETE' then
    insert into app.event_queue (organization_id, resource, table_name, row_id, verb, changed_columns, user_id, user_ids, campaign_ids, changed_at)
    select (before ->> 'organization_id')::uuid, tg_argv[0], tg_table_name, (before ->> tg_argv[1])::uuid, 'delete', '{}',
           case when tg_argv[0] = 'notifications' then (before ->> 'user_id')::uuid end, app.event_users(before, null, users),
           case when has_clients then app.event_campaigns(before, null, tg_argv[3]) else '{}' end, clock_timestamp()
      from (select to_jsonb(old_rows) as before from old_rows offset 0) as gone;
  else
    insert into app.event_queue (organization_id, resource, table_name, row_id, verb, changed_columns, user_id, user_ids, campaign_ids, changed_at)
    select (after ->> 'organization_id')::uuid, tg_argv[0], tg_table_name, (after ->> tg_argv[1])::uuid, 'update', changed,
           case when tg_argv[0] = 'notifications' then (after ->> 'user_id')::uuid end, app.event_users(before, after, users),
           case when has_clients then app.event_campaigns(before, after, tg_argv[3]) else '{}' end, clock_timestamp()
      from (select to_jsonb(old_rows) as before from old_rows offset 0) as was
      join (select to_jsonb(new_rows) as after from new_rows offset 0) as becomes on after ->> tg_argv[1] = before ->> tg_argv[1]
     cross join lateral (select array_agg(new_value.key order by new_value.key) as changed from jsonb_each(after) as new_value
                          where new_value.value is distinct from before -> new_value.key and new_value.key <> all (silent)) as difference
     where changed is not null;
    if tg_table_name = 'jobs' then
      perform pg_notify('job_status_change', after ->> 'job_id')
        from (select to_jsonb(new_rows) as after from new_rows) as becomes
        join (select to_jsonb(old_rows) as before from old_rows) as was on after ->> 'job_id' = before ->> 'job_id'
       where after ->> 'status' <> before ->> 'status';
    end if;
  end if;
  if tg_table_name = 'notifications' and tg_op = 'INSERT' then
    perform pg_notify('new_notification', to_jsonb(new_rows) ->> 'notification_id') from new_rows;
  end if;
  if tg_op = 'DELETE' then
    for topic in select distinct app.event_channel_key((to_jsonb(old_rows) ->> 'organization_id')::uuid) from old_rows loop
      perform pg_notify('events', topic);
    end loop;
  else
    for topic in select distinct app.event_channel_key((to_jsonb(new_rows) ->> 'organization_id')::uuid) from new_rows loop
      perform pg_notify('events', topic);
    end loop;
  end if;
  return null;
end $$;

-- From now on every change of the table is an event; on Supabase its own publication carries the table, too.
create procedure app.publish_changes(target regclass, resource text, id_column text, user_columns text, campaigns_of text default '', silent text default '')
language plpgsql set search_path = '' as $$
declare
  verb text;
begin
  foreach verb in array array['insert', 'update', 'delete'] loop
    execute format('create trigger %I after %s on %s referencing %s for each statement execute function app.queue_events(%L, %L, %L, %L, %L)',
      'events_of_' || verb, verb, target, case verb when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
        else 'old table as old_rows new table as new_rows' end, resource, id_column, user_columns, campaigns_of, silent);
  end loop;
  execute format('alter table %s replica identity full', target);
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    execute format('alter publication supabase_realtime add table %s', target);
  end if;
end $$;

create procedure app.hide_changes(target regclass)
language plpgsql set search_path = '' as $$
declare
  verb text;
begin
  foreach verb in array array['insert', 'update', 'delete'] loop
    execute format('drop trigger %I on %s', 'events_of_' || verb, target);
  end loop;
  execute format('alter table %s replica identity default', target);
  if exists (select from pg_catalog.pg_publication_rel join pg_catalog.pg_publication on pg_publication.oid = prpubid
              where prrelid = target and pubname = 'supabase_realtime') then
    execute format('alter publication supabase_realtime drop table %s', target);
  end if;
end $$;

do $$
declare
  routine record;
begin
  for routine in select oid::regprocedure as signature, prokind from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('event_channel_key', 'event_users', 'event_campaigns', 'queue_events', 'publish_changes', 'hide_changes') loop
    execute format('revoke execute on %s %s from public', case routine.prokind when 'p' then 'procedure' else 'function' end, routine.signature);
    if routine.prokind = 'f' then
      execute format('alter function %s owner to leadhouse_owner', routine.signature);
    end if;
  end loop;
end $$;
grant execute on function app.event_channel_key to authenticated, leadhouse_events;

call app.publish_changes('app.jobs', 'jobs', 'job_id', 'created_by');
call app.publish_changes('app.job_logs', 'jobs', 'log_id', 'created_by');
call app.publish_changes('app.sources', 'sources', 'source_id', 'created_by', '', 'next_due_at');
call app.publish_changes('app.campaigns', 'campaigns', 'campaign_id', 'created_by', 'campaign');
call app.publish_changes('app.leads', 'leads', 'lead_id', 'owner_id,created_by', 'lead');
call app.publish_changes('app.notifications', 'notifications', 'notification_id', 'user_id');

-- migrate: rollback

do $$
declare
  target regclass;
begin
  foreach target in array array['app.jobs', 'app.job_logs', 'app.sources', 'app.campaigns', 'app.leads', 'app.notifications']::regclass[] loop
    call app.hide_changes(target);
  end loop;
end $$;
alter table app.job_logs replica identity full;
drop procedure app.hide_changes;
drop procedure app.publish_changes;
drop function app.queue_events;
drop function app.event_campaigns;
drop function app.event_users;
drop function app.event_channel_key;
