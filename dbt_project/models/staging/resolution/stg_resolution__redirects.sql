-- Grain: redirect, reverted ones included.
with source as (
  select * from {{ source('resolution', 'redirects') }}
),

final as (
  select
    redirect_id,
    organization_id,
    from_entity_id,
    to_entity_id,
    reason,
    reverted_batch_no is not null as is_reverted,
    created_at
  from source
)

select * from final
