-- Grain: company record of a unit's current statement.
with current_extractions as (
  select * from {{ ref('stg_raw__current_extractions') }}
),

company_records as (
  select * from {{ source('raw', 'company_records') }}
),

final as (
  select
    company_records.record_id,
    company_records.subject_id,
    company_records.organization_id,
    company_records.source_key,
    current_extractions.unit_id,
    current_extractions.unit_key,
    current_extractions.extraction_id,
    current_extractions.run_on,
    current_extractions.observed_at,
    current_extractions.fetch_id,
    current_extractions.extractor,
    current_extractions.extractor_version,
    company_records.payload,
    company_records.custom_fields,
    company_records.record_key,
    company_records.landing_id
  from current_extractions
  join company_records
    on company_records.extraction_id = current_extractions.extraction_id and company_records.run_on = current_extractions.run_on
)

select * from final
