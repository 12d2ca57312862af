-- Grain: subject and exact key of its current record.
with source as (
  select * from {{ source('resolution', 'subject_keys') }}
),

final as (
  select
    subject_id,
    entity_kind,
    organization_id,
    key_kind,
    key_value
  from source
)

select * from final
