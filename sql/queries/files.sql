-- Stored files: rows under the caller's policies; the bytes are the store's (`leadhouse.files.store`).

-- name: find_bucket
-- The organization's own, else the platform's of that name.
select bucket_id, organization_id, name, max_bytes, allowed_types, retention_days
  from files.buckets
 where name = %(bucket)s and deleted_at is null and (organization_id = %(organization_id)s or organization_id is null)
 order by organization_id nulls last limit 1;

-- name: find_bucket_by_id
select bucket_id, organization_id, name, max_bytes, allowed_types, retention_days
  from files.buckets where bucket_id = %(bucket_id)s;

-- name: insert_bucket
insert into files.buckets (organization_id, name, max_bytes, allowed_types, retention_days)
values (%(organization_id)s, %(name)s, %(max_bytes)s, %(allowed_types)s, %(retention_days)s)
on conflict (organization_id, name) where deleted_at is null
do update set max_bytes = excluded.max_bytes, allowed_types = excluded.allowed_types, retention_days = excluded.retention_days
returning bucket_id;

-- name: insert_object
insert into files.objects (organization_id, object_id, bucket_id, key, original_name, content_type, size_bytes, sha256, expires_at)
values (%(organization_id)s, %(object_id)s, %(bucket_id)s, %(key)s, %(original_name)s, %(content_type)s, %(size_bytes)s,
        %(sha256)s, %(expires_at)s)
returning object_id, organization_id, bucket_id, key, original_name, content_type, size_bytes, sha256, storage_name,
          created_by, created_at, expires_at, deleted_at;

-- name: find_object
select object_id, organization_id, bucket_id, key, original_name, content_type, size_bytes, sha256, storage_name,
       created_by, created_at, expires_at, deleted_at
  from files.objects
 where organization_id = %(organization_id)s and object_id = %(object_id)s and deleted_at is null
   and (expires_at is null or expires_at > clock_timestamp());

-- name: find_object_by_key
select object.object_id, object.organization_id, object.bucket_id, object.key, object.original_name, object.content_type,
       object.size_bytes, object.sha256, object.storage_name, object.created_by, object.created_at, object.expires_at,
       object.deleted_at
  from files.objects as object
 where object.organization_id = %(organization_id)s and object.bucket_id = %(bucket_id)s and object.key = %(key)s
   and object.deleted_at is null and (object.expires_at is null or object.expires_at > clock_timestamp());

-- name: list_objects
select object_id, organization_id, bucket_id, key, original_name, content_type, size_bytes, sha256, storage_name,
       created_by, created_at, expires_at, deleted_at
  from files.objects
 where organization_id = %(organization_id)s and bucket_id = %(bucket_id)s and key > %(after)s
   and starts_with(key, %(prefix)s) and deleted_at is null and (expires_at is null or expires_at > clock_timestamp())
 order by key limit %(wanted)s;

-- name: delete_object
update files.objects set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and object_id = %(object_id)s and deleted_at is null
returning object_id;

-- name: delete_former
-- The live object of a key, to make room for its successor.
update files.objects set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and bucket_id = %(bucket_id)s and key = %(key)s and deleted_at is null;

-- name: restore_object
update files.objects set deleted_at = null
 where organization_id = %(organization_id)s and object_id = %(object_id)s and deleted_at is not null
   and purged_at is null and (expires_at is null or expires_at > clock_timestamp())
returning object_id;

-- name: insert_upload
insert into files.uploads (organization_id, bucket_id, key, original_name, content_type, expires_at)
values (%(organization_id)s, %(bucket_id)s, %(key)s, %(original_name)s, %(content_type)s, clock_timestamp() + %(lifetime)s)
returning upload_id;

-- name: lock_upload
select upload_id, organization_id, bucket_id, key, original_name, content_type, state::text as state, object_id, expires_at
  from files.uploads where organization_id = %(organization_id)s and upload_id = %(upload_id)s
   for update;

-- name: put_part
insert into files.upload_parts (organization_id, upload_id, part_number, part_id, size_bytes, etag)
values (%(organization_id)s, %(upload_id)s, %(part_number)s, %(part_id)s, %(size_bytes)s, %(etag)s)
on conflict (upload_id, part_number)
do update set part_id = excluded.part_id, size_bytes = excluded.size_bytes, etag = excluded.etag;

-- name: sum_parts
select coalesce(sum(size_bytes) filter (where part_number <> %(part_number)s), 0)::bigint as size_bytes
  from files.upload_parts where organization_id = %(organization_id)s and upload_id = %(upload_id)s;

-- name: list_parts
select part_number, part_id, size_bytes, etag, storage_name
  from files.upload_parts where organization_id = %(organization_id)s and upload_id = %(upload_id)s
 order by part_number;

-- name: delete_parts
delete from files.upload_parts where organization_id = %(organization_id)s and upload_id = %(upload_id)s;

-- name: complete_upload
update files.uploads set state = 'completed', object_id = %(object_id)s
 where organization_id = %(organization_id)s and upload_id = %(upload_id)s;

-- name: abort_upload
update files.uploads set state = 'aborted'
 where organization_id = %(organization_id)s and upload_id = %(upload_id)s;

-- name: expire_objects
update files.objects set deleted_at = clock_timestamp()
 where object_id in (select object_id from files.objects where deleted_at is null and expires_at <= clock_timestamp()
                      order by expires_at limit %(batch)s for update skip locked)
returning object_id;

-- name: purge_objects
-- Deleted for long enough, or past their time: the row stays as evidence, the bytes go after this commits.
update files.objects set purged_at = clock_timestamp()
 where object_id in (select object_id from files.objects
                      where deleted_at is not null and purged_at is null
                        and (deleted_at <= clock_timestamp() - %(keep)s or expires_at <= clock_timestamp())
                      order by deleted_at limit %(batch)s for update skip locked)
returning storage_name;

-- name: expire_uploads
update files.uploads set state = 'aborted'
 where upload_id in (select upload_id from files.uploads where state = 'open' and expires_at <= clock_timestamp()
                      order by expires_at limit %(batch)s for update skip locked)
returning upload_id;

-- name: delete_finished_parts
-- Parts of uploads that are completed or aborted: their bytes are of no more use.
delete from files.upload_parts as part using files.uploads as upload
 where upload.upload_id = part.upload_id and upload.state <> 'open'
returning part.storage_name;

-- name: list_unknown_names
-- Those of the names that no row has: its transaction never committed.
select name from unnest(%(names)s::text[]) as name
 where not exists (select from files.objects as object where object.storage_name = name and object.purged_at is null)
   and not exists (select from files.upload_parts as part where part.storage_name = name);
