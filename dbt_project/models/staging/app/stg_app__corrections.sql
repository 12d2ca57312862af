-- Grain: standing correction of an organization.
with source as (
  select * from {{ source('app', 'corrections') }}
),

final as (
  select
    correction_id,
    organization_id,
    entity_id,
    entity_kind,
    attribute,
    value,
    reason,
    created_at,
    created_by
  from source
  where reverted_at is null
)

select * from final
