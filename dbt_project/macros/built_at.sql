{# The instant of this build: one for all its models. #}
{% macro built_at() -%}
{%- if var('built_at') -%} '{{ var("built_at") }}'::timestamptz {%- else -%} '{{ run_started_at.isoformat() }}'::timestamptz {%- endif -%}
{%- endmacro %}

{# Whether this build makes every entity anew: a full refresh, or a call by hand, to which no batch was given. #}
{% macro makes_all_entities() -%}
  {{ return(flags.FULL_REFRESH or var('from_batch') | int < 0) }}
{%- endmacro %}

{# The day of this build, UTC. #}
{% macro built_on() -%}
({{ built_at() }} at time zone 'UTC')::date
{%- endmacro %}

{# The row of an entity mart that an organization sees: its own, or else the shared one. #}
{% macro visible_row(mart, entity_id, entity, organization) -%}
lateral (
    select * from {{ mart }} as seen
     where seen.{{ entity_id }} = {{ entity }} and (seen.organization_id = {{ organization }} or seen.organization_id is null)
     order by seen.organization_id nulls last
     limit 1
  )
{%- endmacro %}
