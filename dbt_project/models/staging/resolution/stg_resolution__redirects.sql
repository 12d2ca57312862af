-- Grain: standing redirect.
with source as (
  select * from {{ source('resolution', 'redirects') }}
),

final as (
  select
    redirect_id,
    organization_id,
    from_entity_id,
    to_entity_id
  from source
  where reverted_batch_no is null
)

select * from final
