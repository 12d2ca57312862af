-- Requests to paid providers: one per entity, attribute, provider and window, at most once outside
-- depends: 0009_create_campaigns

-- migrate: apply

create table app.enrichment_requests (
  request_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  entity_id uuid not null references resolution.entities,
  entity_kind resolution.entity_kind not null,
  attribute text not null,
  provider text not null,
  window_on date not null, -- first day of the window in which one call answers all
  wanted_by text not null, -- campaign:<id>, search:<id>
  state text not null default 'pending' check (state in ('pending', 'claimed', 'hit', 'miss', 'error', 'refused', 'unknown')),
  max_price_eur numeric(12, 6) not null check (max_price_eur >= 0),
  claimed_at timestamptz,
  finished_at timestamptz,
  error text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  constraint one_request_a_window unique (organization_id, entity_id, attribute, provider, window_on)
);
create index enrichment_requests_open on app.enrichment_requests (state) where state in ('pending', 'claimed');
create index enrichment_requests_by_entity on app.enrichment_requests (entity_id);

alter table billing.costs add foreign key (request_id) references app.enrichment_requests;

call identity.open_to_tenants('app.enrichment_requests');
call identity.open_to_component('app.enrichment_requests', 'leadhouse_enrichment', 'select, insert, update');
call identity.open_to_component('app.enrichment_requests', 'leadhouse_transform', 'select');
call identity.open_to_component('app.enrichment_requests', 'leadhouse_console', 'select');

call identity.open_to_component('app.corrections', 'leadhouse_enrichment', 'select');
call identity.open_to_component('app.lead_facts', 'leadhouse_enrichment', 'select');

-- migrate: rollback

drop policy "leadhouse_enrichment works across organizations" on app.lead_facts;
drop policy "leadhouse_enrichment works across organizations" on app.corrections;
revoke select on app.corrections, app.lead_facts from leadhouse_enrichment;
alter table billing.costs drop constraint costs_request_id_fkey;
drop table app.enrichment_requests;
