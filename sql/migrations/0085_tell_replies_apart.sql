-- Replies by kind, meetings and refusals by policy are counted: positive_reply_rate, meeting_rate, policy_rate of sql/metrics.yml
-- depends: 0075_export_accounts
-- changes: app.campaign_people, app.campaign_days

-- migrate: apply

-- What a reply says: of the event as it landed, of the interaction as people have put it right. Null: of before, nobody read it.
alter table raw.email_events add column reply_kind text
  check (reply_kind is null or event_kind = 'replied' and reply_kind in ('positive', 'later', 'referral', 'declined', 'opt_out', 'out_of_office', 'other'));
alter table app.interactions add column reply_kind text
  check (reply_kind is null or type = 'reply' and reply_kind in ('positive', 'later', 'referral', 'declined', 'opt_out', 'out_of_office', 'other'));
grant update (reply_kind) on app.interactions to authenticated;

alter table app.campaign_people add column policy_bounced smallint not null default 0, -- of bounced and rejected: policy, reputation
  add column has_replied_positive boolean not null default false, -- within 14 days, as has_replied
  add column has_met boolean not null default false; -- within 30 days of a delivered message
alter table app.campaign_days add column policy_bounced integer not null default 0,
  add column people_replied_positive integer not null default 0,
  add column people_met integer not null default 0;

create or replace function app.log_email_events() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  month date;
begin
  for month in select distinct date_trunc('month', occurred_at at time zone 'UTC')::date from landed loop
    perform app.ensure_interaction_partitions(month);
  end loop;
  insert into app.interactions (organization_id, lead_id, entity_id, type, direction, content, outcome, reply_kind, campaign_id, message_id,
    event_id, occurred_at)
    select message.organization_id, message.lead_id, lead.entity_id, case event.event_kind when 'replied' then 'reply' else 'email' end,
           case when event.event_kind in ('accepted', 'rejected', 'unknown') then 'outbound' else 'inbound' end,
           case when event.event_kind = 'replied' then coalesce(event.payload ->> 'text', event.payload ->> 'subject')
                else message.subject end,
           case event.event_kind when 'accepted' then 'sent' else event.event_kind end, event.reply_kind,
           message.campaign_id, message.message_id, event.event_id, event.occurred_at
      from landed as event
      join app.messages as message on message.message_id = event.message_id
      join app.leads as lead on lead.lead_id = message.lead_id
    on conflict (occurred_at, event_id) do nothing;
  return null;
end $$;

-- What is true of these people now. A meeting that names no campaign counts to each that had written before it.
create or replace function app.count_people(of_campaign uuid, of_leads uuid[]) returns setof app.campaign_people
language sql stable security definer set search_path = '' as $$
  with heard as (
    select message.campaign_id, message.lead_id, message.organization_id, message.state, message.attempted_at, message.reason_class,
           heard.bounced_at, heard.replied_at, heard.positive_at, heard.unsubscribed_at, heard.complained_at
      from app.messages as message
      left join lateral (
        select min(occurred_at) filter (where event_kind = 'bounced') as bounced_at,
               min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as replied_at,
               min(occurred_at) filter (where event_kind = 'replied' and not is_machine and coalesce(
                 (select told.reply_kind from app.interactions as told
                   where told.occurred_at = event.occurred_at and told.event_id = event.event_id and told.deleted_at is null),
                 event.reply_kind) = 'positive') as positive_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from raw.email_events as event where event.message_id = message.message_id) as heard on true
     where message.campaign_id = of_campaign and message.lead_id = any (of_leads)
       and message.state in ('accepted', 'rejected', 'bounced', 'unknown') and message.attempted_at is not null),
  judged as (
    select heard.*,
           (select min(met.occurred_at) from app.interactions as met
             where met.organization_id = heard.organization_id and met.lead_id = heard.lead_id and met.type = 'meeting'
               and met.deleted_at is null and coalesce(met.campaign_id, heard.campaign_id) = heard.campaign_id
               and met.occurred_at between heard.attempted_at and heard.attempted_at + interval '30 days') as met_at,
           state = 'accepted' or (state = 'bounced' and coalesce(bounced_at > attempted_at + interval '7 days', false)) as was_delivered from heard)
  select campaign_id, organization_id, lead_id, (min(attempted_at) at time zone organization.time_zone)::date, min(attempted_at),
         count(*)::smallint, (count(*) filter (where state = 'accepted'))::smallint, (count(*) filter (where was_delivered))::smallint,
         (count(*) filter (where state = 'bounced' and not was_delivered))::smallint, (count(*) filter (where state = 'rejected'))::smallint,
         (count(*) filter (where state = 'unknown'))::smallint,
         (count(*) filter (where state in ('bounced', 'rejected') and reason_class in ('mailbox_unknown', 'mailbox_disabled', 'domain_unknown')
           and not was_delivered))::smallint,
         (count(*) filter (where complained_at is not null))::smallint,
         bool_or(was_delivered),
         coalesce(bool_or(was_delivered and replied_at <= attempted_at + interval '14 days'), false),
         coalesce(bool_or(was_delivered and unsubscribed_at <= attempted_at + interval '14 days'), false),
         (count(*) filter (where state in ('bounced', 'rejected') and reason_class in ('policy', 'reputation') and not was_delivered))::smallint,
         coalesce(bool_or(was_delivered and positive_at <= attempted_at + interval '14 days'), false),
         bool_or(was_delivered and met_at is not null)
    from judged join identity.organizations as organization using (organization_id)
   group by campaign_id, organization_id, lead_id, organization.time_zone
$$;

-- Replaces one passage of a function's text that must be there; the rest stays word for word what it was.
create function pg_temp.replace_passage(routine regproc, passage text, by text) returns void
language plpgsql as $$
declare
  text_of_it text := pg_get_functiondef(routine);
begin
  if position(passage in text_of_it) = 0 then
    raise exception '% does not hold: %', routine, passage;
  end if;
  execute replace(text_of_it, passage, by);
end $$;
select pg_temp.replace_passage('app.settle_campaign',
  $p$has_unsubscribed = excluded.has_unsubscribed$p$,
  $p$has_unsubscribed = excluded.has_unsubscribed,
           policy_bounced = excluded.policy_bounced, has_replied_positive = excluded.has_replied_positive, has_met = excluded.has_met$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_unsubscribed = day.people_unsubscribed - gone.people_unsubscribed$p$,
  $p$people_unsubscribed = day.people_unsubscribed - gone.people_unsubscribed,
           policy_bounced = day.policy_bounced - gone.policy_bounced,
           people_replied_positive = day.people_replied_positive - gone.people_replied_positive, people_met = day.people_met - gone.people_met$p$);
select pg_temp.replace_passage('app.count_days',
  $p$count(*) filter (where has_unsubscribed) as people_unsubscribed$p$,
  $p$count(*) filter (where has_unsubscribed) as people_unsubscribed,
                   sum(policy_bounced) as policy_bounced, count(*) filter (where has_replied_positive) as people_replied_positive,
                   count(*) filter (where has_met) as people_met$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_delivered, people_replied, people_unsubscribed)$p$,
  $p$people_delivered, people_replied, people_unsubscribed,
    policy_bounced, people_replied_positive, people_met)$p$);
select pg_temp.replace_passage('app.count_days',
  $p$count(*) filter (where has_unsubscribed)
    from new_rows$p$,
  $p$count(*) filter (where has_unsubscribed), sum(policy_bounced), count(*) filter (where has_replied_positive),
         count(*) filter (where has_met)
    from new_rows$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_unsubscribed = day.people_unsubscribed + excluded.people_unsubscribed$p$,
  $p$people_unsubscribed = day.people_unsubscribed + excluded.people_unsubscribed,
         policy_bounced = day.policy_bounced + excluded.policy_bounced,
         people_replied_positive = day.people_replied_positive + excluded.people_replied_positive, people_met = day.people_met + excluded.people_met$p$);
select pg_temp.replace_passage('app.recount_campaign',
  $p$count(*) filter (where has_unsubscribed), clock_timestamp()$p$,
  $p$count(*) filter (where has_unsubscribed), clock_timestamp(), sum(policy_bounced), count(*) filter (where has_replied_positive),
         count(*) filter (where has_met)$p$);
drop function pg_temp.replace_passage;

-- Whoever has answered gets no further step: a person goes on from there. True: the member was not stopped before.
create function app.stop_after_reply(of_message uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update app.campaign_members as member set stopped_at = clock_timestamp(), stopped_reason = 'replied'
    from app.messages as message
   where message.message_id = of_message and member.campaign_id = message.campaign_id and member.lead_id = message.lead_id
     and member.stopped_at is null;
  return found;
end $$;
alter function app.stop_after_reply owner to leadhouse_owner;
revoke execute on function app.stop_after_reply from public;
grant execute on function app.stop_after_reply to leadhouse_delivery;

-- A meeting that somebody tells, or takes back, and a reply that somebody reads otherwise.
create function app.note_interaction_changes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  campaigns uuid[];
begin
  if tg_op = 'INSERT' then
    with noted as (
      insert into app.campaign_changes (campaign_id, lead_id)
      select distinct member.campaign_id, member.lead_id
        from new_rows as told join app.campaign_members as member using (organization_id, lead_id)
       where told.type = 'meeting' and coalesce(told.campaign_id, member.campaign_id) = member.campaign_id
      returning campaign_id)
    select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
  else
    with noted as (
      insert into app.campaign_changes (campaign_id, lead_id)
      select distinct member.campaign_id, member.lead_id
        from new_rows as told join old_rows as former using (interaction_id)
        join app.campaign_members as member on member.organization_id = told.organization_id and member.lead_id = told.lead_id
       where told.type in ('meeting', 'reply') and coalesce(told.campaign_id, member.campaign_id) = member.campaign_id
         and (told.reply_kind, told.deleted_at is null) is distinct from (former.reply_kind, former.deleted_at is null)
      returning campaign_id)
    select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
  end if;
  perform app.settle_campaign(campaign_id) from unnest(campaigns) as campaign_id;
  return null;
end $$;
alter function app.note_interaction_changes owner to leadhouse_owner;
revoke execute on function app.note_interaction_changes from public;
create trigger campaigns_count_every_insert after insert on app.interactions
  referencing new table as new_rows for each statement execute function app.note_interaction_changes();
create trigger campaigns_count_every_update after update on app.interactions
  referencing old table as old_rows new table as new_rows for each statement execute function app.note_interaction_changes();

-- Whose figures may be others now: who was refused, and who was met.
insert into app.campaign_changes (campaign_id, lead_id)
select person.campaign_id, person.lead_id from app.campaign_people as person
 where person.bounced + person.rejected > 0
    or exists (select from app.interactions as met
                where met.organization_id = person.organization_id and met.lead_id = person.lead_id and met.type = 'meeting');
select app.settle_campaign(campaign_id) from (select distinct campaign_id from app.campaign_changes) as changed;

-- migrate: rollback

drop trigger campaigns_count_every_update on app.interactions;
drop trigger campaigns_count_every_insert on app.interactions;
drop function app.note_interaction_changes;
drop function app.stop_after_reply;
create function pg_temp.replace_passage(routine regproc, passage text, by text) returns void
language plpgsql as $$
declare
  text_of_it text := pg_get_functiondef(routine);
begin
  if position(passage in text_of_it) = 0 then
    raise exception '% does not hold: %', routine, passage;
  end if;
  execute replace(text_of_it, passage, by);
end $$;
select pg_temp.replace_passage('app.recount_campaign',
  $p$count(*) filter (where has_unsubscribed), clock_timestamp(), sum(policy_bounced), count(*) filter (where has_replied_positive),
         count(*) filter (where has_met)$p$,
  $p$count(*) filter (where has_unsubscribed), clock_timestamp()$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_unsubscribed = day.people_unsubscribed + excluded.people_unsubscribed,
         policy_bounced = day.policy_bounced + excluded.policy_bounced,
         people_replied_positive = day.people_replied_positive + excluded.people_replied_positive, people_met = day.people_met + excluded.people_met$p$,
  $p$people_unsubscribed = day.people_unsubscribed + excluded.people_unsubscribed$p$);
select pg_temp.replace_passage('app.count_days',
  $p$count(*) filter (where has_unsubscribed), sum(policy_bounced), count(*) filter (where has_replied_positive),
         count(*) filter (where has_met)
    from new_rows$p$,
  $p$count(*) filter (where has_unsubscribed)
    from new_rows$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_delivered, people_replied, people_unsubscribed,
    policy_bounced, people_replied_positive, people_met)$p$,
  $p$people_delivered, people_replied, people_unsubscribed)$p$);
select pg_temp.replace_passage('app.count_days',
  $p$count(*) filter (where has_unsubscribed) as people_unsubscribed,
                   sum(policy_bounced) as policy_bounced, count(*) filter (where has_replied_positive) as people_replied_positive,
                   count(*) filter (where has_met) as people_met$p$,
  $p$count(*) filter (where has_unsubscribed) as people_unsubscribed$p$);
select pg_temp.replace_passage('app.count_days',
  $p$people_unsubscribed = day.people_unsubscribed - gone.people_unsubscribed,
           policy_bounced = day.policy_bounced - gone.policy_bounced,
           people_replied_positive = day.people_replied_positive - gone.people_replied_positive, people_met = day.people_met - gone.people_met$p$,
  $p$people_unsubscribed = day.people_unsubscribed - gone.people_unsubscribed$p$);
select pg_temp.replace_passage('app.settle_campaign',
  $p$has_unsubscribed = excluded.has_unsubscribed,
           policy_bounced = excluded.policy_bounced, has_replied_positive = excluded.has_replied_positive, has_met = excluded.has_met$p$,
  $p$has_unsubscribed = excluded.has_unsubscribed$p$);
drop function pg_temp.replace_passage;
alter table app.campaign_days drop column policy_bounced, drop column people_replied_positive, drop column people_met;
alter table app.campaign_people drop column policy_bounced, drop column has_replied_positive, drop column has_met;
create or replace function app.count_people(of_campaign uuid, of_leads uuid[]) returns setof app.campaign_people
language sql stable security definer set search_path = '' as $$
  with heard as (
    select message.campaign_id, message.lead_id, message.organization_id, message.state, message.attempted_at, message.reason_class,
           heard.bounced_at, heard.replied_at, heard.unsubscribed_at, heard.complained_at
      from app.messages as message
      left join lateral (
        select min(occurred_at) filter (where event_kind = 'bounced') as bounced_at,
               min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as replied_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from raw.email_events as event where event.message_id = message.message_id) as heard on true
     where message.campaign_id = of_campaign and message.lead_id = any (of_leads)
       and message.state in ('accepted', 'rejected', 'bounced', 'unknown') and message.attempted_at is not null),
  judged as (
    select heard.*, state = 'accepted' or (state = 'bounced' and coalesce(bounced_at > attempted_at + interval '7 days', false)) as was_delivered from heard)
  select campaign_id, organization_id, lead_id, (min(attempted_at) at time zone organization.time_zone)::date, min(attempted_at),
         count(*)::smallint, (count(*) filter (where state = 'accepted'))::smallint, (count(*) filter (where was_delivered))::smallint,
         (count(*) filter (where state = 'bounced' and not was_delivered))::smallint, (count(*) filter (where state = 'rejected'))::smallint,
         (count(*) filter (where state = 'unknown'))::smallint,
         (count(*) filter (where state in ('bounced', 'rejected') and reason_class in ('mailbox_unknown', 'mailbox_disabled', 'domain_unknown')
           and not was_delivered))::smallint,
         (count(*) filter (where complained_at is not null))::smallint,
         bool_or(was_delivered),
         coalesce(bool_or(was_delivered and replied_at <= attempted_at + interval '14 days'), false),
         coalesce(bool_or(was_delivered and unsubscribed_at <= attempted_at + interval '14 days'), false)
    from judged join identity.organizations as organization using (organization_id)
   group by campaign_id, organization_id, lead_id, organization.time_zone
$$;
create or replace function app.log_email_events() returns trigger
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
revoke update (reply_kind) on app.interactions from authenticated;
alter table app.interactions drop column reply_kind;
alter table raw.email_events drop column reply_kind;
