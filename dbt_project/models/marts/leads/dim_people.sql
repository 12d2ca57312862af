-- Grain: scope and person. One value per attribute, as everyone sees the person or, where it knows better, one organization.
-- depends_on: {{ ref('fct_person_values') }} (its rows are there when an overlay begins to count)
-- depends_on: {{ ref('int_entities__to_rebuild') }}, {{ ref('int_redirects__resolved') }}, {{ ref('stg_resolution__entities') }}
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'person', 'entity_id': 'person_id', 'access': 'person'},
  indexes=[
    {'columns': ['person_id']}, {'columns': ['organization_id', 'person_id']},
    {'columns': ['company_id']}, {'columns': ['organization_id', 'email_normalized']}
  ],
  post_hook="{{ write_overlays('person', 'person_id') }}"
) }}

{%- set attributes = ['full_name', 'title', 'email', 'phone_e164', 'country_code'] %}

with scopes as (
  select * from {{ ref('int_entities__by_scope') }} where entity_kind = 'person'
),

winners as (
  select * from {{ ref('int_person_values__ranked') }} where is_winner
),

evidence as (
  select * from {{ ref('int_entities__evidence') }} where entity_kind = 'person'
),

employments as (
  select * from {{ ref('int_people__companies') }}
),

email_checks as (
  select * from {{ ref('stg_raw__email_checks') }}
),

people as (
  select
    scope_id,
    entity_id,
    {%- for attribute in attributes %}
    max(value) filter (where attribute = '{{ attribute }}' and is_primary) as {{ attribute }},
    {%- endfor %}
    array_agg(value order by place) filter (where attribute = 'social_url') as social_urls,
    count(*) filter (where is_primary) as value_count,
    count(*) filter (where is_primary and agreeing_sources >= 2) as agreed_value_count
  from winners
  group by scope_id, entity_id
),

titles as (
  select scope_id, entity_id, {{ plain_title('title') }} as plain_title from people where title is not null
),

places as (
  select * from {{ ref('int_people__places') }}
),

checked as (
  select people.scope_id, people.entity_id, newest.*
  from people
  cross join lateral (
    select status, has_mx, is_role, is_free, is_disposable, is_catch_all, bounce_probability, checked_at
    from email_checks
    where email_checks.email_normalized = people.email
    order by checked_at desc
    limit 1
  ) as newest
),

final as (
  select
    scopes.organization_id,
    scopes.entity_id as person_id,
    employments.company_id,
    people.full_name,
    people.title as title_raw,
    {{ seniority_of('titles.plain_title') }} as seniority,
    {{ department_of('titles.plain_title') }} as department,
    people.email as email_normalized,
    checked.status as email_status,
    checked.has_mx,
    checked.is_role as is_role_email,
    checked.is_free as is_free_email,
    checked.is_disposable as is_disposable_email,
    checked.is_catch_all as is_catch_all_email,
    checked.bounce_probability,
    checked.checked_at as email_checked_at,
    people.phone_e164,
    coalesce(people.social_urls, '{}') as social_urls,
    people.country_code,
    places.time_zone,
    places.confidence as time_zone_confidence,
    -- who stands on an open page may be written to about his work; of a purely private person the import must say why
    coalesce(evidence.stated_legal_basis, case when not scopes.is_private then 'legitimate_interest' end) as legal_basis,
    coalesce(evidence.source_count, 0)::integer as source_count,
    coalesce(people.value_count, 0)::integer as value_count,
    coalesce(people.agreed_value_count, 0)::integer as agreed_value_count,
    evidence.last_verified_at,
    scopes.is_private
  from scopes
  left join people on people.scope_id = scopes.scope_id and people.entity_id = scopes.entity_id
  left join evidence on evidence.scope_id = scopes.scope_id and evidence.entity_id = scopes.entity_id
  left join employments on employments.scope_id = scopes.scope_id and employments.entity_id = scopes.entity_id
  left join titles on titles.scope_id = scopes.scope_id and titles.entity_id = scopes.entity_id
  left join places on places.scope_id = scopes.scope_id and places.entity_id = scopes.entity_id
  left join checked on checked.scope_id = scopes.scope_id and checked.entity_id = scopes.entity_id
  where people.entity_id is not null or evidence.entity_id is not null
)

select * from final
