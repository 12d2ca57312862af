-- Grain: change of a lead's status.
with source as (
  select * from {{ source('app', 'lead_status_changes') }}
),

final as (
  select
    status_change_id,
    organization_id,
    lead_id,
    from_status,
    to_status,
    changed_at,
    changed_by,
    reason
  from source
)

select * from final
