{#
  What was found of a mart, in one query. `stands`: columns, types, nulls, policies and grants are those that this contract and these rights
  made; the fingerprint of both is kept in the comment of a policy. `is_complete`: meta.complete_when holds as well.
#}
{% macro mart_state(existing, meta) %}
  {% set nothing = {'stands': false, 'is_complete': false} %}
  {% if existing is none or existing.type != 'table' %}{{ return(nothing) }}{% endif %}
  {% set complete = meta.get('complete_when') if not flags.FULL_REFRESH else none %}
  {% call statement('look', fetch_result=True) -%}
    select
      exists (select from pg_policy where polrelid = '{{ existing }}'::regclass
        and obj_description(oid, 'pg_policy') = '{{ mart_fingerprint(existing, meta) }} ' || {{ catalog_state(existing) }}) as stands,
      {{ '(select ' ~ (complete | replace('BUILT_ON', built_on())) ~ ' from ' ~ existing ~ ' as stored)' if complete else 'false' }}
        as is_complete
  {%- endcall %}
  {% set row = load_result('look').table.rows[0] %}
  {{ return({'stands': row['stands'], 'is_complete': row['stands'] and row['is_complete']}) }}
{% endmacro %}

{# MD5 of what a mart is made by: contract, rights, and for one that may be left alone its model. #}
{% macro mart_fingerprint(relation, meta) %}
  {% set contract = [] %}
  {% for column in model.columns.values() %}
    {% set constraints = column.constraints | map(attribute='type') | join(' ') %}
    {% do contract.append([column.name, column.data_type, constraints] | join(' ')) %}
  {% endfor %}
  {% set rights = mart_rights(relation, meta) | replace(relation.identifier, this.identifier) %}
  {% set rows = model.checksum.checksum if meta.get('complete_when') else '' %}
  {{ return(local_md5([contract | join(', '), rights, rows] | join('; '))) }}
{% endmacro %}

{# SQL: MD5 of what the catalog says of a mart now. #}
{% macro catalog_state(relation) -%}
(select md5(string_agg(format('%s %s %s', attname, atttypid::regtype, attnotnull), ', ' order by attnum)
      || relrowsecurity || relforcerowsecurity || relacl::text || (select count(*) from pg_policy where polrelid = pg_class.oid))
   from pg_attribute join pg_class on pg_class.oid = attrelid
  where attrelid = '{{ relation }}'::regclass and attnum > 0 and not attisdropped
  group by pg_class.oid, relrowsecurity, relforcerowsecurity, relacl::text)
{%- endmacro %}

{# SQL: stop where the query's columns are not the table's, by name and type. #}
{% macro refuse_other_columns(relation, built) -%}
do $columns$
declare
  other text;
begin
  select string_agg(format('%s is %s in the query, %s in the contract', coalesce(built.attname, stored.attname),
                           coalesce(built.atttypid::regtype::text, 'missing'), coalesce(stored.atttypid::regtype::text, 'missing')), '; ')
    into other
    from (select * from pg_attribute where attrelid = 'pg_temp.{{ built }}'::regclass and attnum > 0) as built
    full join (select * from pg_attribute where attrelid = '{{ relation }}'::regclass and attnum > 0 and not attisdropped) as stored
      on stored.attname = built.attname
   where built.atttypid is distinct from stored.atttypid;
  if other is not null then
    raise exception '{{ relation.identifier }} has other columns than its contract: %', other
      using hint = 'Cast the column in the model, or correct data_type in its contract.';
  end if;
end $columns$
{%- endmacro %}

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
