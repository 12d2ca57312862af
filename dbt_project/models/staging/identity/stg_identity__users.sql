-- Grain: user.
with source as (
  select user_id, full_name from {{ source('identity', 'users') }}
),

final as (
  select
    user_id,
    full_name
  from source
)

select * from final
