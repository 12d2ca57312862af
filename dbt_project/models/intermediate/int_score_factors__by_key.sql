-- Grain: score key and factor. The one definition of the score (app.score_factors), asked once for all leads that give it the same.
{{ config(indexes=[{'columns': ['score_key']}]) }}

with inputs as (
  select distinct on (score_key) * from {{ ref('int_leads__inputs') }} order by score_key
),

rules as (
  select organization_id, app.score_rule_version(organization_id) as rule_version
  from (select distinct organization_id from inputs) as organizations
),

factors as (
  select
    inputs.organization_id, inputs.score_key, rules.rule_version,
    scored.factor, scored.input_value, scored.points, scored.max_points, scored.reason
  from inputs
  join rules on rules.organization_id = inputs.organization_id
  cross join lateral app.score_factors(
    inputs.organization_id, inputs.status, inputs.rating_1_to_5, inputs.priority, inputs.recency,
    inputs.has_company, inputs.has_phone, inputs.has_email
  ) as scored
),

final as (
  select
    factors.*,
    least(100, sum(points) over lead) as score_total,
    md5(string_agg(factor || '=' || coalesce(input_value, '') || ':' || points || '/' || coalesce(max_points, 0), ',')
      over (partition by score_key order by factor rows between unbounded preceding and unbounded following)) as factors_hash
  from factors
  window lead as (partition by score_key)
)

select * from final
