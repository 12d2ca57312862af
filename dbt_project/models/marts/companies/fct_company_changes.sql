-- Grain: change of a winner (scope, company, attribute, build, values). Who moved, grew, changed technology: reasons to call.
-- depends_on: {{ ref('int_entities__to_rebuild') }}
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'company', 'entity_id': 'company_id', 'access': 'company', 'rows': 'false'},
  indexes=[{'columns': ['company_id', 'detected_at']}, {'columns': ['organization_id', 'detected_at']}]
) }}

{#- Runs before fct_company_values, which then still holds the winners of the build before. A ref would be a circle. #}
{%- set former_values = load_relation(this.incorporate(path={'identifier': 'fct_company_values'})) %}
{%- set told_changes = load_relation(this) %}
{%- set many = sql_list(multi_valued('company')) %}
{%- set told_slot = "case when attribute in " ~ many ~ " then coalesce(old_value, new_value) else '' end" %}
{%- set slot %}case when attribute in {{ many }} then value else '' end{% endset %}

with current_winners as (
  select scope_id, organization_id, entity_id as company_id, attribute, value, {{ slot }} as slot, source_key, url, fetch_id
  from {{ ref('int_company_values__ranked') }}
  where is_winner
),

former_winners as (
  {%- if former_values is not none and told_changes is not none %}
  select {{ scope_id('organization_id') }} as scope_id, organization_id, company_id, attribute, value, {{ slot }} as slot
  from {{ former_values }}
  where is_winner and company_id in (select entity_id from {{ ref('int_entities__to_rebuild') }})
  {%- else %}
  select scope_id, organization_id, company_id, attribute, value, slot from current_winners where false
  {%- endif %}
),

-- what is new or gone as a whole has not changed
known_before_and_after as (
  select scope_id, company_id from current_winners
  intersect
  select scope_id, company_id from former_winners
),

changes as (
  select
    coalesce(current_winners.organization_id, former_winners.organization_id) as organization_id,
    coalesce(current_winners.company_id, former_winners.company_id) as company_id,
    coalesce(current_winners.attribute, former_winners.attribute) as attribute,
    former_winners.value as old_value,
    current_winners.value as new_value,
    current_winners.source_key,
    current_winners.url,
    current_winners.fetch_id
  from current_winners
  full join former_winners using (scope_id, company_id, attribute, slot)
  join known_before_and_after using (scope_id, company_id)
  where current_winners.value is distinct from former_winners.value
),

-- the last that was told of each
told as (
  {%- if told_changes is not none %}
  select distinct on (organization_id, company_id, attribute, {{ told_slot }}) *
  from {{ this }}
  order by organization_id, company_id, attribute, {{ told_slot }}, detected_at desc
  {%- else %}
  select organization_id, company_id, attribute, old_value, new_value from changes where false
  {%- endif %}
),

final as (
  select
    changes.organization_id,
    changes.company_id,
    changes.attribute,
    changes.old_value,
    changes.new_value,
    case
      when changes.old_value is null then 'appeared'
      when changes.new_value is null then 'vanished'
      else 'changed'
    end as change_kind,
    {{ built_at() }} as detected_at,
    changes.source_key,
    changes.url,
    changes.fetch_id,
    changes.new_value is not null
      and changes.attribute in ('address', 'domain', 'employee_band', 'industry_code', 'technology') as is_signal
  from changes
  -- a build that was stopped before it replaced the values tells its changes once
  where not exists (
    select from told
    where told.organization_id is not distinct from changes.organization_id
      and told.company_id = changes.company_id
      and told.attribute = changes.attribute
      and told.old_value is not distinct from changes.old_value
      and told.new_value is not distinct from changes.new_value
  )
)

select * from final
