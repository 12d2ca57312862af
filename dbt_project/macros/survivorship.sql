{# Attributes of which an entity has several at once: all stay, the best is primary. #}
{% macro multi_valued(entity_kind) -%}
  {{ return({
    'company': ['domain', 'email', 'phone_e164', 'social_url', 'address', 'technology'],
    'person': ['social_url']
  }[entity_kind]) }}
{%- endmacro %}

{# Attributes for which a page that the law makes the owner publish is better evidence than any other page. #}
{% macro imprint_attributes(entity_kind) -%}
  {{ return({
    'company': ['legal_name', 'vat_id', 'register_id', 'address', 'phone_e164', 'email'],
    'person': ['email', 'phone_e164']
  }[entity_kind]) }}
{%- endmacro %}

{% macro sql_list(values) -%}
({% for value in values %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# The order of candidates: each line is a reason to win, and the name of the rule that `deciding_rule` reports. #}
{% macro survivorship_rules() -%}
  {{ return([
    ('correction', 'is_correction'),
    ('imprint', 'is_imprint'),
    ('agreement_of_sources', 'agreeing_sources'),
    ('confidence', 'confidence'),
    ('mentions', 'mention_count'),
    ('recency', 'observed_at'),
  ]) }}
{%- endmacro %}

{% macro survivorship_order() -%}
{% for _, criterion in survivorship_rules() %}{{ criterion }} desc, {% endfor %}value collate "C"
{%- endmacro %}

{# Why of two candidates the one before the other won: the first criterion in which they differ. #}
{% macro deciding_rule(candidate, rival) -%}
case
      when {{ rival }}.value is null then 'only_candidate'
      {% for rule, criterion in survivorship_rules() -%}
      when {{ candidate }}.{{ criterion }} <> {{ rival }}.{{ criterion }} then '{{ rule }}'
      {% endfor -%}
      else 'tie_break'
    end
{%- endmacro %}
