-- Grain: candidate of a wave.
with source as (
  select * from {{ source('app', 'campaign_decisions') }}
),

final as (
  select
    snapshot_id,
    organization_id,
    campaign_id,
    step_no,
    lead_id,
    member_id,
    decision,
    rule_id,
    evidence,
    gate_run_id,
    held_until,
    decided_at
  from source
)

select * from final
