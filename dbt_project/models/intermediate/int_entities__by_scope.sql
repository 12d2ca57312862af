-- Grain: scope and entity. The scopes in which an entity of this build has a row of its own: the shared one, and overlays.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with to_rebuild as (
  select * from {{ ref('int_entities__to_rebuild') }}
),

entities as (
  select * from {{ ref('stg_resolution__entities') }} where status = 'active'
),

redirects as (
  select * from {{ ref('int_redirects__resolved') }}
),

assignments as (
  select * from {{ ref('stg_resolution__assignments') }}
),

-- an entity and all that are redirected to it, in any scope
members as (
  select entity_id, entity_id as member_id from to_rebuild
  union
  select to_rebuild.entity_id, redirects.from_entity_id
  from to_rebuild
  join redirects on redirects.to_entity_id = to_rebuild.entity_id
),

-- an organization knows more of an entity: by records of its own, or a correction
own_facts as (
  select members.entity_id, members.member_id, assignments.organization_id
  from members
  join assignments on assignments.entity_id = members.member_id
  where assignments.organization_id is not null
  union
  select members.entity_id, members.member_id, corrections.organization_id
  from members
  join {{ ref('stg_app__corrections') }} as corrections on corrections.entity_id = members.member_id
),

-- people whose company an organization joined to another: they name that one in its overlay
own_employers as (
  select assignments.entity_id, redirects.organization_id
  from redirects
  join assignments as employers on employers.entity_id = redirects.from_entity_id
  join {{ ref('stg_raw__company_records') }} as companies on companies.subject_id = employers.subject_id
  join {{ ref('stg_raw__person_records') }} as people
    on people.extraction_id = companies.extraction_id and people.company_subject_id = companies.subject_id
  join assignments on assignments.subject_id = people.subject_id
  join to_rebuild on to_rebuild.entity_id = assignments.entity_id
  where redirects.organization_id is not null
),

overlays as (
  select organization_id, entity_id
  from own_facts
  where {{ effective_entity('own_facts.member_id', 'own_facts.organization_id') }} = entity_id
  union
  select redirects.organization_id, redirects.to_entity_id
  from redirects
  join to_rebuild on to_rebuild.entity_id = redirects.to_entity_id
  where redirects.organization_id is not null
  union
  select organization_id, entity_id
  from own_employers
  where {{ effective_entity('own_employers.entity_id', 'own_employers.organization_id') }} = entity_id
),

shared as (
  select to_rebuild.entity_id
  from to_rebuild
  left join redirects on redirects.from_entity_id = to_rebuild.entity_id and redirects.organization_id is null
  where redirects.from_entity_id is null
),

scopes as (
  select null::uuid as organization_id, shared.entity_id
  from shared
  join entities on entities.entity_id = shared.entity_id and entities.organization_id is null
  union all
  select overlays.organization_id, overlays.entity_id
  from overlays
  join entities on entities.entity_id = overlays.entity_id
    and (entities.organization_id is null or entities.organization_id = overlays.organization_id)
),

final as (
  select
    {{ scope_id('scopes.organization_id') }} as scope_id,
    scopes.organization_id,
    entities.entity_kind::text as entity_kind,
    scopes.entity_id,
    entities.organization_id is not null as is_private
  from scopes
  join entities on entities.entity_id = scopes.entity_id
)

select * from final
