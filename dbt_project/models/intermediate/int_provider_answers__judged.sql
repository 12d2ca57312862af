-- Grain: answer of a paid provider that proved right or wrong, about the entity as it is one today. Every value that a provider has
-- found counts, also where somebody else says the same: the marts show one of the statements as evidence, a person's word before all.
with requests as (
  select
    requests.*,
    {{ effective_entity('requests.entity_id', 'requests.organization_id') }} as effective_entity_id
  from {{ ref('stg_app__enrichment_requests') }} as requests
),

hits as (
  select
    requests.organization_id,
    responses.provider,
    requests.attribute,
    requests.effective_entity_id,
    responses.received_at,
    responses.landing_id,
    responses.run_on
  from {{ ref('stg_raw__provider_responses') }} as responses
  join requests on requests.request_id = responses.request_id
  where responses.outcome = 'hit' and not responses.from_cache
),

-- what the provider echoes of the question is no answer
found as (
  {%- for kind in ['person', 'company'] %}
  select hits.*, '{{ kind }}' as entity_kind, answers.value
  from hits
  join {{ ref('stg_raw__' ~ kind ~ '_records') }} as records
    on records.landing_id = hits.landing_id and records.run_on = hits.run_on and records.source_key like 'provider/%'
  join {{ ref('stg_raw__' ~ kind ~ '_values') }} as answers
    on answers.record_id = records.record_id and answers.attribute = hits.attribute and answers.locator = 'answer'
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
),

-- A company's domain or number is judged by a person's newest word alone: nothing bounces from it. It may have several of both, and
-- whoever puts the one that was bought right still says that it was not it.
words as (
  select distinct on (organization_id, company_id, attribute) organization_id, company_id, attribute, value
  from (
    select
      corrections.*,
      {{ effective_entity('corrections.entity_id', 'corrections.organization_id') }} as company_id
    from {{ ref('stg_app__corrections') }} as corrections
    where corrections.entity_kind = 'company'
  ) as standing
  order by organization_id, company_id, attribute, created_at desc, correction_id
),

final as (
  select
    found.organization_id,
    found.provider,
    found.entity_kind,
    found.effective_entity_id as entity_id,
    found.attribute,
    found.value,
    found.received_at,
    case
      when found.entity_kind = 'person' then judged.outcome
      when words.value = found.value then 'confirmed'
      else 'corrected'
    end as outcome
  from found
  -- the mart knows everybody; the model behind it only whom this build makes anew
  left join {{ ref('fct_person_values') }} as judged
    on found.entity_kind = 'person'
    and judged.organization_id = found.organization_id and judged.person_id = found.effective_entity_id
    and judged.attribute = found.attribute and judged.value = found.value
  left join words
    on found.entity_kind = 'company'
    and words.organization_id = found.organization_id and words.company_id = found.effective_entity_id
    and words.attribute = found.attribute
  where judged.outcome is not null or words.company_id is not null
)

select * from final
