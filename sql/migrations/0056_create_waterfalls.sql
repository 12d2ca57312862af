-- Providers as rows with their prices, the order in which they are asked, ceilings by day and job
-- depends: 0044_block_subjects
-- changes: app.enrichment_requests

-- migrate: apply

-- What one provider charges: {"person.email": {"price_eur": 0.05, "charges": "hit"}}; `charges` says whether a miss costs too.
create function app.are_prices(prices jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select coalesce(bool_and(
      each.key ~ '^(person|company)\.[a-z0-9_]+$' and jsonb_typeof(each.value) = 'object'
      and jsonb_typeof(each.value -> 'price_eur') is not distinct from 'number' and (each.value ->> 'price_eur')::numeric >= 0
      and coalesce(each.value ->> 'charges', 'hit') in ('hit', 'call')), true)
    from jsonb_each(case jsonb_typeof(prices) when 'object' then prices else '{"": 0}' end) as each
$$;

create table app.providers (
  provider_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- null: the installation's, for every organization
  name text not null check (name ~ '^[a-z0-9_]{1,60}$'), -- its source is provider/<name>
  api text not null check (api ~ '^[a-z0-9_]{1,60}$'), -- the HTTP interface it speaks
  base_url text not null check (base_url ~ '^https?://[^\s]+$'),
  prices jsonb not null default '{}' constraint prices_are_a_list check (app.are_prices(prices)),
  timeout_seconds double precision not null default 20 check (timeout_seconds between 0.1 and 120),
  secret_id uuid, -- of kind provider
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique nulls not distinct (organization_id, name),
  foreign key (organization_id, secret_id) references credentials.secrets (organization_id, secret_id)
);
create index providers_by_secret on app.providers (organization_id, secret_id);

-- Who is asked for an attribute, in this order, until an answer is good.
create table app.waterfalls (
  waterfall_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- null: of every organization that has none of its own
  entity_kind resolution.entity_kind not null,
  attribute text not null check (attribute ~ '^[a-z0-9_]+$'),
  provider_names text[] not null check (cardinality(provider_names) between 1 and 20),
  least_confidence double precision not null default 0 check (least_confidence between 0 and 1), -- a hit below it is not good
  cached_days integer not null default 30 check (cached_days between 0 and 3650), -- a provider's answer serves so long, for nothing
  goes_on_after_unknown boolean not null default false, -- true: an answer that was lost, and may have been charged, is paid for again
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique nulls not distinct (organization_id, entity_kind, attribute)
);

do $$
declare
  target regclass;
begin
  foreach target in array array['app.providers', 'app.waterfalls']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
    execute format('create trigger rows_are_stamped before insert on %s for each row execute function identity.stamp_row()', target);
    call identity.open_by_scope(target, 'integrations', '{}', 'select, insert, update, delete');
    execute format('create policy "members read the installation''s" on %s for select to authenticated '
      'using (organization_id is null and (select identity.may(''integrations'', ''read'')))', target);
    call identity.open_to_component(target, 'leadhouse_enrichment', 'select, insert, update, delete');
    call identity.audit_changes(target);
  end loop;
end $$;

-- A request's place in its waterfall. Of one organization, entity and attribute one request is open at a time: that is what keeps two
-- providers from being paid for the same.
alter table app.enrichment_requests
  add column provider_id uuid references app.providers, -- null: the provider of the settings
  add column claimed_on date, -- day of the run that asked
  add column from_cache boolean not null default false,
  add column is_good boolean; -- of a hit: whether the waterfall stops at it
create index enrichment_requests_by_provider on app.enrichment_requests (provider_id) where provider_id is not null;
update app.enrichment_requests as request
   set state = 'error', finished_at = clock_timestamp(), error = 'A newer request asks for the same.'
 where state = 'pending' and exists (
         select from app.enrichment_requests as other
          where other.organization_id = request.organization_id and other.entity_id = request.entity_id
            and other.attribute = request.attribute and other.request_id <> request.request_id
            and (other.state = 'claimed' or (other.state = 'pending'
                 and (other.created_at, other.request_id) > (request.created_at, request.request_id))));
create unique index enrichment_requests_one_open on app.enrichment_requests (organization_id, entity_id, attribute)
  where state in ('pending', 'claimed');
alter table raw.provider_responses add column from_cache boolean not null default false;

-- The providers of an organization for each attribute, by position, with the price of one answer. Its own waterfall goes before
-- the installation's, its own provider before one of the same name. Without any the provider of the settings is asked for addresses.
create function app.waterfall_steps(of_organization uuid, settings_provider text default null, settings_price numeric default null)
returns table (entity_kind resolution.entity_kind, attribute text, "position" integer, provider_id uuid, provider text, price_eur numeric,
  charges text, least_confidence double precision, cached_days integer, goes_on_after_unknown boolean)
language sql stable set search_path = '' as $$
  with orders as (
    select distinct on (entity_kind, attribute) *
      from (select entity_kind, attribute, provider_names, least_confidence, cached_days, goes_on_after_unknown,
                   case when organization_id is null then 2 else 1 end as rank
              from app.waterfalls where organization_id is null or organization_id = of_organization
            union all
            select 'person', 'email', array[settings_provider], 0, 30, false, 3 where settings_provider is not null) as known
     order by entity_kind, attribute, rank),
  offers as (
    select distinct on (name) *
      from (select provider_id, name, prices, is_active, case when organization_id is null then 2 else 1 end as rank
              from app.providers where organization_id is null or organization_id = of_organization
            union all
            select null, settings_provider, jsonb_build_object('person.email', jsonb_build_object('price_eur', settings_price)), true, 3
             where settings_provider is not null) as known
     order by name, rank)
  select orders.entity_kind, orders.attribute,
         row_number() over (partition by orders.entity_kind, orders.attribute order by named.place)::integer,
         offers.provider_id, offers.name, (offer.price ->> 'price_eur')::numeric, coalesce(offer.price ->> 'charges', 'hit'),
         orders.least_confidence, orders.cached_days, orders.goes_on_after_unknown
    from orders
   cross join lateral unnest(orders.provider_names) with ordinality as named (name, place)
    join offers on offers.name = named.name and offers.is_active
   cross join lateral (select offers.prices -> (orders.entity_kind || '.' || orders.attribute) as price) as offer
   where offer.price is not null
   order by 1, 2, 3
$$;
alter function app.are_prices owner to leadhouse_owner;
alter function app.waterfall_steps owner to leadhouse_owner;
revoke execute on function app.waterfall_steps, app.are_prices from public;
grant execute on function app.waterfall_steps, app.are_prices to authenticated, leadhouse_enrichment;
grant execute on function billing.price_credits to leadhouse_enrichment;

-- Ceilings within a budget. What a day and a job have spent is counted beside it, under the budget's own row lock.
alter table billing.budgets
  add column ceiling_eur_a_day numeric(12, 4) check (ceiling_eur_a_day >= 0), -- null: none but the budget's
  add column ceiling_eur_a_job numeric(12, 4) check (ceiling_eur_a_job >= 0);
create table billing.budget_shares (
  budget_id uuid not null references billing.budgets,
  organization_id uuid not null references identity.organizations,
  share text not null check (share ~ '^(day|job) '), -- day 2026-11-20 (UTC), job <id>
  spent_eur numeric(12, 6) not null default 0,
  primary key (budget_id, share)
);
create index budget_shares_by_organization on billing.budget_shares (organization_id);
call identity.open_by_scope('billing.budget_shares', 'billing', '{}', 'select');
call identity.open_to_component('billing.budget_shares', 'leadhouse_enrichment', 'select');

create function billing.charge_share(of_budget billing.budgets, of_share text, amount numeric, ceiling numeric) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  spent numeric;
begin
  insert into billing.budget_shares as share (budget_id, organization_id, share, spent_eur)
  values (of_budget.budget_id, of_budget.organization_id, of_share, amount)
  on conflict (budget_id, share) do update set spent_eur = share.spent_eur + excluded.spent_eur
  returning share.spent_eur into spent;
  if amount > 0 and spent > ceiling then
    raise exception 'the ceiling of % EUR for % would be passed', ceiling, of_share
      using errcode = 'check_violation', constraint = 'share_is_not_exceeded', schema = 'billing', table = 'budget_shares';
  end if;
end $$;

-- A refund goes back to the day and the job of its charge. A job may state a ceiling of its own: parameters.ceiling_eur.
create or replace function billing.charge_budget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  budget billing.budgets;
  charged_at timestamptz := new.occurred_at;
  charged_job uuid := new.job_id;
  own_ceiling numeric;
begin
  update billing.budgets set spent_eur = spent_eur + new.amount_eur where budget_id = new.budget_id returning * into budget;
  if new.is_refund and new.request_id is not null then
    select charge.occurred_at, charge.job_id into charged_at, charged_job
      from billing.costs as charge where charge.request_id = new.request_id and not charge.is_refund;
  end if;
  perform billing.charge_share(budget, 'day ' || (coalesce(charged_at, new.occurred_at) at time zone 'UTC')::date, new.amount_eur,
    budget.ceiling_eur_a_day);
  if charged_job is not null then
    select (job.parameters ->> 'ceiling_eur')::numeric into own_ceiling
      from app.jobs as job where job.job_id = charged_job and jsonb_typeof(job.parameters -> 'ceiling_eur') = 'number';
    perform billing.charge_share(budget, 'job ' || charged_job, new.amount_eur, least(budget.ceiling_eur_a_job, own_ceiling));
  end if;
  return new;
end $$;
alter function billing.charge_share owner to leadhouse_owner;
revoke execute on function billing.charge_share from public;

-- migrate: rollback

create or replace function billing.charge_budget() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update billing.budgets set spent_eur = spent_eur + new.amount_eur where budget_id = new.budget_id;
  return new;
end $$;
drop function billing.charge_share;
drop table billing.budget_shares;
alter table billing.budgets drop column ceiling_eur_a_day, drop column ceiling_eur_a_job;
revoke execute on function billing.price_credits from leadhouse_enrichment;
drop function app.waterfall_steps;
alter table raw.provider_responses drop column from_cache;
drop index app.enrichment_requests_one_open;
alter table app.enrichment_requests
  drop column provider_id, drop column claimed_on, drop column from_cache, drop column is_good;
drop table app.waterfalls;
drop table app.providers;
drop function app.are_prices;
