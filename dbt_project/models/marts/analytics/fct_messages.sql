-- Grain: message of the outbox. What happened to each.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead_of_campaign'},
  indexes=[{'columns': ['message_id']}, {'columns': ['organization_id', 'campaign_id']}, {'columns': ['lead_id']}]
) }}

with messages as (
  select * from {{ ref('stg_app__messages') }}
),

events as (
  select
    message_id,
    min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as first_reply_at,
    min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
    min(occurred_at) filter (where event_kind = 'complained') as complained_at,
    min(occurred_at) filter (where event_kind = 'bounced') as bounced_at
  from {{ ref('stg_raw__email_events') }}
  where message_id is not null
  group by message_id
),

send_costs as (
  select campaign_id, lead_id, sum(amount_eur) as amount_eur
  from {{ ref('stg_billing__costs') }}
  where kind = 'send' and campaign_id is not null and lead_id is not null
  group by campaign_id, lead_id
),

-- the ledger knows campaign and lead: their cost is shared by the messages that were attempted
attempts as (
  select campaign_id, lead_id, count(*) as attempted_count
  from messages
  where attempted_at is not null
  group by campaign_id, lead_id
),

-- who gave the address, where it was bought
providers as (
  select distinct on (leads.lead_id, values.value) leads.lead_id, values.value as email_normalized, values.provider
  from {{ ref('int_leads__facts') }} as leads
  join {{ ref('fct_person_values') }} as values
    on values.person_id = leads.person_id and values.organization_id = leads.organization_id and values.attribute = 'email'
  where values.provider is not null
  order by leads.lead_id, values.value, values.place
),

final as (
  select
    messages.organization_id,
    messages.message_id,
    messages.campaign_id,
    messages.step_no,
    messages.variant,
    messages.lead_id,
    messages.email_account_id,
    messages.gate_run_id,
    messages.created_at,
    messages.attempted_at,
    messages.state::text as final_state,
    messages.state in ('accepted', 'rejected', 'bounced', 'unknown') as is_attempted,
    case when messages.state in ('bounced', 'rejected') then messages.reason_class end as bounce_class,
    messages.smtp_code,
    events.bounced_at,
    events.first_reply_at,
    events.unsubscribed_at,
    events.complained_at,
    messages.score_at_send::integer as score_at_send,
    providers.provider as provider_of_email,
    case when messages.attempted_at is not null then coalesce(send_costs.amount_eur / attempts.attempted_count, 0) else 0 end::numeric
      as cost_eur
  from messages
  left join providers on providers.lead_id = messages.lead_id and providers.email_normalized = messages.email_normalized
  left join events on events.message_id = messages.message_id
  left join send_costs on send_costs.campaign_id = messages.campaign_id and send_costs.lead_id = messages.lead_id
  left join attempts on attempts.campaign_id = messages.campaign_id and attempts.lead_id = messages.lead_id
)

select * from final
