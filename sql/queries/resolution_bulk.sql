-- Resolution in bulk: many units at once, staged in temporary tables and written by sets; what is known already takes the usual way.

-- name: create_staged
create temporary table staged_subjects (
  row_no integer, subject_id uuid, entity_kind resolution.entity_kind, organization_id uuid, unit_id uuid, company_subject_id uuid
) on commit drop;
create temporary table staged_keys (
  row_no integer, subject_id uuid, entity_kind resolution.entity_kind, organization_id uuid, key_kind text, key_value text,
  is_joining boolean, counted_name text
) on commit drop;
create temporary table rest_rows (row_no integer) on commit drop;
create temporary table staged_entities (
  atom_no integer, entity_id uuid, entity_kind resolution.entity_kind, status text, key_kind text, key_value text
) on commit drop;
create temporary table staged_places (
  subject_id uuid, entity_kind resolution.entity_kind, entity_id uuid, origin_entity_id uuid, match_key text, match_reason text
) on commit drop;
create temporary table staged_redirects (from_entity_id uuid, to_entity_id uuid, reason text) on commit drop;
create temporary table staged_decisions (
  match_decision_id uuid, entity_kind resolution.entity_kind, atom_a integer, atom_b integer, decision text, match_weight real, reason text,
  decided_by text
) on commit drop

-- name: select_known_rows
-- Rows of which something is known: a unit read before, a key or a block that others hold, an id that goes on.
select staged.row_no
  from staged_subjects as staged join former_subjects using (unit_id)
union
select staged.row_no
  from staged_keys as staged
 where exists (select from resolution.subject_keys as known
                where known.entity_kind = staged.entity_kind and known.key_kind = staged.key_kind and known.key_value = staged.key_value)
    or exists (select from resolution.origins
                where origins.entity_kind = staged.entity_kind and origins.key_kind = staged.key_kind
                  and origins.key_value = staged.key_value and origins.organization_id is null)
union
select staged.row_no
  from staged_subjects as staged
  join resolution.origins
    on origins.entity_kind = staged.entity_kind and origins.key_kind = 'subject' and origins.key_value = staged.subject_id::text
   and origins.organization_id is null

-- name: select_is_known
-- Whether anything is known at all.
select exists (select from resolution.subjects) or exists (select from resolution.origins where organization_id is null) as is_known

-- name: insert_rest_subjects
-- What takes the usual way: an organization's own, and what touches something known.
insert into read_subjects
select subject_id, entity_kind, organization_id, unit_id, company_subject_id
  from staged_subjects as staged
 where row_no is null or exists (select from rest_rows where rest_rows.row_no = staged.row_no)
    on conflict do nothing

-- name: insert_rest_keys
insert into read_keys
select subject_id, entity_kind, organization_id, key_kind, key_value, is_joining, counted_name
  from staged_keys as staged
 where row_no is null or exists (select from rest_rows where rest_rows.row_no = staged.row_no)

-- name: insert_fresh_subjects
insert into resolution.subjects (subject_id, entity_kind, organization_id, unit_id, company_subject_id)
select subject_id, entity_kind, organization_id, unit_id, company_subject_id
  from staged_subjects as staged
 where row_no is not null and not exists (select from rest_rows where rest_rows.row_no = staged.row_no)

-- name: insert_fresh_keys
insert into resolution.subject_keys (subject_id, entity_kind, organization_id, key_kind, key_value, is_joining, counted_name)
select subject_id, entity_kind, organization_id, key_kind, key_value, is_joining, counted_name
  from staged_keys as staged
 where row_no is not null and not exists (select from rest_rows where rest_rows.row_no = staged.row_no)

-- name: insert_fresh_entities
insert into resolution.entities (entity_id, entity_kind, status, created_batch_no)
select entity_id, entity_kind, status, %(batch_no)s from staged_entities

-- name: insert_fresh_origins
insert into resolution.origins (entity_kind, key_kind, key_value, entity_id)
select entity_kind, key_kind, key_value, entity_id from staged_entities

-- name: insert_fresh_assignments
insert into resolution.assignments (subject_id, entity_kind, entity_id, origin_entity_id, match_key, match_reason, batch_no)
select subject_id, entity_kind, entity_id, origin_entity_id, match_key, match_reason, %(batch_no)s from staged_places

-- name: insert_fresh_redirects
insert into resolution.redirects (from_entity_id, to_entity_id, reason, batch_no)
select from_entity_id, to_entity_id, reason, %(batch_no)s from staged_redirects

-- name: insert_fresh_decisions
insert into resolution.match_decisions
  (match_decision_id, entity_kind, entity_a, entity_b, decision, match_weight, reason, decided_by)
select staged.match_decision_id, staged.entity_kind, least(one.entity_id, two.entity_id), greatest(one.entity_id, two.entity_id),
       staged.decision, staged.match_weight, staged.reason, staged.decided_by
  from staged_decisions as staged
  join staged_entities as one on one.atom_no = staged.atom_a
  join staged_entities as two on two.atom_no = staged.atom_b

-- name: insert_fresh_changes
insert into resolution.changes (batch_no, entity_id, entity_kind, change_kind)
select %(batch_no)s, entity_id, entity_kind, case status when 'active' then 'created' else 'merged' end from staged_entities
