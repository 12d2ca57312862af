{#
  A table of one build: dropped and made again, in two statements. Nobody but the build reads it, so nothing has to be swapped behind a
  reader's back (dbt's own table: nine statements). Without policies under row security: who is not its owner reads nothing.
#}
{% materialization working_table, adapter='postgres' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% call statement('main') -%}
    {% if existing is not none %}drop {{ existing.type }} {{ existing }} cascade;{% endif %}
    create unlogged table {{ target_relation }} as (
    {{ sql }}
    )
  {%- endcall %}
  {% call statement('finish') -%}
    {% for each in config.get('indexes', []) %}{{ get_create_index_sql(target_relation, each) }};{% endfor %}
    alter table {{ target_relation }} enable row level security;
    analyze {{ target_relation }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
