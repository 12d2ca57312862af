-- Grain: scope, company, attribute and candidate value. Why a value won, and what lost against it.
-- depends_on: {{ ref('int_entities__to_rebuild') }}, {{ ref('fct_company_changes') }} (compares with the rows that this replaces)
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'company', 'entity_id': 'company_id', 'access': 'company'},
  indexes=[{'columns': ['company_id', 'attribute']}, {'columns': ['organization_id', 'company_id']}]
) }}

with ranked_values as (
  select * from {{ ref('int_company_values__ranked') }}
),

fetches as (
  select * from {{ ref('stg_raw__fetches') }}
),

final as (
  select
    ranked_values.organization_id,
    ranked_values.entity_id as company_id,
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
)

select * from final
