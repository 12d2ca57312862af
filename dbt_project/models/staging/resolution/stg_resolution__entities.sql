-- Grain: entity, merged and retired ones included.
with source as (
  select * from {{ source('resolution', 'entities') }}
),

final as (
  select
    entity_id,
    entity_kind,
    organization_id,
    status
  from source
)

select * from final
