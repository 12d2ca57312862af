-- Sources that are read call by call: further kinds, where a source's next read goes on, and each charged call once
-- depends: 0044_block_subjects

-- migrate: apply

alter type app.source_kind add value 'hunter';
alter type app.source_kind add value 'overpass';
alter type app.source_kind add value 'searxng';

alter table app.sources
  add column read_state jsonb not null default '{}' check (jsonb_typeof(read_state) = 'object'); -- where the next read goes on

create or replace function app.check_source() returns trigger
language plpgsql set search_path = '' as $$
declare
  is_members boolean := identity.current_user_id() is not null;
  wrong text;
begin
  if tg_op = 'INSERT' and is_members then
    new.source_key := new.kind || '/' || new.source_id;
  end if;
  if new.kind = 'web_site' and (is_members or new.host is null) then
    new.host := lower(substring(new.start_url from '^https?://([^/?#@\s]+)(?:[/?#]\S*)?$'));
  end if;
  wrong := case
    when jsonb_path_exists(new.config, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex
           "pass(word|wd|phrase)|secret|token|api_?key|credential|authorization|cookie" flag "i")')
      then 'config must not hold credentials: store them as a secret and name it by secret_id'
    when is_members and new.kind = 'provider' then 'providers are set up by the operator'
    when is_members and new.config ? 'path' then 'config.path names a file of the server: upload the file and name its file_id'
    when new.kind = 'web_site' and new.host is null then 'start_url is not an absolute http(s) address'
    when new.config ? 'interval_days' and not jsonb_path_exists(new.config, '$.interval_days ? (@ >= 1 && @ <= 365)')
      then 'config.interval_days is a number from 1 to 365'
    when new.kind = 'csv' and new.config ? 'kind' and coalesce(new.config ->> 'kind' not in ('company', 'person'), false)
      then 'config.kind of a file is company or person'
    when (new.kind in ('api', 'searxng') or new.config ? 'base_url')
         and coalesce(new.config ->> 'base_url' !~ '^https?://[^/?#@\s]+([/?#]\S*)?$', true)
      then 'config.base_url is missing, is not an http(s) address or holds a password'
    when new.kind in ('linkedin', 'apollo', 'zoominfo', 'hunter') and new.is_active and new.secret_id is null
      then 'it is active without credentials: name them by secret_id, or set is_active to false'
  end;
  if wrong is null and is_members and new.secret_id is not null and (tg_op = 'INSERT' or new.secret_id is distinct from old.secret_id) then
    perform from credentials.secrets as secret
      where secret.organization_id = new.organization_id and secret.secret_id = new.secret_id and secret.user_id is null and secret.deleted_at is null;
    wrong := case when not found then 'secret_id names no secret of the organization (a personal one serves its owner alone)' end;
  end if;
  if wrong is not null then
    raise exception 'source %: %', new.name, wrong using errcode = 'check_violation';
  end if;
  return new;
end $$;

-- A call that may cost something: written before it is sent, sent once a day of the run, whoever tries again. `claimed`
-- without a living reader has lost its answer, as `unknown` has: it may have been charged and is not repeated that day.
create table app.source_calls (
  call_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  source_key text not null references app.sources,
  run_on date not null,
  call_key text not null check (call_key ~ '^[0-9a-f]{64}$'), -- SHA-256 of what is asked
  run_id text not null,
  operation text not null,
  state text not null default 'claimed' check (state in ('claimed', 'answered', 'refused', 'unknown')),
  reason text, -- why it was refused or its answer lost, in a word
  status_code integer,
  reserved_eur numeric(12, 6) not null check (reserved_eur >= 0),
  price_eur numeric(12, 6) check (price_eur >= 0), -- null: not known, and reserved_eur stays charged
  budget_id uuid references billing.budgets,
  fetch_id uuid, -- the answer, in raw.fetches and in the archive
  warc_uri text,
  warc_offset bigint,
  warc_length bigint,
  finished_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  constraint one_call_a_day unique (source_key, run_on, call_key),
  check ((state = 'answered') = (fetch_id is not null)),
  check ((state = 'claimed') = (finished_at is null))
);
create index source_calls_by_organization on app.source_calls (organization_id, created_at desc);
create index source_calls_by_budget on app.source_calls (budget_id);

call identity.open_by_scope('app.source_calls', 'sources', '{}', 'select');
call identity.open_to_component('app.source_calls', 'leadhouse_imports', 'select, insert, update');
call identity.open_to_component('app.source_calls', 'leadhouse_console', 'select');
call identity.open_to_component('billing.budgets', 'leadhouse_imports', 'select');

-- migrate: rollback

drop policy "leadhouse_imports works across organizations" on billing.budgets;
revoke select on billing.budgets from leadhouse_imports;
drop table app.source_calls;
alter table app.sources drop column read_state;
-- an enumeration loses no value: it is made anew without them; what is of these kinds becomes an interface that is off
drop trigger sources_say_what_they_must on app.sources;
alter table app.sources drop constraint sources_check;
update app.sources set kind = 'api', is_active = false, config = jsonb_build_object('base_url', 'https://' || kind || '.invalid')
 where kind in ('hunter', 'overpass', 'searxng');
alter type app.source_kind rename to source_kind_with_calls;
create type app.source_kind as enum ('web_site', 'csv', 'api', 'provider', 'linkedin', 'apollo', 'zoominfo');
alter table app.sources alter column kind type app.source_kind using kind::text::app.source_kind;
drop type app.source_kind_with_calls;
alter table app.sources add constraint sources_check check (kind <> 'web_site' or (start_url is not null and host is not null));
create or replace function app.check_source() returns trigger
language plpgsql set search_path = '' as $$
declare
  is_members boolean := identity.current_user_id() is not null;
  wrong text;
begin
  if tg_op = 'INSERT' and is_members then
    new.source_key := new.kind || '/' || new.source_id;
  end if;
  if new.kind = 'web_site' and (is_members or new.host is null) then
    new.host := lower(substring(new.start_url from '^https?://([^/?#@\s]+)(?:[/?#]\S*)?$'));
  end if;
  wrong := case
    when jsonb_path_exists(new.config, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex
           "pass(word|wd|phrase)|secret|token|api_?key|credential|authorization|cookie" flag "i")')
      then 'config must not hold credentials: store them as a secret and name it by secret_id'
    when is_members and new.kind = 'provider' then 'providers are set up by the operator'
    when is_members and new.config ? 'path' then 'config.path names a file of the server: upload the file and name its file_id'
    when new.kind = 'web_site' and new.host is null then 'start_url is not an absolute http(s) address'
    when new.config ? 'interval_days' and not jsonb_path_exists(new.config, '$.interval_days ? (@ >= 1 && @ <= 365)')
      then 'config.interval_days is a number from 1 to 365'
    when new.kind = 'csv' and new.config ? 'kind' and coalesce(new.config ->> 'kind' not in ('company', 'person'), false)
      then 'config.kind of a file is company or person'
    when new.kind = 'api' and coalesce(new.config ->> 'base_url' !~ '^https?://[^/?#@\s]+([/?#]\S*)?$', true)
      then 'config.base_url is missing, is not an http(s) address or holds a password'
    when new.kind in ('linkedin', 'apollo', 'zoominfo') and new.is_active and new.secret_id is null
      then 'it is active without credentials: name them by secret_id, or set is_active to false'
  end;
  if wrong is null and is_members and new.secret_id is not null and (tg_op = 'INSERT' or new.secret_id is distinct from old.secret_id) then
    perform from credentials.secrets as secret
      where secret.organization_id = new.organization_id and secret.secret_id = new.secret_id and secret.user_id is null and secret.deleted_at is null;
    wrong := case when not found then 'secret_id names no secret of the organization (a personal one serves its owner alone)' end;
  end if;
  if wrong is not null then
    raise exception 'source %: %', new.name, wrong using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger sources_say_what_they_must before insert or update of kind, start_url, config, secret_id, is_active on app.sources
  for each row execute function app.check_source();
