-- Tiers as data, Stripe's customers, subscriptions and events, who has access, what is locked
-- depends: 0015_create_files

-- migrate: apply

create function billing.touch_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;

create table billing.tiers (
  tier text primary key check (tier ~ '^[A-Z][A-Z0-9_]{1,29}$'),
  name text not null,
  rank smallint not null unique,
  included_credits numeric(14, 4) not null check (included_credits >= 0), -- granted each period
  trial_days smallint not null check (trial_days >= 0),
  grace_days smallint not null check (grace_days >= 0), -- work goes on so long after a payment failed
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
insert into billing.tiers (tier, name, rank, included_credits, trial_days, grace_days) values
  ('FREE', 'Free', 0, 25, 0, 0), ('STARTER', 'Starter', 10, 500, 14, 7), ('GROWTH', 'Growth', 20, 5000, 14, 7), ('SCALE', 'Scale', 30, 50000, 14, 14);

-- What a tier allows of a metric; no row: any number.
create table billing.tier_limits (
  tier text not null references billing.tiers,
  metric text not null check (metric in ('leads', 'seats', 'sources', 'active_campaigns', 'messages_a_day', 'crawl_jobs_a_day')),
  max_value bigint not null check (max_value >= 0),
  primary key (tier, metric)
);
insert into billing.tier_limits (tier, metric, max_value)
select limits.tier, metric, max_value
  from (values ('FREE', 1000, 2, 3, 1, 50, 5), ('STARTER', 10000, 5, 20, 5, 500, 50), ('GROWTH', 100000, 25, 200, 25, 5000, 500))
         as limits (tier, leads, seats, sources, active_campaigns, messages_a_day, crawl_jobs_a_day)
 cross join lateral (values ('leads', leads), ('seats', seats), ('sources', sources), ('active_campaigns', active_campaigns),
         ('messages_a_day', messages_a_day), ('crawl_jobs_a_day', crawl_jobs_a_day)) as unpivoted (metric, max_value);

-- Stripe's price ids are the operator's own: none are shipped.
create table billing.tier_prices (
  price_id text primary key check (price_id <> ''),
  tier text not null references billing.tiers,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index tier_prices_by_tier on billing.tier_prices (tier);

create table billing.customers (
  stripe_customer_id text primary key check (stripe_customer_id <> ''),
  organization_id uuid not null references identity.organizations,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (organization_id, stripe_customer_id)
);
create unique index customers_one_live on billing.customers (organization_id) where deleted_at is null;

-- The words are Stripe's: https://docs.stripe.com/api/subscriptions/object, "status".
create type billing.subscription_status as enum
  ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused');

-- What Stripe says of an organization's subscriptions, and the platform's own (a trial, an operator's grant: no Stripe id).
-- `object_*` says which event the row was last taken from, so that an older one changes nothing; what is said of payments is
-- folded from all events of invoices, in their own order.
create table billing.subscriptions (
  subscription_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  stripe_subscription_id text unique,
  stripe_customer_id text,
  tier text not null references billing.tiers,
  price_id text references billing.tier_prices,
  status billing.subscription_status not null,
  is_current boolean not null default false, -- kept by subscriptions_choose_the_current
  trial_ends_at timestamptz,
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at_period_end boolean not null default false,
  canceled_at timestamptz,
  last_payment_at timestamptz,
  payment_failed boolean not null default false,
  payment_failed_at timestamptz,
  stripe_created_at timestamptz not null default now(), -- of the platform's own: when it was made
  object_as_of timestamptz not null default '-infinity',
  object_rank smallint not null default 0,
  object_event_id text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (organization_id, stripe_customer_id) references billing.customers (organization_id, stripe_customer_id),
  check (status <> 'trialing' or trial_ends_at is not null),
  check (payment_failed = (payment_failed_at is not null)),
  check ((stripe_subscription_id is null) = (stripe_customer_id is null))
);
create unique index subscriptions_one_current on billing.subscriptions (organization_id) where is_current;
create unique index subscriptions_one_of_our_own on billing.subscriptions (organization_id) where stripe_subscription_id is null;
create index subscriptions_by_customer on billing.subscriptions (organization_id, stripe_customer_id);
create index subscriptions_by_tier on billing.subscriptions (tier);
create index subscriptions_by_price on billing.subscriptions (price_id);

-- One subscription counts: a living one at Stripe, else what an operator granted, else the newest that ended, else the trial.
create function billing.choose_current_subscription() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  best uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('billing.subscriptions ' || new.organization_id, 0));
  select subscription_id into best from billing.subscriptions
   where organization_id = new.organization_id
   order by case when stripe_subscription_id is not null and status in ('active', 'trialing', 'past_due') then 4
                 when stripe_subscription_id is null and status = 'active' then 3
                 when stripe_subscription_id is not null then 2 else 1 end desc,
            stripe_created_at desc, stripe_subscription_id desc nulls last
   limit 1;
  update billing.subscriptions set is_current = false
   where organization_id = new.organization_id and is_current and subscription_id <> best;
  update billing.subscriptions set is_current = true where subscription_id = best and not is_current;
  return null;
end $$;
create trigger subscriptions_choose_the_current after insert or update on billing.subscriptions
  for each row when (pg_trigger_depth() = 0) execute function billing.choose_current_subscription();

-- Signed events, each applied once. One that cannot be applied yet waits for what it lacks, with what is read of it.
create table billing.stripe_events (
  event_id text primary key check (event_id <> ''),
  type text not null,
  created_at timestamptz not null, -- Stripe's time, whole seconds
  received_at timestamptz not null default clock_timestamp(),
  processed_at timestamptz,
  outcome text not null check (outcome in ('applied', 'superseded', 'ignored', 'waiting')),
  waits_for text check (waits_for in ('organization', 'subscription', 'price')),
  stripe_customer_id text,
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'), -- the fields that are read, nothing else
  check ((outcome = 'waiting') = (waits_for is not null) and (outcome = 'waiting') = (processed_at is null))
);
create index stripe_events_waiting on billing.stripe_events (created_at) where processed_at is null;
create index stripe_events_by_customer on billing.stripe_events (stripe_customer_id);

-- Why an organization may start nothing; null: it may. Without a subscription nothing is limited: a platform that somebody
-- runs for themselves needs no billing. What belongs to no organization is never locked.
create function billing.find_lock(of_organization uuid) returns text
language sql stable security definer set search_path = '' as $$
  select case
      when subscription.status = 'trialing' and subscription.trial_ends_at > now() then null
      when subscription.status = 'trialing' then format('the trial ended on %s', (subscription.trial_ends_at at time zone 'UTC')::date)
      when subscription.status in ('active', 'past_due') and subscription.cancel_at_period_end and subscription.current_period_end <= now()
        then format('the subscription was cancelled and ended on %s', (subscription.current_period_end at time zone 'UTC')::date)
      when subscription.status in ('active', 'past_due')
           and coalesce(subscription.payment_failed_at + make_interval(days => tier.grace_days) > now(),
                        subscription.status = 'active' or subscription.object_as_of + make_interval(days => tier.grace_days) > now()) then null
      when subscription.status in ('active', 'past_due') then format('a payment failed on %s and the %s days of grace are over',
        (coalesce(subscription.payment_failed_at, subscription.object_as_of) at time zone 'UTC')::date, tier.grace_days)
      when subscription.status in ('incomplete', 'incomplete_expired') then 'the first payment of the subscription was not completed'
      when subscription.status = 'canceled' then format('the subscription was cancelled on %s',
        (coalesce(subscription.canceled_at, subscription.object_as_of) at time zone 'UTC')::date)
      else format('the subscription is %s', subscription.status) end
    from billing.subscriptions as subscription join billing.tiers as tier using (tier)
   where subscription.organization_id = of_organization and subscription.is_current
$$;

create function billing.has_access(of_organization uuid) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  return billing.find_lock(of_organization) is null;
end $$;

-- Raises unless the organization may start `what`, e.g. 'start a job'. Reading and exporting never ask.
create function billing.require_access(of_organization uuid, what text) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  reason text;
begin
  perform identity.require_organization(of_organization);
  reason := billing.find_lock(of_organization);
  if reason is not null then
    raise exception 'the organization may not %: %', what, reason
      using errcode = 'check_violation', constraint = 'organization_has_access',
            hint = 'Pay or choose a tier in the billing settings; everything can still be read and exported.';
  end if;
end $$;

create function billing.lock_row() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  reason text := billing.find_lock(new.organization_id);
begin
  if reason is not null then
    raise exception 'the organization may not %: %', tg_argv[0], reason
      using errcode = 'check_violation', constraint = 'organization_has_access',
            hint = 'Pay or choose a tier in the billing settings; everything can still be read and exported.';
  end if;
  return new;
end $$;
create trigger access_to_request_jobs before insert on app.jobs
  for each row when (new.organization_id is not null) execute function billing.lock_row('start a job');
create trigger access_to_start_jobs before update of status on app.jobs
  for each row when (new.organization_id is not null and new.status = 'running' and old.status <> 'running')
  execute function billing.lock_row('start a job');
create trigger access_to_make_active_campaigns before insert on app.campaigns
  for each row when (new.status = 'active') execute function billing.lock_row('activate a campaign');
create trigger access_to_activate_campaigns before update of status on app.campaigns
  for each row when (new.status = 'active' and old.status <> 'active') execute function billing.lock_row('activate a campaign');
create trigger access_to_freeze_waves before insert on quality.snapshots
  for each row execute function billing.lock_row('send a wave');
create trigger access_to_request_enrichment before insert on app.enrichment_requests
  for each row execute function billing.lock_row('ask a paid provider');
-- What a provider answered still lands: it was paid for. Pages of the web belong to jobs.
create trigger access_to_import before insert on raw.batches
  for each row when (new.organization_id is not null and split_part(new.source_key, '/', 1) not in ('provider', 'web'))
  execute function billing.lock_row('import');

do $$
declare
  target regclass;
  routine regprocedure;
begin
  foreach target in array array['billing.tiers', 'billing.tier_limits', 'billing.tier_prices']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_billing', 'select, insert, update');
    execute format('grant select on %s to authenticated', target);
    execute format('create policy "everybody reads what the tiers are" on %s for select to authenticated using (true)', target);
  end loop;
  foreach target in array array['billing.customers', 'billing.subscriptions', 'billing.stripe_events']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_billing', 'select, insert, update');
  end loop;
  foreach target in array array['billing.tiers', 'billing.tier_prices', 'billing.customers', 'billing.subscriptions']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function billing.touch_row()', target);
  end loop;
  foreach routine in array array['billing.choose_current_subscription()', 'billing.lock_row()', 'billing.find_lock(uuid)',
      'billing.has_access(uuid)', 'billing.require_access(uuid, text)', 'billing.touch_row()']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
call identity.open_to_component('identity.organizations', 'leadhouse_billing', 'select');
-- Whoever belongs to the organization sees its tier and its trial; customers' ids and the wallet are for those who may read billing.
call identity.open_by_scope('billing.subscriptions', 'organization', '{}', 'select');
call identity.open_by_scope('billing.customers', 'billing', '{}', 'select');
grant execute on function billing.has_access, billing.require_access to authenticated, leadhouse_billing, leadhouse_jobs,
  leadhouse_imports, leadhouse_enrichment, leadhouse_campaigns, leadhouse_leads, leadhouse_console;

-- Who is whose customer, and what became of a subscription, is on record.
call identity.audit_changes('billing.customers', resource => 'billing');
call identity.audit_changes('billing.subscriptions', resource => 'billing');

-- migrate: rollback

drop policy "leadhouse_billing works across organizations" on identity.organizations;
revoke select on identity.organizations from leadhouse_billing;
drop trigger access_to_import on raw.batches;
drop trigger access_to_request_enrichment on app.enrichment_requests;
drop trigger access_to_freeze_waves on quality.snapshots;
drop trigger access_to_activate_campaigns on app.campaigns;
drop trigger access_to_make_active_campaigns on app.campaigns;
drop trigger access_to_start_jobs on app.jobs;
drop trigger access_to_request_jobs on app.jobs;
drop function billing.lock_row;
drop function billing.require_access;
drop function billing.has_access;
drop function billing.find_lock;
drop table billing.stripe_events;
drop table billing.subscriptions;
drop function billing.choose_current_subscription;
drop type billing.subscription_status;
drop table billing.customers;
drop table billing.tier_prices;
drop table billing.tier_limits;
drop table billing.tiers;
drop function billing.touch_row;
