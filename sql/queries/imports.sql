-- Imports: what a file needs beside its records, which go through the landing. Component: imports.

-- name: find_source
-- The organization's slug, and the source that an operator has set up for this very path, if any.
select organization.slug, source.source_key
  from identity.organizations as organization
  left join app.sources as source
    on source.organization_id = organization.organization_id and source.kind = 'csv'
   and source.config ->> 'path' = %(path)s and source.deleted_at is null
 where organization.organization_id = %(organization_id)s
 order by source.source_key
 limit 1

-- name: upsert_source
-- The row is also the lock of its imports: a second one of the same source waits here. A source that is read every so
-- many days is due again counted from the run's date.
insert into app.sources as source (source_key, organization_id, kind, name, config)
values (%(source_key)s, %(organization_id)s, 'csv', %(name)s, jsonb_build_object('file', %(name)s::text))
    on conflict (source_key) do update
   set deleted_at = null,
       next_due_at = greatest(source.next_due_at,
         (%(run_on)s::date + coalesce((source.config ->> 'interval_days')::integer, 1))::timestamp at time zone 'UTC')
 where source.organization_id = %(organization_id)s
returning source_key

-- name: select_standing_units
-- The rows of a file that stand: whose newest statement says something. Found by what the landings of the source applied.
select newest.unit_key
  from (select distinct application.unit_id
          from raw.batches as batch
          join raw.applications as application using (landing_id)
         where batch.organization_id = %(organization_id)s and batch.source_key = %(source_key)s) as units
 cross join lateral (
   select standing.unit_key, standing.statement_hash
     from raw.applications as application
     join raw.extractions as standing using (run_on, extraction_id)
    where application.unit_id = units.unit_id
    order by application.observed_at desc, application.applied_at desc
    limit 1) as newest
 where starts_with(newest.unit_key, %(prefix)s) and newest.statement_hash <> %(empty_hash)s

-- name: insert_suppressions
-- Customers and those who opted out are never written to; the first reason to suppress an address stays.
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
select %(organization_id)s, 'email', lower(stated.address), stated.reason, %(source)s
  from unnest(%(addresses)s::text[], %(reasons)s::text[]) as stated (address, reason)
    on conflict (organization_id, scope, value_normalized) do nothing

-- name: has_landed
-- Whether anything of the source was ever landed: a first import asks about no row.
select exists (select from raw.batches as batch
                where batch.organization_id = %(organization_id)s and batch.source_key = %(source_key)s) as has_landed

-- name: select_mapping
select mapping.mapping, mapping.kind
  from app.import_mappings as mapping
 where mapping.organization_id = %(organization_id)s and mapping.header_key = %(header_key)s

-- name: remember_mapping
-- What is said now is added to what was said before of the same header.
insert into app.import_mappings as known (organization_id, header_key, column_names, mapping, kind)
values (%(organization_id)s, %(header_key)s, %(column_names)s, %(mapping)s, %(kind)s)
    on conflict (organization_id, header_key) do update
   set mapping = known.mapping || excluded.mapping, kind = coalesce(excluded.kind, known.kind)

-- name: insert_imported_file
insert into app.imported_files (organization_id, source_key, landing_id, run_on, run_id, file_name, content_hash, object_id,
       kind, mapping, mode, extractor_version, observed_at)
values (%(organization_id)s, %(source_key)s, %(landing_id)s, %(run_on)s, %(run_id)s, %(file_name)s, %(content_hash)s,
        %(object_id)s, %(kind)s, %(mapping)s, %(mode)s, %(extractor_version)s, %(observed_at)s)

-- name: list_imported_files
-- Of runs of a period, oldest first; whether no later import of the source has said anything.
select file.import_id, file.organization_id, file.source_key, file.file_name, file.content_hash, file.object_id, file.kind,
       file.mapping, file.mode, file.observed_at,
       not exists (select from app.imported_files as later
                    where later.source_key = file.source_key and later.observed_at > file.observed_at) as is_newest
  from app.imported_files as file
 where file.run_on between %(first)s and %(last)s
   and (%(source_keys)s::text[] is null or file.source_key = any (%(source_keys)s::text[]))
 order by file.observed_at, file.import_id

-- name: move_imported_file
-- What it says was read anew: the next replay stands behind this one.
update app.imported_files set observed_at = observed_at + interval '1 microsecond' where import_id = %(import_id)s
