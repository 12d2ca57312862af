-- Grain: candidate of a wave (snapshot and member). Why someone was mailed or not; the decisions of a wave sum to its audience.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead_of_campaign'},
  indexes=[{'columns': ['snapshot_id', 'member_id']}, {'columns': ['organization_id', 'campaign_id']}, {'columns': ['lead_id']}]
) }}

with decisions as (
  select * from {{ ref('stg_app__campaign_decisions') }}
),

final as (
  select
    organization_id,
    campaign_id,
    snapshot_id,
    step_no,
    member_id,
    lead_id,
    decision,
    rule_id,
    evidence,
    gate_run_id,
    held_until,
    decided_at
  from decisions
)

select * from final
