-- Grain: answer of a paid provider. The waterfall, to replay it with other orders and prices.
{{ config(
  meta={'tenant': 'organization'},
  indexes=[{'columns': ['response_id']}, {'columns': ['organization_id', 'provider']}]
) }}

with responses as (
  select * from {{ ref('stg_raw__provider_responses') }}
),

requests as (
  select * from {{ ref('stg_app__enrichment_requests') }}
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
    responses.outcome,
    responses.status_code,
    responses.price_eur::numeric as price_eur,
    responses.latency_ms,
    responses.received_at
  from responses
  left join requests on requests.request_id = responses.request_id
)

select * from final
