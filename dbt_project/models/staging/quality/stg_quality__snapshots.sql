-- Grain: audience of one wave.
with source as (
  select * from {{ source('quality', 'snapshots') }}
),

final as (
  select
    snapshot_id,
    organization_id,
    campaign_id,
    step_no,
    wave_at,
    created_at
  from source
)

select * from final
