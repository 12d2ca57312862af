-- Grain: live organization.
with source as (
  select * from {{ source('identity', 'organizations') }}
  where deleted_at is null
),

final as (
  select
    organization_id,
    slug,
    name,
    time_zone,
    created_at
  from source
)

select * from final
