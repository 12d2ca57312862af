-- Grain: campaign, deleted ones included, so that what was sent keeps its name.
{{ config(
  meta={'tenant': 'organization', 'access': 'campaign'},
  indexes=[{'columns': ['campaign_id']}, {'columns': ['organization_id']}]
) }}

with campaigns as (
  select * from {{ ref('stg_app__campaigns') }}
),

final as (
  select
    organization_id,
    campaign_id,
    name,
    type::text as campaign_type,
    status::text as status,
    client_id,
    email_account_id,
    created_at,
    deleted_at is not null as is_deleted
  from campaigns
)

select * from final
