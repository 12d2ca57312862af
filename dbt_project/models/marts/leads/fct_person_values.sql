-- Grain: scope, person, attribute and candidate value. Why a value won, and what lost against it.
-- depends_on: {{ ref('int_entities__to_rebuild') }}
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'person', 'entity_id': 'person_id', 'access': 'person'},
  indexes=[{'columns': ['person_id', 'attribute']}, {'columns': ['organization_id', 'person_id']}]
) }}

with ranked_values as (
  select * from {{ ref('int_person_values__ranked') }}
),

fetches as (
  select * from {{ ref('stg_raw__fetches') }}
),

answers as (
  select records.record_id, requests.attribute, responses.price_eur
  from {{ ref('stg_raw__provider_responses') }} as responses
  join {{ ref('stg_app__enrichment_requests') }} as requests on requests.request_id = responses.request_id
  join {{ ref('stg_raw__person_records') }} as records
    on records.landing_id = responses.landing_id and records.run_on = responses.run_on
    and records.source_key like 'provider/%'
),

outcomes as (
  select * from {{ ref('int_person_values__outcomes') }}
),

final as (
  select
    ranked_values.organization_id,
    ranked_values.entity_id as person_id,
    ranked_values.attribute,
    ranked_values.value,
    ranked_values.place::integer as place,
    ranked_values.is_winner,
    ranked_values.is_primary,
    ranked_values.rule_id,
    ranked_values.confidence,
    ranked_values.agreeing_sources::integer as agreeing_sources,
    ranked_values.mention_count::integer as mention_count,
    ranked_values.is_private,
    ranked_values.source_key,
    case when ranked_values.source_key like 'provider/%' then split_part(ranked_values.source_key, '/', 2) end as provider,
    answers.price_eur::numeric as price_eur,
    outcomes.outcome,
    ranked_values.url,
    ranked_values.locator,
    ranked_values.raw_value,
    ranked_values.parts,
    ranked_values.observed_at,
    ranked_values.extractor,
    ranked_values.extractor_version,
    ranked_values.record_id,
    ranked_values.fetch_id,
    fetches.warc_uri,
    fetches.warc_offset
  from ranked_values
  left join fetches on fetches.fetch_id = ranked_values.fetch_id and fetches.run_on = ranked_values.run_on
  left join answers on answers.record_id = ranked_values.record_id and answers.attribute = ranked_values.attribute
  left join outcomes
    on outcomes.organization_id = ranked_values.organization_id
    and outcomes.entity_id = ranked_values.entity_id
    and outcomes.attribute = ranked_values.attribute
    and outcomes.value = ranked_values.value
)

select * from final
