-- Grain: lead. What its organization sees of its person and company now, and when something last happened with it.
{{ config(indexes=[{'columns': ['lead_id']}]) }}

with leads as (
  select
    leads.*,
    {{ effective_entity('leads.entity_id', 'leads.organization_id') }} as effective_entity_id
  from {{ ref('stg_app__leads') }} as leads
),

messages as (
  select lead_id, max(attempted_at) as last_attempted_at
  from {{ ref('stg_app__messages') }}
  where attempted_at is not null
  group by lead_id
),

events as (
  select messages.lead_id, max(events.occurred_at) as last_event_at
  from {{ ref('stg_raw__email_events') }} as events
  join {{ ref('stg_app__messages') }} as messages on messages.message_id = events.message_id
  where not events.is_machine
  group by messages.lead_id
),

-- what was recorded of the lead counts before what its sources say; the organization's default last
legal_bases as (
  select distinct on (bases.lead_id) bases.lead_id, bases.basis, bases.recorded_at > leads.created_at as is_stated
  from {{ ref('stg_app__lead_legal_basis') }} as bases
  join leads on leads.lead_id = bases.lead_id
  order by bases.lead_id, bases.recorded_at desc, bases.legal_basis_id
),

final as (
  select
    leads.organization_id,
    leads.lead_id,
    leads.entity_kind::text as entity_kind,
    leads.status,
    leads.rating_1_to_5,
    leads.priority,
    people.person_id,
    companies.company_id,
    people.full_name,
    people.title_raw,
    people.seniority,
    people.department,
    coalesce(case when legal_bases.is_stated then legal_bases.basis end, people.legal_basis, legal_bases.basis) as legal_basis,
    coalesce(people.email_normalized, case when people.person_id is null then companies.email_generic end) as email_normalized,
    people.email_status,
    coalesce(people.phone_e164, companies.phone_e164) as phone_e164,
    companies.name as company_name,
    companies.domain,
    companies.industry_code,
    companies.employee_band,
    companies.technologies,
    coalesce(people.country_code, companies.country_code) as country_code,
    -- how sure we are of the person, of a company's lead the company
    case when leads.entity_kind = 'person' then people.source_count else companies.source_count end as source_count,
    case when leads.entity_kind = 'person' then people.value_count else companies.value_count end as value_count,
    case when leads.entity_kind = 'person' then people.agreed_value_count else companies.agreed_value_count end as agreed_value_count,
    case when leads.entity_kind = 'person' then people.last_verified_at else companies.last_verified_at end as last_verified_at,
    greatest(leads.created_at, messages.last_attempted_at, events.last_event_at) as last_activity_at
  from leads
  left join {{ visible_row(ref('dim_people'), 'person_id', 'leads.effective_entity_id', 'leads.organization_id') }} as people
    on leads.entity_kind = 'person'
  left join {{ visible_row(
    ref('dim_companies'), 'company_id',
    "case leads.entity_kind when 'company' then leads.effective_entity_id else people.company_id end", 'leads.organization_id'
  ) }} as companies on true
  left join legal_bases on legal_bases.lead_id = leads.lead_id
  left join messages on messages.lead_id = leads.lead_id
  left join events on events.lead_id = leads.lead_id
)

select * from final
