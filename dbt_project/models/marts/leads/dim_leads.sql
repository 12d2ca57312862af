-- Grain: lead. An organization's work on a person or company, with what it sees of them.
-- Exclusion stands here and in dim_company_exclusions: it is one organization's, and the rows of dim_companies are everyone's.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead'},
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
  select * from {{ ref('int_leads__scored') }}
),

suppressions as (
  select *, case scope when 'email' then app.mailbox_of(value_normalized) else value_normalized end as suppressed_value
  from {{ ref('stg_app__suppressions') }}
),

messages as (
  select * from {{ ref('stg_app__messages') }}
),

exclusions as (
  select * from {{ ref('dim_company_exclusions') }}
),

-- What a lead is suppressed by, as app.find_suppressions says of one: its mailbox, the domains over its host, and an objection at
-- another address that it was written to. Plain equalities, so that they hash.
addresses as (
  select lead_id, organization_id, 'email' as scope, app.mailbox_of(email_normalized) as suppressed_value, false as is_former from facts
  union all
  select facts.lead_id, facts.organization_id, 'domain', domains.domain, false
  from facts
  cross join lateral unnest(app.domains_over(split_part(facts.email_normalized, '@', -1))) as domains (domain)
  union all
  select distinct lead_id, organization_id, 'email', app.mailbox_of(email_normalized), true from messages
),

suppressed as (
  select distinct addresses.lead_id
  from addresses
  join suppressions
    on suppressions.scope = addresses.scope
    and suppressions.suppressed_value = addresses.suppressed_value
    and (suppressions.organization_id is null or suppressions.organization_id = addresses.organization_id)
  where not addresses.is_former or suppressions.reason in ('unsubscribed', 'complained')
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
    scores.lead_score,
    scores.fit_score,
    scores.engagement_score,
    scores.data_confidence,
    scores.rule_version,
    facts.full_name,
    facts.title_raw,
    facts.seniority,
    facts.department,
    facts.email_normalized,
    facts.email_status,
    facts.phone_e164,
    facts.company_name,
    facts.domain,
    facts.country_code,
    facts.legal_basis,
    leads.created_at,
    facts.last_activity_at,
    reasons.not_contactable_reason is null as is_contactable,
    reasons.not_contactable_reason,
    exclusions.company_id is not null as is_excluded,
    exclusions.exclusion_reason
  from leads
  join facts on facts.lead_id = leads.lead_id
  join scores on scores.lead_id = leads.lead_id
  left join reasons on reasons.lead_id = leads.lead_id
  left join exclusions on exclusions.organization_id = leads.organization_id and exclusions.company_id = facts.company_id
)

select * from final
