-- Grain: event of a message. What servers, people and machines answered, as it was landed; it can be classed anew.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead_of_campaign'},
  indexes=[
    {'columns': ['event_id']}, {'columns': ['message_id']}, {'columns': ['organization_id', 'occurred_at']}, {'columns': ['lead_id']}
  ]
) }}

with events as (
  select * from {{ ref('stg_raw__email_events') }}
),

messages as (
  select * from {{ ref('stg_app__messages') }}
),

final as (
  select
    events.organization_id,
    events.event_id,
    events.message_id,
    messages.campaign_id,
    messages.lead_id,
    events.event_kind,
    events.reason_class,
    events.smtp_code,
    events.dsn_status,
    events.occurred_at,
    events.received_at,
    events.is_machine,
    events.reply_kind,
    events.landing_id
  from events
  left join messages on messages.message_id = events.message_id
)

select * from final
