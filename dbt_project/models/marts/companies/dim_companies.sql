-- Grain: scope and company. One value per attribute, as everyone sees the company or, where it knows better, one organization.
-- depends_on: {{ ref('fct_company_values') }} (its rows are there when an overlay begins to count)
-- depends_on: {{ ref('int_entities__to_rebuild') }}, {{ ref('int_redirects__resolved') }}, {{ ref('stg_resolution__entities') }}
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'company', 'entity_id': 'company_id', 'access': 'company'},
  indexes=[
    {'columns': ['company_id']}, {'columns': ['organization_id', 'company_id']},
    {'columns': ['organization_id', 'domain']}, {'columns': ['organization_id', 'country_code']}
  ],
  post_hook="{{ write_overlays('company', 'company_id') }}"
) }}

{%- set attributes = [
  'name', 'legal_name', 'domain', 'country_code', 'language', 'industry_code', 'employee_band', 'phone_e164', 'email', 'address',
  'vat_id', 'register_id'
] %}

with scopes as (
  select * from {{ ref('int_entities__by_scope') }} where entity_kind = 'company'
),

winners as (
  select * from {{ ref('int_company_values__ranked') }} where is_winner
),

evidence as (
  select * from {{ ref('int_entities__evidence') }} where entity_kind = 'company'
),

companies as (
  select
    scope_id,
    entity_id,
    {%- for attribute in attributes %}
    max(value) filter (where attribute = '{{ attribute }}' and is_primary) as {{ attribute }},
    {%- endfor %}
    array_agg(value order by place) filter (where attribute = 'social_url') as social_urls,
    array_agg(value order by place) filter (where attribute = 'technology') as technologies,
    count(distinct attribute) filter (where attribute in {{ sql_list(attributes) }}) as filled_count,
    count(*) filter (where is_primary) as value_count,
    count(*) filter (where is_primary and agreeing_sources >= 2) as agreed_value_count
  from winners
  group by scope_id, entity_id
),

final as (
  select
    scopes.organization_id,
    scopes.entity_id as company_id,
    {%- for attribute in attributes %}
    companies.{{ attribute }}{{ ' as email_generic' if attribute == 'email' }},
    {%- endfor %}
    coalesce(companies.social_urls, '{}') as social_urls,
    coalesce(companies.technologies, '{}') as technologies,
    coalesce(evidence.source_count, 0)::integer as source_count,
    coalesce(companies.value_count, 0)::integer as value_count,
    coalesce(companies.agreed_value_count, 0)::integer as agreed_value_count,
    coalesce(companies.filled_count, 0)::integer as filled_count,
    {{ attributes | length }} as fillable_count,
    coalesce(companies.filled_count, 0)::double precision / {{ attributes | length }} as completeness_ratio,
    evidence.last_verified_at,
    scopes.is_private
  from scopes
  left join companies on companies.scope_id = scopes.scope_id and companies.entity_id = scopes.entity_id
  left join evidence on evidence.scope_id = scopes.scope_id and evidence.entity_id = scopes.entity_id
  -- what no source states any more is gone
  where companies.entity_id is not null or evidence.entity_id is not null
)

select * from final
