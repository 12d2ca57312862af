-- Grain: answer of a paid provider.
with source as (
  select * from {{ source('raw', 'provider_responses') }}
),

final as (
  select
    response_id,
    organization_id,
    request_id,
    provider,
    outcome,
    status_code,
    price_eur,
    from_cache,
    latency_ms,
    received_at,
    landing_id,
    run_on
  from source
)

select * from final
