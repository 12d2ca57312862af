-- Grain: scope (organization null: shared), kind of entity and attribute. Is it fresh: winners by the age of their best statement.
-- An organization sees the shared rows without those that it has a row of its own for, or joined to another: `replaced_*` counts these.
{{ config(meta={'tenant': 'shared', 'access': 'analytics'}, indexes=[{'columns': ['organization_id']}]) }}

with winners as (
  {%- for kind, entity_id in [('company', 'company_id'), ('person', 'person_id')] %}
  select organization_id, '{{ kind }}' as entity_kind, {{ entity_id }} as entity_id, attribute, observed_at
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

-- as the ledger of overlays has it, whose rows the policies hide
replacing as (
  select organization_id, company_id as entity_id from {{ ref('dim_companies') }} where organization_id is not null
  union
  select organization_id, person_id from {{ ref('dim_people') }} where organization_id is not null
  union
  select organization_id, from_entity_id from {{ ref('int_redirects__resolved') }} where organization_id is not null
),

counted as (
  select *, false as is_replaced from ages
  union all
  select replacing.organization_id, ages.entity_kind, ages.entity_id, ages.attribute, ages.observed_at, ages.slo_days, ages.age_days, true
  from replacing
  join ages on ages.entity_id = replacing.entity_id and ages.organization_id is null
),

final as (
  select
    organization_id,
    entity_kind,
    attribute,
    slo_days,
    count(*) filter (where not is_replaced)::integer as winners,
    count(*) filter (where not is_replaced and age_days <= slo_days)::integer as within_slo,
    count(*) filter (where is_replaced)::integer as replaced_winners,
    count(*) filter (where is_replaced and age_days <= slo_days)::integer as replaced_within_slo,
    percentile_cont(0.5) within group (order by age_days) filter (where not is_replaced) as age_days_p50,
    percentile_cont(0.9) within group (order by age_days) filter (where not is_replaced) as age_days_p90,
    max(age_days) filter (where not is_replaced) as age_days_max
  from counted
  group by organization_id, entity_kind, attribute, slo_days
)

select * from final
