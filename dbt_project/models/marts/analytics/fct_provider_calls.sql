-- Grain: call to a paid provider. The waterfall, to replay it with other orders and prices.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['request_id']}, {'columns': ['organization_id', 'provider']}]
) }}

with responses as (
  select * from {{ ref('stg_raw__provider_responses') }}
),

-- a request and a lead keep the entity that they were made of; where that has become one with another, both go on there
requests as (
  select
    requests.*,
    {{ effective_entity('requests.entity_id', 'requests.organization_id') }} as effective_entity_id
  from {{ ref('stg_app__enrichment_requests') }} as requests
),

-- the order in which providers were asked for the same
positions as (
  select
    request_id,
    row_number() over (
      partition by organization_id, entity_id, attribute, date_trunc('month', window_on) order by created_at, request_id
    ) as position
  from requests
),

entities_of_leads as (
  select
    leads.*,
    {{ effective_entity('leads.entity_id', 'leads.organization_id') }} as effective_entity_id
  from {{ ref('stg_app__leads') }} as leads
),

-- of two that have become one the older counts, until the younger is closed
leads as (
  select distinct on (organization_id, effective_entity_id) organization_id, effective_entity_id, lead_id
  from entities_of_leads
  order by organization_id, effective_entity_id, created_at, lead_id
),

calls as (
  select
    organization_id, request_id, response_id, provider, outcome, from_cache, status_code, price_eur, latency_ms, received_at
  from responses
  union all
  -- an answer that its worker took along: it may have been charged, and stands at the price that was reserved
  select
    requests.organization_id, requests.request_id, null, requests.provider, requests.state, false, null, requests.max_price_eur, null,
    requests.finished_at
  from requests
  where requests.state = 'unknown' and not exists (select from responses where responses.request_id = requests.request_id)
),

final as (
  select
    calls.organization_id,
    calls.request_id,
    calls.response_id,
    calls.provider,
    requests.entity_id,
    requests.entity_kind::text as entity_kind,
    requests.attribute,
    requests.wanted_by,
    positions.position::integer as position,
    leads.lead_id,
    calls.outcome,
    calls.from_cache,
    calls.status_code,
    calls.price_eur::numeric as price_eur,
    calls.latency_ms,
    calls.received_at
  from calls
  left join requests on requests.request_id = calls.request_id
  left join positions on positions.request_id = calls.request_id
  left join leads on leads.organization_id = requests.organization_id and leads.effective_entity_id = requests.effective_entity_id
)

select * from final
