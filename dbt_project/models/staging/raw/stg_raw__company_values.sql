-- Grain: company record, attribute and candidate value (value_no, in the order of the source). Only current statements.
with company_records as (
  select * from {{ ref('stg_raw__company_records') }}
),

final as (
  select
    company_records.record_id,
    company_records.subject_id,
    company_records.organization_id,
    company_records.source_key,
    company_records.unit_id,
    company_records.unit_key,
    company_records.extraction_id,
    company_records.run_on,
    company_records.observed_at,
    company_records.fetch_id,
    company_records.extractor,
    company_records.extractor_version,
    attributes.attribute,
    candidates.value_no::integer as value_no,
    candidates.candidate ->> 'value' as value,
    coalesce((candidates.candidate ->> 'confidence')::double precision, 1.0) as confidence,
    candidates.candidate ->> 'raw' as raw_value,
    candidates.candidate ->> 'locator' as locator,
    nullif(candidates.candidate -> 'parts', 'null'::jsonb) as parts
  from company_records
  cross join lateral jsonb_each(company_records.payload) as attributes (attribute, candidates)
  cross join lateral jsonb_array_elements(attributes.candidates) with ordinality as candidates (candidate, value_no)
)

select * from final
