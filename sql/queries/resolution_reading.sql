-- Resolution reads: raw by unit (index lookups from the unread landings), never through a view over everything.

-- name: create_touched_units
create temporary table touched_units (unit_id uuid primary key) on commit drop

-- name: insert_unread_units
insert into touched_units
select distinct applications.unit_id
  from raw.batches
  join raw.applications on applications.landing_id = batches.landing_id
 where batches.batch_no > %(after)s and batches.batch_no <= %(upto)s

-- name: insert_given_units
insert into touched_units select distinct unnest(%(unit_ids)s::uuid[])

-- name: insert_all_units
insert into touched_units
select unit_id from raw.applications union select unit_id from resolution.subjects

-- name: select_touched_units
select unit_id from touched_units order by unit_id

-- name: select_company_statements
-- The company records of each unit's newest applied extraction.
select records.subject_id, records.record_id, records.organization_id, units.unit_id, newest.unit_key, records.payload
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select applications.run_on, applications.extraction_id, extractions.unit_key
     from raw.applications
     join raw.extractions using (run_on, extraction_id)
    where applications.unit_id = units.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest
 cross join lateral (
   select subject_id, record_id, organization_id, payload
     from raw.company_records
    where run_on = newest.run_on and extraction_id = newest.extraction_id
   offset 0) as records

-- name: select_person_statements
-- The person records of each unit's newest applied extraction.
select records.subject_id, records.company_record_id, records.organization_id, units.unit_id, records.payload
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select run_on, extraction_id
     from raw.applications
    where applications.unit_id = units.unit_id
    order by observed_at desc, applied_at desc
    limit 1) as newest
 cross join lateral (
   select subject_id, company_record_id, organization_id, payload
     from raw.person_records
    where run_on = newest.run_on and extraction_id = newest.extraction_id
   offset 0) as records

-- name: create_read_subjects
create temporary table read_subjects (
  subject_id uuid primary key, entity_kind resolution.entity_kind, organization_id uuid, unit_id uuid, company_subject_id uuid
) on commit drop

-- name: create_read_keys
create temporary table read_keys (
  subject_id uuid, entity_kind resolution.entity_kind, organization_id uuid, key_kind text, key_value text,
  is_joining boolean, counted_name text
) on commit drop

-- name: insert_read_subjects
insert into read_subjects
select subject_id, entity_kind::resolution.entity_kind, organization_id, unit_id, company_subject_id from copied_subjects
    on conflict do nothing

-- name: insert_read_keys
insert into read_keys
select subject_id, entity_kind::resolution.entity_kind, organization_id, key_kind, key_value, is_joining, counted_name
  from copied_keys

-- name: create_former_subjects
-- What the touched units said when they were last read, and where their subjects stand.
create temporary table former_subjects on commit drop as
select subjects.*, assignments.entity_id, assignments.origin_entity_id
  from touched_units
  join resolution.subjects using (unit_id)
  left join resolution.assignments using (subject_id)

-- name: create_changed_keys
-- Keys that a subject gained, lost or holds otherwise than before.
create temporary table changed_keys on commit drop as
with former as (select keys.* from former_subjects join resolution.subject_keys as keys using (subject_id))
(select * from read_keys except select * from former) union (select * from former except select * from read_keys)

-- name: create_dirty_subjects
-- Subjects that are new, have vanished, or hold other keys: the rest keeps its place. With `all`, every one.
create temporary table dirty_subjects on commit drop as
select coalesce(new.subject_id, old.subject_id) as subject_id,
       coalesce(new.entity_kind, old.entity_kind) as entity_kind,
       coalesce(new.organization_id, old.organization_id) as organization_id,
       new.subject_id is null as has_vanished,
       old.entity_id as former_entity_id,
       old.origin_entity_id as former_origin_id,
       exists (select from read_keys as held join resolution.subject_keys as had using (subject_id, key_kind, key_value)
                where held.subject_id = new.subject_id and held.is_joining and had.is_joining) as goes_on
  from read_subjects as new
  full join former_subjects as old using (subject_id)
 where %(all)s or new.subject_id is null or old.subject_id is null or old.entity_id is null
    or exists (select from changed_keys where changed_keys.subject_id = new.subject_id)

-- name: create_watched_keys
-- Each changed key in each scope that holds it, and whether it was a hub there.
create temporary table watched_keys on commit drop as
select watched.*, (select count(*) from (
         select distinct held.counted_name from resolution.subject_keys as held
          where held.entity_kind = watched.entity_kind and held.key_kind = watched.key_kind
            and held.key_value = watched.key_value and held.is_joining
            and (held.organization_id is null or held.organization_id = watched.scope)
          limit limits.names + 1) as names) > limits.names as was_hub
  from (select distinct organization_id as scope, entity_kind, key_kind, key_value from changed_keys
        union
        select held.organization_id, held.entity_kind, held.key_kind, held.key_value
          from changed_keys as changed
          join resolution.subject_keys as held using (entity_kind, key_kind, key_value)
         where changed.organization_id is null and held.organization_id is not null) as watched
  join unnest(%(key_kinds)s::text[], %(names)s::int[]) as limits (key_kind, names) using (key_kind)

-- name: delete_vanished_subjects
delete from resolution.subjects using dirty_subjects as dirty
 where subjects.subject_id = dirty.subject_id and dirty.has_vanished

-- name: delete_vanished_assignments
delete from resolution.assignments using dirty_subjects as dirty
 where assignments.subject_id = dirty.subject_id and dirty.has_vanished

-- name: upsert_subjects
insert into resolution.subjects as known (subject_id, entity_kind, organization_id, unit_id, company_subject_id)
select subject_id, entity_kind, organization_id, unit_id, company_subject_id from read_subjects
    on conflict (subject_id) do update set company_subject_id = excluded.company_subject_id
 where known.company_subject_id is distinct from excluded.company_subject_id

-- name: delete_changed_keys
delete from resolution.subject_keys as keys using changed_keys as changed
 where keys.subject_id = changed.subject_id and keys.key_kind = changed.key_kind and keys.key_value = changed.key_value

-- name: insert_changed_keys
insert into resolution.subject_keys
       (subject_id, entity_kind, organization_id, key_kind, key_value, is_joining, counted_name)
select subject_id, entity_kind, read_keys.organization_id, key_kind, key_value, is_joining, counted_name
  from changed_keys join read_keys using (subject_id, entity_kind, key_kind, key_value, is_joining, counted_name)

-- name: insert_turned_subjects
-- A key that became a hub, or ceased to be one, moves all who hold it.
insert into dirty_subjects
select distinct on (held.subject_id) held.subject_id, held.entity_kind, held.organization_id, false,
       assignments.entity_id, assignments.origin_entity_id, true
  from watched_keys as watched
  join unnest(%(key_kinds)s::text[], %(names)s::int[]) as limits (key_kind, names) using (key_kind)
 cross join lateral (select count(*) as names from (
         select distinct held.counted_name from resolution.subject_keys as held
          where held.entity_kind = watched.entity_kind and held.key_kind = watched.key_kind
            and held.key_value = watched.key_value and held.is_joining
            and (held.organization_id is null or held.organization_id = watched.scope)
          limit limits.names + 1) as names) as now
  join resolution.subject_keys as held
    on held.entity_kind = watched.entity_kind and held.key_kind = watched.key_kind and held.key_value = watched.key_value
   and held.is_joining and held.organization_id is not distinct from watched.scope
  left join resolution.assignments on assignments.subject_id = held.subject_id
 where (now.names > limits.names) <> watched.was_hub
   and not exists (select from dirty_subjects as dirty where dirty.subject_id = held.subject_id)

-- name: select_dirty_subjects
select * from dirty_subjects order by subject_id
