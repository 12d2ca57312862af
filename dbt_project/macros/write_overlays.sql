{#
  Which entities have an organization's own row, written in the transaction of the mart that holds those rows; and which shared entities an
  organization does not see because it joined them to another. Other targets than prod leave the ledger of overlays alone.
#}
{% macro write_overlays(entity_kind, entity_id) %}
  {%- if target.name != 'prod' -%}
  select 1
  {%- else -%}
  {%- set is_rebuilt -%}
    {%- if makes_all_entities() -%} true
    {%- else -%} entity_id in (select entity_id from {{ ref('int_entities__to_rebuild') }})
    {%- endif -%}
  {%- endset -%}
  with wanted as (
    select organization_id, {{ entity_id }} as entity_id from {{ this }} where organization_id is not null
    union
    select redirects.organization_id, redirects.from_entity_id
      from {{ ref('int_redirects__resolved') }} as redirects
      join {{ ref('stg_resolution__entities') }} as entities on entities.entity_id = redirects.from_entity_id
     where redirects.organization_id is not null and entities.organization_id is null
       and entities.entity_kind = '{{ entity_kind }}'
  ),
  rebuilt as (
    select * from wanted where {{ is_rebuilt }}
  ),
  gone as (
    delete from resolution.overlays as stored
     where stored.entity_kind = '{{ entity_kind }}' and {{ is_rebuilt }}
       and not exists (select from rebuilt
                        where rebuilt.organization_id = stored.organization_id and rebuilt.entity_id = stored.entity_id)
  )
  insert into resolution.overlays (organization_id, entity_kind, entity_id)
  select organization_id, '{{ entity_kind }}', entity_id from rebuilt
  on conflict do nothing
  {%- endif -%}
{% endmacro %}
