-- Grain: organization, score version, month of first contact and decile of the fit score. May we trust it: what it promised and what came.
-- The score is the one that was known when a lead was first written to; what came is a human reply within 14 days. Promised is what leads
-- of the same ten points did in the months before (histogram binning, Zadrozny and Elkan 2001), so that a drift shows as an error.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['organization_id', 'month_starts_on']}]
) }}

{%- set cohort = ['organization_id', 'rule_version', 'month_starts_on'] %}
{%- set keys = cohort | join(', ') %}

with organizations as (
  select * from {{ ref('stg_identity__organizations') }}
),

-- delivered as sql/metrics.yml counts it: accepted, and no bounce within 7 days
contacts as (
  select organization_id, lead_id, min(attempted_at) as contacted_at, min(first_reply_at) as first_reply_at
  from {{ ref('fct_messages') }}
  where final_state = 'accepted' or (final_state = 'bounced' and bounced_at > attempted_at + interval '7 days')
  group by organization_id, lead_id
),

-- of whom less than 14 days have passed, silence says nothing yet
scored as (
  select
    contacts.organization_id,
    history.rule_version,
    date_trunc('month', contacts.contacted_at at time zone organizations.time_zone)::date as month_starts_on,
    history.fit_score,
    least(history.fit_score / 10, 9) as band,
    coalesce(contacts.first_reply_at <= contacts.contacted_at + interval '14 days', false) as has_replied
  from contacts
  join organizations on organizations.organization_id = contacts.organization_id
  join {{ ref('dim_leads_history') }} as history
    on history.lead_id = contacts.lead_id
    and history.valid_from <= contacts.contacted_at
    and (history.valid_to is null or history.valid_to > contacts.contacted_at)
  where history.fit_score is not null and contacts.contacted_at < {{ built_at() }} - interval '14 days'
),

bands as (
  select {{ keys }}, band, count(*) as leads, count(*) filter (where has_replied) as replied from scored group by {{ keys }}, band
),

-- points that nobody had before promise what all leads of before did
promises as (
  select
    bands.{{ cohort | join(', bands.') }},
    bands.band,
    coalesce(
      sum(former.replied) filter (where former.band = bands.band) / sum(former.leads) filter (where former.band = bands.band),
      sum(former.replied) / sum(former.leads)
    )::double precision as share
  from bands
  join bands as former
    on former.organization_id = bands.organization_id
    and former.rule_version = bands.rule_version
    and former.month_starts_on < bands.month_starts_on
  group by bands.{{ cohort | join(', bands.') }}, bands.band
),

-- leads of one score share the middle of their places, so that no chance puts one of them into another decile
ranked as (
  select
    scored.*,
    promises.share,
    count(*) over of_cohort as cohort_leads,
    rank() over (of_cohort order by fit_score) + (count(*) over (partition by {{ keys }}, fit_score) - 1) / 2.0 as place
  from scored
  left join promises using ({{ keys }}, band)
  window of_cohort as (partition by {{ keys }})
),

-- how often a lead that replied had more points than one that did not: Mann and Whitney's U over all such pairs
cohorts as (
  select {{ keys }}, count(*) as hits, cohort_leads - count(*) as misses,
    ((sum(place) - count(*) * (count(*) + 1) / 2.0) / nullif(count(*) * (cohort_leads - count(*)), 0))::double precision as auc
  from ranked
  where has_replied
  group by {{ keys }}, cohort_leads
),

deciles as (
  select
    {{ keys }}, cohort_leads,
    floor(10 * (place - 0.5) / cohort_leads)::integer + 1 as decile,
    count(*)::integer as leads,
    min(fit_score) as fit_score_least,
    max(fit_score) as fit_score_most,
    count(*) filter (where has_replied)::integer as replied,
    sum(share) as predicted_replies
  from ranked
  group by {{ keys }}, cohort_leads, decile
),

final as (
  select
    {{ keys }},
    deciles.decile,
    deciles.leads,
    deciles.fit_score_least,
    deciles.fit_score_most,
    deciles.predicted_replies,
    deciles.replied,
    {{ wilson_bound('deciles.replied', 'deciles.leads', '-') }} as response_rate_lower,
    {{ wilson_bound('deciles.replied', 'deciles.leads', '+') }} as response_rate_upper,
    deciles.replied::double precision / deciles.leads * deciles.cohort_leads / cohorts.hits as lift,
    abs(deciles.predicted_replies - deciles.replied) / deciles.leads as calibration_error,
    deciles.cohort_leads::integer as cohort_leads,
    coalesce(cohorts.hits, 0)::integer as cohort_replied,
    cohorts.auc,
    {{ area_bound('cohorts.auc', 'cohorts.hits', 'cohorts.misses', '-') }} as auc_lower,
    {{ area_bound('cohorts.auc', 'cohorts.hits', 'cohorts.misses', '+') }} as auc_upper
  from deciles
  left join cohorts using ({{ keys }})
)

select * from final
