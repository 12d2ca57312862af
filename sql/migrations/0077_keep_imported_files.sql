-- Which files were imported, how each was read, and where its bytes are kept: so that they can be read again
-- depends: 0075_export_accounts

-- migrate: apply

create table app.imported_files (
  organization_id uuid not null references identity.organizations,
  import_id uuid primary key default gen_random_uuid(),
  source_key text not null references app.sources,
  landing_id uuid not null unique, -- of its batch, committed with it
  run_on date not null,
  run_id text not null,
  file_name text not null, -- rows are known by it
  content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'), -- SHA-256 of the file as it was given
  object_id uuid, -- its bytes, packed where they were not; null: not kept
  kind text not null check (kind in ('company', 'person')),
  mapping jsonb not null check (jsonb_typeof(mapping) = 'object'), -- column → field of columns.toml, null: kept as it is
  mode text not null check (mode in ('upsert', 'skip', 'merge')),
  extractor_version text not null,
  observed_at timestamptz not null, -- as of when its statements stand; a replay that is applied stands right behind it
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  foreign key (organization_id, object_id) references files.objects (organization_id, object_id)
);
create index imported_files_by_source on app.imported_files (source_key, run_on);
create index imported_files_by_object on app.imported_files (organization_id, object_id);
comment on column app.imported_files.file_name is 'personal: free text (by value; redact)';
create trigger imported_files_touch before update on app.imported_files for each row execute function identity.touch_row();

call identity.open_by_scope('app.imported_files', 'sources', '{}', 'select');
call identity.open_to_component('app.imported_files', 'leadhouse_imports', 'select, insert, update');
call identity.open_to_component('app.imported_files', 'leadhouse_privacy', 'select, update');

-- The bytes lie in the store's bucket of imports, under its retention: the importer writes them, and removes none.
grant usage on schema files to leadhouse_imports;
call identity.open_to_component('files.buckets', 'leadhouse_imports', 'select');
call identity.open_to_component('files.objects', 'leadhouse_imports', 'select, insert');

-- migrate: rollback

drop policy "leadhouse_imports works across organizations" on files.objects;
drop policy "leadhouse_imports works across organizations" on files.buckets;
revoke select, insert on files.objects from leadhouse_imports;
revoke select on files.buckets from leadhouse_imports;
revoke usage on schema files from leadhouse_imports;
drop table app.imported_files;
