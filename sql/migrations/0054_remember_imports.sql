-- What people said of a file's columns, so that the next file with the same header is read as they meant it
-- depends: 0052_read_sources

-- migrate: apply

create table app.import_mappings (
  organization_id uuid not null references identity.organizations,
  header_key text not null check (header_key ~ '^[0-9a-f]{64}$'), -- SHA-256 of the column names, sorted
  column_names text[] not null, -- as they stood
  mapping jsonb not null check (jsonb_typeof(mapping) = 'object'), -- column → field of columns.toml, null: kept as it is
  kind text check (kind in ('company', 'person')), -- what the file lists, where somebody said so
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  primary key (organization_id, header_key)
);
create trigger import_mappings_touch before update on app.import_mappings for each row execute function identity.touch_row();

call identity.open_by_scope('app.import_mappings', 'sources', '{}', 'select');
call identity.open_to_component('app.import_mappings', 'leadhouse_imports', 'select, insert, update');

-- migrate: rollback

drop table app.import_mappings;
