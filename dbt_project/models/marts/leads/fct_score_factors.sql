-- Grain: lead, day of scoring and factor. A lead's factors are kept for the days on which one of them changed.
{{ config(
  meta={'tenant': 'organization', 'rows': 'stored.scored_on = BUILT_ON'},
  indexes=[{'columns': ['lead_id', 'scored_on']}, {'columns': ['organization_id', 'lead_id']}]
) }}

{%- set stored = load_relation(this) %}

with factors as (
  select * from {{ ref('int_lead_factors__scored') }}
),

{%- if stored is not none %}

former as (
  select distinct on (lead_id) lead_id, factors_hash
  from {{ this }}
  where scored_on < {{ built_on() }}
  order by lead_id, scored_on desc
),
{%- else %}

former as (
  select null::uuid as lead_id, null::text as factors_hash
),
{%- endif %}

final as (
  select
    factors.organization_id,
    factors.lead_id,
    {{ built_on() }} as scored_on,
    factors.factor,
    factors.input_value,
    factors.points::integer as points,
    coalesce(factors.max_points, 0)::integer as max_points,
    factors.score_total::integer as score_total,
    factors.factors_hash
  from factors
  left join former on former.lead_id = factors.lead_id
  where former.factors_hash is distinct from factors.factors_hash
)

select * from final
