-- Grain: run and source (of one organization, or shared). How each source did, so that one that rots is seen.
{{ config(
  meta={'tenant': 'organization'},
  indexes=[{'columns': ['source_key', 'run_on']}, {'columns': ['organization_id', 'run_on']}]
) }}

with batches as (
  select * from {{ ref('stg_raw__batches') }}
),

fetches as (
  select * from {{ ref('stg_raw__fetches') }}
),

pages as (
  select
    batches.run_id,
    fetches.source_key,
    {{ scope_id('batches.organization_id') }} as scope_id,
    count(*) as pages,
    count(*) filter (where fetches.outcome = 'fetched') as fetched,
    count(*) filter (where fetches.outcome = 'not_modified') as not_modified,
    count(*) filter (where fetches.outcome = 'blocked') as blocked,
    count(*) filter (where fetches.outcome = 'empty') as empty,
    count(*) filter (where fetches.outcome = 'broken') as broken,
    sum(fetches.body_bytes) as body_bytes,
    min(fetches.requested_at) as started_at
  from fetches
  join batches on batches.landing_id = fetches.landing_id
  group by batches.run_id, fetches.source_key, batches.organization_id
),

landings as (
  select
    run_id,
    source_key,
    organization_id,
    {{ scope_id('organization_id') }} as scope_id,
    min(run_on) as run_on,
    sum(received) as received,
    sum(landed) as landed,
    sum(known) as known,
    sum(quarantined) as quarantined,
    min(landed_at) as first_landed_at,
    max(landed_at) as last_landed_at
  from batches
  where source_key is not null
  group by run_id, source_key, organization_id
),

final as (
  select
    landings.organization_id,
    landings.run_id,
    landings.source_key,
    landings.run_on,
    case
      when pages.blocked > 0 and coalesce(pages.fetched, 0) + coalesce(pages.not_modified, 0) = 0 then 'blocked'
      when pages.broken > 0 and coalesce(pages.fetched, 0) + coalesce(pages.not_modified, 0) = 0 then 'broken'
      when landings.landed > 0 then 'landed'
      when landings.known > 0 or pages.not_modified > 0 then 'unchanged'
      else 'empty'
    end as outcome,
    coalesce(pages.pages, 0)::integer as pages,
    coalesce(pages.fetched, 0)::integer as fetched,
    coalesce(pages.not_modified, 0)::integer as not_modified,
    coalesce(pages.blocked, 0)::integer as blocked,
    coalesce(pages.empty, 0)::integer as empty,
    coalesce(pages.broken, 0)::integer as broken,
    coalesce(pages.body_bytes, 0)::bigint as body_bytes,
    landings.received::integer as received,
    landings.landed::integer as landed,
    landings.known::integer as known,
    landings.quarantined::integer as quarantined,
    coalesce(pages.started_at, landings.first_landed_at) as started_at,
    landings.last_landed_at as finished_at
  from landings
  left join pages
    on pages.run_id = landings.run_id and pages.source_key = landings.source_key and pages.scope_id = landings.scope_id
)

select * from final
