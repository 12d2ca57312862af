-- Grain: scope and person whose country is known. The time zone that most people there live in; where the person says no country, the
-- company's, which tells less.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with people as (
  select * from {{ ref('int_entities__by_scope') }} where entity_kind = 'person'
),

stated as (
  select scope_id, entity_id, value as country_code
  from {{ ref('int_person_values__ranked') }}
  where is_primary and attribute = 'country_code'
),

employments as (
  select * from {{ ref('int_people__companies') }}
),

zones (country_code, time_zone, share) as (
  {{ country_time_zones() }}
),

countries as (
  select
    people.scope_id,
    people.entity_id,
    coalesce(stated.country_code, companies.country_code) as country_code,
    case when stated.country_code is null then 0.8 else 1.0 end as trust
  from people
  left join stated on stated.scope_id = people.scope_id and stated.entity_id = people.entity_id
  left join employments on employments.scope_id = people.scope_id and employments.entity_id = people.entity_id
  left join {{ visible_row(ref('dim_companies'), 'company_id', 'employments.company_id', 'people.organization_id') }} as companies on true
),

final as (
  select
    countries.scope_id,
    countries.entity_id,
    zones.time_zone,
    zones.share * countries.trust as confidence
  from countries
  join zones on zones.country_code = countries.country_code
)

select * from final
