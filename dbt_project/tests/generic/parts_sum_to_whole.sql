{# Parts of a whole: over the rows of a group, each column (`sums`: part → whole) adds up to what every row says of the whole. #}
{% test parts_sum_to_whole(model, columns, sums) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having
{%- for part, whole in sums.items() %}
  {{ 'or' if not loop.first }} sum({{ part }}) <> min({{ whole }}) or min({{ whole }}) <> max({{ whole }})
{%- endfor %}
{% endtest %}
