{#
  Days after which a value should have been seen again: addresses and jobs decay fastest (about 2 % a month), what a register keeps
  hardly at all. The one place that says so.
#}
{% macro slo_days(attribute) -%}
case
      when {{ attribute }} in ('email', 'title') then 90
      when {{ attribute }} in ('phone_e164', 'technology', 'employee_band', 'social_url', 'company_name', 'company_domain') then 180
      else 365
    end
{%- endmacro %}

{# Bounds of a share's 95 % interval after Wilson (1927); null without observations. #}
{% macro wilson_bound(hits, total, sign) -%}
case when {{ total }} > 0 then
      (({{ hits }} + 1.9208)::double precision
        {{ sign }} 1.96 * sqrt({{ hits }}::double precision * ({{ total }} - {{ hits }}) / {{ total }} + 0.9604)) / ({{ total }} + 3.8416)
    end
{%- endmacro %}

{# Bounds of the 95 % interval of the area under a ROC curve after Hanley and McNeil (1982); null without both kinds. #}
{% macro area_bound(area, hits, misses, sign) -%}
case when {{ hits }} > 0 and {{ misses }} > 0 then
      least(1, greatest(0, {{ area }} {{ sign }} 1.96 * sqrt(greatest(0,
        {{ area }} * (1 - {{ area }})
        + ({{ hits }} - 1) * ({{ area }} / (2 - {{ area }}) - {{ area }} ^ 2)
        + ({{ misses }} - 1) * (2 * {{ area }} ^ 2 / (1 + {{ area }}) - {{ area }} ^ 2)
      ) / ({{ hits }} * {{ misses }}))))
    end
{%- endmacro %}
