-- Grain: scope, company, kind and alias. Former ids, other domains and names of a company: which records became one, and why.
-- depends_on: {{ ref('int_entities__to_rebuild') }}
{{ config(
  tags=['entity'],
  meta={'tenant': 'overlay', 'entity_kind': 'company', 'entity_id': 'company_id', 'access': 'company'},
  indexes=[{'columns': ['alias', 'alias_kind']}, {'columns': ['company_id']}, {'columns': ['organization_id', 'company_id']}]
) }}

with scopes as (
  select * from {{ ref('int_entities__by_scope') }} where entity_kind = 'company'
),

redirects as (
  select * from {{ ref('stg_resolution__redirects') }}
),

assignments as (
  select * from {{ ref('stg_resolution__assignments') }} where entity_kind = 'company'
),

decisions as (
  select * from {{ ref('stg_resolution__match_decisions') }} where entity_kind = 'company'
),

ranked_values as (
  select * from {{ ref('int_company_values__ranked') }} where attribute in ('domain', 'name', 'legal_name') and not is_primary
),

records as (
  select record_id, subject_id from {{ ref('stg_raw__company_records') }}
),

-- an organization's own redirect of an id goes before the shared one, a standing one before a reverted one
former_ids as (
  select distinct on (scopes.scope_id, scopes.entity_id, redirects.from_entity_id)
    scopes.scope_id, scopes.organization_id, scopes.entity_id,
    redirects.from_entity_id, redirects.to_entity_id, redirects.reason, redirects.created_at,
    redirects.is_reverted or {{ effective_entity('redirects.from_entity_id', 'scopes.organization_id') }} <> scopes.entity_id
      as is_reverted
  from scopes
  join redirects
    on (redirects.organization_id is null or redirects.organization_id = scopes.organization_id)
    and {{ effective_entity('redirects.to_entity_id', 'scopes.organization_id') }} = scopes.entity_id
  order by scopes.scope_id, scopes.entity_id, redirects.from_entity_id,
    redirects.is_reverted, redirects.organization_id nulls last, redirects.created_at desc, redirects.redirect_id
),

-- the key or the decision that joined the records behind a former id
keys_of_former_ids as (
  select distinct on (former_ids.scope_id, former_ids.from_entity_id)
    former_ids.scope_id, former_ids.from_entity_id, assignments.match_key
  from former_ids
  join assignments on assignments.origin_entity_id = former_ids.from_entity_id and assignments.entity_id = former_ids.entity_id
  where not former_ids.is_reverted
    and (assignments.organization_id is null or assignments.organization_id = former_ids.organization_id)
  order by former_ids.scope_id, former_ids.from_entity_id, assignments.match_key nulls last
),

aliases as (
  select
    former_ids.scope_id, former_ids.organization_id, former_ids.entity_id,
    'company_id' as alias_kind, former_ids.from_entity_id::text as alias,
    keys.match_key, former_ids.reason as match_reason, former_ids.created_at as joined_at, former_ids.is_reverted
  from former_ids
  left join keys_of_former_ids as keys using (scope_id, from_entity_id)
  union all
  select
    ranked_values.scope_id, ranked_values.organization_id, ranked_values.entity_id,
    ranked_values.attribute, ranked_values.value,
    assignments.match_key, coalesce(assignments.match_reason, 'correction'), null::timestamptz, false
  from ranked_values
  left join records on records.record_id = ranked_values.record_id
  left join assignments on assignments.subject_id = records.subject_id
),

-- who parted the two, where a merge was undone
partings as (
  select distinct on (former_ids.scope_id, former_ids.from_entity_id)
    former_ids.scope_id, former_ids.from_entity_id::text as alias, decisions.match_decision_id
  from former_ids
  join decisions
    on (decisions.entity_a, decisions.entity_b) in
      ((former_ids.from_entity_id, former_ids.to_entity_id), (former_ids.to_entity_id, former_ids.from_entity_id))
  where former_ids.is_reverted and decisions.decision = 'different' and not decisions.is_reverted
    and (decisions.organization_id is null or decisions.organization_id = former_ids.organization_id)
  order by former_ids.scope_id, former_ids.from_entity_id, decisions.decided_at desc
),

final as (
  select
    aliases.organization_id,
    aliases.entity_id as company_id,
    aliases.alias_kind,
    aliases.alias,
    aliases.match_key,
    aliases.match_reason,
    decisions.match_weight,
    decisions.decided_by,
    coalesce(decisions.decided_at, aliases.joined_at) as decided_at,
    aliases.is_reverted
  from aliases
  left join partings using (scope_id, alias)
  left join decisions on decisions.match_decision_id = coalesce(
    partings.match_decision_id, case when aliases.match_key like 'decision:%' then substr(aliases.match_key, 10)::uuid end)
)

select * from final
