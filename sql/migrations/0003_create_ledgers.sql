-- Batches in commit order, what each consumer has read, costs and budgets, step outcomes
-- depends: 0002_create_identity

-- migrate: apply

-- The row lock is held to the end of the transaction, so numbers are given in commit order and without holes.
-- Call it as the last statement before commit.
create table app.batch_counters (
  stream text primary key check (stream in ('raw', 'entities')),
  last_batch_no bigint not null default 0
);
insert into app.batch_counters (stream) values ('raw'), ('entities');

create function app.take_batch_number(of_stream text) returns bigint
language sql volatile security definer set search_path = '' as $$
  update app.batch_counters set last_batch_no = last_batch_no + 1 where stream = of_stream returning last_batch_no
$$;

create table app.consumer_positions (
  consumer text not null,
  stream text not null references app.batch_counters,
  last_batch_no bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (consumer, stream)
);
create index consumer_positions_by_stream on app.consumer_positions (stream);

create table billing.budgets (
  budget_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  kind text not null check (kind in ('provider', 'token', 'send')),
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  ceiling_eur numeric(12, 4) not null check (ceiling_eur >= 0),
  spent_eur numeric(12, 4) not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  constraint budget_is_not_exceeded check (spent_eur <= ceiling_eur),
  constraint budget_is_not_negative check (spent_eur >= 0),
  unique (organization_id, kind, starts_on)
);

create table billing.costs (
  cost_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations,
  occurred_at timestamptz not null default now(),
  kind text not null check (kind in ('provider', 'token', 'send', 'compute')),
  provider text,
  amount_eur numeric(12, 6) not null,
  credits numeric(12, 4) not null default 0,
  is_refund boolean not null default false,
  budget_id uuid references billing.budgets,
  request_id uuid,
  job_id uuid,
  source_key text,
  campaign_id uuid,
  lead_id uuid,
  check (is_refund = (amount_eur < 0) or amount_eur = 0)
);
create unique index costs_one_charge_a_request on billing.costs (request_id) where request_id is not null and not is_refund;
create unique index costs_one_refund_a_request on billing.costs (request_id) where request_id is not null and is_refund;
create index costs_by_organization on billing.costs (organization_id, occurred_at);
create index costs_by_budget on billing.costs (budget_id);
create trigger costs_are_appended before update or delete on billing.costs
  for each row execute function identity.refuse_change();

-- A cost that has a budget moves it in the same transaction; the constraint refuses what exceeds it.
create function billing.charge_budget() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update billing.budgets set spent_eur = spent_eur + new.amount_eur where budget_id = new.budget_id;
  return new;
end $$;
create trigger costs_move_their_budget after insert on billing.costs
  for each row when (new.budget_id is not null) execute function billing.charge_budget();
create trigger budgets_touch before update on billing.budgets for each row execute function identity.touch_row();

create table quality.step_outcomes (
  step_outcome_id uuid primary key default gen_random_uuid(),
  run_id text not null,
  stage text not null,
  subject text not null,
  outcome text not null check (outcome in ('succeeded', 'failed', 'skipped', 'partial')),
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  message text,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  wall_seconds double precision not null default 0,
  cpu_seconds double precision not null default 0,
  organization_id uuid references identity.organizations
);
create index step_outcomes_by_run on quality.step_outcomes (run_id, stage);
create index step_outcomes_by_organization on quality.step_outcomes (organization_id);
create index step_outcomes_by_time on quality.step_outcomes using brin (started_at);

call identity.open_to_tenants('billing.budgets');
call identity.open_to_tenants('billing.costs');
call identity.open_to_tenants('quality.step_outcomes');
do $$
declare
  component name;
begin
  foreach component in array array['leadhouse_landing', 'leadhouse_imports', 'leadhouse_jobs', 'leadhouse_resolution',
      'leadhouse_transform', 'leadhouse_enrichment', 'leadhouse_quality', 'leadhouse_delivery', 'leadhouse_leads',
      'leadhouse_campaigns', 'leadhouse_maintenance'] loop
    call identity.open_to_component('quality.step_outcomes', component, 'select, insert');
    call identity.open_to_component('billing.costs', component, 'select, insert');
  end loop;
  foreach component in array array['leadhouse_resolution', 'leadhouse_transform', 'leadhouse_enrichment', 'leadhouse_leads'] loop
    call identity.open_to_component('app.consumer_positions', component, 'select, insert, update');
  end loop;
end $$;
call identity.open_to_component('quality.step_outcomes', 'leadhouse_console', 'select');
call identity.open_to_component('billing.costs', 'leadhouse_console', 'select');
call identity.open_to_component('app.consumer_positions', 'leadhouse_console', 'select');
call identity.open_to_component('app.batch_counters', 'leadhouse_console', 'select');
call identity.open_to_component('billing.budgets', 'leadhouse_console', 'select');
call identity.open_to_component('billing.budgets', 'leadhouse_enrichment', 'select');
call identity.open_to_component('billing.budgets', 'leadhouse_campaigns', 'select');
call identity.open_to_component('billing.budgets', 'leadhouse_transform', 'select');

alter function app.take_batch_number owner to leadhouse_owner;
revoke execute on function app.take_batch_number from public;
grant execute on function app.take_batch_number to leadhouse_landing, leadhouse_imports, leadhouse_enrichment,
  leadhouse_delivery, leadhouse_resolution, leadhouse_leads;
alter function billing.charge_budget owner to leadhouse_owner;

-- migrate: rollback

drop table quality.step_outcomes;
drop table billing.costs;
drop function billing.charge_budget;
drop table billing.budgets;
drop table app.consumer_positions;
drop function app.take_batch_number;
drop table app.batch_counters;
