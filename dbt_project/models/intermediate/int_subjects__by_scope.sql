-- Grain: scope, entity and subject. Whose records make an entity in a scope: shared ones, and in an overlay the organization's own as
-- well, over everything that is redirected to the entity there.
{{ config(tags=['entity'], indexes=[{'columns': ['subject_id']}]) }}

with scopes as (
  select * from {{ ref('int_entities__by_scope') }}
),

redirects as (
  select * from {{ ref('int_redirects__resolved') }}
),

assignments as (
  select * from {{ ref('stg_resolution__assignments') }}
),

members as (
  select scope_id, organization_id, entity_kind, entity_id, entity_id as member_id from scopes
  union
  select scopes.scope_id, scopes.organization_id, scopes.entity_kind, scopes.entity_id, redirects.from_entity_id
  from scopes
  join redirects
    on redirects.to_entity_id = scopes.entity_id
    and (redirects.organization_id is null or redirects.organization_id = scopes.organization_id)
),

final as (
  select members.scope_id, members.organization_id, members.entity_kind, members.entity_id, assignments.subject_id
  from members
  join assignments
    on assignments.entity_id = members.member_id
    and (assignments.organization_id is null or assignments.organization_id = members.organization_id)
  -- an organization may have parted what is joined for everyone else, or joined it to another
  where members.member_id = members.entity_id
    or {{ effective_entity('members.member_id', 'members.organization_id') }} = members.entity_id
)

select * from final
