-- Grain: member of an organization.
with source as (
  select * from {{ source('identity', 'members') }}
),

final as (
  select
    organization_id,
    user_id,
    role,
    client_id,
    created_at,
    deleted_at
  from source
)

select * from final
