-- What happens to messages, members, decisions and leads moves the figures of campaigns; a nightly count proves them
-- depends: 0030_create_metrics

-- migrate: apply

-- Notes a statement's changes, and counts them at once where nobody else is counting.
create function app.note_campaign_changes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  campaigns uuid[];
begin
  case tg_table_name || ' ' || tg_op
    when 'messages INSERT', 'messages UPDATE' then
      with noted as (
        insert into app.campaign_changes (campaign_id, lead_id)
        select distinct campaign_id, lead_id from new_rows
         where state in ('accepted', 'rejected', 'bounced', 'unknown') and attempted_at is not null
        returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'email_events INSERT' then
      with noted as (
        insert into app.campaign_changes (campaign_id, lead_id)
        select distinct message.campaign_id, message.lead_id from new_rows as event join app.messages as message using (message_id)
         where event.event_kind in ('bounced', 'replied', 'unsubscribed', 'complained')
        returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'campaign_members INSERT' then
      with noted as (
        insert into app.campaign_changes (campaign_id, members, members_stopped)
        select campaign_id, count(*), count(stopped_at) from new_rows group by campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'campaign_members UPDATE' then
      with noted as (
        insert into app.campaign_changes (campaign_id, members_stopped)
        select new_rows.campaign_id, count(new_rows.stopped_at) - count(old_rows.stopped_at)
          from new_rows join old_rows using (campaign_id, lead_id) group by new_rows.campaign_id
        having count(new_rows.stopped_at) <> count(old_rows.stopped_at) returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'campaign_members DELETE' then
      with noted as (
        insert into app.campaign_changes (campaign_id, members, members_stopped)
        select campaign_id, -count(*), -count(stopped_at) from old_rows group by campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'campaign_decisions INSERT' then
      with noted as (
        insert into app.campaign_changes (campaign_id, candidates, decided_sent)
        select campaign_id, count(*), count(*) filter (where decision = 'sent') from new_rows group by campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'campaign_decisions UPDATE' then
      with noted as (
        insert into app.campaign_changes (campaign_id, decided_sent)
        select new_rows.campaign_id, count(*) filter (where new_rows.decision = 'sent') - count(*) filter (where old_rows.decision = 'sent')
          from new_rows join old_rows using (snapshot_id, member_id) group by new_rows.campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'leads INSERT' then
      with noted as (
        insert into app.campaign_changes (campaign_id, leads)
        select campaign_id, count(*) from new_rows where campaign_id is not null and deleted_at is null group by campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'leads UPDATE' then -- from one campaign to another, away, or back
      with moved as (
        select lead_id, new_rows.organization_id, old_rows.campaign_id as from_id, old_rows.deleted_at is null as was_there, new_rows.campaign_id as to_id, new_rows.deleted_at is null as is_there
          from new_rows join old_rows using (lead_id)
         where (old_rows.campaign_id, old_rows.deleted_at is null) is distinct from (new_rows.campaign_id, new_rows.deleted_at is null)),
      reached as (
        select moved.*, array(select to_status::text from app.lead_status_changes as history where history.lead_id = moved.lead_id
                                 and history.organization_id = moved.organization_id) as states from moved),
      steps (campaign_id, by, states) as (
        select from_id, -1, states from reached where was_there and from_id is not null
        union all select to_id, 1, states from reached where is_there and to_id is not null),
      noted as (
        insert into app.campaign_changes (campaign_id, leads, leads_qualified, leads_contacted, leads_converted)
        select campaign_id, sum(by), coalesce(sum(by) filter (where 'qualified' = any (states)), 0),
               coalesce(sum(by) filter (where 'contacted' = any (states)), 0), coalesce(sum(by) filter (where 'converted' = any (states)), 0)
          from steps group by campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
    when 'lead_status_changes INSERT' then -- the first time that a lead gets there
      with noted as (
        insert into app.campaign_changes (campaign_id, leads_qualified, leads_contacted, leads_converted)
        select lead.campaign_id, count(distinct lead_id) filter (where change.to_status = 'qualified'),
               count(distinct lead_id) filter (where change.to_status = 'contacted'), count(distinct lead_id) filter (where change.to_status = 'converted')
          from new_rows as change join app.leads as lead using (organization_id, lead_id)
         where change.to_status in ('qualified', 'contacted', 'converted') and lead.campaign_id is not null and lead.deleted_at is null
           and not exists (select from app.lead_status_changes as former
                            where former.organization_id = change.organization_id and former.lead_id = change.lead_id
                              and former.to_status = change.to_status
                              and former.status_change_id not in (select status_change_id from new_rows))
         group by lead.campaign_id returning campaign_id)
      select array_agg(distinct campaign_id order by campaign_id) into campaigns from noted;
  end case;
  perform app.settle_campaign(campaign_id) from unnest(campaigns) as campaign_id;
  return null;
end $$;
do $$
declare
  spec record;
begin
  for spec in select * from (values ('app.messages', 'insert'), ('app.messages', 'update'), ('raw.email_events', 'insert'),
      ('app.campaign_members', 'insert'), ('app.campaign_members', 'update'), ('app.campaign_members', 'delete'),
      ('app.campaign_decisions', 'insert'), ('app.campaign_decisions', 'update'), ('app.leads', 'insert'), ('app.leads', 'update'),
      ('app.lead_status_changes', 'insert')) as given (target, verb) loop
    execute format('create trigger %I after %s on %s referencing %s for each statement execute function app.note_campaign_changes()',
      'campaigns_count_every_' || spec.verb, spec.verb, spec.target, case spec.verb when 'insert' then 'new table as new_rows'
        when 'delete' then 'old table as old_rows' else 'old table as old_rows new table as new_rows' end);
  end loop;
end $$;

-- Counts a campaign from nothing but the rows themselves; returns how many figures were wrong.
create function app.recount_campaign(of_campaign uuid) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  wrong integer;
  organization uuid;
begin
  select organization_id into strict organization from app.campaigns where campaign_id = of_campaign;
  perform identity.require_organization(organization);
  perform pg_advisory_xact_lock(hashtextextended('figures of campaign ' || of_campaign, 0));
  perform app.settle_campaign(of_campaign);
  insert into app.campaign_changes (campaign_id, lead_id) select distinct of_campaign, lead_id from app.messages where campaign_id = of_campaign;
  perform app.settle_campaign(of_campaign);
  drop table if exists pg_temp.true_days; -- refused when the caller made it: its triggers would act with the owner's rights
  create temp table true_days (like app.campaign_days) on commit drop;
  insert into pg_temp.true_days
  select campaign_id, organization_id, cohort_on, count(*), sum(attempted), sum(accepted), sum(delivered), sum(bounced), sum(rejected),
         sum(unknown), sum(hard_bounced), sum(complained), count(*) filter (where is_delivered), count(*) filter (where has_replied),
         count(*) filter (where has_unsubscribed), clock_timestamp()
    from app.campaign_people where campaign_id = of_campaign group by campaign_id, organization_id, cohort_on;
  select count(*) into wrong
    from (select to_jsonb(day) - 'reconciled_at' from app.campaign_days as day where campaign_id = of_campaign and people > 0
          except select to_jsonb(day) - 'reconciled_at' from pg_temp.true_days as day) as differing;
  delete from app.campaign_days where campaign_id = of_campaign;
  insert into app.campaign_days select * from pg_temp.true_days;
  return wrong + app.recount_counters(of_campaign);
end $$;

create function app.recount_counters(of_campaign uuid) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  found_row app.campaign_counters;
  true_row app.campaign_counters;
begin
  select campaign.campaign_id, campaign.organization_id, coalesce(members.n, 0), coalesce(members.stopped, 0), coalesce(decided.n, 0),
         coalesce(decided.sent, 0), coalesce(leads.n, 0), coalesce(leads.qualified, 0), coalesce(leads.contacted, 0), coalesce(leads.converted, 0)
    into true_row
    from app.campaigns as campaign
    left join (select count(*) as n, count(stopped_at) as stopped from app.campaign_members where campaign_id = of_campaign) as members on true
    left join (select count(*) as n, count(*) filter (where decision = 'sent') as sent from app.campaign_decisions where campaign_id = of_campaign) as decided on true
    left join (select count(*) as n, count(*) filter (where 'qualified' = any (states)) as qualified,
                      count(*) filter (where 'contacted' = any (states)) as contacted, count(*) filter (where 'converted' = any (states)) as converted
                 from (select array(select to_status::text from app.lead_status_changes as history
                                     where history.organization_id = lead.organization_id and history.lead_id = lead.lead_id) as states
                         from app.leads as lead where lead.campaign_id = of_campaign and lead.deleted_at is null) as lead) as leads on true
   where campaign.campaign_id = of_campaign;
  select * into found_row from app.campaign_counters where campaign_id = of_campaign;
  delete from app.campaign_counters where campaign_id = of_campaign;
  insert into app.campaign_counters values (true_row.*);
  return (found_row.campaign_id is not null and found_row is distinct from true_row)::integer;
end $$;

alter function app.note_campaign_changes owner to leadhouse_owner;
alter function app.recount_campaign owner to leadhouse_owner;
alter function app.recount_counters owner to leadhouse_owner;
revoke execute on function app.note_campaign_changes, app.recount_campaign, app.recount_counters from public;
grant execute on function app.recount_campaign to leadhouse_campaigns, leadhouse_maintenance;

-- migrate: rollback

do $$
declare
  spec record;
begin
  for spec in select tgrelid::regclass as target, tgname from pg_trigger where tgfoid = 'app.note_campaign_changes'::regproc and tgparentid = 0 loop
    execute format('drop trigger %I on %s', spec.tgname, spec.target);
  end loop;
end $$;
drop function app.note_campaign_changes;
drop function app.recount_campaign;
drop function app.recount_counters;
