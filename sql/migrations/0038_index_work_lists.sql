-- Work lists at a million leads: the number of leads is kept, not counted, and the orders that pages ask for have indexes
-- depends: 0037_notify_assignments
-- changes: app.lead_facts

-- migrate: apply

-- Live leads by campaign and status: what the totals of a page, the pipeline and the overview are sums of. A statement notes
-- what it has changed and waits for nobody; whoever finds nobody at it folds the notes into the counters. Both are summed.
create table app.lead_counters (
  organization_id uuid not null references identity.organizations on delete cascade,
  campaign_id uuid,
  status app.lead_status not null,
  leads bigint not null,
  unassigned bigint not null,
  pressing bigint not null, -- of high or urgent priority
  rated bigint not null,
  rating_total bigint not null,
  scored bigint not null,
  score_total bigint not null,
  last_updated_at timestamptz, -- also by leads that have left since
  unique nulls not distinct (organization_id, campaign_id, status)
);
create table app.lead_counter_changes (like app.lead_counters including defaults,
  change_no bigint primary key generated always as identity,
  foreign key (organization_id) references identity.organizations on delete cascade);
create index lead_counter_changes_by_organization on app.lead_counter_changes (organization_id);

-- Folds an organization's notes. One at a time: who finds another at it leaves the rest to that one or the next.
create function app.fold_lead_counters(of_organization uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('leads of organization ' || of_organization, 0)) then
    return;
  end if;
  with taken as (delete from app.lead_counter_changes where organization_id = of_organization returning *)
  insert into app.lead_counters as counter
  select organization_id, campaign_id, status, sum(leads), sum(unassigned), sum(pressing), sum(rated), sum(rating_total), sum(scored),
         sum(score_total), max(last_updated_at)
    from taken group by organization_id, campaign_id, status
  on conflict (organization_id, campaign_id, status) do update
     set leads = counter.leads + excluded.leads, unassigned = counter.unassigned + excluded.unassigned,
         pressing = counter.pressing + excluded.pressing, rated = counter.rated + excluded.rated,
         rating_total = counter.rating_total + excluded.rating_total, scored = counter.scored + excluded.scored,
         score_total = counter.score_total + excluded.score_total,
         last_updated_at = greatest(counter.last_updated_at, excluded.last_updated_at);
end $$;

-- Leads that came count once, leads that went count minus once, with the scores that their facts have now.
create function app.note_counted_leads() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  organization uuid;
begin
  case tg_op
    when 'INSERT' then
      insert into app.lead_counter_changes
      select organization_id, campaign_id, status, count(*), count(*) - count(owner_id), count(*) filter (where priority in ('high', 'urgent')),
             count(rating_1_to_5), coalesce(sum(rating_1_to_5), 0), 0, 0, max(updated_at)
        from new_rows where deleted_at is null group by organization_id, campaign_id, status;
    when 'UPDATE' then
      insert into app.lead_counter_changes
      select lead.organization_id, lead.campaign_id, lead.status, sum(sign), sum(sign * (lead.owner_id is null)::integer),
             sum(sign * (lead.priority in ('high', 'urgent'))::integer), sum(sign * (lead.rating_1_to_5 is not null)::integer),
             coalesce(sum(sign * lead.rating_1_to_5), 0), sum(sign * (facts.lead_score is not null)::integer),
             coalesce(sum(sign * facts.lead_score), 0), max(lead.updated_at)
        from (select -1 as sign, * from old_rows union all select 1, * from new_rows) as lead
        left join app.lead_facts as facts on facts.lead_id = lead.lead_id
       where lead.deleted_at is null group by lead.organization_id, lead.campaign_id, lead.status;
    else
      insert into app.lead_counter_changes
      select organization_id, campaign_id, status, -count(*), count(owner_id) - count(*), -count(*) filter (where priority in ('high', 'urgent')),
             -count(rating_1_to_5), -coalesce(sum(rating_1_to_5), 0), 0, 0, null
        from old_rows where deleted_at is null group by organization_id, campaign_id, status;
  end case;
  if tg_op = 'DELETE' then
    for organization in select distinct organization_id from old_rows order by 1 loop
      perform app.fold_lead_counters(organization);
    end loop;
  else
    for organization in select distinct organization_id from new_rows order by 1 loop
      perform app.fold_lead_counters(organization);
    end loop;
  end if;
  return null;
end $$;

create trigger leads_are_counted_when_new after insert on app.leads
  referencing new table as new_rows for each statement execute function app.note_counted_leads();
create trigger leads_are_counted_anew after update on app.leads
  referencing old table as old_rows new table as new_rows for each statement execute function app.note_counted_leads();
create trigger leads_are_counted_off after delete on app.leads
  referencing old table as old_rows for each statement execute function app.note_counted_leads();

-- Scores come, change and go with the facts of live leads.
create function app.note_counted_scores() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  lead_ids uuid[];
  counts integer[];
  totals integer[];
  organization uuid;
begin
  case tg_op
    when 'INSERT' then
      select array_agg(lead_id), array_agg(1), array_agg(lead_score) into lead_ids, counts, totals
        from new_rows where lead_score is not null;
    when 'UPDATE' then
      select array_agg(after.lead_id), array_agg((after.lead_score is not null)::integer - (before.lead_score is not null)::integer),
             array_agg(coalesce(after.lead_score, 0) - coalesce(before.lead_score, 0)) into lead_ids, counts, totals
        from new_rows as after join old_rows as before using (lead_id) where after.lead_score is distinct from before.lead_score;
    else
      select array_agg(lead_id), array_agg(-1), array_agg(-lead_score) into lead_ids, counts, totals
        from old_rows where lead_score is not null;
  end case;
  if lead_ids is null then
    return null;
  end if;
  for organization in
    with noted as (
      insert into app.lead_counter_changes
      select lead.organization_id, lead.campaign_id, lead.status, 0, 0, 0, 0, 0, sum(moved.scored), sum(moved.score_total), null
        from unnest(lead_ids, counts, totals) as moved (lead_id, scored, score_total) join app.leads as lead using (lead_id)
       where lead.deleted_at is null group by lead.organization_id, lead.campaign_id, lead.status
      returning organization_id)
    select distinct organization_id from noted order by 1 loop
    perform app.fold_lead_counters(organization);
  end loop;
  return null;
end $$;
create trigger scores_are_counted_when_new after insert on app.lead_facts
  referencing new table as new_rows for each statement execute function app.note_counted_scores();
create trigger scores_are_counted_anew after update on app.lead_facts
  referencing old table as old_rows new table as new_rows for each statement execute function app.note_counted_scores();
create trigger scores_are_counted_off after delete on app.lead_facts
  referencing old table as old_rows for each statement execute function app.note_counted_scores();

-- Counts anew and notes where the sums differ; returns how many cells were wrong. One statement, so what runs beside it is
-- either in both counts or in none.
create function app.recount_leads() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  wrong integer;
begin
  with cells as (
    select lead.organization_id, lead.campaign_id, lead.status, count(*) as leads, count(*) - count(lead.owner_id) as unassigned,
           count(*) filter (where lead.priority in ('high', 'urgent')) as pressing, count(lead.rating_1_to_5) as rated,
           coalesce(sum(lead.rating_1_to_5), 0) as rating_total, count(facts.lead_score) as scored,
           coalesce(sum(facts.lead_score), 0) as score_total, max(lead.updated_at) as last_updated_at
      from app.leads as lead left join app.lead_facts as facts on facts.lead_id = lead.lead_id
     where lead.deleted_at is null group by lead.organization_id, lead.campaign_id, lead.status
    union all
    select organization_id, campaign_id, status, -leads, -unassigned, -pressing, -rated, -rating_total, -scored, -score_total, null
      from app.lead_counters
    union all
    select organization_id, campaign_id, status, -leads, -unassigned, -pressing, -rated, -rating_total, -scored, -score_total, null
      from app.lead_counter_changes)
  insert into app.lead_counter_changes
  select organization_id, campaign_id, status, sum(leads), sum(unassigned), sum(pressing), sum(rated), sum(rating_total), sum(scored),
         sum(score_total), max(last_updated_at)
    from cells group by organization_id, campaign_id, status
  having (sum(leads), sum(unassigned), sum(pressing), sum(rated), sum(rating_total), sum(scored), sum(score_total))
         is distinct from (0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric);
  get diagnostics wrong = row_count;
  perform app.fold_lead_counters(organization_id) from (select distinct organization_id from app.lead_counter_changes order by 1) as noted;
  return wrong;
end $$;

do $$
declare
  routine regprocedure;
begin
  call identity.open_by_scope('app.lead_counters', 'leads', '{}', 'select');
  call identity.open_by_scope('app.lead_counter_changes', 'leads', '{}', 'select');
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('fold_lead_counters', 'note_counted_leads', 'note_counted_scores', 'recount_leads') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.recount_leads to leadhouse_maintenance;
select app.recount_leads();

-- The lead's own owner, carried to the facts as its status is: a rep's list by score is read by one index, and the policy
-- need not look the lead up.
alter table app.lead_facts add column owner_id uuid;
update app.lead_facts as facts set owner_id = lead.owner_id
  from app.leads as lead where lead.lead_id = facts.lead_id and lead.owner_id is not null;
create index lead_facts_by_owner_score on app.lead_facts (organization_id, owner_id, lead_score desc nulls last, lead_id);
create function app.carry_owners() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update app.lead_facts as facts set owner_id = lead.owner_id
    from new_rows as changed join app.leads as lead on lead.lead_id = changed.lead_id
   where facts.lead_id = changed.lead_id and facts.owner_id is distinct from lead.owner_id;
  return null;
end $$;
alter function app.carry_owners owner to leadhouse_owner;
revoke execute on function app.carry_owners from public;
create trigger leads_carry_their_owner after update on app.leads
  referencing new table as new_rows for each statement execute function app.carry_owners();
create trigger facts_take_their_owner after insert on app.lead_facts
  referencing new table as new_rows for each statement execute function app.carry_owners();
alter policy "members read what hangs on leads they reach" on app.lead_facts
  using (organization_id = (select identity.claimed_organization_id())
         and ((select identity.reaches_all('leads', 'read')) or owner_id = any ((select identity.reach('leads', 'read'))::uuid[])
              or exists (select from app.leads as parent
                          where parent.lead_id = lead_facts.lead_id and parent.organization_id = lead_facts.organization_id)));

-- What the orders of pages and the oldest lead of a cell are read from.
create index leads_by_campaign_status on app.leads (organization_id, campaign_id, status, created_at, lead_id) where deleted_at is null;
create index lead_facts_by_search_order on app.lead_facts (organization_id, (-coalesce(lead_score::integer, -1)), lead_id);

-- Whoever reaches all leads reads the sums; whoever does not has few, and they are counted by their owner's index.
create or replace view app.lead_pipeline with (security_invoker = true) as
with noted as (
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counters
  union all
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counter_changes)
select cell.organization_id, cell.campaign_id, cell.status, cell.leads, cell.unassigned, cell.pressing, cell.rated, cell.rating_total,
       cell.scored, cell.score_total,
       case when cell.campaign_id is null then
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id is null and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       else
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id = cell.campaign_id and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       end as oldest_created_at, cell.last_updated_at
  from (select organization_id, campaign_id, status, sum(leads)::bigint as leads, sum(unassigned)::bigint as unassigned,
               sum(pressing)::bigint as pressing, sum(rated)::bigint as rated, sum(rating_total)::bigint as rating_total,
               sum(scored)::bigint as scored, sum(score_total)::bigint as score_total, max(last_updated_at) as last_updated_at
          from noted group by organization_id, campaign_id, status having sum(leads) > 0) as cell
union all
select lead.organization_id, lead.campaign_id, lead.status, count(*), count(*) - count(lead.owner_id),
       count(*) filter (where lead.priority in ('high', 'urgent')), count(lead.rating_1_to_5), coalesce(sum(lead.rating_1_to_5), 0),
       count(facts.lead_score), coalesce(sum(facts.lead_score), 0), min(lead.created_at), max(lead.updated_at)
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.deleted_at is null and not (select identity.reaches_all('leads', 'read'))
   and (lead.owner_id = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.created_by = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.lead_id = any (array(select identity.my_client_lead_ids())))
 group by lead.organization_id, lead.campaign_id, lead.status;

-- As before, with the leads from their counters.
create or replace function app.get_agency_overview(of_organization uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  cached app.analytics_cache := app.read_analytics_cache(of_organization, 'agency_overview');
  answer jsonb;
  snapshot pg_snapshot;
begin
  if cached.cache_id is not null then
    return cached.payload || jsonb_build_object('as_of', cached.computed_at);
  end if;
  perform app.settle_figures(of_organization);
  snapshot := pg_current_snapshot(); -- before the figures are read: what commits meanwhile makes them stale
  select jsonb_build_object(
      'campaigns', (select jsonb_build_object('total', count(*), 'active', count(*) filter (where status = 'active'))
                      from app.campaigns where organization_id = of_organization and deleted_at is null),
      'leads', (select jsonb_build_object('total', coalesce(sum(n), 0), 'by_status', coalesce(jsonb_object_agg(status, n), '{}'))
                  from (select status, sum(leads) as n
                          from (select status, leads from app.lead_counters where organization_id = of_organization
                                union all
                                select status, leads from app.lead_counter_changes where organization_id = of_organization) as cells
                         group by status having sum(leads) > 0) as states),
      'sources', (select jsonb_build_object('total', count(*), 'active', count(*) filter (where status = 'active'))
                    from app.sources where organization_id = of_organization and deleted_at is null),
      'jobs', (select jsonb_build_object('open', count(*)) from app.jobs
                where organization_id = of_organization and status in ('pending', 'running', 'paused')),
      'messages', (select jsonb_build_object('attempted', sum(attempted), 'delivered', sum(delivered), 'people_delivered', sum(people_delivered),
                            'people_replied', sum(people_replied), 'response_rate', sum(people_replied) / nullif(sum(people_delivered), 0)::numeric)
                     from app.campaign_performance where organization_id = of_organization),
      'qualification', (select jsonb_build_object('leads', sum(leads), 'qualified', sum(leads_qualified), 'converted', sum(leads_converted),
                                 'qualification_rate', sum(leads_qualified) / nullif(sum(leads), 0)::numeric,
                                 'conversion_rate', sum(leads_converted) / nullif(sum(leads), 0)::numeric)
                          from app.campaign_performance where organization_id = of_organization))
    into answer;
  perform app.write_analytics_cache(of_organization, 'agency_overview', answer, snapshot);
  return answer || jsonb_build_object('as_of', clock_timestamp());
end $$;

-- migrate: rollback

create or replace function app.get_agency_overview(of_organization uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  cached app.analytics_cache := app.read_analytics_cache(of_organization, 'agency_overview');
  answer jsonb;
  snapshot pg_snapshot;
begin
  if cached.cache_id is not null then
    return cached.payload || jsonb_build_object('as_of', cached.computed_at);
  end if;
  perform app.settle_figures(of_organization);
  snapshot := pg_current_snapshot(); -- before the figures are read: what commits meanwhile makes them stale
  select jsonb_build_object(
      'campaigns', (select jsonb_build_object('total', count(*), 'active', count(*) filter (where status = 'active'))
                      from app.campaigns where organization_id = of_organization and deleted_at is null),
      'leads', (select jsonb_build_object('total', coalesce(sum(n), 0), 'by_status', coalesce(jsonb_object_agg(status, n), '{}'))
                  from (select status, count(*) as n from app.leads where organization_id = of_organization and deleted_at is null group by status) as states),
      'sources', (select jsonb_build_object('total', count(*), 'active', count(*) filter (where status = 'active'))
                    from app.sources where organization_id = of_organization and deleted_at is null),
      'jobs', (select jsonb_build_object('open', count(*)) from app.jobs
                where organization_id = of_organization and status in ('pending', 'running', 'paused')),
      'messages', (select jsonb_build_object('attempted', sum(attempted), 'delivered', sum(delivered), 'people_delivered', sum(people_delivered),
                            'people_replied', sum(people_replied), 'response_rate', sum(people_replied) / nullif(sum(people_delivered), 0)::numeric)
                     from app.campaign_performance where organization_id = of_organization),
      'qualification', (select jsonb_build_object('leads', sum(leads), 'qualified', sum(leads_qualified), 'converted', sum(leads_converted),
                                 'qualification_rate', sum(leads_qualified) / nullif(sum(leads), 0)::numeric,
                                 'conversion_rate', sum(leads_converted) / nullif(sum(leads), 0)::numeric)
                          from app.campaign_performance where organization_id = of_organization))
    into answer;
  perform app.write_analytics_cache(of_organization, 'agency_overview', answer, snapshot);
  return answer || jsonb_build_object('as_of', clock_timestamp());
end $$;
create or replace view app.lead_pipeline with (security_invoker = true) as
select lead.organization_id, lead.campaign_id, lead.status, count(*) as leads,
       count(*) filter (where lead.owner_id is null) as unassigned,
       count(*) filter (where lead.priority in ('high', 'urgent')) as pressing,
       count(lead.rating_1_to_5) as rated, coalesce(sum(lead.rating_1_to_5), 0) as rating_total,
       count(facts.lead_score) as scored, coalesce(sum(facts.lead_score), 0) as score_total,
       min(lead.created_at) as oldest_created_at, max(lead.updated_at) as last_updated_at
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.deleted_at is null
 group by lead.organization_id, lead.campaign_id, lead.status;
drop policy "members read what hangs on leads they reach" on app.lead_facts;
call identity.open_by_parent('app.lead_facts', 'leads', 'app.leads', 'lead_id', 'select');
drop trigger facts_take_their_owner on app.lead_facts;
drop trigger leads_carry_their_owner on app.leads;
drop function app.carry_owners;
drop index app.lead_facts_by_owner_score;
alter table app.lead_facts drop column owner_id;
drop index app.lead_facts_by_search_order;
drop index app.leads_by_campaign_status;
do $$
declare
  standing record;
begin
  for standing in select tgrelid::regclass as target, tgname from pg_trigger
                   where tgfoid in ('app.note_counted_leads'::regproc, 'app.note_counted_scores'::regproc) loop
    execute format('drop trigger %I on %s', standing.tgname, standing.target);
  end loop;
end $$;
drop function app.recount_leads;
drop function app.note_counted_scores;
drop function app.note_counted_leads;
drop function app.fold_lead_counters;
drop table app.lead_counter_changes;
drop table app.lead_counters;
