-- Grain: live lead of an organization.
with source as (
  select * from {{ source('app', 'leads') }}
),

final as (
  select
    lead_id,
    organization_id,
    entity_id,
    entity_kind,
    status,
    owner_id,
    campaign_id,
    first_source,
    priority,
    rating_1_to_5,
    tags,
    created_at
  from source
  where deleted_at is null
)

select * from final
