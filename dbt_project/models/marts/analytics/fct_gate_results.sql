-- Grain: gate run and expectation. What was checked, what stopped an audience, and who overrode it.
{{ config(
  meta={'tenant': 'organization', 'access': 'campaign'},
  indexes=[{'columns': ['gate_run_id']}, {'columns': ['organization_id', 'campaign_id']}]
) }}

with expectations as (
  select * from {{ ref('stg_quality__gate_expectations') }}
),

results as (
  select * from {{ ref('stg_quality__gate_results') }}
),

snapshots as (
  select * from {{ ref('stg_quality__snapshots') }}
),

revocations as (
  select * from {{ ref('stg_quality__gate_revocations') }}
),

-- the newest override of a failed run
overrides as (
  select distinct on (overrides_gate_run_id) overrides_gate_run_id, overridden_by, override_reason, expires_at
  from results
  where overrides_gate_run_id is not null
  order by overrides_gate_run_id, created_at desc, gate_run_id
),

final as (
  select
    expectations.organization_id,
    expectations.gate_run_id,
    expectations.rule_id,
    results.snapshot_id,
    snapshots.campaign_id,
    snapshots.step_no,
    snapshots.wave_at,
    results.suite_name,
    results.suite_version,
    results.verdict,
    results.rows_checked,
    expectations.expectation_type,
    expectations.column_name,
    expectations.severity,
    expectations.observed,
    expectations.threshold,
    expectations.unexpected_count as unexpected_rows,
    expectations.passed,
    overrides.overridden_by,
    overrides.override_reason,
    overrides.expires_at as override_expires_at,
    revocations.revoked_at,
    results.created_at,
    results.expires_at
  from expectations
  join results on results.gate_run_id = expectations.gate_run_id
  join snapshots on snapshots.snapshot_id = results.snapshot_id
  left join overrides on overrides.overrides_gate_run_id = expectations.gate_run_id
  left join revocations on revocations.gate_run_id = expectations.gate_run_id
)

select * from final
