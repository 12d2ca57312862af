-- Grain: lead. An organization's work on a person or company, with what it sees of them.
{{ config(
  meta={'tenant': 'organization'},
  indexes=[
    {'columns': ['lead_id']}, {'columns': ['organization_id', 'status']}, {'columns': ['organization_id', 'lead_score']},
    {'columns': ['person_id']}, {'columns': ['company_id']}
  ]
) }}

with leads as (
  select * from {{ ref('stg_app__leads') }}
),

facts as (
  select * from {{ ref('int_leads__facts') }}
),

scores as (
  select distinct lead_id, score_total from {{ ref('int_lead_factors__scored') }}
),

suppressions as (
  select * from {{ ref('stg_app__suppressions') }}
),

suppressed as (
  select distinct facts.lead_id
  from facts
  join suppressions
    on (suppressions.organization_id is null or suppressions.organization_id = facts.organization_id)
    and suppressions.value_normalized
      = case suppressions.scope when 'email' then facts.email_normalized else split_part(facts.email_normalized, '@', 2) end
),

reasons as (
  select
    facts.lead_id,
    case
      when suppressed.lead_id is not null then 'suppressed'
      when facts.email_normalized is null then 'no_email'
      when facts.email_status = 'invalid' then 'email_invalid'
      when facts.status = 'rejected' then 'lead_rejected'
    end as not_contactable_reason
  from facts
  left join suppressed on suppressed.lead_id = facts.lead_id
),

final as (
  select
    leads.organization_id,
    leads.lead_id,
    leads.entity_kind::text as entity_kind,
    facts.person_id,
    facts.company_id,
    leads.status::text as status,
    leads.owner_id,
    leads.campaign_id,
    leads.first_source,
    leads.priority,
    leads.rating_1_to_5::integer as rating_1_to_5,
    leads.tags,
    coalesce(scores.score_total, 0)::integer as lead_score,
    facts.full_name,
    facts.title_raw,
    facts.email_normalized,
    facts.email_status,
    facts.phone_e164,
    facts.company_name,
    facts.domain,
    facts.country_code,
    leads.created_at,
    facts.last_activity_at,
    reasons.not_contactable_reason is null as is_contactable,
    reasons.not_contactable_reason
  from leads
  join facts on facts.lead_id = leads.lead_id
  left join scores on scores.lead_id = leads.lead_id
  left join reasons on reasons.lead_id = leads.lead_id
)

select * from final
