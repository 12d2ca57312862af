-- Grain: entity kind and entity. Which entities this build makes anew, whole: everything that the ledgers say was touched.
-- depends_on: {{ ref('stg_resolution__entities') }}
{{ config(tags=['entity'], indexes=[{'columns': ['entity_id']}]) }}

with
{%- if execute and makes_all_entities() %} {# when it parses, dbt takes down what the other branch reads #}

final as (
  select entity_kind::text as entity_kind, entity_id from {{ ref('stg_resolution__entities') }}
)
{%- else %}

changes as (
  select distinct entity_kind::text as entity_kind, entity_id
  from {{ ref('stg_resolution__changes') }}
  where batch_no > {{ var('from_batch') }} and batch_no <= {{ var('to_batch') }}
),

-- what an organization redirected a changed entity to is made of it
touched as (
  select entity_kind, entity_id from changes
  union
  select changes.entity_kind, redirects.to_entity_id
  from changes
  join {{ ref('int_redirects__resolved') }} as redirects on redirects.from_entity_id = changes.entity_id
),

-- people name their company by its id, which changes when companies are joined or parted
company_subjects as (
  select assignments.subject_id
  from touched
  join {{ ref('stg_resolution__assignments') }} as assignments on assignments.entity_id = touched.entity_id
  where touched.entity_kind = 'company'
),

people_of_companies as (
  select assignments.entity_id
  from company_subjects
  join {{ ref('stg_raw__company_records') }} as companies on companies.subject_id = company_subjects.subject_id
  join {{ ref('stg_raw__person_records') }} as people
    on people.extraction_id = companies.extraction_id and people.company_subject_id = company_subjects.subject_id
  join {{ ref('stg_resolution__assignments') }} as assignments on assignments.subject_id = people.subject_id
),

-- the status of an address is a fact of the people who have it, and so is what became of a message to it
checked_addresses as (
  select distinct checks.email_normalized
  from {{ ref('stg_raw__batches') }} as batches
  join {{ ref('stg_raw__email_checks') }} as checks on checks.landing_id = batches.landing_id
  where batches.batch_no > {{ var('from_landing_batch') }} and batches.batch_no <= {{ var('to_landing_batch') }}
  union
  select messages.email_normalized
  from {{ ref('stg_raw__batches') }} as batches
  join {{ ref('stg_raw__email_events') }} as events on events.landing_id = batches.landing_id
  join {{ ref('stg_app__messages') }} as messages on messages.message_id = events.message_id
  where batches.batch_no > {{ var('from_landing_batch') }} and batches.batch_no <= {{ var('to_landing_batch') }}
    and events.event_kind in ('replied', 'bounced', 'rejected')
),

people_of_addresses as (
  select assignments.entity_id
  from checked_addresses
  join {{ ref('stg_resolution__subject_keys') }} as keys
    on keys.entity_kind = 'person' and keys.key_kind = 'email' and keys.key_value = checked_addresses.email_normalized
  join {{ ref('stg_resolution__assignments') }} as assignments on assignments.subject_id = keys.subject_id
  union
  select corrections.entity_id
  from checked_addresses
  join {{ ref('stg_app__corrections') }} as corrections
    on corrections.attribute = 'email' and corrections.value = checked_addresses.email_normalized
  where corrections.entity_kind = 'person'
),

people as (
  select entity_id from people_of_companies
  union
  select entity_id from people_of_addresses
),

-- whom an organization joined to another person is shown as that one
people_shown_for_them as (
  select redirects.to_entity_id as entity_id
  from people
  join {{ ref('int_redirects__resolved') }} as redirects on redirects.from_entity_id = people.entity_id
),

final as (
  select entity_kind, entity_id from touched
  union
  select 'person', entity_id from people
  union
  select 'person', entity_id from people_shown_for_them
)
{%- endif %}

select * from final
