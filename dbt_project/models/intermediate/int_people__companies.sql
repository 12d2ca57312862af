-- Grain: scope and person. The company of a person's newest current record that names one, as the scope sees that company.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with people as (
  select * from {{ ref('int_subjects__by_scope') }} where entity_kind = 'person'
),

records as (
  select * from {{ ref('stg_raw__person_records') }} where company_subject_id is not null
),

assignments as (
  select * from {{ ref('stg_resolution__assignments') }}
),

employments as (
  select
    people.scope_id,
    people.organization_id,
    people.entity_id,
    {{ effective_entity('assignments.entity_id', 'people.organization_id') }} as company_id,
    records.observed_at,
    records.record_id
  from people
  join records on records.subject_id = people.subject_id
  join assignments on assignments.subject_id = records.company_subject_id
),

final as (
  select distinct on (scope_id, entity_id) scope_id, organization_id, entity_id, company_id
  from employments
  order by scope_id, entity_id, observed_at desc, company_id, record_id
)

select * from final
