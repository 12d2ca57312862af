-- Grain: organization, week in which leads were made, first source and campaign of origin. Which source earns what it costs.
{{ config(
  meta={'tenant': 'organization', 'access': 'analytics'},
  indexes=[{'columns': ['organization_id', 'created_week_on']}]
) }}

with leads as (
  select * from {{ ref('dim_leads') }}
),

organizations as (
  select * from {{ ref('stg_identity__organizations') }}
),

qualified as (
  select distinct lead_id from {{ ref('fct_status_changes') }} where to_status = 'qualified'
),

converted as (
  select distinct lead_id from {{ ref('fct_status_changes') }} where to_status = 'converted'
),

messages as (
  select
    lead_id,
    bool_or(is_attempted) as is_contacted,
    -- as sql/metrics.yml counts it: accepted, and no bounce within 7 days
    bool_or(final_state = 'accepted' or final_state = 'bounced' and coalesce(bounced_at > attempted_at + interval '7 days', false))
      as is_delivered,
    bool_or(first_reply_at is not null) as has_replied,
    bool_or(first_positive_reply_at is not null) as has_replied_positive
  from {{ ref('fct_messages') }}
  group by lead_id
),

met as (
  select distinct lead_id from {{ ref('stg_app__interactions') }} where type = 'meeting' and occurred_at <= {{ built_at() }}
),

costs as (
  select organization_id, lead_id, sum(amount_eur) as amount_eur
  from {{ ref('fct_costs') }}
  where lead_id is not null
  group by organization_id, lead_id
),

final as (
  select
    leads.organization_id,
    date_trunc('week', leads.created_at at time zone organizations.time_zone)::date as created_week_on,
    leads.first_source,
    leads.campaign_id,
    count(*)::integer as leads,
    count(*) filter (where leads.is_contactable)::integer as contactable,
    count(qualified.lead_id)::integer as qualified,
    count(*) filter (where messages.is_contacted)::integer as contacted,
    count(*) filter (where messages.is_delivered)::integer as delivered,
    count(*) filter (where messages.has_replied)::integer as replied,
    count(*) filter (where messages.has_replied_positive)::integer as positive,
    count(met.lead_id)::integer as meetings,
    count(converted.lead_id)::integer as converted,
    coalesce(sum(costs.amount_eur), 0)::numeric as cost_eur
  from leads
  join organizations on organizations.organization_id = leads.organization_id
  left join qualified on qualified.lead_id = leads.lead_id
  left join met on met.lead_id = leads.lead_id
  left join converted on converted.lead_id = leads.lead_id
  left join messages on messages.lead_id = leads.lead_id
  -- what the platform pays is nobody's cost, whomever it names
  left join costs on costs.organization_id = leads.organization_id and costs.lead_id = leads.lead_id
  group by leads.organization_id, created_week_on, leads.first_source, leads.campaign_id
)

select * from final
