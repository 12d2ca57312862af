-- Grain: source of records (organization null: an operator's). What it is, and when it was last read.
{{ config(
  meta={'tenant': 'shared', 'access': 'sources'},
  indexes=[{'columns': ['source_key']}, {'columns': ['organization_id']}]
) }}

with sources as (
  select * from {{ ref('stg_app__sources') }}
),

runs as (
  select source_key, {{ scope_id('organization_id') }} as scope_id, count(*) as run_count, max(finished_at) as last_run_at
  from {{ ref('fct_source_runs') }}
  group by source_key, organization_id
),

final as (
  select
    sources.organization_id,
    sources.source_key,
    sources.kind::text as source_kind,
    sources.name,
    sources.host,
    sources.is_active,
    coalesce(runs.run_count, 0)::integer as run_count,
    runs.last_run_at
  from sources
  left join runs on runs.source_key = sources.source_key and runs.scope_id = {{ scope_id('sources.organization_id') }}
)

select * from final
