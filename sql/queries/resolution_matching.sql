-- The match model at night: whom to compare, by blocks; its decisions.

-- name: select_subjects_to_weigh
-- The dirty subjects, all others of their entities, and who shares a block whose size may have crossed the limit. A block is
-- counted once for each whose holders it may have, not once a holder: a file of one trade in one town is one block.
with crossed as (
  select changed.key_value, count(*) as moved from changed_keys as changed where changed.key_kind = 'block' group by changed.key_value),
blocks as materialized (
  select kinds.entity_kind, crossed.key_value, crossed.moved, holders.organization_id
    from crossed
   cross join unnest(array['company', 'person']::resolution.entity_kind[]) as kinds (entity_kind)
   cross join lateral (
     select distinct organization_id from resolution.subject_keys as keys
      where keys.entity_kind = kinds.entity_kind and keys.key_kind = 'block' and keys.key_value = crossed.key_value) as holders),
near_the_limit as materialized (
  select entity_kind, key_value, organization_id
    from blocks
   where (select count(*) from (
           select from resolution.subject_keys as others
            where others.entity_kind = blocks.entity_kind and others.key_kind = 'block' and others.key_value = blocks.key_value
              and (others.organization_id is null or others.organization_id = blocks.organization_id)
            limit %(most)s + blocks.moved + 1) as holders) between %(most)s - blocks.moved + 1 and %(most)s + blocks.moved),
started as (
  select subject_id from dirty_subjects where not has_vanished
  union
  select left_over.subject_id
    from dirty_subjects as dirty
    join resolution.assignments as left_over on left_over.origin_entity_id = dirty.former_origin_id
  union
  select held.subject_id
    from near_the_limit as block
    join resolution.subject_keys as held on held.entity_kind = block.entity_kind and held.key_kind = 'block'
     and held.key_value = block.key_value and held.organization_id is not distinct from block.organization_id)
select distinct atoms.subject_id
  from started
  join resolution.assignments using (subject_id)
  join resolution.assignments as atoms on atoms.entity_id = assignments.entity_id
 order by atoms.subject_id

-- name: select_subjects_of_entities
-- Shared subjects of the given entities.
select subject_id from resolution.assignments where organization_id is null and entity_id = any (%(ids)s)

-- name: select_vanished_origins
-- Entities that lost a subject: what the model said of them is weighed again.
select distinct former_origin_id as entity_id from dirty_subjects where former_origin_id is not null

-- name: select_block_pairs
-- The given subjects with all who share a block and are to be seen together: shared ones, and one organization's own.
-- Blocks of more holders than `most` say too little; each is counted once a scope, before anybody is paired. `scope` is the
-- organization that a decision would be of: none, or with `of_organizations` any.
with held as materialized (
  select keys.entity_kind, keys.key_value, keys.organization_id, keys.subject_id
    from unnest(%(subject_ids)s::uuid[]) as wanted (subject_id)
    join resolution.subject_keys as keys on keys.subject_id = wanted.subject_id and keys.key_kind = 'block'
),
scopes as (
  select entity_kind, key_value, organization_id as scope from held where organization_id is not null
   union
  select shared.entity_kind, shared.key_value, holders.organization_id
    from (select distinct entity_kind, key_value from held where organization_id is null) as shared
   cross join lateral (
     select distinct organization_id from resolution.subject_keys as keys
      where keys.entity_kind = shared.entity_kind and keys.key_kind = 'block' and keys.key_value = shared.key_value) as holders
),
blocks as materialized (
  select scopes.entity_kind, scopes.key_value, scopes.scope
    from scopes
   where (scopes.scope is not null) = %(of_organizations)s
     and (select count(*) from (
            select from resolution.subject_keys as holders
             where holders.entity_kind = scopes.entity_kind and holders.key_kind = 'block' and holders.key_value = scopes.key_value
               and (holders.organization_id is null or holders.organization_id = scopes.scope)
             limit %(most)s + 1) as counted) <= %(most)s
),
pairs as materialized (
  select distinct held.entity_kind, held.subject_id as one, others.subject_id as two, blocks.scope
    from held
    join blocks on blocks.entity_kind = held.entity_kind and blocks.key_value = held.key_value
     and (held.organization_id is null or blocks.scope = held.organization_id)
   cross join lateral (
     select keys.subject_id from resolution.subject_keys as keys
      where keys.entity_kind = held.entity_kind and keys.key_kind = 'block' and keys.key_value = held.key_value
        and keys.subject_id <> held.subject_id
        and (keys.organization_id is null or keys.organization_id = blocks.scope)
        and coalesce(held.organization_id, keys.organization_id) is not distinct from blocks.scope) as others
)
select pairs.entity_kind::text as kind, pairs.one, pairs.two, pairs.scope,
       case when one.organization_id is not distinct from pairs.scope then one.origin_entity_id else one.entity_id end as one_entity,
       case when two.organization_id is not distinct from pairs.scope then two.origin_entity_id else two.entity_id end as two_entity,
       one.entity_id = two.entity_id or exists (
         select from resolution.redirects
          where reverted_batch_no is null and redirects.organization_id = pairs.scope
            and ((from_entity_id = one.entity_id and to_entity_id = two.entity_id)
              or (from_entity_id = two.entity_id and to_entity_id = one.entity_id))) as are_one
  from pairs
  join resolution.assignments as one on one.subject_id = pairs.one
  join resolution.assignments as two on two.subject_id = pairs.two
 where one.origin_entity_id <> two.origin_entity_id

-- name: select_units_of_subjects
select distinct unit_id from resolution.subjects where subject_id = any (%(subject_ids)s)

-- name: select_decisions_on
-- What stands on the given entities: what people decided, and the model; in the shared scope, or in those of organizations.
select match_decision_id, organization_id, entity_a, entity_b, decision, decided_by
  from resolution.match_decisions
 where not is_reverted and (organization_id is not null) = %(of_organizations)s
   and (entity_a = any (%(ids)s) or entity_b = any (%(ids)s))

-- name: revert_model_decisions
update resolution.match_decisions set is_reverted = true where match_decision_id = any (%(ids)s) and decided_by like 'model %%'

-- name: insert_model_decisions
insert into resolution.match_decisions
  (organization_id, entity_kind, entity_a, entity_b, decision, match_weight, reason, decided_by)
select new.organization_id, new.kind::resolution.entity_kind, new.a, new.b, new.decision, new.weight, new.reason, new.decided_by
  from unnest(%(organizations)s::uuid[], %(kinds)s::text[], %(a)s::uuid[], %(b)s::uuid[], %(decisions)s::text[],
              %(weights)s::real[], %(reasons)s::text[], %(decided_by)s::text[])
       as new (organization_id, kind, a, b, decision, weight, reason, decided_by)
