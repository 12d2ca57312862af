-- Grain: match decision, of a person or of the match model, reverted ones included.
with source as (
  select * from {{ source('resolution', 'match_decisions') }}
),

final as (
  select
    match_decision_id,
    organization_id,
    entity_kind,
    entity_a,
    entity_b,
    decision,
    match_weight,
    decided_by,
    decided_at,
    is_reverted
  from source
)

select * from final
