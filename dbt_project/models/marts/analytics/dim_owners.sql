-- Grain: organization and member, former ones included. Whose leads they are.
{{ config(
  meta={'tenant': 'organization', 'access': 'members'},
  indexes=[{'columns': ['organization_id', 'owner_id']}]
) }}

with members as (
  select * from {{ ref('stg_identity__members') }}
),

users as (
  select * from {{ ref('stg_identity__users') }}
),

leads as (
  select organization_id, owner_id, count(*) as lead_count
  from {{ ref('stg_app__leads') }}
  where owner_id is not null
  group by organization_id, owner_id
),

final as (
  select
    members.organization_id,
    members.user_id as owner_id,
    users.full_name,
    members.role::text as role,
    members.deleted_at is null as is_active,
    coalesce(leads.lead_count, 0)::integer as lead_count
  from members
  join users on users.user_id = members.user_id
  left join leads on leads.organization_id = members.organization_id and leads.owner_id = members.user_id
)

select * from final
