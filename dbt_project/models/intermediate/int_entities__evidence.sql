-- Grain: scope and entity. How much stands behind an entity: its current records, their sources, when the newest was observed.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with subjects as (
  select * from {{ ref('int_subjects__by_scope') }}
),

records as (
  select subject_id, record_id, source_key, observed_at, custom_fields from {{ ref('stg_raw__company_records') }}
  union all
  select subject_id, record_id, source_key, observed_at, custom_fields from {{ ref('stg_raw__person_records') }}
),

final as (
  select
    subjects.scope_id,
    subjects.organization_id,
    subjects.entity_kind,
    subjects.entity_id,
    count(distinct records.source_key) as source_count,
    count(distinct records.record_id) as record_count,
    max(records.observed_at) as last_verified_at,
    (array_agg(records.custom_fields ->> 'legal_basis' order by records.observed_at desc, records.record_id)
      filter (where records.custom_fields ->> 'legal_basis' is not null))[1] as stated_legal_basis
  from subjects
  join records on records.subject_id = subjects.subject_id
  group by subjects.scope_id, subjects.organization_id, subjects.entity_kind, subjects.entity_id
)

select * from final
