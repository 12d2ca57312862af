-- Grain: day, from 2020 to ten years after the build. For charts without holes; weeks are those of ISO 8601.
{%- set first_on, last_on = "date '2020-01-01'", 'make_date(extract(year from BUILT_ON)::integer + 10, 12, 31)' %}
{{ config(
  meta={
    'tenant': 'everyone',
    'complete_when': 'count(*) = max(date_on) - min(date_on) + 1 and min(date_on) = ' ~ first_on ~ ' and max(date_on) = ' ~ last_on
  },
  indexes=[{'columns': ['date_on']}]
) }}

with days as (
  select day::date as date_on
  from generate_series({{ first_on }}, {{ last_on | replace('BUILT_ON', built_on()) }}, interval '1 day') as day
),

final as (
  select
    date_on,
    extract(year from date_on)::integer as year_no,
    extract(quarter from date_on)::integer as quarter_no,
    extract(month from date_on)::integer as month_no,
    date_trunc('month', date_on)::date as month_starts_on,
    extract(isoyear from date_on)::integer as iso_year_no,
    extract(week from date_on)::integer as iso_week_no,
    date_trunc('week', date_on)::date as week_starts_on,
    extract(isodow from date_on)::integer as iso_weekday_no,
    extract(isodow from date_on) >= 6 as is_weekend
  from days
)

select * from final
