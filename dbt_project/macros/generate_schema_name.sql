{# Plain names in prod (`mart_leads`), prefixed ones everywhere else (`dev_mart_leads`), so that a trial never touches a mart. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- set name = (custom_schema_name or target.schema) | trim -%}
  {{ name if target.name == 'prod' else target.name ~ '_' ~ name }}
{%- endmacro %}
