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
    coalesce(people.email_normalized, case when people.person_id is null then companies.email_generic end) as email_normalized,
    people.email_status,
    coalesce(people.phone_e164, companies.phone_e164) as phone_e164,
    companies.name as company_name,
    companies.domain,
    coalesce(people.country_code, companies.country_code) as country_code,
    greatest(leads.created_at, messages.last_attempted_at, events.last_event_at) as last_activity_at
  from leads
  left join {{ visible_row(ref('dim_people'), 'person_id', 'leads.effective_entity_id', 'leads.organization_id') }} as people
    on leads.entity_kind = 'person'
  left join {{ visible_row(
    ref('dim_companies'), 'company_id',
    "case leads.entity_kind when 'company' then leads.effective_entity_id else people.company_id end", 'leads.organization_id'
  ) }} as companies on true
  left join messages on messages.lead_id = leads.lead_id
  left join events on events.lead_id = leads.lead_id
)

select * from final
