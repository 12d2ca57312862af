{#
  A view that shows its reader what the reader may see (`security_invoker`), replaced in place. dbt's own view is swapped, and the drop
  of the old one takes the views that hang on it along until they are made again.
#}
{% materialization invoker_view, adapter='postgres' %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing is not none and not fits_in_place(existing, sql) %}
    {% do run_query('drop ' ~ existing.type ~ ' ' ~ existing ~ ' cascade') %}
    {% do adapter.cache_dropped(existing) %}
  {% endif %}
  {% call statement('main') -%}
    create or replace view {{ target_relation }} with (security_invoker = true) as (
    {{ sql }}
    )
  {%- endcall %}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=True) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Whether `create or replace view` takes the new query: the old columns, of the same types and order, come first in it. #}
{% macro fits_in_place(existing, sql) %}
  {% if existing.type != 'view' %}{{ return(false) }}{% endif %}
  {% set old = get_column_schema_from_query('select * from ' ~ existing) %}
  {% set new = get_column_schema_from_query(sql) %}
  {% if new | length < old | length %}{{ return(false) }}{% endif %}
  {% for column in old %}
    {% if column.name != new[loop.index0].name or column.data_type != new[loop.index0].data_type %}{{ return(false) }}{% endif %}
  {% endfor %}
  {{ return(true) }}
{% endmacro %}
