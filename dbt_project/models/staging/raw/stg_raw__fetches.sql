-- Grain: request and its answer.
with source as (
  select * from {{ source('raw', 'fetches') }}
),

final as (
  select
    run_on,
    fetch_id,
    landing_id,
    job_id,
    shard_no,
    source_key,
    url,
    purpose::text as purpose,
    requested_at,
    outcome,
    status_code,
    reason,
    body_bytes,
    elapsed_ms,
    warc_uri,
    warc_offset,
    warc_length
  from source
)

select * from final
