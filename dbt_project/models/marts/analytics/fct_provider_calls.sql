-- Grain: answer of a paid provider. The waterfall, to replay it with other orders and prices.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['response_id']}, {'columns': ['organization_id', 'provider']}]
) }}

with responses as (
  select * from {{ ref('stg_raw__provider_responses') }}
),

requests as (
  select * from {{ ref('stg_app__enrichment_requests') }}
),

-- the order in which providers were asked for the same
places as (
  select
    request_id,
    row_number() over (
      partition by organization_id, entity_id, attribute, window_on order by created_at, request_id
    ) as place
  from requests
),

leads as (
  select * from {{ ref('stg_app__leads') }}
),

final as (
  select
    responses.organization_id,
    responses.response_id,
    responses.request_id,
    responses.provider,
    requests.entity_id,
    requests.entity_kind::text as entity_kind,
    requests.attribute,
    requests.wanted_by,
    places.place::integer as place,
    leads.lead_id,
    responses.outcome,
    responses.status_code,
    responses.price_eur::numeric as price_eur,
    responses.latency_ms,
    responses.received_at
  from responses
  left join requests on requests.request_id = responses.request_id
  left join places on places.request_id = responses.request_id
  left join leads on leads.organization_id = requests.organization_id and leads.entity_id = requests.entity_id
)

select * from final
