-- Grain: subject (unit and record key).
with source as (
  select * from {{ source('resolution', 'assignments') }}
),

final as (
  select
    subject_id,
    entity_kind,
    organization_id,
    entity_id,
    origin_entity_id,
    match_key,
    match_reason
  from source
)

select * from final
