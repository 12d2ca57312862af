-- Stored files: buckets, objects, uploads in parts
-- depends: 0014_create_credentials

-- migrate: apply

create schema files authorization leadhouse_owner;
grant usage on schema files to authenticated, leadhouse_files;

create table files.buckets (
  organization_id uuid references identity.organizations, -- null: the platform's, in which every organization stores
  bucket_id uuid primary key default gen_random_uuid(),
  name text not null check (name ~ '^[a-z][a-z0-9_-]{1,39}$'),
  max_bytes bigint not null check (max_bytes > 0), -- of one object
  allowed_types text[] not null check (cardinality(allowed_types) > 0 and array_position(allowed_types, null) is null),
  retention_days integer check (retention_days > 0), -- null: kept until deleted
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz
);
create unique index buckets_live_name_is_unique on files.buckets (organization_id, name) nulls not distinct where deleted_at is null;
insert into files.buckets (name, max_bytes, allowed_types, retention_days) values
  ('imports', 1073741824, '{text/csv,text/plain,application/json,application/x-ndjson,application/gzip,application/zip,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet}', 90),
  ('exports', 1073741824, '{text/csv,application/json,application/x-ndjson,application/gzip,application/zip,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet}', 30),
  ('attachments', 26214400, '{application/pdf,image/png,image/jpeg,image/gif,image/webp,text/plain,text/csv,application/zip,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/vnd.openxmlformats-officedocument.wordprocessingml.document}', null);

-- The bytes lie under `storage_name` of the store, which the row's ids make: no key, name or caller chooses an address.
create table files.objects (
  organization_id uuid not null references identity.organizations,
  object_id uuid primary key default gen_random_uuid(),
  bucket_id uuid not null references files.buckets,
  key text not null check (length(key) between 1 and 1024 and key !~ '[[:cntrl:]]'),
  original_name text not null check (original_name ~ '^[^[:cntrl:]/\\]{1,255}$'),
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  storage_name text not null generated always as
    (organization_id::text || '/' || left(object_id::text, 2) || '/' || object_id::text) stored,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  purged_at timestamptz check (purged_at is null or deleted_at is not null), -- the bytes are gone
  unique (organization_id, object_id)
);
create unique index objects_live_key_is_unique on files.objects (organization_id, bucket_id, key) where deleted_at is null;
create index objects_by_bucket on files.objects (bucket_id);
create index objects_by_owner on files.objects (organization_id, created_by);
create index objects_by_expiry on files.objects (expires_at) where deleted_at is null;
create index objects_by_deletion on files.objects (deleted_at) where deleted_at is not null and purged_at is null;
create unique index objects_kept_by_storage_name on files.objects (storage_name) where purged_at is null;

create type files.upload_state as enum ('open', 'completed', 'aborted');

create table files.uploads (
  organization_id uuid not null references identity.organizations,
  upload_id uuid primary key default gen_random_uuid(),
  bucket_id uuid not null references files.buckets,
  key text not null check (length(key) between 1 and 1024 and key !~ '[[:cntrl:]]'),
  original_name text not null check (original_name ~ '^[^[:cntrl:]/\\]{1,255}$'),
  content_type text not null,
  state files.upload_state not null default 'open',
  object_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique (organization_id, upload_id),
  foreign key (organization_id, object_id) references files.objects (organization_id, object_id),
  check ((state = 'completed') = (object_id is not null))
);
create index uploads_by_bucket on files.uploads (bucket_id);
create index uploads_by_object on files.uploads (organization_id, object_id);
create index uploads_by_expiry on files.uploads (expires_at) where state = 'open';

create table files.upload_parts (
  organization_id uuid not null,
  upload_id uuid not null,
  part_number integer not null check (part_number between 1 and 10000),
  part_id uuid not null default gen_random_uuid(), -- a part sent again is another file
  size_bytes bigint not null check (size_bytes > 0),
  etag text not null check (etag ~ '^[0-9a-f]{64}$'), -- SHA-256 of the part
  storage_name text not null generated always as
    (organization_id::text || '/' || left(part_id::text, 2) || '/' || part_id::text) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  primary key (upload_id, part_number),
  foreign key (organization_id, upload_id) references files.uploads (organization_id, upload_id) on delete cascade
);
create index upload_parts_by_upload on files.upload_parts (organization_id, upload_id);
create unique index upload_parts_by_storage_name on files.upload_parts (storage_name);

-- The bucket decides, whoever writes: whose it is, how large, which types, how long.
create function files.check_against_bucket() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  bucket files.buckets;
begin
  select * into bucket from files.buckets where buckets.bucket_id = new.bucket_id and buckets.deleted_at is null
    and (buckets.organization_id is null or buckets.organization_id = new.organization_id);
  if not found then
    raise exception 'bucket % is not there for organization %', new.bucket_id, new.organization_id using errcode = 'foreign_key_violation';
  elsif not new.content_type = any (bucket.allowed_types) then
    raise exception 'bucket % takes no %', bucket.name, new.content_type using errcode = 'check_violation', constraint = 'bucket_takes_the_type';
  elsif tg_table_name = 'objects' then
    if new.size_bytes > bucket.max_bytes then
      raise exception 'bucket % takes objects of % bytes at most', bucket.name, bucket.max_bytes using errcode = 'check_violation', constraint = 'bucket_takes_the_size';
    end if;
    new.expires_at := least(new.expires_at, now() + bucket.retention_days * interval '1 day'); -- least ignores null
  end if;
  return new;
end $$;
alter function files.check_against_bucket owner to leadhouse_owner;
revoke execute on function files.check_against_bucket from public;
create trigger objects_fit_their_bucket before insert on files.objects for each row execute function files.check_against_bucket();
create trigger uploads_fit_their_bucket before insert on files.uploads for each row execute function files.check_against_bucket();

do $$
declare
  target regclass;
begin
  foreach target in array array['files.buckets', 'files.objects', 'files.uploads', 'files.upload_parts']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
    execute format('create trigger rows_are_stamped before insert on %s for each row execute function identity.stamp_row()', target);
    call identity.open_to_component(target, 'leadhouse_files', 'select, insert, update, delete');
  end loop;
end $$;

grant select on files.buckets to authenticated;
create policy "members read the platform's buckets" on files.buckets for select to authenticated
  using (organization_id is null and (select identity.may('files', 'read')));
create policy "members read their organization's buckets" on files.buckets for select to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.may('files', 'read')));
call identity.open_by_scope('files.objects', 'files', '{created_by}', 'select');
call identity.open_by_scope('files.uploads', 'files', '{created_by}', 'select');
call identity.add_scope_policies('files.objects', 'files', '{created_by}', '{insert}');
call identity.add_scope_policies('files.uploads', 'files', '{created_by}', '{insert}');
grant insert (organization_id, object_id, bucket_id, key, original_name, content_type, size_bytes, sha256, expires_at)
  on files.objects to authenticated;
grant update (deleted_at) on files.objects to authenticated; -- delete and restore: a file never changes
create policy "members delete and restore files in their scope" on files.objects for update to authenticated
  using (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'delete'))
         or created_by = any ((select identity.reach('files', 'delete'))::uuid[])))
  with check (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'delete'))
         or created_by = any ((select identity.reach('files', 'delete'))::uuid[])));

-- Who may create files goes on with the uploads that they began.
grant insert (organization_id, upload_id, bucket_id, key, original_name, content_type, expires_at) on files.uploads to authenticated;
grant update (state, object_id) on files.uploads to authenticated;
create policy "members go on with files they create" on files.uploads for update to authenticated
  using (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'create'))
         or created_by = any ((select identity.reach('files', 'create'))::uuid[])))
  with check (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'create'))
         or created_by = any ((select identity.reach('files', 'create'))::uuid[])));
grant select, delete, insert (organization_id, upload_id, part_number, part_id, size_bytes, etag), update (part_id, size_bytes, etag)
  on files.upload_parts to authenticated;
create policy "members go on with files they create" on files.upload_parts for all to authenticated
  using (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'create'))
         or exists (select from files.uploads as upload
                     where upload.organization_id = upload_parts.organization_id and upload.upload_id = upload_parts.upload_id
                       and upload.created_by = any ((select identity.reach('files', 'create'))::uuid[]))))
  with check (organization_id = (select identity.current_organization_id()) and ((select identity.reaches_all('files', 'create'))
         or exists (select from files.uploads as upload
                     where upload.organization_id = upload_parts.organization_id and upload.upload_id = upload_parts.upload_id
                       and upload.created_by = any ((select identity.reach('files', 'create'))::uuid[]))));
call identity.audit_changes('files.objects', '{key,original_name}', of_people_only => true);
call identity.audit_changes('files.buckets');

-- migrate: rollback

drop table files.upload_parts;
drop table files.uploads;
drop table files.objects;
drop function files.check_against_bucket;
drop table files.buckets;
drop type files.upload_state;
drop schema files;
