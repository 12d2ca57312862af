-- The review queue of who is who: pairs that wait for a person, what their records state, what people have said.

-- name: select_waiting_pairs
-- The review queue of a scope: pairs of which the model is not sure, while both still stand for themselves.
select decisions.match_decision_id, decisions.entity_kind::text, decisions.entity_a, decisions.entity_b,
       decisions.match_weight, decisions.reason, decisions.decided_by, decisions.decided_at
  from resolution.match_decisions as decisions
 where not decisions.is_reverted and decisions.decision = 'undecided' and decisions.decided_by like 'model %%'
   and decisions.organization_id is not distinct from %(scope)s::uuid
   and not exists (
     select from (select decisions.entity_a as entity_id union all
                  select to_entity_id from resolution.redirects
                   where from_entity_id = decisions.entity_a and reverted_batch_no is null
                     and (organization_id is null or organization_id = decisions.organization_id)) as one
       join (select decisions.entity_b as entity_id union all
             select to_entity_id from resolution.redirects
              where from_entity_id = decisions.entity_b and reverted_batch_no is null
                and (organization_id is null or organization_id = decisions.organization_id)) as other using (entity_id))
 order by decisions.decided_at desc, decisions.match_decision_id
 limit %(most)s

-- name: count_waiting_pairs
-- How many wait, by scope.
select decisions.organization_id, count(*)::int as waiting
  from resolution.match_decisions as decisions
 where not decisions.is_reverted and decisions.decision = 'undecided' and decisions.decided_by like 'model %'
   and not exists (
     select from (select decisions.entity_a as entity_id union all
                  select to_entity_id from resolution.redirects
                   where from_entity_id = decisions.entity_a and reverted_batch_no is null
                     and (organization_id is null or organization_id = decisions.organization_id)) as one
       join (select decisions.entity_b as entity_id union all
             select to_entity_id from resolution.redirects
              where from_entity_id = decisions.entity_b and reverted_batch_no is null
                and (organization_id is null or organization_id = decisions.organization_id)) as other using (entity_id))
 group by decisions.organization_id

-- name: select_decided_pairs
-- What people have said in a scope, newest first.
select match_decision_id, entity_kind::text, entity_a, entity_b, decision, reason, decided_by, decided_at
  from resolution.match_decisions
 where not is_reverted and decided_by not like 'model %%' and organization_id is not distinct from %(scope)s::uuid
 order by decided_at desc, match_decision_id
 limit %(most)s

-- name: select_decision
select decision, decided_by, is_reverted, entity_a, entity_b, organization_id
  from resolution.match_decisions where match_decision_id = %(match_decision_id)s

-- name: select_answer
-- What stands now on the pair of a decision, in its scope.
select decision, decided_by
  from resolution.match_decisions
 where not is_reverted and organization_id is not distinct from %(organization_id)s::uuid
   and ((entity_a = %(entity_a)s and entity_b = %(entity_b)s) or (entity_a = %(entity_b)s and entity_b = %(entity_a)s))
 order by decided_at desc
 limit 1

-- name: select_unit_keys
-- What the units are called: a page's address, a file's row.
select units.unit_id, newest.unit_key
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select extractions.unit_key
     from raw.applications join raw.extractions using (run_on, extraction_id)
    where applications.unit_id = units.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest

-- name: select_records_of_entities
-- The records behind the given ids, in a scope's sight, also behind an id that was merged away; the first fifty of each.
select ids.entity_id, records.subject_id, subjects.unit_id
  from unnest(%(ids)s::uuid[]) as ids (entity_id)
 cross join lateral (
   select assignments.subject_id from resolution.assignments
    where assignments.entity_id = ids.entity_id
      and (assignments.organization_id is null or assignments.organization_id = %(scope)s::uuid)
   union
   select assignments.subject_id from resolution.assignments
    where assignments.origin_entity_id = ids.entity_id
      and (assignments.organization_id is null or assignments.organization_id = %(scope)s::uuid)
    order by 1
    limit 50) as records
  join resolution.subjects using (subject_id)
