-- Quarantine, suites, frozen audiences, gate results that are never changed
-- depends: 0007_create_leads

-- migrate: apply

create table quality.quarantine (
  quarantine_id uuid primary key default gen_random_uuid(),
  landing_id uuid not null,
  run_on date not null,
  organization_id uuid references identity.organizations,
  source_key text not null,
  unit_key text not null, -- URL or file
  line integer,
  reason text not null, -- a short code, e.g. bad_email, too_many_columns, not_utf8
  detail text not null, -- what happened and what to do
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  content_hash text not null,
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  unique nulls not distinct (run_on, organization_id, source_key, unit_key, line, content_hash)
);
create index quarantine_by_landing on quality.quarantine (landing_id);
create index quarantine_by_organization on quality.quarantine (organization_id);

create table quality.dbt_nodes (
  run_id text not null,
  node_id text not null,
  resource_type text not null,
  status text not null,
  seconds double precision not null,
  rows_affected bigint,
  message text,
  finished_at timestamptz not null default now(),
  primary key (run_id, node_id)
);

create table quality.suites (
  suite_name text not null,
  suite_version text not null, -- content hash of the expectations
  expectations jsonb not null check (jsonb_typeof(expectations) = 'array'),
  created_at timestamptz not null default now(),
  primary key (suite_name, suite_version)
);

-- The audience of one wave, frozen. One wave has one snapshot. Every candidate is a member; the gate judges the sendable
-- ones, and only they can be mailed (a key of app.messages says so).
create table quality.snapshots (
  snapshot_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  campaign_id uuid not null,
  step_no integer not null,
  wave_at timestamptz not null check (wave_at = date_trunc('hour', wave_at)),
  created_at timestamptz not null default clock_timestamp(),
  unique (organization_id, snapshot_id),
  unique (campaign_id, step_no, wave_at)
);
create index snapshots_by_organization on quality.snapshots (organization_id);

create table quality.snapshot_members (
  snapshot_id uuid not null references quality.snapshots,
  organization_id uuid not null references identity.organizations,
  member_id uuid not null default gen_random_uuid(),
  is_sendable boolean not null, -- false: held, suppressed, over the cap … before the gate
  lead_id uuid not null,
  person_id uuid,
  person_key text, -- name and company without case, accents and signs: two of one key are one person
  company_id uuid,
  full_name text,
  title text,
  email_normalized text,
  email_status text,
  is_role boolean, -- this and the next two: null where nothing was found out
  is_disposable boolean,
  has_mx boolean,
  is_suppressed boolean not null,
  company_name text,
  country_code text,
  legal_basis text,
  last_verified_at timestamptz,
  lead_score smallint,
  lead_status text,
  primary key (snapshot_id, member_id),
  unique (organization_id, snapshot_id, member_id, email_normalized, is_sendable),
  foreign key (organization_id, snapshot_id) references quality.snapshots (organization_id, snapshot_id)
);
create index snapshot_members_by_lead on quality.snapshot_members (lead_id);

-- Insert-only. An override is a new row that names the failed one, with person, reason and expiry.
create table quality.gate_results (
  gate_run_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  snapshot_id uuid not null,
  suite_name text not null,
  suite_version text not null,
  verdict text not null check (verdict in ('passed', 'failed', 'overridden')),
  rows_checked integer not null,
  seconds double precision not null default 0,
  result jsonb not null default '{}' check (jsonb_typeof(result) = 'object'),
  overrides_gate_run_id uuid references quality.gate_results,
  overridden_by text,
  override_reason text,
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (organization_id, snapshot_id) references quality.snapshots (organization_id, snapshot_id),
  foreign key (suite_name, suite_version) references quality.suites (suite_name, suite_version),
  unique (organization_id, snapshot_id, gate_run_id, verdict),
  constraint override_is_complete check ((verdict = 'overridden')
    = (overrides_gate_run_id is not null and overridden_by is not null and length(override_reason) >= 10))
);
create index gate_results_by_snapshot on quality.gate_results (organization_id, snapshot_id);
create index gate_results_by_suite on quality.gate_results (suite_name, suite_version);
create index gate_results_by_override on quality.gate_results (overrides_gate_run_id);

create table quality.gate_expectations (
  gate_run_id uuid not null references quality.gate_results,
  organization_id uuid not null references identity.organizations,
  rule_id text not null,
  expectation_type text not null,
  column_name text,
  severity text not null check (severity in ('critical', 'warning', 'info')),
  passed boolean not null,
  observed text,
  threshold text,
  unexpected_count integer not null default 0,
  unexpected_members uuid[] not null default '{}', -- member_id of the rows, 1,000 at most
  primary key (gate_run_id, rule_id)
);
create index gate_expectations_by_organization on quality.gate_expectations (organization_id);

create table quality.gate_revocations (
  gate_run_id uuid primary key references quality.gate_results,
  organization_id uuid not null references identity.organizations,
  revoked_by text not null,
  reason text not null,
  revoked_at timestamptz not null default clock_timestamp()
);
create index gate_revocations_by_organization on quality.gate_revocations (organization_id);

-- A revocation locks its result against key shares: a message insert either commits before, or waits and then sees it.
create function quality.lock_revoked_result() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from quality.gate_results where gate_run_id = new.gate_run_id for update;
  return new;
end $$;
create trigger revocations_lock_their_result before insert on quality.gate_revocations
  for each row execute function quality.lock_revoked_result();

-- True while the result stands. Locks it, and looks for a revocation only afterwards, with a new snapshot.
create function quality.gate_stands(of_gate_run uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from quality.gate_results
    where gate_run_id = of_gate_run and verdict in ('passed', 'overridden') and expires_at > clock_timestamp() for key share;
  if not found then
    return false;
  end if;
  return not exists (select from quality.gate_revocations where gate_run_id = of_gate_run);
end $$;

create function quality.check_override() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.verdict = 'overridden' and not exists (
      select from quality.gate_results as failed
       where failed.gate_run_id = new.overrides_gate_run_id and failed.verdict = 'failed'
         and failed.snapshot_id = new.snapshot_id and failed.organization_id = new.organization_id) then
    raise exception 'an override names a failed result of the same snapshot' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger overrides_name_a_failure before insert on quality.gate_results for each row execute function quality.check_override();

do $$
declare
  target regclass;
begin
  foreach target in array array['quality.suites', 'quality.snapshots', 'quality.snapshot_members', 'quality.gate_results',
      'quality.gate_expectations', 'quality.gate_revocations']::regclass[] loop
    execute format('create trigger rows_are_never_changed before update or delete on %s for each row execute function identity.refuse_change()', target);
    call identity.open_to_component(target, 'leadhouse_quality', 'select, insert');
    call identity.open_to_component(target, 'leadhouse_campaigns', 'select');
    call identity.open_to_component(target, 'leadhouse_delivery', 'select');
    call identity.open_to_component(target, 'leadhouse_transform', 'select');
    call identity.open_to_component(target, 'leadhouse_console', 'select');
    if target <> 'quality.suites'::regclass then
      call identity.open_to_tenants(target);
    end if;
  end loop;
end $$;
grant insert on quality.snapshots, quality.snapshot_members to leadhouse_campaigns;
call identity.open_to_tenants('quality.quarantine');
call identity.open_to_component('quality.quarantine', 'leadhouse_landing', 'select, insert');
call identity.open_to_component('quality.quarantine', 'leadhouse_imports', 'select, insert');
call identity.open_to_component('quality.quarantine', 'leadhouse_enrichment', 'select, insert');
call identity.open_to_component('quality.quarantine', 'leadhouse_delivery', 'select, insert');
call identity.open_to_component('quality.quarantine', 'leadhouse_transform', 'select');
call identity.open_to_component('quality.quarantine', 'leadhouse_console', 'select');
call identity.open_to_component('quality.dbt_nodes', 'leadhouse_transform', 'select, insert, update');
call identity.open_to_component('quality.dbt_nodes', 'leadhouse_console', 'select');
alter function quality.lock_revoked_result owner to leadhouse_owner;
alter function quality.gate_stands owner to leadhouse_owner;
revoke execute on function quality.gate_stands from public;
grant execute on function quality.gate_stands to leadhouse_campaigns, leadhouse_delivery, leadhouse_console;

-- migrate: rollback

drop table quality.gate_revocations;
drop function quality.gate_stands;
drop function quality.lock_revoked_result;
drop table quality.gate_expectations;
drop table quality.gate_results;
drop function quality.check_override;
drop table quality.snapshot_members;
drop table quality.snapshots;
drop table quality.suites;
drop table quality.dbt_nodes;
drop table quality.quarantine;
