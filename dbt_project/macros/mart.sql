{#
  A table that its readers never see empty, half or without its policies: one transaction computes the rows, deletes those that are gone or
  different and inserts the new ones. Nothing is swapped unless the columns changed, so a reader with an older snapshot keeps its rows
  (in a swapped table it finds none), and unchanged rows are not written.

  meta.tenant, meta.access: which policies the table takes, see protect_mart.
  meta.entity_kind, meta.entity_id: the rows belong to entities, and a build replaces those of int_entities__to_rebuild alone.
  meta.rows: predicate of the rows that a build may replace (`stored` is the table); history outside it stays, also in a full refresh, and
  such a table takes the contract's new, renamed and relaxed columns in place (mart_shape).
  meta.complete_when: condition under which the table (`stored`) needs no build but a full refresh, while its model is the same.

  A mart that stands as this contract made it (mart_state: one look into the catalog) is not set up again: its build is that look and one
  statement with the rows.
#}
{% materialization mart, adapter='postgres' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set meta = config.get('meta', {}) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- set found = mart_state(existing, meta) -%}
  {%- set reshaped = not found.stands and existing is not none and meta.get('rows') and reshape_history(existing, model.columns) -%}
  {%- set fits = found.stands
        or (existing is not none and has_columns_of(existing, model.columns, is_ordered=not meta.get('rows'))) -%}
  {%- do check_mart(meta, fits, existing) -%}
  {%- set names = model.columns.values() | map(attribute='name') | join(', ') -%}
  {% if found.is_complete %}
    {% call noop_statement('main', message='complete', code='SKIP', rows_affected=0) %}{% endcall %}
  {% elif fits %}
    {% if not found.stands %}{% do relax_nulls(existing, model.columns) %}{% endif %}
    {% call statement('main') -%}{{ replace_rows(target_relation, names, mart_rows(meta), sql) }}{%- endcall %}
    {% if not found.stands %}
      {% do refuse_nulls(existing, model.columns) %}
      {% do run_query(protect_mart(target_relation, meta)) %}
    {% endif %}
    {% if reshaped %}{% do persist_docs(target_relation, model) %}{% endif %}
  {% else %}
    {{ get_assert_columns_equivalent(sql) }}
    {% set next = make_intermediate_relation(target_relation) %}
    {% do run_query('drop table if exists ' ~ next) %}
    {% call statement('main') -%}
      create table {{ next }} {{ get_table_columns_and_constraints() }};
      insert into {{ next }} ({{ names }}) select {{ names }} from ({{ sql }}) as built
    {%- endcall %}
    {% do create_indexes(next) %}
    {% do run_query(protect_mart(next, meta)) %}
    {# without cascade: what hangs on a mart is named by the error, and kept #}
    {% if existing is not none %}
      {% do run_query('drop ' ~ existing.type ~ ' ' ~ existing) %}
      {% do adapter.cache_dropped(existing) %}
    {% endif %}
    {% do adapter.rename_relation(next, target_relation) %}
    {% do persist_docs(target_relation, model) %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro check_mart(meta, fits, existing) %}
  {% do check_tenant(meta) %}
  {% if not config.get('contract').enforced %}
    {{ exceptions.raise_compiler_error(model.name ~ ': a mart has an enforced contract.') }}
  {% endif %}
  {% if meta.get('rows') and existing is not none and not fits %}
    {% set reason = ' holds history that no build can make again, and has columns that its contract lacks or types differently:'
      ~ ' name the former column in meta.renamed_from of the new one, or alter the table to match.' %}
    {{ exceptions.raise_compiler_error(model.name ~ reason) }}
  {% endif %}
  {% if meta.get('entity_kind') and not fits and not makes_all_entities() %}
    {% set reason = ' is missing or has other columns than its contract: only a full refresh makes all its rows.' %}
    {{ exceptions.raise_compiler_error(model.name ~ reason) }}
  {% endif %}
{% endmacro %}

{# The stored rows that this build may replace. #}
{% macro mart_rows(meta) -%}
  {%- if meta.get('rows') -%}
    {{ return(meta['rows'] | replace('BUILT_ON', built_on())) }}
  {%- elif meta.get('entity_kind') and not makes_all_entities() -%}
    {{ return("stored." ~ meta['entity_id'] ~ " in (select entity_id from " ~ ref('int_entities__to_rebuild')
        ~ " where entity_kind = '" ~ meta['entity_kind'] ~ "')") }}
  {%- else -%}
    {{ return('true') }}
  {%- endif -%}
{%- endmacro %}

{#
  Rows are compared as text, which hashes; the query's columns have the table's own types (it is refused otherwise), so equal values read
  the same.
#}
{% macro replace_rows(relation, names, rows, sql) -%}
  {%- set built = 'built__' ~ relation.identifier -%}
  create temporary table {{ built }} on commit drop as select * from ({{ sql }}) as model;
  {{ refuse_other_columns(relation, built) }};
  delete from {{ relation }} as stored
   where {{ rows }} and not exists (select from {{ built }} as built where {{ as_text('built', names) }} = {{ as_text('stored', names) }});
  insert into {{ relation }} ({{ names }})
  select {{ names }} from {{ built }} as built
   where not exists (
     select from {{ relation }} as stored where {{ rows }} and {{ as_text('stored', names) }} = {{ as_text('built', names) }})
{%- endmacro %}

{% macro as_text(row, names) -%}
row({{ row }}.{{ names | replace(', ', ', ' ~ row ~ '.') }})::text
{%- endmacro %}
