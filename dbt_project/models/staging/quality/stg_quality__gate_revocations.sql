-- Grain: revoked gate run.
with source as (
  select * from {{ source('quality', 'gate_revocations') }}
),

final as (
  select
    gate_run_id,
    organization_id,
    revoked_by,
    reason,
    revoked_at
  from source
)

select * from final
