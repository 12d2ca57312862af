{#
  A scope is null for what everyone sees and an organization for its overlay. `scope_id` is the same without null, so that scopes join
  and group by plain equality.
#}
{% macro scope_id(organization) -%}
coalesce({{ organization }}, '00000000-0000-0000-0000-000000000000'::uuid)
{%- endmacro %}

{# The entity that `entity` stands for in a scope: the organization's own redirect before the shared one, else itself. #}
{% macro effective_entity(entity, organization) -%}
coalesce(
      (select redirect.to_entity_id from {{ ref('int_redirects__resolved') }} as redirect
        where redirect.from_entity_id = {{ entity }} and redirect.organization_id = {{ organization }}),
      (select redirect.to_entity_id from {{ ref('int_redirects__resolved') }} as redirect
        where redirect.from_entity_id = {{ entity }} and redirect.organization_id is null),
      {{ entity }})
{%- endmacro %}
