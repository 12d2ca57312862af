-- Resolution settles: origins, components around what changed, redirects, the ledger of changes, and explanations.

-- name: lock_resolution
-- One resolver at a time: what follows sees all that the former one committed.
select pg_advisory_xact_lock(hashtext('leadhouse.resolution'))

-- name: select_newest_batch
select max(batch_no) as batch_no from raw.batches

-- name: select_dirty_keys
-- The joining keys of the dirty subjects, by index and subject: the planner knows nothing yet of rows just inserted.
select dirty.subject_id, held.key_kind, held.key_value
  from dirty_subjects as dirty
 cross join lateral (
   select key_kind, key_value from resolution.subject_keys as held
    where held.subject_id = dirty.subject_id and held.is_joining
   offset 0) as held

-- name: select_standing_keys
-- Of the given keys those that are no hub in the given scope.
select wanted.number
  from unnest(%(organizations)s::uuid[], %(kinds)s::text[], %(keys)s::text[], %(key_values)s::text[])
       with ordinality as wanted (organization_id, entity_kind, key_kind, key_value, number)
  join unnest(%(key_kinds)s::text[], %(names)s::int[]) as limits (key_kind, names) using (key_kind)
 where (select count(*) from (
         select distinct held.counted_name from resolution.subject_keys as held
          where held.entity_kind = wanted.entity_kind::resolution.entity_kind and held.key_kind = wanted.key_kind
            and held.key_value = wanted.key_value and held.is_joining
            and (held.organization_id is null or held.organization_id = wanted.organization_id)
          limit limits.names + 1) as names) <= limits.names

-- name: select_origins
select wanted.number, origins.entity_id
  from unnest(%(kinds)s::text[], %(organizations)s::uuid[], %(key_kinds)s::text[], %(key_values)s::text[])
       with ordinality as wanted (entity_kind, organization_id, key_kind, key_value, number)
  join resolution.origins
    on origins.entity_kind = wanted.entity_kind::resolution.entity_kind and origins.key_kind = wanted.key_kind
   and origins.key_value = wanted.key_value and origins.organization_id is not distinct from wanted.organization_id

-- name: insert_entities
-- The batch number is taken last: rows carry 0 until then.
insert into resolution.entities (entity_id, entity_kind, organization_id, created_batch_no)
select entity_id, entity_kind::resolution.entity_kind, organization_id, 0
  from unnest(%(ids)s::uuid[], %(kinds)s::text[], %(organizations)s::uuid[]) as new (entity_id, entity_kind, organization_id)

-- name: insert_origins
insert into resolution.origins (entity_kind, organization_id, key_kind, key_value, entity_id)
select entity_kind::resolution.entity_kind, organization_id, key_kind, key_value, entity_id
  from unnest(%(kinds)s::text[], %(organizations)s::uuid[], %(key_kinds)s::text[], %(key_values)s::text[], %(ids)s::uuid[])
       as new (entity_kind, organization_id, key_kind, key_value, entity_id)

-- name: upsert_assignments
-- A new subject stands with its own origin until its component is settled.
insert into resolution.assignments as known (subject_id, entity_kind, organization_id, entity_id, origin_entity_id, match_reason, batch_no)
select new.subject_id, dirty.entity_kind, dirty.organization_id, new.origin, new.origin, 'first key', 0
  from unnest(%(subjects)s::uuid[], %(origins)s::uuid[]) as new (subject_id, origin)
  join dirty_subjects as dirty using (subject_id)
    on conflict (subject_id) do update set origin_entity_id = excluded.origin_entity_id
 where known.origin_entity_id <> excluded.origin_entity_id

-- name: select_entities
-- Live: a current subject has this origin. Shared entities that an organization sees are live while they are active.
select entity_id, entity_kind::text, organization_id, status, created_batch_no,
       exists (select from resolution.assignments
                where assignments.origin_entity_id = entities.entity_id) as is_live
  from resolution.entities where entity_id = any (%(ids)s)

-- name: select_keys_of_atoms
select distinct assignments.origin_entity_id as node, keys.entity_kind::text, keys.key_kind, keys.key_value
  from resolution.assignments join resolution.subject_keys as keys using (subject_id)
 where assignments.origin_entity_id = any (%(ids)s) and keys.is_joining

-- name: select_keys_of_shared
select distinct assignments.entity_id as node, keys.entity_kind::text, keys.key_kind, keys.key_value
  from resolution.assignments join resolution.subject_keys as keys using (subject_id)
 where assignments.entity_id = any (%(ids)s) and assignments.organization_id is null and keys.is_joining

-- name: select_holders
-- Who holds each key in a scope: its own atoms, and for an organization the shared entities. Hubs have no holders.
select distinct wanted.entity_kind, wanted.key_kind, wanted.key_value,
       case when held.organization_id is not distinct from %(scope)s::uuid
            then assignments.origin_entity_id else assignments.entity_id end as node
  from unnest(%(kinds)s::text[], %(key_kinds)s::text[], %(key_values)s::text[]) as wanted (entity_kind, key_kind, key_value)
  join unnest(%(limit_kinds)s::text[], %(names)s::int[]) as limits (key_kind, names) using (key_kind)
  join resolution.subject_keys as held
    on held.entity_kind = wanted.entity_kind::resolution.entity_kind and held.key_kind = wanted.key_kind
   and held.key_value = wanted.key_value and held.is_joining
   and (held.organization_id is null or held.organization_id = %(scope)s::uuid)
  join resolution.assignments on assignments.subject_id = held.subject_id
 where (select count(*) from (
         select distinct others.counted_name from resolution.subject_keys as others
          where others.entity_kind = wanted.entity_kind::resolution.entity_kind and others.key_kind = wanted.key_kind
            and others.key_value = wanted.key_value and others.is_joining
            and (others.organization_id is null or others.organization_id = %(scope)s::uuid)
          limit limits.names + 1) as names) <= limits.names

-- name: select_redirects_around
select redirect_id, from_entity_id, to_entity_id
  from resolution.redirects
 where reverted_batch_no is null and organization_id is not distinct from %(scope)s::uuid
   and (from_entity_id = any (%(ids)s) or to_entity_id = any (%(ids)s))

-- name: select_continuations
select origins.entity_id, origins.continued_by_id
  from resolution.origins
 where (origins.entity_id = any (%(ids)s) or origins.continued_by_id = any (%(ids)s))
   and origins.continued_by_id is not null

-- name: update_continuations
update resolution.origins set continued_by_id = new.continued_by_id
  from unnest(%(ids)s::uuid[], %(heirs)s::uuid[]) as new (entity_id, continued_by_id)
 where origins.entity_id = new.entity_id and origins.continued_by_id is distinct from new.continued_by_id

-- name: select_aliases
-- Shared entities that were merged into the given ones.
select from_entity_id, to_entity_id
  from resolution.redirects
 where reverted_batch_no is null and organization_id is null
   and (from_entity_id = any (%(ids)s) or to_entity_id = any (%(ids)s))

-- name: select_decisions_around
-- An organization's own decisions, and the shared ones that keep apart.
select match_decision_id, organization_id, entity_a, entity_b, decision, decided_by
  from resolution.match_decisions
 where not is_reverted and decision <> 'undecided'
   and (organization_id is not distinct from %(scope)s::uuid or (organization_id is null and decision = 'different'))
   and (entity_a = any (%(ids)s) or entity_b = any (%(ids)s))
 order by decided_at, match_decision_id

-- name: select_tenants_of_changed_keys
-- What an organization holds of changed shared keys; nothing is looked up where no organization holds anything.
select distinct assignments.organization_id, assignments.origin_entity_id as node
  from (select distinct entity_kind, key_kind, key_value from changed_keys
         where organization_id is null
           and exists (select from resolution.assignments where organization_id is not null)) as changed
  join resolution.subject_keys as held using (entity_kind, key_kind, key_value)
  join resolution.assignments on assignments.subject_id = held.subject_id
 where held.organization_id is not null

-- name: select_affected_tenants
-- What an organization holds that touches changed shared entities.
select organization_id, origin_entity_id as node from resolution.assignments
 where entity_id = any (%(ids)s) and organization_id is not null
union
select organization_id, unnest(array[from_entity_id, to_entity_id]) from resolution.redirects
 where reverted_batch_no is null and organization_id is not null
   and (from_entity_id = any (%(ids)s) or to_entity_id = any (%(ids)s))
union
select organization_id, unnest(array[entity_a, entity_b]) from resolution.match_decisions
 where not is_reverted and organization_id is not null and (entity_a = any (%(ids)s) or entity_b = any (%(ids)s))

-- name: revert_redirects
update resolution.redirects set reverted_batch_no = 0 where redirect_id = any (%(ids)s)

-- name: insert_redirects
insert into resolution.redirects (redirect_id, organization_id, from_entity_id, to_entity_id, reason, batch_no)
select redirect_id, %(scope)s::uuid, from_entity_id, to_entity_id, reason, 0
  from unnest(%(ids)s::uuid[], %(sources)s::uuid[], %(targets)s::uuid[], %(reasons)s::text[])
       as new (redirect_id, from_entity_id, to_entity_id, reason)

-- name: update_statuses
update resolution.entities set status = new.status, updated_at = now()
  from unnest(%(ids)s::uuid[], %(statuses)s::text[]) as new (entity_id, status)
 where entities.entity_id = new.entity_id and entities.status <> new.status

-- name: create_places
create temporary table if not exists places (
  origin_entity_id uuid primary key, entity_id uuid, match_key text, match_reason text) on commit drop

-- name: insert_places
insert into places
select new.origin, new.entity,
       coalesce(new.match_key, case when origins.key_kind <> 'subject' then origins.key_kind || ':' || origins.key_value end),
       case when new.match_key is not null or origins.key_kind <> 'subject' then new.match_reason else 'no joining key' end
  from unnest(%(origins)s::uuid[], %(entities)s::uuid[], %(keys)s::text[], %(reasons)s::text[])
       as new (origin, entity, match_key, match_reason)
  left join resolution.origins on origins.entity_id = new.origin

-- name: select_moved_subjects
select assignments.subject_id, assignments.entity_id as former_entity_id
  from places join resolution.assignments using (origin_entity_id)
 where assignments.entity_id <> places.entity_id

-- name: update_assignments
update resolution.assignments
   set entity_id = places.entity_id, match_key = places.match_key, match_reason = places.match_reason, batch_no = 0,
       updated_at = now()
  from places
 where assignments.origin_entity_id = places.origin_entity_id
   and (assignments.batch_no = 0 or (assignments.entity_id, assignments.match_key, assignments.match_reason)
        is distinct from (places.entity_id, places.match_key, places.match_reason))
returning assignments.subject_id

-- name: truncate_places
truncate places

-- name: select_places_of_read
-- Every entity whose statement was read again.
select distinct assignments.entity_id, assignments.entity_kind::text, assignments.organization_id
  from read_subjects join resolution.assignments using (subject_id)

-- name: select_people_of_subjects
-- People whose company's subject has moved.
select distinct assignments.entity_id, assignments.organization_id
  from resolution.subjects
  join resolution.assignments using (subject_id)
 where subjects.company_subject_id = any (%(subject_ids)s)

-- name: select_people_of_companies
-- People of companies that an organization has joined or parted, as that organization sees them.
select distinct people.entity_id
  from resolution.assignments as companies
  join resolution.subjects on subjects.company_subject_id = companies.subject_id
  join resolution.assignments as people on people.subject_id = subjects.subject_id
 where companies.entity_id = any (%(ids)s)
   and (people.organization_id is null or people.organization_id = %(scope)s::uuid)

-- name: select_checked_entities
-- Entities that carry an address of which a check has landed.
select distinct assignments.entity_id, assignments.entity_kind::text, assignments.organization_id
  from raw.batches
  join raw.email_checks on email_checks.landing_id = batches.landing_id
 cross join unnest(array['company', 'person']::resolution.entity_kind[]) as kinds (entity_kind)
  join resolution.subject_keys as keys on keys.entity_kind = kinds.entity_kind and keys.key_kind = 'email'
   and keys.key_value = email_checks.email_normalized
  join resolution.assignments on assignments.subject_id = keys.subject_id
 where batches.batch_no > %(after)s and batches.batch_no <= %(upto)s

-- name: select_tenant_targets
-- Where organizations have joined a changed shared entity to another: their overlay there changes too.
select organization_id, to_entity_id as entity_id
  from resolution.redirects
 where reverted_batch_no is null and organization_id is not null and from_entity_id = any (%(ids)s)

-- name: insert_batch
-- A bulk reading's batch is there already.
insert into resolution.batches as known (batch_no, run_id, reason, entities_changed)
values (%(batch_no)s, %(run_id)s, %(reason)s, %(changed)s)
    on conflict (batch_no) do update
   set entities_changed = known.entities_changed + excluded.entities_changed, committed_at = clock_timestamp()

-- name: insert_changes
-- What a bulk reading has written of an entity stands.
insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
select %(batch_no)s, new.entity_id, entities.entity_kind, new.organization_id, new.change_kind
  from unnest(%(ids)s::uuid[], %(organizations)s::uuid[], %(kinds)s::text[]) as new (entity_id, organization_id, change_kind)
  join resolution.entities using (entity_id)
 where not exists (
   select from resolution.changes as known
    where known.entity_id = new.entity_id and known.batch_no = %(batch_no)s
      and known.organization_id is not distinct from new.organization_id)

-- name: number_entities
update resolution.entities set created_batch_no = %(batch_no)s where entity_id = any (%(ids)s)

-- name: number_assignments
update resolution.assignments set batch_no = %(batch_no)s where subject_id = any (%(ids)s)

-- name: number_redirects
update resolution.redirects set batch_no = %(batch_no)s where redirect_id = any (%(ids)s)

-- name: number_reverted_redirects
update resolution.redirects set reverted_batch_no = %(batch_no)s where redirect_id = any (%(ids)s)

-- name: revert_decisions
update resolution.match_decisions set is_reverted = true
 where not is_reverted and organization_id is not distinct from %(organization_id)s::uuid
   and ((entity_a = %(a)s and entity_b = %(b)s) or (entity_a = %(b)s and entity_b = %(a)s))

-- name: insert_decision
insert into resolution.match_decisions (organization_id, entity_kind, entity_a, entity_b, decision, reason, decided_by)
values (%(organization_id)s, %(kind)s::resolution.entity_kind, %(a)s, %(b)s, %(decision)s, %(reason)s, %(decided_by)s)
returning match_decision_id

-- name: select_explained_entity
select entity_id, entity_kind::text, organization_id, status
  from resolution.entities
 where entity_id = %(entity_id)s and (organization_id is null or organization_id = %(scope)s::uuid)

-- name: select_explained_records
select assignments.subject_id, assignments.organization_id, newest.source_key, newest.unit_key,
       assignments.origin_entity_id, assignments.match_key, assignments.match_reason
  from resolution.assignments
  join resolution.subjects using (subject_id)
 cross join lateral (
   select extractions.source_key, extractions.unit_key
     from raw.applications join raw.extractions using (run_on, extraction_id)
    where applications.unit_id = subjects.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest
 where assignments.entity_id = %(entity_id)s
   and (assignments.organization_id is null or assignments.organization_id = %(scope)s::uuid)
 order by newest.source_key, newest.unit_key, assignments.subject_id

-- name: select_explained_merges
select from_entity_id, to_entity_id, organization_id, reason, created_at, reverted_batch_no is not null as is_reverted
  from resolution.redirects
 where %(entity_id)s in (from_entity_id, to_entity_id)
   and (organization_id is null or organization_id = %(scope)s::uuid)
 order by created_at, redirect_id

-- name: select_explained_decisions
select match_decision_id, entity_a, entity_b, decision, decided_by, decided_at, match_weight, reason, is_reverted
  from resolution.match_decisions
 where %(entity_id)s in (entity_a, entity_b)
   and (organization_id is null or organization_id = %(scope)s::uuid)
 order by decided_at, match_decision_id

-- name: select_explained_keys
-- The keys of the entity's records, and how many names hold each in this scope.
select own.key_kind, own.key_value, own.is_joining, count(distinct held.counted_name)::int as names
  from (select keys.entity_kind, keys.key_kind, keys.key_value, bool_or(keys.is_joining) as is_joining
          from resolution.assignments join resolution.subject_keys as keys using (subject_id)
         where assignments.entity_id = %(entity_id)s and keys.key_kind <> 'block'
           and (assignments.organization_id is null or assignments.organization_id = %(scope)s::uuid)
         group by keys.entity_kind, keys.key_kind, keys.key_value) as own
  join resolution.subject_keys as held using (entity_kind, key_kind, key_value)
 where held.organization_id is null or held.organization_id = %(scope)s::uuid
 group by own.key_kind, own.key_value, own.is_joining
 order by own.key_kind, own.key_value
