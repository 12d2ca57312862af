-- Grain: run, source and organization (null: an operator's source). What its requests and landings add up to.
with batches as (
  select * from {{ ref('stg_raw__batches') }} where source_key is not null
),

fetches as (
  -- robots.txt and sitemaps are requests, but no pages
  select * from {{ ref('stg_raw__fetches') }} where purpose = 'page'
),

pages as (
  select
    batches.run_id,
    batches.source_key,
    {{ scope_id('batches.organization_id') }} as scope_id,
    count(*) as pages,
    {%- for outcome in ['fetched', 'not_modified', 'blocked', 'empty', 'broken'] %}
    count(*) filter (where fetches.outcome = '{{ outcome }}') as {{ outcome }},
    {%- endfor %}
    sum(fetches.body_bytes) as body_bytes,
    min(fetches.requested_at) as first_requested_at
  from batches
  join fetches on fetches.landing_id = batches.landing_id
  group by batches.run_id, batches.source_key, batches.organization_id
),

landings as (
  select
    run_id,
    source_key,
    organization_id,
    min(run_on) as run_on,
    sum(received) as received,
    sum(landed) as landed,
    sum(known) as known,
    sum(quarantined) as quarantined,
    min(landed_at) as first_landed_at,
    max(landed_at) as last_landed_at
  from batches
  group by run_id, source_key, organization_id
),

final as (
  select
    landings.*,
    {{ scope_id('landings.organization_id') }} as scope_id,
    {%- for count in ['pages', 'fetched', 'not_modified', 'blocked', 'empty', 'broken', 'body_bytes'] %}
    coalesce(pages.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    pages.first_requested_at
  from landings
  left join pages
    on pages.run_id = landings.run_id
    and pages.source_key = landings.source_key
    and pages.scope_id = {{ scope_id('landings.organization_id') }}
)

select * from final
