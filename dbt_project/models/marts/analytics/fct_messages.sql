-- Grain: message of the outbox. What happened to each.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead_of_campaign'},
  indexes=[{'columns': ['message_id']}, {'columns': ['organization_id', 'campaign_id']}, {'columns': ['lead_id']}]
) }}

with messages as (
  select * from {{ ref('stg_app__messages') }}
),

interactions as (
  select * from {{ ref('stg_app__interactions') }}
),

-- a reply says what people have put it right to, otherwise what was read when it landed; who corrects an absence note says that it is
-- somebody's answer, and the other way round
heard as (
  select
    events.message_id,
    events.event_kind,
    events.occurred_at,
    events.event_kind = 'replied'
      and coalesce(nullif(interactions.reply_kind, events.reply_kind) <> 'out_of_office', not events.is_machine) as is_reply,
    coalesce(interactions.reply_kind, events.reply_kind) as reply_kind
  from {{ ref('stg_raw__email_events') }} as events
  left join interactions on interactions.event_id = events.event_id
  where events.message_id is not null
),

events as (
  select
    message_id,
    min(occurred_at) filter (where is_reply) as first_reply_at,
    (array_agg(reply_kind order by occurred_at, reply_kind) filter (where is_reply))[1] as reply_kind,
    min(occurred_at) filter (where is_reply and reply_kind = 'positive') as first_positive_reply_at,
    min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
    min(occurred_at) filter (where event_kind = 'complained') as complained_at,
    min(occurred_at) filter (where event_kind = 'bounced') as bounced_at
  from heard
  group by message_id
),

-- a meeting is the campaign's that it names; one that names none is that of each message before it
meetings as (
  select messages.message_id, min(interactions.occurred_at) as first_meeting_at
  from messages
  join interactions
    on interactions.lead_id = messages.lead_id
    and interactions.type = 'meeting'
    and interactions.occurred_at >= messages.attempted_at
    and coalesce(interactions.campaign_id, messages.campaign_id) = messages.campaign_id
  group by messages.message_id
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
    events.reply_kind,
    events.first_positive_reply_at,
    meetings.first_meeting_at,
    events.unsubscribed_at,
    events.complained_at,
    messages.score_at_send::integer as score_at_send,
    providers.provider as provider_of_email,
    case when messages.attempted_at is not null then coalesce(send_costs.amount_eur / attempts.attempted_count, 0) else 0 end::numeric
      as cost_eur
  from messages
  left join providers on providers.lead_id = messages.lead_id and providers.email_normalized = messages.email_normalized
  left join events on events.message_id = messages.message_id
  left join meetings on meetings.message_id = messages.message_id
  left join send_costs on send_costs.campaign_id = messages.campaign_id and send_costs.lead_id = messages.lead_id
  left join attempts on attempts.campaign_id = messages.campaign_id and attempts.lead_id = messages.lead_id
)

select * from final
