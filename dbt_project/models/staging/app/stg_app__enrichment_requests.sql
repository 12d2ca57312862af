-- Grain: request to a paid provider.
with source as (
  select * from {{ source('app', 'enrichment_requests') }}
),

final as (
  select
    request_id,
    organization_id,
    entity_id,
    entity_kind,
    attribute,
    provider,
    window_on,
    wanted_by,
    state,
    max_price_eur,
    created_at,
    finished_at
  from source
)

select * from final
