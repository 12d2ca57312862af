-- Grain: run, source and organization (null: an operator's source). How each source did, so that one that rots is seen.
{{ config(
  meta={'tenant': 'shared', 'access': 'sources'},
  indexes=[{'columns': ['source_key', 'run_on']}, {'columns': ['organization_id', 'run_on']}]
) }}

{%- set counts = ['pages', 'fetched', 'not_modified', 'blocked', 'empty', 'broken', 'received', 'landed', 'known', 'quarantined'] %}

with counted as (
  select * from {{ ref('int_source_runs__counted') }}
),

-- a source that was closed to the crawler has an outcome, and nothing that landed
told_outcomes as (
  select distinct on (run_id, subject, organization_id)
    run_id,
    subject as source_key,
    organization_id,
    {{ scope_id('organization_id') }} as scope_id,
    counts ->> 'outcome' as outcome,
    message as reason,
    started_at,
    finished_at,
    wall_seconds,
    cpu_seconds
  from {{ ref('stg_quality__step_outcomes') }}
  where stage = 'crawl_site'
  order by run_id, subject, organization_id, finished_at desc
),

runs as (
  select
    coalesce(counted.organization_id, told_outcomes.organization_id) as organization_id,
    coalesce(counted.run_id, told_outcomes.run_id) as run_id,
    coalesce(counted.source_key, told_outcomes.source_key) as source_key,
    coalesce(counted.run_on, (told_outcomes.started_at at time zone 'UTC')::date) as run_on,
    coalesce(told_outcomes.outcome, 'fetched') as outcome,
    told_outcomes.reason,
    {%- for count in counts %}
    coalesce(counted.{{ count }}, 0)::integer as {{ count }},
    {%- endfor %}
    coalesce(counted.body_bytes, 0)::bigint as body_bytes,
    coalesce(told_outcomes.started_at, counted.first_requested_at, counted.first_landed_at) as started_at,
    greatest(told_outcomes.finished_at, counted.last_landed_at) as finished_at,
    told_outcomes.wall_seconds,
    told_outcomes.cpu_seconds
  from counted
  full join told_outcomes
    on told_outcomes.run_id = counted.run_id
    and told_outcomes.source_key = counted.source_key
    and told_outcomes.scope_id = counted.scope_id
),

-- what the source gave in the ten whole readings before tells what to expect of one: pages that have not changed state nothing again
final as (
  select
    runs.*,
    case when not_modified = 0 and outcome = 'fetched' then min(received) over former_readings end as expected_least,
    case when not_modified = 0 and outcome = 'fetched' then max(received) over former_readings end as expected_most
  from runs
  window former_readings as (
    partition by source_key, {{ scope_id('organization_id') }}, not_modified = 0 and outcome = 'fetched'
    order by started_at, run_id
    rows between 10 preceding and 1 preceding
  )
)

select * from final
