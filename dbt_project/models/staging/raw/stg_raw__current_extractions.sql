-- Grain: unit (a URL or a file of one source and organization). Its newest applied extraction, which is its whole statement.
with applications as (
  select * from {{ source('raw', 'applications') }}
),

extractions as (
  select * from {{ source('raw', 'extractions') }}
),

-- "None is newer" and not `distinct on`, so that a join on units or extractions is answered from the index.
newest as (
  select applications.*
  from applications
  where not exists (
    select from {{ source('raw', 'applications') }} as later
    where later.unit_id = applications.unit_id
      and (later.observed_at, later.applied_at, later.extraction_id)
        > (applications.observed_at, applications.applied_at, applications.extraction_id)
  )
),

final as (
  select
    newest.unit_id,
    extractions.unit_key,
    newest.extraction_id,
    newest.run_on,
    extractions.organization_id,
    extractions.source_key,
    extractions.extractor,
    extractions.extractor_version,
    newest.observed_at,
    extractions.fetch_id,
    newest.landing_id
  from newest
  join extractions on extractions.extraction_id = newest.extraction_id and extractions.run_on = newest.run_on
)

select * from final
