-- Grain: message of the outbox.
with source as (
  select * from {{ source('app', 'messages') }}
),

final as (
  select
    message_id,
    organization_id,
    campaign_id,
    step_no,
    variant,
    lead_id,
    snapshot_id,
    member_id,
    email_normalized,
    gate_run_id,
    email_account_id,
    state,
    score_at_send,
    attempts,
    claimed_at,
    attempted_at,
    finished_at,
    smtp_code,
    reason_class,
    created_at
  from source
)

select * from final
