-- The match model at night: whom to compare, by blocks; its decisions, and those that wait for a person.

-- name: select_subjects_to_weigh
-- The dirty subjects, all others of their entities, and who shares a block whose size may have crossed the limit.
with crossed as (
  select changed.key_value, count(*) as moved from changed_keys as changed where changed.key_kind = 'block' group by changed.key_value),
started as (
  select subject_id from dirty_subjects where not has_vanished
  union
  select left_over.subject_id
    from dirty_subjects as dirty
    join resolution.assignments as left_over on left_over.origin_entity_id = dirty.former_origin_id
  union
  select held.subject_id
    from crossed
   cross join unnest(array['company', 'person']::resolution.entity_kind[]) as kinds (entity_kind)
    join resolution.subject_keys as held on held.entity_kind = kinds.entity_kind and held.key_kind = 'block' and held.key_value = crossed.key_value
   where (select count(*) from (
           select from resolution.subject_keys as others
            where others.entity_kind = kinds.entity_kind and others.key_kind = 'block' and others.key_value = crossed.key_value
              and (others.organization_id is null or others.organization_id = held.organization_id)
            limit %(most)s + crossed.moved + 1) as holders) between %(most)s - crossed.moved + 1 and %(most)s + crossed.moved)
select distinct atoms.subject_id
  from started
  join resolution.assignments using (subject_id)
  join resolution.assignments as atoms on atoms.entity_id = assignments.entity_id
 order by atoms.subject_id

-- name: select_vanished_origins
-- Entities that lost a subject: what the model said of them is weighed again.
select distinct former_origin_id as entity_id from dirty_subjects where former_origin_id is not null

-- name: select_block_pairs
-- The given subjects with all who share a block and are to be seen together: shared ones, and one organization's own.
-- Blocks of more holders than `most` say too little. `scope` is the organization that a decision would be of.
select distinct one.entity_kind::text as kind, one.subject_id as one, two.subject_id as two,
       coalesce(one.organization_id, two.organization_id) as scope,
       case when one.organization_id is not distinct from coalesce(one.organization_id, two.organization_id)
            then one.origin_entity_id else one.entity_id end as one_entity,
       case when two.organization_id is not distinct from coalesce(one.organization_id, two.organization_id)
            then two.origin_entity_id else two.entity_id end as two_entity,
       one.entity_id = two.entity_id or exists (
         select from resolution.redirects
          where reverted_batch_no is null and redirects.organization_id = coalesce(one.organization_id, two.organization_id)
            and ((from_entity_id = one.entity_id and to_entity_id = two.entity_id)
              or (from_entity_id = two.entity_id and to_entity_id = one.entity_id))) as are_one
  from unnest(%(subject_ids)s::uuid[]) as wanted (subject_id)
  join resolution.assignments as one using (subject_id)
  join resolution.subject_keys as held on held.subject_id = one.subject_id and held.key_kind = 'block'
  join resolution.subject_keys as others on others.entity_kind = held.entity_kind and others.key_kind = 'block'
   and others.key_value = held.key_value and others.subject_id <> held.subject_id
   and (others.organization_id is null or held.organization_id is null or others.organization_id = held.organization_id)
  join resolution.assignments as two on two.subject_id = others.subject_id
 where one.origin_entity_id <> two.origin_entity_id
   and (select count(*) from (
         select from resolution.subject_keys as holders
          where holders.entity_kind = held.entity_kind and holders.key_kind = 'block' and holders.key_value = held.key_value
            and (holders.organization_id is null
                 or holders.organization_id = coalesce(held.organization_id, others.organization_id))
          limit %(most)s + 1) as counted) <= %(most)s

-- name: select_units_of_subjects
select distinct unit_id from resolution.subjects where subject_id = any (%(subject_ids)s)

-- name: select_decisions_on
-- What stands on the given entities: what people decided, and the model.
select match_decision_id, organization_id, entity_a, entity_b, decision, decided_by
  from resolution.match_decisions
 where not is_reverted and (entity_a = any (%(ids)s) or entity_b = any (%(ids)s))

-- name: revert_model_decisions
update resolution.match_decisions set is_reverted = true where match_decision_id = any (%(ids)s) and decided_by like 'model %%'

-- name: insert_model_decisions
insert into resolution.match_decisions (organization_id, entity_kind, entity_a, entity_b, decision, reason, decided_by)
select new.organization_id, new.kind::resolution.entity_kind, new.a, new.b, new.decision, new.reason, new.decided_by
  from unnest(%(organizations)s::uuid[], %(kinds)s::text[], %(a)s::uuid[], %(b)s::uuid[], %(decisions)s::text[], %(reasons)s::text[],
              %(decided_by)s::text[]) as new (organization_id, kind, a, b, decision, reason, decided_by)

-- name: select_waiting_pairs
-- The review queue of a scope: pairs of which the model is not sure, while both still stand for themselves.
select decisions.match_decision_id, decisions.entity_kind::text, decisions.entity_a, decisions.entity_b, decisions.reason,
       decisions.decided_by, decisions.decided_at
  from resolution.match_decisions as decisions
 where not decisions.is_reverted and decisions.decision = 'undecided' and decisions.decided_by like 'model %%'
   and decisions.organization_id is not distinct from %(scope)s::uuid
 order by decisions.decided_at desc, decisions.match_decision_id
 limit %(most)s
