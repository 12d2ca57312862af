-- Grain: touchpoint with a lead, what people deleted left out; never what was said.
with source as (
  select * from {{ source('app', 'interactions') }}
),

final as (
  select
    interaction_id,
    organization_id,
    lead_id,
    type,
    direction,
    campaign_id,
    message_id,
    event_id,
    reply_kind,
    occurred_at
  from source
  where deleted_at is null
)

select * from final
