-- Raw: append-only, partitioned by month of the run's logical date
-- depends: 0004_create_sources_and_jobs

-- migrate: apply

create table raw.batches (
  batch_no bigint primary key, -- app.take_batch_number('raw'), in commit order
  landing_id uuid not null unique, -- the transaction: every row below carries it
  run_on date not null,
  run_id text not null,
  source_key text,
  organization_id uuid references identity.organizations,
  job_id uuid,
  received integer not null check (received >= 0),
  landed integer not null check (landed >= 0),
  known integer not null check (known >= 0),
  quarantined integer not null check (quarantined >= 0),
  landed_at timestamptz not null default now(),
  constraint nothing_is_lost check (received = landed + known + quarantined)
);
create index batches_by_run on raw.batches (run_id);
create index batches_by_organization on raw.batches (organization_id);

create type raw.fetch_outcome as enum ('fetched', 'not_modified', 'blocked', 'empty', 'broken');

create table raw.fetches (
  run_on date not null,
  fetch_id uuid not null,
  landing_id uuid not null,
  job_id uuid,
  shard_no integer,
  source_key text not null,
  url text not null,
  requested_at timestamptz not null,
  outcome raw.fetch_outcome not null,
  purpose text not null default 'page' check (purpose in ('page', 'robots', 'sitemap')),
  status_code integer,
  reason text,
  etag text,
  last_modified text,
  content_hash text,
  content_type text,
  body_bytes bigint not null default 0,
  elapsed_ms integer not null default 0,
  warc_uri text,
  warc_offset bigint,
  warc_length bigint,
  primary key (run_on, fetch_id),
  check ((warc_uri is null) = (warc_offset is null))
) partition by range (run_on);
create index fetches_newest_by_url on raw.fetches (source_key, url, requested_at desc);
create index fetches_by_job on raw.fetches (job_id, url);

create table raw.extractions (
  run_on date not null,
  extraction_id uuid not null,
  landing_id uuid not null,
  organization_id uuid,
  source_key text not null,
  unit_id uuid not null,
  unit_key text not null,
  fetch_id uuid,
  extractor text not null,
  extractor_version text not null,
  content_hash text not null,
  statement_hash text not null,
  observed_at timestamptz not null,
  rejections jsonb not null default '[]' check (jsonb_typeof(rejections) = 'array'),
  not_read text[] not null default '{}',
  primary key (run_on, extraction_id)
) partition by range (run_on);
create index extractions_by_unit on raw.extractions (unit_id, observed_at desc);
create index extractions_by_id on raw.extractions (extraction_id);
create index extractions_by_landing on raw.extractions (landing_id);

-- Applying an extraction is one row; the newest applied one of a unit is its statement (later observation, then later
-- landing). A page that went from A to B and back to A applies the extraction of A a second time.
create table raw.applications (
  unit_id uuid not null,
  observed_at timestamptz not null,
  extraction_id uuid not null,
  run_on date not null,
  landing_id uuid not null,
  applied_at timestamptz not null default clock_timestamp(),
  primary key (unit_id, extraction_id, observed_at),
  foreign key (run_on, extraction_id) references raw.extractions (run_on, extraction_id)
);
create index applications_newest on raw.applications (unit_id, observed_at desc, applied_at desc) include (extraction_id, run_on);
create index applications_by_landing on raw.applications (landing_id);
create index applications_by_extraction on raw.applications (run_on, extraction_id);

create table raw.company_records (
  run_on date not null,
  record_id uuid not null,
  subject_id uuid not null, -- the same over time: unit and record key
  landing_id uuid not null,
  organization_id uuid,
  source_key text not null,
  extraction_id uuid not null,
  content_hash text not null,
  record_key text not null,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'), -- attribute -> [{value, confidence, raw, locator, parts}]
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  primary key (run_on, record_id),
  unique (run_on, extraction_id, source_key, content_hash) -- led by what staging joins on, whatever the statistics say
) partition by range (run_on);
create index company_records_by_extraction on raw.company_records (extraction_id);
create index company_records_by_subject on raw.company_records (subject_id);
create index company_records_by_landing on raw.company_records (landing_id);

create table raw.person_records (
  run_on date not null,
  record_id uuid not null,
  subject_id uuid not null,
  company_record_id uuid, -- of the same extraction
  landing_id uuid not null,
  organization_id uuid,
  source_key text not null,
  extraction_id uuid not null,
  content_hash text not null,
  record_key text not null,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  primary key (run_on, record_id),
  unique (run_on, extraction_id, source_key, content_hash) -- led by what staging joins on, whatever the statistics say
) partition by range (run_on);
create index person_records_by_extraction on raw.person_records (extraction_id);
create index person_records_by_subject on raw.person_records (subject_id);
create index person_records_by_landing on raw.person_records (landing_id);

create table raw.provider_responses (
  run_on date not null,
  response_id uuid not null,
  landing_id uuid not null,
  organization_id uuid not null,
  request_id uuid not null,
  provider text not null,
  outcome text not null check (outcome in ('hit', 'miss', 'error', 'refused', 'unknown')),
  status_code integer,
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  price_eur numeric(12, 6) not null default 0,
  latency_ms integer not null default 0,
  received_at timestamptz not null,
  primary key (run_on, response_id),
  unique (run_on, request_id)
) partition by range (run_on);

create table raw.email_checks (
  run_on date not null,
  email_normalized text not null,
  landing_id uuid not null,
  domain text not null,
  status text not null check (status in ('valid', 'risky', 'invalid', 'unknown')),
  is_syntax_valid boolean not null,
  has_mx boolean, -- null: the resolver gave no answer
  is_role boolean not null,
  is_free boolean not null,
  is_disposable boolean not null,
  reason text,
  checked_at timestamptz not null,
  primary key (run_on, email_normalized)
) partition by range (run_on);
create index email_checks_newest on raw.email_checks (email_normalized, checked_at desc);
create index email_checks_by_landing on raw.email_checks (landing_id);

create table raw.email_events (
  run_on date not null,
  event_id uuid not null,
  landing_id uuid not null,
  organization_id uuid not null,
  message_id uuid,
  event_kind text not null check (event_kind in ('accepted', 'rejected', 'bounced', 'unknown', 'complained', 'unsubscribed', 'replied')),
  reason_class text,
  smtp_code integer,
  dsn_status text,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  is_machine boolean not null default false,
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  primary key (run_on, event_id)
) partition by range (run_on);
create index email_events_by_message on raw.email_events (message_id);
create index email_events_by_organization on raw.email_events (organization_id, occurred_at);

-- Makes the month's partitions of every partitioned table of raw where they are missing.
create function raw.ensure_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  parent regclass;
  first_day date := date_trunc('month', of_day)::date;
  partition_name text;
  made integer := 0;
begin
  -- The common case takes no lock: landings must not wait for one another.
  perform from pg_partitioned_table join pg_class on oid = partrelid
   where relnamespace = 'raw'::regnamespace
     and to_regclass(format('raw.%I', relname || to_char(first_day, '"_"YYYY"_"MM'))) is null;
  if not found then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('raw.ensure_partitions'));
  for parent in select partrelid::regclass from pg_partitioned_table join pg_class on oid = partrelid
                 where relnamespace = 'raw'::regnamespace order by 1 loop
    partition_name := (select relname from pg_class where oid = parent) || to_char(first_day, '"_"YYYY"_"MM');
    if to_regclass(format('raw.%I', partition_name)) is null then
      execute format('create table raw.%I partition of %s for values from (%L) to (%L)',
        partition_name, parent, first_day, (first_day + interval '1 month')::date);
      execute format('alter table raw.%I enable row level security', partition_name);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

-- Appends only: batches and raw rows are never changed. Erasing a person goes through a function of the privacy component.
do $$
declare
  target regclass;
  component name;
begin
  foreach target in array array['raw.batches', 'raw.fetches', 'raw.extractions', 'raw.applications', 'raw.company_records',
      'raw.person_records', 'raw.provider_responses', 'raw.email_checks', 'raw.email_events']::regclass[] loop
    execute format('create trigger %I before update or delete on %s for each row execute function identity.refuse_change()',
      'rows_are_appended', target);
    foreach component in array array['leadhouse_landing', 'leadhouse_imports', 'leadhouse_enrichment', 'leadhouse_delivery'] loop
      call identity.open_to_component(target, component, 'select, insert');
    end loop;
    foreach component in array array['leadhouse_resolution', 'leadhouse_transform', 'leadhouse_console', 'leadhouse_maintenance', 'leadhouse_leads', 'leadhouse_jobs'] loop
      call identity.open_to_component(target, component, 'select');
    end loop;
  end loop;
end $$;

alter function raw.ensure_partitions owner to leadhouse_owner;
revoke execute on function raw.ensure_partitions from public;
grant execute on function raw.ensure_partitions to leadhouse_landing, leadhouse_imports, leadhouse_enrichment,
  leadhouse_delivery, leadhouse_maintenance, leadhouse_leads;

-- migrate: rollback

drop function raw.ensure_partitions;
drop table raw.email_events;
drop table raw.email_checks;
drop table raw.provider_responses;
drop table raw.person_records;
drop table raw.company_records;
drop table raw.applications;
drop table raw.extractions;
drop table raw.fetches;
drop type raw.fetch_outcome;
drop table raw.batches;
