-- Grain: overlay, person, attribute and candidate value that proved right or wrong for its organization: corrected or confirmed by a
-- person's word, otherwise bounced by a mailbox that is not there, otherwise confirmed by a human reply. Silence proves nothing.
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with candidates as (
  select organization_id, entity_id, attribute, value, is_correction
  from {{ ref('int_person_values__ranked') }}
  where organization_id is not null
),

corrections as (
  select distinct on (organization_id, effective_entity_id, attribute)
    organization_id, effective_entity_id as entity_id, attribute, value
  from (
    select
      corrections.*,
      {{ effective_entity('corrections.entity_id', 'corrections.organization_id') }} as effective_entity_id
    from {{ ref('stg_app__corrections') }} as corrections
    where corrections.entity_kind = 'person' and corrections.attribute not in {{ sql_list(multi_valued('person')) }}
  ) as standing
  order by organization_id, effective_entity_id, attribute, created_at desc, correction_id
),

messages as (
  select
    messages.organization_id,
    messages.email_normalized as value,
    bool_or(events.event_kind in ('bounced', 'rejected')
      and events.reason_class in ('mailbox_unknown', 'mailbox_disabled', 'domain_unknown')) as is_bounced,
    bool_or(events.event_kind = 'replied' and not events.is_machine) as is_answered
  from {{ ref('stg_app__messages') }} as messages
  join {{ ref('stg_raw__email_events') }} as events on events.message_id = messages.message_id
  where events.event_kind in ('bounced', 'rejected', 'replied')
  group by messages.organization_id, messages.email_normalized
),

judged as (
  select
    candidates.organization_id,
    candidates.entity_id,
    candidates.attribute,
    candidates.value,
    case
      when corrections.entity_id is not null and corrections.value is distinct from candidates.value then 'corrected'
      when corrections.value = candidates.value then 'confirmed'
      when messages.is_bounced then 'bounced'
      when messages.is_answered then 'confirmed'
    end as outcome
  from candidates
  left join corrections
    on corrections.organization_id = candidates.organization_id
    and corrections.entity_id = candidates.entity_id
    and corrections.attribute = candidates.attribute
  left join messages
    on messages.organization_id = candidates.organization_id
    and messages.value = candidates.value
    and candidates.attribute = 'email'
),

final as (
  select * from judged where outcome is not null
)

select * from final
