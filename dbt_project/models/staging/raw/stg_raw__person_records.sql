-- Grain: person record of a unit's current statement.
with current_extractions as (
  select * from {{ ref('stg_raw__current_extractions') }}
),

person_records as (
  select * from {{ source('raw', 'person_records') }}
),

company_records as (
  select run_on, extraction_id, record_id, subject_id from {{ source('raw', 'company_records') }}
),

final as (
  select
    person_records.record_id,
    person_records.subject_id,
    person_records.organization_id,
    person_records.source_key,
    current_extractions.unit_id,
    current_extractions.unit_key,
    current_extractions.extraction_id,
    current_extractions.run_on,
    current_extractions.observed_at,
    current_extractions.fetch_id,
    current_extractions.extractor,
    current_extractions.extractor_version,
    person_records.payload,
    person_records.custom_fields,
    person_records.record_key,
    person_records.landing_id,
    company_records.subject_id as company_subject_id
  from current_extractions
  join person_records
    on person_records.extraction_id = current_extractions.extraction_id and person_records.run_on = current_extractions.run_on
  left join company_records
    on company_records.extraction_id = person_records.extraction_id
    and company_records.record_id = person_records.company_record_id and company_records.run_on = person_records.run_on
)

select * from final
