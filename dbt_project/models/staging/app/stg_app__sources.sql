-- Grain: source, operators' and organizations'.
with source as (
  select * from {{ source('app', 'sources') }}
),

final as (
  select
    source_key,
    organization_id,
    kind,
    name,
    host,
    is_active
  from source
)

select * from final
