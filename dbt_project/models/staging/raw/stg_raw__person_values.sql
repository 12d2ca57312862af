-- Grain: person record, attribute and candidate value (value_no, in the order of the source). Only current statements.
with person_records as (
  select * from {{ ref('stg_raw__person_records') }}
),

final as (
  select
    person_records.record_id,
    person_records.subject_id,
    person_records.organization_id,
    person_records.source_key,
    person_records.unit_id,
    person_records.unit_key,
    person_records.extraction_id,
    person_records.run_on,
    person_records.observed_at,
    person_records.fetch_id,
    person_records.extractor,
    person_records.extractor_version,
    attributes.attribute,
    candidates.value_no::integer as value_no,
    candidates.candidate ->> 'value' as value,
    coalesce((candidates.candidate ->> 'confidence')::double precision, 1.0) as confidence,
    candidates.candidate ->> 'raw' as raw_value,
    candidates.candidate ->> 'locator' as locator,
    nullif(candidates.candidate -> 'parts', 'null'::jsonb) as parts
  from person_records
  cross join lateral jsonb_each(person_records.payload) as attributes (attribute, candidates)
  cross join lateral jsonb_array_elements(attributes.candidates) with ordinality as candidates (candidate, value_no)
)

select * from final
