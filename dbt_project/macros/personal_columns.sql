{# A column's comment: its description, and the tag of personal data where the model says so (`config: {meta: {personal: true}}`). #}
{% macro postgres__alter_column_comment(relation, column_dict) %}
  {% set existing_columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
  {% for name, column in column_dict.items() if name in existing_columns %}
    {% set meta = column.get('config', {}).get('meta', {}) or column.get('meta', {}) %}
    {% set tag = ' personal: statement (by value; redact)' if meta.get('personal') else '' %}
    comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }}
      is {{ postgres_escape_comment(column['description'] ~ tag) }};
  {% endfor %}
{% endmacro %}
