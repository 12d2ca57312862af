-- Grain: batch, touched entity, organization and kind of change.
with source as (
  select * from {{ source('resolution', 'changes') }}
),

final as (
  select
    batch_no,
    entity_id,
    entity_kind,
    organization_id,
    change_kind
  from source
)

select * from final
