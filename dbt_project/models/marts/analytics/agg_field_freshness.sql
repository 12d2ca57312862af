-- Grain: scope (organization null: shared), kind of entity and attribute. Is it fresh: winners by the age of their best statement.
{{ config(meta={'tenant': 'shared', 'access': 'analytics'}, indexes=[{'columns': ['organization_id']}]) }}

with winners as (
  {%- for kind in ['company', 'person'] %}
  select organization_id, '{{ kind }}' as entity_kind, attribute, observed_at
  from {{ ref('fct_' ~ kind ~ '_values') }}
  where is_primary
  {{ 'union all' if not loop.last }}
  {%- endfor %}
),

ages as (
  select
    *,
    {{ slo_days('attribute') }} as slo_days,
    greatest(extract(epoch from {{ built_at() }} - observed_at), 0)::double precision / 86400 as age_days
  from winners
),

final as (
  select
    organization_id,
    entity_kind,
    attribute,
    slo_days,
    count(*)::integer as winners,
    count(*) filter (where age_days <= slo_days)::integer as within_slo,
    percentile_cont(0.5) within group (order by age_days) as age_days_p50,
    percentile_cont(0.9) within group (order by age_days) as age_days_p90,
    max(age_days) as age_days_max
  from ages
  group by organization_id, entity_kind, attribute, slo_days
)

select * from final
