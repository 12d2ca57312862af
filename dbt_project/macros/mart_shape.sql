{# Same names and types as the contract; in a table without history in the same order as well. #}
{% macro has_columns_of(existing, columns, is_ordered=true) %}
  {% if existing.type != 'table' %}{{ return(false) }}{% endif %}
  {% set stored = types_by_name(get_column_schema_from_query('select * from ' ~ existing)) %}
  {% set wanted = types_by_name(get_column_schema_from_query(get_empty_schema_sql(columns))) %}
  {{ return(stored == wanted and (not is_ordered or stored.keys() | list == wanted.keys() | list)) }}
{% endmacro %}

{% macro types_by_name(schema) %}
  {% set types = {} %}
  {% for column in schema %}{% do types.update({column.name: column.data_type}) %}{% endfor %}
  {{ return(types) }}
{% endmacro %}

{#
  A table with history takes the columns of its contract in place: renames what a column's meta.renamed_from names, adds what is missing.
  What was not kept then is null in the rows of then, so a column that joins a history may be null. Returns whether anything changed.
#}
{% macro reshape_history(existing, columns) %}
  {% set stored = types_by_name(get_column_schema_from_query('select * from ' ~ existing)) %}
  {% set changes = [] %}
  {% for column in columns.values() if column.name not in stored %}
    {% set former = (column.get('meta') or (column.get('config') or {}).get('meta') or {}).get('renamed_from') %}
    {% if former in stored %}
      {% do changes.append('rename column ' ~ former ~ ' to ' ~ column.name) %}
    {% else %}
      {% do changes.append('add column ' ~ column.name ~ ' ' ~ column.data_type) %}
    {% endif %}
  {% endfor %}
  {% for change in changes %}{% do run_query('alter table ' ~ existing ~ ' ' ~ change) %}{% endfor %}
  {{ return(changes | length > 0) }}
{% endmacro %}

{# Before the rows: columns that may be null by now. #}
{% macro relax_nulls(existing, columns) %}
  {% do alter_nulls(existing, columns, is_required=false) %}
{% endmacro %}

{# After the rows: columns that may be null no more; rows that history has without a value are named by the error. #}
{% macro refuse_nulls(existing, columns) %}
  {% do alter_nulls(existing, columns, is_required=true) %}
{% endmacro %}

{% macro alter_nulls(existing, columns, is_required) %}
  {% set catalog = "select attname from pg_attribute where attnum > 0 and attnotnull and attrelid = '" ~ existing ~ "'::regclass" %}
  {% set required = run_query(catalog).columns[0].values() | list %}
  {% for column in columns.values() %}
    {% set wanted = column.constraints | selectattr('type', 'equalto', 'not_null') | list | length > 0 %}
    {% if wanted == is_required and wanted != (column.name in required) %}
      {% do run_query('alter table ' ~ existing ~ ' alter column ' ~ column.name ~ (' set' if wanted else ' drop') ~ ' not null') %}
    {% endif %}
  {% endfor %}
{% endmacro %}
