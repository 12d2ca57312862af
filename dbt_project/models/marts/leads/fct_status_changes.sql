-- Grain: change of a lead's status. How fast leads move, who moves them and why.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead'},
  indexes=[{'columns': ['lead_id', 'changed_at']}, {'columns': ['organization_id', 'changed_at']}]
) }}

with changes as (
  select * from {{ ref('stg_app__lead_status_changes') }}
),

final as (
  select
    organization_id,
    status_change_id,
    lead_id,
    from_status::text as from_status,
    to_status::text as to_status,
    changed_at,
    changed_by,
    reason,
    extract(epoch from changed_at - lag(changed_at) over of_lead)::double precision / 86400 as days_in_previous,
    row_number() over (partition by lead_id, to_status order by changed_at, status_change_id) = 1 as is_first_time
  from changes
  window of_lead as (partition by lead_id order by changed_at, status_change_id)
)

select * from final
