-- Grain: step of a stage.
with source as (
  select * from {{ source('quality', 'step_outcomes') }}
),

final as (
  select
    step_outcome_id,
    run_id,
    stage,
    subject,
    outcome,
    counts,
    message,
    started_at,
    finished_at,
    wall_seconds,
    cpu_seconds,
    organization_id
  from source
)

select * from final
