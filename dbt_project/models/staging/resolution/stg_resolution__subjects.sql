-- Grain: current subject. The unit that states it and, of a person, the subject of the company.
with source as (
  select * from {{ source('resolution', 'subjects') }}
),

final as (
  select
    subject_id,
    entity_kind,
    organization_id,
    unit_id,
    company_subject_id
  from source
)

select * from final
