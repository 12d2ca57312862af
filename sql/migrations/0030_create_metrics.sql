-- Figures of campaigns by person and day, kept by triggers; cached analytics that know when they are stale
-- depends: 0029_publish_changes

-- migrate: apply

-- One row a person a campaign has attempted: what every figure of a campaign is the sum of. The day is that of the first
-- attempt in the organization's time zone; a bounce counts within 7 days, a reply and an opt-out within 14 (metrics.yml).
create table app.campaign_people (
  campaign_id uuid not null,
  organization_id uuid not null,
  lead_id uuid not null,
  cohort_on date not null,
  first_attempted_at timestamptz not null,
  attempted smallint not null,
  accepted smallint not null,
  delivered smallint not null,
  bounced smallint not null,
  rejected smallint not null,
  unknown smallint not null,
  hard_bounced smallint not null,
  complained smallint not null,
  is_delivered boolean not null,
  has_replied boolean not null,
  has_unsubscribed boolean not null,
  primary key (campaign_id, lead_id),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id) on delete cascade,
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index campaign_people_by_campaign on app.campaign_people (organization_id, campaign_id);
create index campaign_people_by_lead on app.campaign_people (organization_id, lead_id);

create table app.campaign_days (
  campaign_id uuid not null,
  organization_id uuid not null,
  cohort_on date not null,
  people integer not null default 0,
  attempted integer not null default 0,
  accepted integer not null default 0,
  delivered integer not null default 0,
  bounced integer not null default 0,
  rejected integer not null default 0,
  unknown integer not null default 0,
  hard_bounced integer not null default 0,
  complained integer not null default 0,
  people_delivered integer not null default 0,
  people_replied integer not null default 0,
  people_unsubscribed integer not null default 0,
  reconciled_at timestamptz, -- when it was last compared with the marts
  primary key (campaign_id, cohort_on),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id) on delete cascade
);
create index campaign_days_by_campaign on app.campaign_days (organization_id, campaign_id, cohort_on);

create table app.campaign_counters (
  campaign_id uuid primary key,
  organization_id uuid not null,
  members integer not null default 0,
  members_stopped integer not null default 0,
  candidates integer not null default 0, -- decisions: they sum to the audiences
  decided_sent integer not null default 0,
  leads integer not null default 0, -- whose origin is the campaign
  leads_qualified integer not null default 0, -- that ever were
  leads_contacted integer not null default 0,
  leads_converted integer not null default 0,
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id) on delete cascade
);
create index campaign_counters_by_campaign on app.campaign_counters (organization_id, campaign_id);
create index messages_by_lead_of_campaign on app.messages (campaign_id, lead_id);

-- What has changed and is not counted yet. Writers only append here: nobody waits for another's figures.
create table app.campaign_changes (
  change_no bigint primary key generated always as identity,
  campaign_id uuid not null,
  lead_id uuid, -- a person to be counted anew
  members integer not null default 0,
  members_stopped integer not null default 0,
  candidates integer not null default 0,
  decided_sent integer not null default 0,
  leads integer not null default 0,
  leads_qualified integer not null default 0,
  leads_contacted integer not null default 0,
  leads_converted integer not null default 0
);
create index campaign_changes_by_campaign on app.campaign_changes (campaign_id);

-- What is true of these people now, from messages and events alone.
create function app.count_people(of_campaign uuid, of_leads uuid[]) returns setof app.campaign_people
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

-- Counts what has changed in a campaign. One at a time: who finds another at it leaves the rest to that one or the next.
create function app.settle_campaign(of_campaign uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  people uuid[];
begin
  if not pg_try_advisory_xact_lock(hashtextextended('figures of campaign ' || of_campaign, 0)) then
    return;
  end if;
  with taken as (delete from app.campaign_changes where campaign_id = of_campaign returning *),
  sums as (
    select sum(members) as members, sum(members_stopped) as members_stopped, sum(candidates) as candidates, sum(decided_sent) as decided_sent,
           sum(taken.leads) as leads, sum(leads_qualified) as leads_qualified, sum(leads_contacted) as leads_contacted,
           sum(leads_converted) as leads_converted
      from taken where lead_id is null having count(*) > 0),
  counted as (
    insert into app.campaign_counters as counter (campaign_id, organization_id, members, members_stopped, candidates, decided_sent, leads,
      leads_qualified, leads_contacted, leads_converted)
    select campaign_id, organization_id, sums.* from sums join app.campaigns on campaign_id = of_campaign
    on conflict (campaign_id) do update
       set members = counter.members + excluded.members, members_stopped = counter.members_stopped + excluded.members_stopped,
           candidates = counter.candidates + excluded.candidates, decided_sent = counter.decided_sent + excluded.decided_sent,
           leads = counter.leads + excluded.leads, leads_qualified = counter.leads_qualified + excluded.leads_qualified,
           leads_contacted = counter.leads_contacted + excluded.leads_contacted,
           leads_converted = counter.leads_converted + excluded.leads_converted)
  select array_agg(distinct lead_id) into people from taken where lead_id is not null;
  if people is not null then
    insert into app.campaign_people as person
    select * from app.count_people(of_campaign, people) order by lead_id
    on conflict (campaign_id, lead_id) do update
       set cohort_on = excluded.cohort_on, first_attempted_at = excluded.first_attempted_at, attempted = excluded.attempted,
           accepted = excluded.accepted, delivered = excluded.delivered, bounced = excluded.bounced, rejected = excluded.rejected,
           unknown = excluded.unknown, hard_bounced = excluded.hard_bounced, complained = excluded.complained,
           is_delivered = excluded.is_delivered, has_replied = excluded.has_replied, has_unsubscribed = excluded.has_unsubscribed
     where (person.*) is distinct from (excluded.*);
  end if;
  perform pg_notify('campaign_metrics_update', of_campaign::text);
end $$;

create function app.count_days() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    update app.campaign_days as day
       set people = day.people - gone.people, attempted = day.attempted - gone.attempted, accepted = day.accepted - gone.accepted,
           delivered = day.delivered - gone.delivered, bounced = day.bounced - gone.bounced, rejected = day.rejected - gone.rejected,
           unknown = day.unknown - gone.unknown, hard_bounced = day.hard_bounced - gone.hard_bounced,
           complained = day.complained - gone.complained, people_delivered = day.people_delivered - gone.people_delivered,
           people_replied = day.people_replied - gone.people_replied, people_unsubscribed = day.people_unsubscribed - gone.people_unsubscribed
      from (select campaign_id, cohort_on, count(*) as people, sum(attempted) as attempted, sum(accepted) as accepted, sum(delivered) as delivered,
                   sum(bounced) as bounced, sum(rejected) as rejected, sum(unknown) as unknown, sum(hard_bounced) as hard_bounced,
                   sum(complained) as complained, count(*) filter (where is_delivered) as people_delivered,
                   count(*) filter (where has_replied) as people_replied, count(*) filter (where has_unsubscribed) as people_unsubscribed
              from old_rows group by campaign_id, cohort_on) as gone
     where day.campaign_id = gone.campaign_id and day.cohort_on = gone.cohort_on;
  end if;
  insert into app.campaign_days as day (campaign_id, organization_id, cohort_on, people, attempted, accepted, delivered, bounced,
    rejected, unknown, hard_bounced, complained, people_delivered, people_replied, people_unsubscribed)
  select campaign_id, organization_id, cohort_on, count(*), sum(attempted), sum(accepted), sum(delivered), sum(bounced), sum(rejected),
         sum(unknown), sum(hard_bounced), sum(complained), count(*) filter (where is_delivered), count(*) filter (where has_replied),
         count(*) filter (where has_unsubscribed)
    from new_rows group by campaign_id, organization_id, cohort_on order by campaign_id, cohort_on
  on conflict (campaign_id, cohort_on) do update
     set people = day.people + excluded.people, attempted = day.attempted + excluded.attempted, accepted = day.accepted + excluded.accepted,
         delivered = day.delivered + excluded.delivered, bounced = day.bounced + excluded.bounced, rejected = day.rejected + excluded.rejected,
         unknown = day.unknown + excluded.unknown, hard_bounced = day.hard_bounced + excluded.hard_bounced,
         complained = day.complained + excluded.complained, people_delivered = day.people_delivered + excluded.people_delivered,
         people_replied = day.people_replied + excluded.people_replied, people_unsubscribed = day.people_unsubscribed + excluded.people_unsubscribed;
  return null;
end $$;
create trigger people_are_counted_when_new after insert on app.campaign_people
  referencing new table as new_rows for each statement execute function app.count_days();
create trigger people_are_counted_anew after update on app.campaign_people
  referencing old table as old_rows new table as new_rows for each statement execute function app.count_days();

call identity.open_by_parent('app.campaign_days', 'campaigns', 'app.campaigns', 'campaign_id', 'select');
call identity.open_by_parent('app.campaign_counters', 'campaigns', 'app.campaigns', 'campaign_id', 'select');
call identity.open_to_component('app.campaign_days', 'leadhouse_campaigns', 'select');
call identity.open_to_component('app.campaign_counters', 'leadhouse_campaigns', 'select');
alter table app.campaign_people owner to leadhouse_owner;
alter table app.campaign_people enable row level security;
alter table app.campaign_changes owner to leadhouse_owner;
alter table app.campaign_changes enable row level security;
do $$
declare
  routine regprocedure;
begin
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('count_people', 'settle_campaign', 'count_days') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;

-- migrate: rollback

drop function app.settle_campaign;
drop function app.count_people;
drop table app.campaign_people;
drop function app.count_days;
drop table app.campaign_days;
drop table app.campaign_counters;
drop table app.campaign_changes;
drop index app.messages_by_lead_of_campaign;
