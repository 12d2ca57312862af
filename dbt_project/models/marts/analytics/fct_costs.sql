-- Grain: entry of the cost ledger. Where the money goes.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['cost_id']}, {'columns': ['organization_id', 'occurred_at']}, {'columns': ['lead_id']}]
) }}

with costs as (
  select * from {{ ref('stg_billing__costs') }}
),

final as (
  select
    organization_id,
    cost_id,
    occurred_at,
    kind,
    provider,
    job_id,
    request_id,
    source_call_id,
    source_key,
    campaign_id,
    lead_id,
    amount_eur::numeric as amount_eur,
    credits::numeric as credits,
    is_refund
  from costs
)

select * from final
