-- Interactions: every touchpoint with a lead, partitioned by month
-- depends: 0033_work_leads

-- migrate: apply

create table app.interactions (
  interaction_id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  lead_id uuid not null,
  entity_id uuid not null references resolution.entities, -- the person or company it was with
  type text not null check (type in ('email', 'reply', 'call', 'meeting', 'note', 'linkedin', 'invitation')),
  direction text not null check (direction in ('inbound', 'outbound', 'internal')),
  content text,
  outcome text, -- of mail: sent, rejected, unknown, bounced, complained, unsubscribed, replied; of people's own: theirs
  ai_analysis jsonb check (jsonb_typeof(ai_analysis) = 'object'),
  campaign_id uuid,
  message_id uuid,
  event_id uuid, -- of raw.email_events: landed twice, written once
  occurred_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  primary key (occurred_at, interaction_id),
  unique (occurred_at, event_id),
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id)
) partition by range (occurred_at);
create index interactions_by_lead_type_time on app.interactions (organization_id, lead_id, type, occurred_at desc);
create index interactions_by_time on app.interactions using brin (occurred_at);
create index interactions_newest on app.interactions (organization_id, occurred_at desc, interaction_id) where deleted_at is null;
create index interactions_by_entity on app.interactions (entity_id);
create index interactions_by_campaign on app.interactions (organization_id, campaign_id);
create index interactions_by_id on app.interactions (interaction_id);

-- Makes the partition of a month where it is missing; the usual call takes no lock. True: it was made.
create function app.ensure_interaction_partitions(of_day date) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day::timestamp)::date;
  partition_name text := 'interactions' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass('app.' || partition_name) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_interaction_partitions'));
  if to_regclass('app.' || partition_name) is not null then
    return false;
  end if;
  execute format('create table app.%I partition of app.interactions for values from (%L) to (%L)',
    partition_name, first_day::text || ' 00:00+00', (first_day + interval '1 month')::date::text || ' 00:00+00');
  execute format('alter table app.%I enable row level security', partition_name);
  return true;
end $$;

-- Rows of raw.email_events as interactions: one each, with the lead of its message.
create function app.log_email_events() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  month date;
begin
  for month in select distinct date_trunc('month', occurred_at at time zone 'UTC')::date from landed loop
    perform app.ensure_interaction_partitions(month);
  end loop;
  insert into app.interactions (organization_id, lead_id, entity_id, type, direction, content, outcome, campaign_id, message_id,
    event_id, occurred_at)
    select message.organization_id, message.lead_id, lead.entity_id, case event.event_kind when 'replied' then 'reply' else 'email' end,
           case when event.event_kind in ('accepted', 'rejected', 'unknown') then 'outbound' else 'inbound' end,
           case when event.event_kind = 'replied' then coalesce(event.payload ->> 'text', event.payload ->> 'subject')
                else message.subject end,
           case event.event_kind when 'accepted' then 'sent' else event.event_kind end,
           message.campaign_id, message.message_id, event.event_id, event.occurred_at
      from landed as event
      join app.messages as message on message.message_id = event.message_id
      join app.leads as lead on lead.lead_id = message.lead_id
    on conflict (occurred_at, event_id) do nothing;
  return null;
end $$;
create trigger email_events_are_interactions after insert on raw.email_events
  referencing new table as landed for each statement execute function app.log_email_events();

-- A touchpoint that a person (or a component in a person's name) tells: on a lead in reach, not in the future. Returns its id.
create function app.record_interaction(of_lead uuid, of_type text, of_direction text, what text default null, of_outcome text default null,
  at timestamptz default clock_timestamp(), of_campaign uuid default null, analysis jsonb default null) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
  held app.leads;
begin
  perform identity.require('interactions', 'create');
  if not exists (select from app.judge_leads(array[of_lead], 'read') where verdict = 'allowed') then
    raise exception 'there is no lead %', of_lead using errcode = 'no_data_found';
  elsif at > clock_timestamp() + interval '1 day' or at < clock_timestamp() - interval '10 years' then
    raise exception 'an interaction happened in the last ten years, not at %', at using errcode = 'invalid_parameter_value';
  end if;
  select * into strict held from app.leads as lead where lead.lead_id = of_lead;
  perform app.ensure_interaction_partitions((at at time zone 'UTC')::date);
  insert into app.interactions (organization_id, lead_id, entity_id, type, direction, content, outcome, campaign_id, ai_analysis,
    occurred_at, created_by)
  values (held.organization_id, of_lead, held.entity_id, of_type, of_direction, what, of_outcome, of_campaign, analysis, at,
    identity.current_user_id())
  returning interaction_id into made;
  return made;
end $$;

create function app.check_interaction_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.deleted_at is distinct from old.deleted_at then
    perform identity.require('interactions', 'delete');
  end if;
  return new;
end $$;
create trigger rows_are_touched before update on app.interactions for each row execute function identity.touch_row();
create trigger interactions_change_by_right before update of deleted_at on app.interactions
  for each row execute function app.check_interaction_change();

-- Seen with the lead; a client sees what its own campaigns did. Changed by who told it, or by who reaches all.
alter table app.interactions owner to leadhouse_owner;
alter table app.interactions enable row level security;
grant select, update (content, outcome, ai_analysis, deleted_at) on app.interactions to authenticated;
create policy "members read the interactions of leads they reach" on app.interactions for select to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.may('interactions', 'read'))
         and ((select identity.reaches_all('interactions', 'read'))
              or exists (select from app.leads as lead
                          where lead.organization_id = interactions.organization_id and lead.lead_id = interactions.lead_id)));
create policy "clients read only what their campaigns did" on app.interactions as restrictive for select to authenticated
  using ((select identity.current_client_id()) is null or campaign_id = any ((select identity.my_campaign_ids())::uuid[]));
call identity.add_scope_policies('app.interactions', 'interactions', '{created_by}', '{update}');
do $$
declare
  component name;
begin
  foreach component in array array['leadhouse_leads', 'leadhouse_transform', 'leadhouse_console', 'leadhouse_campaigns'] loop
    call identity.open_to_component('app.interactions', component, 'select');
  end loop;
end $$;

-- The partitions of now and of what has landed; then what has landed.
select app.ensure_interaction_partitions(month::date)
  from (select date_trunc('month', now() at time zone 'UTC') as month
        union select date_trunc('month', (now() + interval '31 days') at time zone 'UTC')
        union select date_trunc('month', occurred_at at time zone 'UTC') from raw.email_events) as months;
insert into app.interactions (organization_id, lead_id, entity_id, type, direction, content, outcome, campaign_id, message_id,
  event_id, occurred_at)
  select message.organization_id, message.lead_id, lead.entity_id, case event.event_kind when 'replied' then 'reply' else 'email' end,
         case when event.event_kind in ('accepted', 'rejected', 'unknown') then 'outbound' else 'inbound' end,
         case when event.event_kind = 'replied' then coalesce(event.payload ->> 'text', event.payload ->> 'subject') else message.subject end,
         case event.event_kind when 'accepted' then 'sent' else event.event_kind end,
         message.campaign_id, message.message_id, event.event_id, event.occurred_at
    from raw.email_events as event
    join app.messages as message on message.message_id = event.message_id
    join app.leads as lead on lead.lead_id = message.lead_id
  on conflict (occurred_at, event_id) do nothing;

-- What is purged takes its interactions' words along; that something happened stays.
create function app.purge_interactions() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update app.interactions as interaction set content = null, ai_analysis = null
    from after join before using (lead_id)
   where after.purged_at is not null and before.purged_at is null
     and interaction.organization_id = after.organization_id and interaction.lead_id = after.lead_id;
  return null;
end $$;
create trigger leads_purge_their_interactions after update on app.leads
  referencing old table as before new table as after for each statement execute function app.purge_interactions();

alter function app.ensure_interaction_partitions owner to leadhouse_owner;
alter function app.log_email_events owner to leadhouse_owner;
alter function app.record_interaction owner to leadhouse_owner;
alter function app.check_interaction_change owner to leadhouse_owner;
alter function app.purge_interactions owner to leadhouse_owner;
revoke execute on function app.ensure_interaction_partitions, app.log_email_events, app.record_interaction, app.check_interaction_change,
  app.purge_interactions from public;
grant execute on function app.record_interaction to authenticated, leadhouse_leads, leadhouse_campaigns, leadhouse_delivery;
grant execute on function app.ensure_interaction_partitions to leadhouse_maintenance, leadhouse_leads;

-- migrate: rollback

drop trigger leads_purge_their_interactions on app.leads;
drop function app.purge_interactions;
drop trigger email_events_are_interactions on raw.email_events;
drop function app.log_email_events;
drop function app.record_interaction;
drop table app.interactions;
drop function app.check_interaction_change;
drop function app.ensure_interaction_partitions;
