-- Grain: landing transaction.
with source as (
  select * from {{ source('raw', 'batches') }}
),

final as (
  select
    batch_no,
    landing_id,
    run_on,
    run_id,
    source_key,
    organization_id,
    job_id,
    received,
    landed,
    known,
    quarantined,
    landed_at
  from source
)

select * from final
