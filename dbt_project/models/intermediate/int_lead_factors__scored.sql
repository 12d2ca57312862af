-- Grain: lead and factor. The one definition of the score (app.score_factors), applied at the instant of the build.
{{ config(indexes=[{'columns': ['lead_id']}]) }}

with leads as (
  select * from {{ ref('int_leads__facts') }}
),

factors as (
  select leads.organization_id, leads.lead_id, scored.factor, scored.input_value, scored.points, scored.max_points
  from leads
  cross join lateral app.score_factors(
    leads.organization_id, leads.status, leads.rating_1_to_5, leads.priority, leads.last_activity_at,
    leads.company_id is not null, leads.phone_e164 is not null, leads.email_normalized is not null, {{ built_at() }}
  ) as scored
),

final as (
  select
    factors.*,
    least(100, sum(points) over lead) as score_total,
    md5(string_agg(factor || '=' || coalesce(input_value, '') || ':' || points || '/' || coalesce(max_points, 0), ',')
      over (partition by lead_id order by factor rows between unbounded preceding and unbounded following)) as factors_hash
  from factors
  window lead as (partition by lead_id)
)

select * from final
