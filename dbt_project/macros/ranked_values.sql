{#
  Candidate values of the entities of a build, ranked: grain scope, entity, attribute, value. One statement of equal value is shown as
  evidence, the best one; `agreeing_sources` counts the sources that say the same, `mention_count` the records.
#}
{% macro ranked_values(entity_kind) %}
with subjects as (
  select * from {{ ref('int_subjects__by_scope') }} where entity_kind = '{{ entity_kind }}'
),

stated_values as (
  select * from {{ ref('stg_raw__' ~ entity_kind ~ '_values') }}
),

standing_corrections as (
  select
    corrections.*,
    {{ effective_entity('corrections.entity_id', 'corrections.organization_id') }} as effective_entity_id
  from {{ ref('stg_app__corrections') }} as corrections
  where corrections.entity_kind = '{{ entity_kind }}'
),

corrections as (
  select distinct on (scopes.scope_id, scopes.entity_id, corrections.attribute)
    scopes.scope_id, scopes.organization_id, scopes.entity_id,
    corrections.correction_id, corrections.attribute, corrections.value, corrections.created_at
  from {{ ref('int_entities__by_scope') }} as scopes
  join standing_corrections as corrections
    on corrections.organization_id = scopes.organization_id and corrections.effective_entity_id = scopes.entity_id
  order by scopes.scope_id, scopes.entity_id, corrections.attribute, corrections.created_at desc, corrections.correction_id
),

statements as (
  select
    subjects.scope_id, subjects.organization_id, subjects.entity_id,
    stated_values.attribute, stated_values.value, stated_values.confidence, stated_values.source_key,
    stated_values.unit_key as url, stated_values.locator, stated_values.raw_value, stated_values.parts,
    stated_values.observed_at, stated_values.extractor, stated_values.extractor_version,
    stated_values.run_on, stated_values.fetch_id, stated_values.record_id,
    stated_values.organization_id is not null as is_private,
    false as is_correction,
    stated_values.attribute in {{ sql_list(imprint_attributes(entity_kind)) }}
      and (coalesce(stated_values.locator, '') = 'imprint' or stated_values.unit_key
        ~* '/[^/]*(impressum|imprint|legal-?notice|mentions-?legales|aviso-?legal|note-?legali|colofon|colophon)') as is_imprint
  from subjects
  join stated_values on stated_values.subject_id = subjects.subject_id
  union all
  select
    scope_id, organization_id, entity_id,
    attribute, value, 1.0, 'correction',
    null, null, null, null,
    created_at, 'person', '1',
    null, null, correction_id,
    true, true, false
  from corrections
  where value is not null
),

denied_attributes as (
  select scope_id, entity_id, attribute from corrections where value is null
),

candidates as (
  select distinct on (scope_id, entity_id, attribute, value) *
  from statements
  order by scope_id, entity_id, attribute, value, is_correction desc, is_imprint desc, confidence desc, observed_at desc, record_id
),

agreement as (
  select
    scope_id, entity_id, attribute, value,
    count(distinct source_key) as agreeing_sources,
    count(distinct record_id) as mention_count
  from statements
  group by scope_id, entity_id, attribute, value
),

ranked as (
  select
    candidates.*,
    agreement.agreeing_sources,
    agreement.mention_count,
    row_number() over (
      partition by scope_id, entity_id, attribute order by {{ survivorship_order() }}
    ) as place
  from candidates
  join agreement using (scope_id, entity_id, attribute, value)
),

final as (
  select
    ranked.*,
    denied_attributes.attribute is null
      and (ranked.place = 1 or ranked.attribute in {{ sql_list(multi_valued(entity_kind)) }}) as is_winner,
    denied_attributes.attribute is null and ranked.place = 1 as is_primary,
    case
      when denied_attributes.attribute is not null then 'corrected_to_none'
      when ranked.place > 1 and ranked.attribute in {{ sql_list(multi_valued(entity_kind)) }} then 'kept_beside_primary'
      else {{ deciding_rule('ranked', 'rival') }}
    end as rule_id
  from ranked
  left join ranked as rival
    on rival.scope_id = ranked.scope_id
    and rival.entity_id = ranked.entity_id
    and rival.attribute = ranked.attribute
    and rival.place = case when ranked.place = 1 then 2 else 1 end
  left join denied_attributes
    on denied_attributes.scope_id = ranked.scope_id
    and denied_attributes.entity_id = ranked.entity_id
    and denied_attributes.attribute = ranked.attribute
)

select * from final
{% endmacro %}
