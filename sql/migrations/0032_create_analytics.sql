-- What the product shows of campaigns and of an organization, and a cache that knows when it is stale
-- depends: 0031_count_campaigns

-- migrate: apply

-- Ratios are pairs: numerator and denominator add up over days and campaigns, the rate does not. Null where nothing was counted.
create view app.campaign_performance with (security_invoker = true) as
select campaign.organization_id, campaign.campaign_id, campaign.client_id, campaign.name, campaign.type, campaign.status,
       coalesce(counter.members, 0) as members, coalesce(counter.members_stopped, 0) as members_stopped,
       coalesce(counter.candidates, 0) as candidates, coalesce(counter.decided_sent, 0) as decided_sent,
       coalesce(counter.leads, 0) as leads, coalesce(counter.leads_qualified, 0) as leads_qualified,
       coalesce(counter.leads_contacted, 0) as leads_contacted, coalesce(counter.leads_converted, 0) as leads_converted,
       days.people, days.attempted, days.accepted, days.delivered, days.bounced, days.rejected, days.unknown, days.hard_bounced,
       days.complained, days.people_delivered, days.people_replied, days.people_unsubscribed,
       (days.bounced + days.rejected) / nullif(days.attempted, 0)::numeric as bounce_rate,
       days.people_replied / nullif(days.people_delivered, 0)::numeric as response_rate,
       days.people_unsubscribed / nullif(days.people_delivered, 0)::numeric as unsubscribe_rate,
       days.complained / nullif(days.delivered, 0)::numeric as complaint_rate,
       counter.leads_qualified / nullif(counter.leads, 0)::numeric as qualification_rate,
       counter.leads_converted / nullif(counter.leads, 0)::numeric as conversion_rate,
       days.reconciled_at, now() as as_of
  from app.campaigns as campaign
  left join app.campaign_counters as counter on counter.campaign_id = campaign.campaign_id
 cross join lateral (
   select coalesce(sum(day.people), 0)::bigint as people, coalesce(sum(day.attempted), 0)::bigint as attempted,
          coalesce(sum(day.accepted), 0)::bigint as accepted, coalesce(sum(day.delivered), 0)::bigint as delivered,
          coalesce(sum(day.bounced), 0)::bigint as bounced, coalesce(sum(day.rejected), 0)::bigint as rejected,
          coalesce(sum(day.unknown), 0)::bigint as unknown, coalesce(sum(day.hard_bounced), 0)::bigint as hard_bounced,
          coalesce(sum(day.complained), 0)::bigint as complained, coalesce(sum(day.people_delivered), 0)::bigint as people_delivered,
          coalesce(sum(day.people_replied), 0)::bigint as people_replied,
          coalesce(sum(day.people_unsubscribed), 0)::bigint as people_unsubscribed, min(day.reconciled_at) as reconciled_at
     from app.campaign_days as day where day.organization_id = campaign.organization_id and day.campaign_id = campaign.campaign_id) as days
 where campaign.deleted_at is null;

create view app.campaign_summary with (security_invoker = true) as
select campaign.organization_id, campaign.campaign_id, campaign.client_id, campaign.name, campaign.description, campaign.type,
       campaign.status, campaign.email_account_id, campaign.created_by, campaign.created_at, campaign.updated_at,
       (select count(*) from app.campaign_steps as step
         where step.organization_id = campaign.organization_id and step.campaign_id = campaign.campaign_id) as steps,
       coalesce(counter.members, 0) as members, coalesce(counter.leads, 0) as leads,
       coalesce(counter.leads_qualified, 0) as leads_qualified, coalesce(counter.leads_converted, 0) as leads_converted
  from app.campaigns as campaign
  left join app.campaign_counters as counter on counter.campaign_id = campaign.campaign_id
 where campaign.deleted_at is null;
alter view app.campaign_performance owner to leadhouse_owner;
alter view app.campaign_summary owner to leadhouse_owner;
grant select on app.campaign_performance, app.campaign_summary to authenticated, leadhouse_campaigns;

-- Counts what is still open in campaigns that the caller may read; the figures are read under the caller's policies after it.
create function app.settle_figures(of_organization uuid, of_campaign uuid default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('campaigns', 'read');
  perform app.settle_campaign(change.campaign_id)
    from (select distinct changed.campaign_id from app.campaign_changes as changed join app.campaigns as campaign using (campaign_id)
           where campaign.organization_id = of_organization and (of_campaign is null or changed.campaign_id = of_campaign)
           order by 1) as change;
end $$;

create function app.get_campaign_performance(of_campaign uuid) returns setof app.campaign_performance
language plpgsql volatile set search_path = '' as $$
begin
  perform app.settle_figures(campaign.organization_id, of_campaign) from app.campaigns as campaign where campaign.campaign_id = of_campaign;
  return query select * from app.campaign_performance as found where found.campaign_id = of_campaign;
end $$;

-- The best by one rate; campaigns without a denominator come last, and 50 at most are given.
create function app.get_top_campaigns(of_organization uuid, at_most integer default 10, metric text default 'response_rate')
returns setof app.campaign_performance
language plpgsql volatile set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  if metric not in ('response_rate', 'qualification_rate', 'conversion_rate') then
    raise exception '% is no metric to rank by', metric using errcode = 'invalid_parameter_value',
      hint = 'Rank by response_rate, qualification_rate or conversion_rate.';
  end if;
  perform app.settle_figures(of_organization);
  return query
    select * from app.campaign_performance as found where found.organization_id = of_organization
     order by case metric when 'response_rate' then found.response_rate when 'qualification_rate' then found.qualification_rate
                          else found.conversion_rate end desc nulls last, found.campaign_id
     limit least(greatest(at_most, 0), 50);
end $$;

-- A payload stands until a transaction that its snapshot did not see has changed the organization's figures, or it expires.
create table app.analytics_cache (
  cache_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  cache_key text not null check (length(cache_key) between 1 and 200),
  payload jsonb not null,
  computed_at timestamptz not null default clock_timestamp(),
  computed_in pg_snapshot not null default pg_current_snapshot(),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, cache_key)
);
create index analytics_cache_by_expiry on app.analytics_cache (expires_at);
create table app.analytics_changes (
  change_no bigint primary key generated always as identity,
  organization_id uuid not null,
  changed_in xid8 not null default pg_current_xact_id()
);
create index analytics_changes_by_organization on app.analytics_changes (organization_id);

create function app.note_analytics_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into app.analytics_changes (organization_id) select distinct organization_id from old_rows where organization_id is not null;
  else
    insert into app.analytics_changes (organization_id) select distinct organization_id from new_rows where organization_id is not null;
  end if;
  return null;
end $$;
do $$
declare
  target text;
  verb text;
begin
  foreach target in array array['app.leads', 'app.campaigns', 'app.campaign_days', 'app.campaign_counters', 'app.jobs', 'app.sources'] loop
    foreach verb in array array['insert', 'update', 'delete'] loop
      execute format('create trigger %I after %s on %s referencing %s for each statement execute function app.note_analytics_change()',
        'analytics_hear_of_' || verb, verb, target, case verb when 'delete' then 'old table as old_rows' else 'new table as new_rows' end);
    end loop;
  end loop;
end $$;

-- The payload if it still stands, else null.
create function app.read_analytics_cache(of_organization uuid, of_key text) returns app.analytics_cache
language plpgsql stable security definer set search_path = '' as $$
declare
  cached app.analytics_cache;
begin
  perform identity.require_organization(of_organization);
  perform identity.require('analytics', 'read');
  select * into cached from app.analytics_cache as found
   where found.organization_id = of_organization and found.cache_key = of_key and found.expires_at > clock_timestamp()
     and not exists (select from app.analytics_changes as change where change.organization_id = of_organization
                        and not pg_visible_in_snapshot(change.changed_in, found.computed_in));
  return cached;
end $$;

create function app.write_analytics_cache(of_organization uuid, of_key text, of_payload jsonb, snapshot pg_snapshot, seconds integer default 300) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into app.analytics_cache as cache (organization_id, cache_key, payload, computed_in, expires_at)
  values (of_organization, of_key, of_payload, snapshot, clock_timestamp() + make_interval(secs => seconds))
  on conflict (organization_id, cache_key) do update
     set payload = excluded.payload, computed_at = clock_timestamp(), computed_in = excluded.computed_in, expires_at = excluded.expires_at,
         updated_at = clock_timestamp();
end $$;

-- The first page of an organization, for whoever may read all of its analytics.
create function app.get_agency_overview(of_organization uuid) returns jsonb
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

-- Deletes what expired more than `days` ago, and notes of changes that no payload is older than; returns how many payloads.
create function app.archive_old_analytics_cache(days integer default 30) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  removed integer;
begin
  delete from app.analytics_cache where expires_at < clock_timestamp() - make_interval(days => days);
  get diagnostics removed = row_count;
  delete from app.analytics_changes as change
   where not exists (select from app.analytics_cache as cache where cache.organization_id = change.organization_id
                        and not pg_visible_in_snapshot(change.changed_in, cache.computed_in));
  return removed;
end $$;

call identity.open_by_scope('app.analytics_cache', 'analytics', '{}', 'select');
call identity.open_to_component('app.analytics_cache', 'leadhouse_campaigns', 'select');
alter table app.analytics_changes owner to leadhouse_owner;
alter table app.analytics_changes enable row level security;
do $$
declare
  routine regprocedure;
begin
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('settle_figures', 'get_campaign_performance', 'get_top_campaigns', 'note_analytics_change',
                    'read_analytics_cache', 'write_analytics_cache', 'get_agency_overview', 'archive_old_analytics_cache') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.settle_figures, app.get_campaign_performance, app.get_top_campaigns, app.get_agency_overview,
  app.read_analytics_cache to authenticated, leadhouse_campaigns;
grant execute on function app.write_analytics_cache to leadhouse_campaigns;
grant execute on function app.archive_old_analytics_cache to leadhouse_maintenance;
call app.publish_changes('app.analytics_cache', 'analytics', 'cache_id', '', '', 'computed_at,computed_in,expires_at');

-- migrate: rollback

drop function app.archive_old_analytics_cache;
drop function app.get_agency_overview;
drop function app.write_analytics_cache;
drop function app.read_analytics_cache;
drop table app.analytics_cache;
do $$
declare
  spec record;
begin
  for spec in select tgrelid::regclass as target, tgname from pg_trigger where tgfoid = 'app.note_analytics_change'::regproc loop
    execute format('drop trigger %I on %s', spec.tgname, spec.target);
  end loop;
end $$;
drop function app.note_analytics_change;
drop table app.analytics_changes;
drop function app.get_top_campaigns;
drop function app.get_campaign_performance;
drop function app.settle_figures;
drop view app.campaign_summary;
drop view app.campaign_performance;
