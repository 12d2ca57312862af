-- Who is who: entities, assignments, keys, redirects, decisions, and the ledger of changes
-- depends: 0005_create_raw

-- migrate: apply

create type resolution.entity_kind as enum ('company', 'person');

create table resolution.batches (
  batch_no bigint primary key, -- app.take_batch_number('entities'), in commit order
  run_id text not null,
  reason text not null check (reason in ('landed', 'corrected', 'decided', 'refreshed')),
  entities_changed integer not null default 0,
  committed_at timestamptz not null default clock_timestamp()
);

-- An id is stable for ever: a merged entity keeps its row and gets a redirect, an un-merge makes it active again.
create table resolution.entities (
  entity_id uuid primary key default gen_random_uuid(),
  entity_kind resolution.entity_kind not null,
  organization_id uuid references identity.organizations, -- null: shared
  status text not null default 'active' check (status in ('active', 'merged', 'retired')),
  created_batch_no bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index entities_by_organization on resolution.entities (organization_id, entity_kind);

-- Which entity a subject (unit and record key) belongs to. A shared subject only ever belongs to a shared entity.
create table resolution.assignments (
  subject_id uuid primary key,
  entity_kind resolution.entity_kind not null,
  organization_id uuid references identity.organizations,
  entity_id uuid not null references resolution.entities,
  origin_entity_id uuid not null references resolution.entities, -- of its own first key: what an un-merge goes back to
  match_key text, -- the key that joined it, e.g. vat_id:DE362667647
  match_reason text not null,
  batch_no bigint not null,
  updated_at timestamptz not null default now()
);
create index assignments_by_entity on resolution.assignments (entity_id);
create index assignments_by_origin on resolution.assignments (origin_entity_id);
create index assignments_by_organization on resolution.assignments (organization_id);

-- The current subjects, as they were last read: a subject of a touched unit that its statement lacks has vanished.
create table resolution.subjects (
  subject_id uuid primary key,
  entity_kind resolution.entity_kind not null,
  organization_id uuid,
  unit_id uuid not null,
  company_subject_id uuid -- a person's company, of the same statement
);
create index subjects_by_unit on resolution.subjects (unit_id);
create index subjects_by_company on resolution.subjects (company_subject_id);

-- The exact keys of the current subjects; blocking reads this index.
create table resolution.subject_keys (
  subject_id uuid not null references resolution.subjects on delete cascade,
  entity_kind resolution.entity_kind not null,
  organization_id uuid,
  key_kind text not null check (key_kind in ('domain', 'vat_id', 'email', 'phone_name', 'name_company', 'social_url')),
  key_value text not null,
  is_joining boolean not null default true, -- false: known to look up by, joins nothing (info@, a free mail address)
  counted_name text not null default '', -- a key shared by too many different ones is a hub and joins nothing
  primary key (subject_id, key_kind, key_value)
);
create index subject_keys_by_key on resolution.subject_keys (entity_kind, key_kind, key_value, counted_name);

-- The entity that stands for a subject's first key: subjects that share it are one atom, and an id comes back with it.
create table resolution.origins (
  entity_kind resolution.entity_kind not null,
  organization_id uuid,
  key_kind text not null, -- of subject_keys, or subject
  key_value text not null,
  entity_id uuid not null unique references resolution.entities,
  continued_by_id uuid references resolution.entities, -- who goes on under this id since its own records have gone
  unique nulls not distinct (entity_kind, key_kind, key_value, organization_id)
);
create index origins_by_continuer on resolution.origins (continued_by_id) where continued_by_id is not null;

create table resolution.match_decisions (
  match_decision_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations,
  entity_kind resolution.entity_kind not null,
  entity_a uuid not null references resolution.entities,
  entity_b uuid not null references resolution.entities check (entity_b <> entity_a),
  decision text not null check (decision in ('same', 'different', 'undecided')),
  reason text,
  decided_by text not null,
  decided_at timestamptz not null default now(),
  is_reverted boolean not null default false
);
create index match_decisions_by_a on resolution.match_decisions (entity_a) where not is_reverted;
create index match_decisions_by_b on resolution.match_decisions (entity_b) where not is_reverted;
create index match_decisions_by_organization on resolution.match_decisions (organization_id);

create table resolution.redirects (
  redirect_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- set: only inside this tenant
  from_entity_id uuid not null references resolution.entities,
  to_entity_id uuid not null references resolution.entities check (to_entity_id <> from_entity_id),
  reason text not null,
  batch_no bigint not null,
  reverted_batch_no bigint,
  created_at timestamptz not null default now()
);
create unique index redirects_one_standing on resolution.redirects (from_entity_id, organization_id) nulls not distinct
  where reverted_batch_no is null;
create index redirects_by_target on resolution.redirects (to_entity_id) where reverted_batch_no is null;
create index redirects_by_organization on resolution.redirects (organization_id);

-- Every touched id of a batch (winner, loser, un-merged): consumers rebuild these entities whole.
-- organization_id null: the shared row and every overlay of it; set: that tenant's overlay alone.
create table resolution.changes (
  batch_no bigint not null references resolution.batches,
  entity_id uuid not null,
  entity_kind resolution.entity_kind not null,
  organization_id uuid,
  change_kind text not null check (change_kind in ('created', 'updated', 'merged', 'unmerged', 'retired', 'corrected')),
  unique nulls not distinct (batch_no, entity_id, organization_id, change_kind)
);
create index changes_by_entity on resolution.changes (entity_id);

-- Which entities have a row of the tenant's own in the marts: the shared row is hidden from that tenant then.
-- Written by the marts' own transaction, so that a reader sees exactly one row an entity at any moment.
create table resolution.overlays (
  organization_id uuid not null references identity.organizations,
  entity_kind resolution.entity_kind not null,
  entity_id uuid not null,
  primary key (organization_id, entity_kind, entity_id)
);
create function resolution.my_overlays(of_kind resolution.entity_kind) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select overlay.entity_id from resolution.overlays as overlay
   where overlay.organization_id = identity.current_organization_id() and overlay.entity_kind = of_kind
$$;
alter function resolution.my_overlays owner to leadhouse_owner;
grant usage on schema resolution to authenticated, leadhouse_analyst;

do $$
declare
  target regclass;
  component name;
begin
  foreach target in array array['resolution.batches', 'resolution.entities', 'resolution.assignments', 'resolution.subject_keys',
      'resolution.match_decisions', 'resolution.redirects', 'resolution.changes', 'resolution.overlays']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_resolution', 'select, insert, update, delete');
    foreach component in array array['leadhouse_transform', 'leadhouse_console', 'leadhouse_leads', 'leadhouse_enrichment', 'leadhouse_campaigns'] loop
      call identity.open_to_component(target, component, 'select');
    end loop;
  end loop;
end $$;
-- Resolution's own memory: nobody else reads it.
call identity.open_to_component('resolution.subjects', 'leadhouse_resolution', 'select, insert, update, delete');
call identity.open_to_component('resolution.origins', 'leadhouse_resolution', 'select, insert, update, delete');
grant insert, delete on resolution.overlays to leadhouse_transform;

-- migrate: rollback

revoke usage on schema resolution from authenticated, leadhouse_analyst;
drop function resolution.my_overlays;
drop table resolution.overlays;
drop table resolution.changes;
drop table resolution.redirects;
drop table resolution.match_decisions;
drop table resolution.origins;
drop table resolution.subject_keys;
drop table resolution.subjects;
drop table resolution.assignments;
drop table resolution.entities;
drop table resolution.batches;
drop type resolution.entity_kind;
