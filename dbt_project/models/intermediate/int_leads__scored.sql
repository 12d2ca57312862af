-- Grain: lead. Its four scores, 0..100 each, at the instant of the build, and the version of the rules that made them.
{{ config(indexes=[{'columns': ['lead_id']}]) }}

with inputs as (
  select * from {{ ref('int_leads__inputs') }}
),

totals as (
  select distinct score_key, rule_version, score_total, factors_hash from {{ ref('int_score_factors__by_key') }}
),

fits as (
  select keys.fit_key, round(100.0 * sum(fit.points) / nullif(sum(fit.max_points), 0)) as fit_score
  from (select distinct on (fit_key) * from inputs order by fit_key) as keys
  cross join lateral app.fit_factors(
    keys.organization_id, keys.country_code, keys.industry_code, keys.employee_band, keys.seniority, keys.department, keys.title_raw,
    keys.technologies
  ) as fit
  group by keys.fit_key
),

confidences as (
  select keys.confidence_key, least(100, sum(confidence.points)) as data_confidence
  from (select distinct on (confidence_key) * from inputs order by confidence_key) as keys
  cross join lateral app.confidence_factors(
    keys.organization_id, keys.source_count, keys.value_count, keys.agreed_value_count, keys.verified, keys.email_status
  ) as confidence
  group by keys.confidence_key
),

weights as (
  select organizations.organization_id, weights.factor, weights.input_value, weights.points
  from (select distinct organization_id from inputs) as organizations
  cross join lateral app.weights_of(organizations.organization_id) as weights
  where weights.factor in ('engagement', 'half_life_days')
),

engagements as (
  select
    messages.lead_id,
    least(100, sum(app.decayed_points(given.points, half_life.points, events.occurred_at, {{ built_at() }}))) as engagement_score
  from {{ ref('stg_raw__email_events') }} as events
  join {{ ref('stg_app__messages') }} as messages on messages.message_id = events.message_id
  join weights as given
    on given.organization_id = messages.organization_id and given.factor = 'engagement' and given.input_value = events.event_kind
  join weights as half_life on half_life.organization_id = messages.organization_id and half_life.factor = 'half_life_days'
  where not events.is_machine and given.points > 0
  group by messages.lead_id
),

final as (
  select
    inputs.organization_id,
    inputs.lead_id,
    inputs.score_key,
    totals.rule_version,
    totals.factors_hash,
    totals.score_total::integer as lead_score,
    fits.fit_score::integer as fit_score,
    round(coalesce(engagements.engagement_score, 0))::integer as engagement_score,
    confidences.data_confidence::integer as data_confidence
  from inputs
  join totals on totals.score_key = inputs.score_key
  left join fits on fits.fit_key = inputs.fit_key
  left join confidences on confidences.confidence_key = inputs.confidence_key
  left join engagements on engagements.lead_id = inputs.lead_id
)

select * from final
