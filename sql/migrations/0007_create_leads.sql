-- An organization's work: leads, corrections, lead searches, the projection of facts
-- depends: 0006_create_resolution

-- migrate: apply

create type app.lead_status as enum ('new', 'qualified', 'contacted', 'converted', 'lost', 'rejected');

create table app.lead_searches (
  lead_search_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null,
  criteria jsonb not null check (jsonb_typeof(criteria) = 'object'), -- {"entity_kind", "country_codes", "industry_codes", "titles", "limit"}
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, name)
);

-- Work only. Facts come from the marts as app.lead_facts; dbt is granted these columns, never the projection.
create table app.leads (
  lead_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  entity_id uuid not null references resolution.entities,
  entity_kind resolution.entity_kind not null,
  status app.lead_status not null default 'new',
  owner_id uuid references identity.users,
  campaign_id uuid, -- where it came from; membership is a table
  first_source text not null,
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
  rating_1_to_5 smallint check (rating_1_to_5 between 1 and 5),
  tags text[] not null default '{}',
  notes text,
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, lead_id)
);
create unique index leads_one_live_per_entity on app.leads (organization_id, entity_id) where deleted_at is null;
create index leads_by_entity on app.leads (entity_id);
create index leads_by_owner on app.leads (owner_id);
create index leads_by_tag on app.leads using gin (organization_id, tags);

-- A lead whose entity was merged into that of another lead is closed, and its notes and tags stand on the other. An
-- un-merge opens it again and takes back what it had given.
create table app.lead_redirects (
  lead_redirect_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  from_lead_id uuid not null,
  to_lead_id uuid not null check (to_lead_id <> from_lead_id),
  added_tags text[] not null default '{}',
  added_notes text,
  created_at timestamptz not null default now(),
  reverted_at timestamptz,
  foreign key (organization_id, from_lead_id) references app.leads (organization_id, lead_id),
  foreign key (organization_id, to_lead_id) references app.leads (organization_id, lead_id)
);
create unique index lead_redirects_one_standing on app.lead_redirects (from_lead_id) where reverted_at is null;
create index lead_redirects_by_from on app.lead_redirects (organization_id, from_lead_id);
create index lead_redirects_by_to on app.lead_redirects (organization_id, to_lead_id);

create table app.corrections (
  correction_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  entity_id uuid not null references resolution.entities,
  entity_kind resolution.entity_kind not null,
  attribute text not null,
  value text, -- null: "this has none", and no candidate wins
  reason text,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid,
  reverted_at timestamptz
);
create index corrections_by_entity on app.corrections (entity_id) where reverted_at is null;
create index corrections_by_organization on app.corrections (organization_id);

-- What the work list shows of a lead's person or company. Its own writer: the leads component, after the marts are built.
create table app.lead_facts (
  lead_id uuid primary key references app.leads on delete cascade,
  organization_id uuid not null references identity.organizations,
  full_name text,
  title text,
  email_normalized text,
  email_status text,
  phone_e164 text,
  company_id uuid,
  company_name text,
  domain text,
  country_code text,
  lead_score smallint check (lead_score between 0 and 100),
  projected_at timestamptz not null default now(),
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id) on delete cascade
);
create index lead_facts_by_organization on app.lead_facts (organization_id, lead_id);

-- Weights per organization, the row without one holding the defaults.
create table app.score_weights (
  organization_id uuid references identity.organizations,
  factor text not null,
  input_value text not null,
  points smallint not null check (points between 0 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique nulls not distinct (organization_id, factor, input_value)
);
insert into app.score_weights (factor, input_value, points) values
  ('status', 'new', 10), ('status', 'qualified', 30), ('status', 'contacted', 20), ('status', 'converted', 40), ('status', 'lost', 0), ('status', 'rejected', 0),
  ('rating', '5', 25), ('rating', '4', 20), ('rating', '3', 12), ('rating', '2', 5), ('rating', '1', 0),
  ('priority', 'urgent', 15), ('priority', 'high', 10), ('priority', 'medium', 5), ('priority', 'low', 0),
  ('recency', '7_days', 10), ('recency', '30_days', 5),
  ('has_company', 'true', 10), ('has_phone', 'true', 5), ('has_email', 'true', 5);

-- The one definition of the score: a row a factor. Sum them, cap at 100.
create function app.score_factors(of_organization uuid, status app.lead_status, rating smallint, priority text,
  last_activity_at timestamptz, has_company boolean, has_phone boolean, has_email boolean, at timestamptz default now())
returns table (factor text, input_value text, points smallint, max_points smallint)
language sql stable security definer set search_path = '' as $$
  with inputs (factor, input_value) as (
    values ('status', status::text), ('rating', rating::text), ('priority', priority),
      ('recency', case when last_activity_at > at - interval '7 days' then '7_days'
                       when last_activity_at > at - interval '30 days' then '30_days' end),
      ('has_company', has_company::text), ('has_phone', has_phone::text), ('has_email', has_email::text)),
  weights as (
    select distinct on (weight.factor, weight.input_value) weight.factor, weight.input_value, weight.points
      from app.score_weights as weight
     where weight.organization_id = of_organization or weight.organization_id is null
     order by weight.factor, weight.input_value, weight.organization_id nulls last)
  select inputs.factor, inputs.input_value, coalesce(weights.points, 0)::smallint,
         (select max(every.points) from weights as every where every.factor = inputs.factor)::smallint
    from inputs left join weights using (factor, input_value)
$$;

-- The entity that another stands for inside an organization now: its own redirects go before the shared ones.
create function app.current_entity(of_entity uuid, of_organization uuid) returns uuid
language sql stable set search_path = '' as $$
  with recursive walk (entity_id, steps) as (
    select of_entity, 0
    union all
    select next.to_entity_id, walk.steps + 1
      from walk
     cross join lateral (
       select redirect.to_entity_id
         from resolution.redirects as redirect
        where redirect.from_entity_id = walk.entity_id and redirect.reverted_batch_no is null
          and (redirect.organization_id is null or redirect.organization_id = of_organization)
        order by redirect.organization_id nulls last
        limit 1) as next
     where walk.steps < 32)
  select entity_id from walk order by steps desc limit 1
$$;

-- Takes entities into an organization's work: the only way a lead is made. Returns the leads that are new. A merged entity
-- counts as the one it became; one that a lead of a merged entity stands for already is not taken a second time.
create function app.adopt_leads(of_organization uuid, entity_ids uuid[], source text, of_campaign uuid default null)
returns setof app.leads
language sql volatile security definer set search_path = '' as $$
  with wanted as (
    select distinct app.current_entity(wanted_id, of_organization) as entity_id from unnest(entity_ids) as wanted_id),
  held as (
    select app.current_entity(lead.entity_id, of_organization) as entity_id
      from app.leads as lead
     where lead.organization_id = of_organization and lead.deleted_at is null
       and exists (select from resolution.redirects as redirect
                    where redirect.from_entity_id = lead.entity_id and redirect.reverted_batch_no is null))
  insert into app.leads (organization_id, entity_id, entity_kind, first_source, campaign_id, created_by)
  select of_organization, entity.entity_id, entity.entity_kind, source, of_campaign, identity.current_user_id()
    from wanted join resolution.entities as entity using (entity_id)
   where entity.status = 'active'
     and (entity.organization_id is null or entity.organization_id = of_organization)
     and entity.entity_id not in (select held.entity_id from held)
     and (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id())
   order by entity.entity_id
  on conflict (organization_id, entity_id) where deleted_at is null do nothing
  returning *
$$;

-- A correction ranks first for its organization. The change is in the ledger in the same transaction.
create function app.correct_value(of_organization uuid, of_entity uuid, of_attribute text, new_value text, why text)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
  batch bigint;
  kind resolution.entity_kind;
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id()) then
    raise exception 'organization % is not yours', of_organization using errcode = 'insufficient_privilege';
  end if;
  select entity_kind into strict kind from resolution.entities
   where entity_id = of_entity and (organization_id is null or organization_id = of_organization);
  insert into app.corrections (organization_id, entity_id, entity_kind, attribute, value, reason, created_by)
  values (of_organization, of_entity, kind, of_attribute, new_value, why, identity.current_user_id())
  returning correction_id into made;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, of_entity, kind, of_organization, 'corrected');
  return made;
end $$;

-- Takes a correction back; the sources count again.
create function app.revert_correction(of_organization uuid, of_correction uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  batch bigint;
  reverted app.corrections;
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id()) then
    raise exception 'organization % is not yours', of_organization using errcode = 'insufficient_privilege';
  end if;
  update app.corrections set reverted_at = clock_timestamp()
   where correction_id = of_correction and organization_id = of_organization and reverted_at is null
  returning * into reverted;
  if not found then
    return false;
  end if;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, reverted.entity_id, reverted.entity_kind, of_organization, 'corrected');
  return true;
end $$;

create trigger lead_searches_touch before update on app.lead_searches for each row execute function identity.touch_row();
create trigger leads_touch before update on app.leads for each row execute function identity.touch_row();
create trigger score_weights_touch before update on app.score_weights for each row execute function identity.touch_row();

call identity.open_to_tenants('app.lead_searches');
call identity.open_to_tenants('app.leads');
call identity.open_to_tenants('app.lead_redirects');
call identity.open_to_tenants('app.corrections');
call identity.open_to_tenants('app.lead_facts');
call identity.open_to_tenants('app.score_weights');
call identity.open_to_component('app.lead_searches', 'leadhouse_leads', 'select, insert, update');
call identity.open_to_component('app.lead_searches', 'leadhouse_enrichment', 'select');
call identity.open_to_component('app.leads', 'leadhouse_leads', 'select, insert, update');
call identity.open_to_component('app.leads', 'leadhouse_transform', 'select');
call identity.open_to_component('app.leads', 'leadhouse_campaigns', 'select');
call identity.open_to_component('app.leads', 'leadhouse_enrichment', 'select');
call identity.open_to_component('app.leads', 'leadhouse_console', 'select');
call identity.open_to_component('app.lead_redirects', 'leadhouse_leads', 'select, insert, update');
call identity.open_to_component('app.lead_redirects', 'leadhouse_console', 'select');
call identity.open_to_component('app.corrections', 'leadhouse_leads', 'select, insert, update');
call identity.open_to_component('app.corrections', 'leadhouse_transform', 'select');
call identity.open_to_component('app.corrections', 'leadhouse_console', 'select');
call identity.open_to_component('app.lead_facts', 'leadhouse_leads', 'select, insert, update, delete');
call identity.open_to_component('app.lead_facts', 'leadhouse_campaigns', 'select');
call identity.open_to_component('app.lead_facts', 'leadhouse_console', 'select');
call identity.open_to_component('app.score_weights', 'leadhouse_leads', 'select, insert, update');
call identity.open_to_component('app.score_weights', 'leadhouse_transform', 'select');
alter function app.score_factors owner to leadhouse_owner;
alter function app.adopt_leads owner to leadhouse_owner;
alter function app.current_entity owner to leadhouse_owner;
alter function app.correct_value owner to leadhouse_owner;
alter function app.revert_correction owner to leadhouse_owner;
revoke execute on function app.adopt_leads, app.correct_value, app.revert_correction, app.current_entity, app.score_factors
  from public;
grant execute on function app.score_factors to leadhouse_transform, leadhouse_leads, leadhouse_console, authenticated;
grant execute on function app.adopt_leads, app.correct_value, app.revert_correction
  to leadhouse_leads, leadhouse_imports, authenticated;
grant execute on function app.current_entity to leadhouse_leads, leadhouse_console;

-- migrate: rollback

drop function app.revert_correction;
drop function app.correct_value;
drop function app.adopt_leads;
drop function app.current_entity;
drop function app.score_factors;
drop table app.score_weights;
drop table app.lead_facts;
drop table app.corrections;
drop table app.lead_redirects;
drop table app.leads;
drop table app.lead_searches;
drop type app.lead_status;
