-- Grain: suppressed address or domain, of one organization or of all.
with source as (
  select * from {{ source('app', 'suppressions') }}
),

final as (
  select
    suppression_id,
    organization_id,
    scope,
    value_normalized,
    reason,
    source,
    created_at
  from source
)

select * from final
