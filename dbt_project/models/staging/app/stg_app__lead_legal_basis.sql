-- Grain: ground on which a lead's data is kept, the newest counts.
with source as (
  select * from {{ source('app', 'lead_legal_basis') }}
),

final as (
  select
    legal_basis_id,
    organization_id,
    lead_id,
    basis,
    recorded_at
  from source
)

select * from final
