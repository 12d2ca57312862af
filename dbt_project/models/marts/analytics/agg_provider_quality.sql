-- Grain: organization, provider, attribute, country ('' unknown) and month. Whom to ask first: what was paid, found and proved right.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['organization_id', 'month_starts_on']}]
) }}

{%- set keys = ['organization_id', 'provider', 'attribute', 'country_code', 'month_starts_on'] %}

with calls as (
  select
    calls.organization_id,
    calls.provider,
    calls.attribute,
    coalesce(people.country_code, companies.country_code, '') as country_code,
    date_trunc('month', calls.received_at at time zone 'UTC')::date as month_starts_on,
    calls.outcome,
    calls.from_cache,
    calls.price_eur
  from {{ ref('fct_provider_calls') }} as calls
  left join {{ visible_row(ref('dim_people'), 'person_id', 'calls.entity_id', 'calls.organization_id') }} as people on true
  {%- set company_id = 'coalesce(people.company_id, calls.entity_id)' %}
  left join {{ visible_row(ref('dim_companies'), 'company_id', company_id, 'calls.organization_id') }} as companies on true
  where calls.attribute is not null
),

-- Every value that a provider has found, also where somebody else says the same: then the marts show one of the statements as evidence,
-- a person's word before all, and who was right is lost there.
found as (
  select
    requests.organization_id,
    responses.provider,
    requests.attribute,
    {{ effective_entity('requests.entity_id', 'requests.organization_id') }} as person_id,
    answers.value,
    responses.received_at
  from {{ ref('stg_raw__provider_responses') }} as responses
  join {{ ref('stg_app__enrichment_requests') }} as requests on requests.request_id = responses.request_id
  join {{ ref('stg_raw__person_records') }} as records
    on records.landing_id = responses.landing_id and records.run_on = responses.run_on
    and records.source_key like 'provider/%'
  -- what the provider echoes of the question is no answer
  join {{ ref('stg_raw__person_values') }} as answers
    on answers.record_id = records.record_id and answers.attribute = requests.attribute and answers.locator = 'answer'
  where responses.outcome = 'hit' and not responses.from_cache
),

answers as (
  select
    found.organization_id,
    found.provider,
    found.attribute,
    coalesce(people.country_code, companies.country_code, '') as country_code,
    date_trunc('month', found.received_at at time zone 'UTC')::date as month_starts_on,
    judged.outcome
  from found
  join {{ ref('fct_person_values') }} as judged
    on judged.organization_id = found.organization_id and judged.person_id = found.person_id
    and judged.attribute = found.attribute and judged.value = found.value
  left join {{ visible_row(ref('dim_people'), 'person_id', 'found.person_id', 'found.organization_id') }} as people on true
  left join {{ visible_row(ref('dim_companies'), 'company_id', 'people.company_id', 'found.organization_id') }} as companies on true
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
    count(*) filter (where outcome is not null) as judged,
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
