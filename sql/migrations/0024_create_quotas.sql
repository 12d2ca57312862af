-- What a tier allows of each metric, kept when rows are made; Prospectr's profile of a member
-- depends: 0023_create_credits

-- migrate: apply

create index messages_by_day on app.messages (organization_id, created_at);

-- The row is the lock of a count: two transactions that add to one metric follow one another.
create table billing.quota_locks (
  organization_id uuid not null references identity.organizations,
  metric text not null,
  checked_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, metric)
);

-- What counts toward a quota now. A day is UTC's; a client's login needs no seat.
create function billing.count_usage(of_organization uuid, of_metric text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  case of_metric
    when 'leads' then
      return (select count(*) from app.leads where organization_id = of_organization and deleted_at is null);
    when 'seats' then
      return (select count(*) from identity.members where organization_id = of_organization and deleted_at is null and role <> 'client');
    when 'sources' then
      return (select count(*) from app.sources where organization_id = of_organization and deleted_at is null);
    when 'active_campaigns' then
      return (select count(*) from app.campaigns where organization_id = of_organization and deleted_at is null and status = 'active');
    when 'messages_a_day' then
      return (select count(*) from app.messages where organization_id = of_organization
                 and created_at >= date_trunc('day', now(), 'UTC') and state not in ('cancelled', 'suppressed'));
    when 'crawl_jobs_a_day' then
      return (select count(*) from app.jobs where organization_id = of_organization and kind = 'crawl'
                 and requested_at >= date_trunc('day', now(), 'UTC'));
  end case;
end $$;

create function billing.find_limit(of_organization uuid, of_metric text) returns bigint
language sql stable security definer set search_path = '' as $$
  select allowed.max_value from billing.subscriptions as subscription
    join billing.tier_limits as allowed on allowed.tier = subscription.tier and allowed.metric = of_metric
   where subscription.organization_id = of_organization and subscription.is_current
$$;

-- How many more the tier allows; null: any number.
create function billing.quota_room(of_organization uuid, of_metric text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  allowed bigint;
begin
  perform identity.require_organization(of_organization);
  allowed := billing.find_limit(of_organization, of_metric);
  return case when allowed is not null then greatest(0, allowed - billing.count_usage(of_organization, of_metric)) end;
end $$;

-- Tier, metrics with their use and limit (null: none).
create function billing.list_usage(of_organization uuid) returns table (metric text, used bigint, max_value bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('billing', 'read');
  return query
    select each.metric, billing.count_usage(of_organization, each.metric), billing.find_limit(of_organization, each.metric)
      from unnest(array['leads', 'seats', 'sources', 'active_campaigns', 'messages_a_day', 'crawl_jobs_a_day']) as each (metric);
end $$;

-- Called after the rows are made: what is counted holds them.
create function billing.check_quota(of_organization uuid, of_metric text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  allowed bigint := billing.find_limit(of_organization, of_metric);
  used bigint;
begin
  if allowed is null then
    return;
  end if;
  insert into billing.quota_locks (organization_id, metric) values (of_organization, of_metric)
    on conflict (organization_id, metric) do update set checked_at = clock_timestamp();
  used := billing.count_usage(of_organization, of_metric);
  if used > allowed then
    raise exception 'the tier allows %, this would make %: %', allowed, used, replace(of_metric, '_', ' ')
      using errcode = 'check_violation', constraint = 'quota_of_' || of_metric,
            hint = case when of_metric like '%_a_day' then 'Wait for the next day (UTC), or choose a higher tier.'
                        else 'Remove some, or choose a higher tier.' end;
  end if;
end $$;

create function billing.check_quota_of_statement() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- the argument says which rows count, in columns of the trigger's table
  execute format('select count(billing.check_quota(made.organization_id, %L)) from (select distinct organization_id from added '
    'where organization_id is not null and %s) as made', tg_argv[0], tg_argv[1]);
  return null;
end $$;

create function billing.check_quota_of_row() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform billing.check_quota(new.organization_id, tg_argv[0]);
  return null;
end $$;

do $$
declare
  rule record;
begin
  for rule in select * from (values
      ('app.leads', 'leads', 'deleted_at is null'), ('identity.members', 'seats', $x$deleted_at is null and role <> 'client'$x$),
      ('app.sources', 'sources', 'deleted_at is null'), ('app.campaigns', 'active_campaigns', $x$deleted_at is null and status = 'active'$x$),
      ('app.messages', 'messages_a_day', $x$state not in ('cancelled', 'suppressed')$x$),
      ('app.jobs', 'crawl_jobs_a_day', $x$kind = 'crawl'$x$)) as rules (target, metric, counted) loop
    execute format('create trigger quota_of_new_rows after insert on %s referencing new table as added for each statement '
      'execute function billing.check_quota_of_statement(%L, %L)', rule.target, rule.metric, rule.counted);
  end loop;
end $$;
-- A person's restore counts; an un-merge, which reopens a lead by itself, is not stopped.
create trigger quota_of_restored_rows after update of deleted_at on app.leads
  for each row when (old.deleted_at is not null and new.deleted_at is null and identity.current_user_id() is not null) execute function billing.check_quota_of_row('leads');
create trigger quota_of_restored_rows after update of deleted_at, role on identity.members
  for each row when (new.deleted_at is null and new.role <> 'client' and (old.deleted_at is not null or old.role = 'client'))
  execute function billing.check_quota_of_row('seats');
create trigger quota_of_restored_rows after update of deleted_at on app.sources
  for each row when (old.deleted_at is not null and new.deleted_at is null and new.organization_id is not null)
  execute function billing.check_quota_of_row('sources');
create trigger quota_of_restored_rows after update of status, deleted_at on app.campaigns
  for each row when (new.status = 'active' and new.deleted_at is null and (old.status <> 'active' or old.deleted_at is not null))
  execute function billing.check_quota_of_row('active_campaigns');

-- Prospectr's profile of a member, over the organization's subscription: a column of it holds nothing of its own.
create view billing.profiles with (security_invoker = true) as
select md5(member.organization_id::text || member.user_id::text)::uuid as id,
       member.created_at,
       member.user_id,
       member.organization_id,
       allowed.max_value::integer as message_quota, -- a day; null: any number
       customer.stripe_customer_id,
       subscription.tier as subscription_tier,
       customer.stripe_customer_id as customer_id,
       subscription.price_id,
       (select billing.has_access((select identity.current_organization_id()))) as has_access,
       subscription.stripe_subscription_id as subscription_id,
       subscription.status::text as subscription_status,
       subscription.trial_ends_at,
       case when subscription.cancel_at_period_end then subscription.current_period_end end as cancel_at_period_end,
       subscription.stripe_created_at as subscription_created_at,
       subscription.last_payment_at,
       subscription.canceled_at,
       coalesce(subscription.payment_failed, false) as payment_failed
  from identity.members as member
  left join billing.subscriptions as subscription on subscription.organization_id = member.organization_id and subscription.is_current
  left join billing.tier_limits as allowed on allowed.tier = subscription.tier and allowed.metric = 'messages_a_day'
  left join billing.customers as customer on customer.organization_id = member.organization_id and customer.deleted_at is null
 where member.deleted_at is null and member.role <> 'client' and member.organization_id = (select identity.current_organization_id());
alter view billing.profiles owner to leadhouse_owner;
grant select on billing.profiles to authenticated;

alter table billing.quota_locks owner to leadhouse_owner;
alter table billing.quota_locks enable row level security;
do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['billing.count_usage(uuid, text)', 'billing.find_limit(uuid, text)', 'billing.quota_room(uuid, text)',
      'billing.list_usage(uuid)', 'billing.check_quota(uuid, text)', 'billing.check_quota_of_statement()',
      'billing.check_quota_of_row()']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function billing.quota_room to authenticated, leadhouse_billing, leadhouse_leads, leadhouse_campaigns;
grant execute on function billing.list_usage to authenticated, leadhouse_billing;

-- migrate: rollback

drop view billing.profiles;
do $$
declare
  target regclass;
begin
  foreach target in array array['app.leads', 'identity.members', 'app.sources', 'app.campaigns', 'app.messages', 'app.jobs']::regclass[] loop
    execute format('drop trigger quota_of_new_rows on %s', target);
    execute format('drop trigger if exists quota_of_restored_rows on %s', target);
  end loop;
end $$;
drop function billing.check_quota_of_row;
drop function billing.check_quota_of_statement;
drop function billing.check_quota;
drop function billing.list_usage;
drop function billing.quota_room;
drop function billing.find_limit;
drop function billing.count_usage;
drop table billing.quota_locks;
drop index app.messages_by_day;
