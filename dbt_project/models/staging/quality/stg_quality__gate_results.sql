-- Grain: gate run over one audience.
with source as (
  select * from {{ source('quality', 'gate_results') }}
),

final as (
  select
    gate_run_id,
    organization_id,
    snapshot_id,
    suite_name,
    suite_version,
    verdict,
    rows_checked,
    seconds,
    overrides_gate_run_id,
    overridden_by,
    override_reason,
    expires_at,
    created_at
  from source
)

select * from final
