-- Grain: scope and redirected entity. Where it ends, over all steps; an organization's own redirect goes before the shared one.
{{ config(indexes=[{'columns': ['from_entity_id']}, {'columns': ['to_entity_id']}]) }}

with recursive redirects as (
  select * from {{ ref('stg_resolution__redirects') }} where not is_reverted
),

tenants as (
  select distinct organization_id from redirects where organization_id is not null
),

edges as (
  select {{ scope_id('organization_id') }} as scope_id, organization_id, from_entity_id, to_entity_id from redirects
  union all
  -- shared redirects, as organizations with redirects of their own see them
  select tenants.organization_id, tenants.organization_id, shared.from_entity_id, shared.to_entity_id
  from tenants
  join redirects as shared on shared.organization_id is null
  where not exists (
    select from redirects as own
    where own.organization_id = tenants.organization_id and own.from_entity_id = shared.from_entity_id
  )
),

walks (scope_id, organization_id, from_entity_id, to_entity_id, steps) as (
  select scope_id, organization_id, from_entity_id, to_entity_id, 1 from edges
  union all
  select walks.scope_id, walks.organization_id, walks.from_entity_id, edges.to_entity_id, walks.steps + 1
  from walks
  join edges on edges.scope_id = walks.scope_id and edges.from_entity_id = walks.to_entity_id
  where walks.steps < 32 and edges.to_entity_id <> walks.from_entity_id
),

final as (
  select distinct on (scope_id, from_entity_id) organization_id, from_entity_id, to_entity_id
  from walks
  order by scope_id, from_entity_id, steps desc, to_entity_id
)

select * from final
