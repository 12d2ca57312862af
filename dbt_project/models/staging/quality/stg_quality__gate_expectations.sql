-- Grain: expectation of a gate run.
with source as (
  select * from {{ source('quality', 'gate_expectations') }}
),

final as (
  select
    gate_run_id,
    organization_id,
    rule_id,
    expectation_type,
    column_name,
    severity,
    passed,
    observed,
    threshold,
    unexpected_count
  from source
)

select * from final
