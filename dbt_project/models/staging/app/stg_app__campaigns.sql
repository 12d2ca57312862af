-- Grain: campaign.
with source as (
  select * from {{ source('app', 'campaigns') }}
),

final as (
  select
    campaign_id,
    organization_id,
    name,
    type,
    status,
    client_id,
    email_account_id,
    created_at,
    created_by,
    deleted_at
  from source
)

select * from final
