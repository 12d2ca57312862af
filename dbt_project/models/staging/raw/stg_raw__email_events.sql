-- Grain: event of a message.
with source as (
  select * from {{ source('raw', 'email_events') }}
),

final as (
  select
    event_id,
    organization_id,
    message_id,
    event_kind,
    reason_class,
    smtp_code,
    dsn_status,
    occurred_at,
    received_at,
    is_machine,
    reply_kind,
    landing_id
  from source
)

select * from final
