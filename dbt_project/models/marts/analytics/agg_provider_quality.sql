-- Grain: organization, provider, attribute, country ('' unknown) and month. Whom to ask first: what was paid, found and proved right.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['organization_id', 'month_starts_on']}]
) }}

{%- set keys = ['organization_id', 'provider', 'attribute', 'country_code', 'month_starts_on'] %}

with made as (
  select
    calls.*,
    {{ effective_entity('calls.entity_id', 'calls.organization_id') }} as effective_entity_id
  from {{ ref('fct_provider_calls') }} as calls
  where calls.attribute is not null
),

-- who was asked about may have become one with another since: its country stands there
calls as (
  select
    made.organization_id,
    made.provider,
    made.attribute,
    coalesce(people.country_code, companies.country_code, '') as country_code,
    date_trunc('month', made.received_at at time zone 'UTC')::date as month_starts_on,
    made.outcome,
    made.from_cache,
    made.price_eur
  from made
  left join {{ visible_row(ref('dim_people'), 'person_id', 'made.effective_entity_id', 'made.organization_id') }} as people on true
  {%- set company_id = 'coalesce(people.company_id, made.effective_entity_id)' %}
  left join {{ visible_row(ref('dim_companies'), 'company_id', company_id, 'made.organization_id') }} as companies on true
),

answers as (
  select
    judged.organization_id,
    judged.provider,
    judged.attribute,
    coalesce(people.country_code, companies.country_code, '') as country_code,
    date_trunc('month', judged.received_at at time zone 'UTC')::date as month_starts_on,
    judged.outcome
  from {{ ref('int_provider_answers__judged') }} as judged
  left join {{ visible_row(ref('dim_people'), 'person_id', 'judged.entity_id', 'judged.organization_id') }} as people on true
  {%- set company_id = 'coalesce(people.company_id, judged.entity_id)' %}
  left join {{ visible_row(ref('dim_companies'), 'company_id', company_id, 'judged.organization_id') }} as companies on true
),

asked as (
  select
    {{ keys | join(', ') }},
    count(*) filter (where not from_cache) as calls,
    count(*) filter (where from_cache) as cached,
    count(*) filter (where outcome = 'hit' and not from_cache) as hits,
    sum(price_eur) as cost_eur
  from calls
  group by {{ keys | join(', ') }}
),

proved as (
  select
    {{ keys | join(', ') }},
    count(*) as judged,
    count(*) filter (where outcome = 'confirmed') as correct
  from answers
  group by {{ keys | join(', ') }}
),

final as (
  select
    {%- for key in keys %}
    {{ key }},
    {%- endfor %}
    coalesce(asked.calls, 0)::integer as calls,
    coalesce(asked.cached, 0)::integer as cached,
    coalesce(asked.hits, 0)::integer as hits,
    coalesce(proved.judged, 0)::integer as judged,
    coalesce(proved.correct, 0)::integer as correct,
    {{ wilson_bound('proved.correct', 'proved.judged', '-') }} as precision_lower,
    {{ wilson_bound('proved.correct', 'proved.judged', '+') }} as precision_upper,
    coalesce(asked.cost_eur, 0)::numeric as cost_eur,
    round(coalesce(asked.cost_eur, 0) / nullif(proved.correct, 0), 6)::numeric as cost_per_correct
  from asked
  full join proved using ({{ keys | join(', ') }})
)

select * from final
