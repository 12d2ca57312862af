-- Grain: entry of the cost ledger.
with source as (
  select * from {{ source('billing', 'costs') }}
),

final as (
  select
    cost_id,
    organization_id,
    occurred_at,
    kind,
    provider,
    amount_eur,
    credits,
    is_refund,
    budget_id,
    request_id,
    source_call_id,
    job_id,
    source_key,
    campaign_id,
    lead_id
  from source
)

select * from final
