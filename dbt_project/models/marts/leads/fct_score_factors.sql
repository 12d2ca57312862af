-- Grain: lead, day of scoring and factor. A lead's factors are kept for the days on which one of them changed.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead', 'rows': 'stored.scored_on = BUILT_ON'},
  indexes=[{'columns': ['lead_id', 'scored_on']}, {'columns': ['organization_id', 'lead_id']}]
) }}

{%- set stored = load_relation(this) %}

with scores as (
  select * from {{ ref('int_leads__scored') }}
),

factors as (
  select * from {{ ref('int_score_factors__by_key') }}
),

facts as (
  select * from {{ ref('int_leads__facts') }}
),

{%- if stored is not none %}

former as (
  select distinct on (lead_id) lead_id, factors_hash
  from {{ this }}
  where scored_on < {{ built_on() }}
  order by lead_id, scored_on desc
),
{%- else %}

former as (
  select null::uuid as lead_id, null::text as factors_hash
),
{%- endif %}

changed as (
  select scores.*, facts.person_id, facts.company_id, facts.email_normalized, facts.phone_e164
  from scores
  join facts on facts.lead_id = scores.lead_id
  left join former on former.lead_id = scores.lead_id
  where former.factors_hash is distinct from scores.factors_hash
),

status_changes as (
  select distinct on (lead_id) lead_id, status_change_id
  from {{ ref('stg_app__lead_status_changes') }}
  where lead_id in (select lead_id from changed)
  order by lead_id, changed_at desc, status_change_id
),

-- the records behind address and phone: an organization's own before the shared one
statements as (
  select distinct on (changed.lead_id, stated.attribute)
    changed.lead_id, case stated.attribute when 'email' then 'has_email' else 'has_phone' end as factor, stated.record_id
  from changed
  join {{ ref('fct_person_values') }} as stated
    on stated.person_id = changed.person_id
    and (stated.organization_id = changed.organization_id or stated.organization_id is null)
    and stated.value = case stated.attribute when 'email' then changed.email_normalized when 'phone_e164' then changed.phone_e164 end
  where stated.is_winner
  order by changed.lead_id, stated.attribute, stated.organization_id nulls last, stated.place
),

final as (
  select
    changed.organization_id,
    changed.lead_id,
    {{ built_on() }} as scored_on,
    factors.factor,
    factors.input_value,
    factors.points::integer as points,
    factors.max_points::integer as max_points,
    factors.score_total::integer as score_total,
    factors.factors_hash,
    factors.rule_version,
    case factors.factor
      when 'status' then status_changes.status_change_id
      when 'has_company' then changed.company_id
      else statements.record_id
    end as evidence_id,
    factors.reason
  from changed
  join factors on factors.score_key = changed.score_key
  left join status_changes on status_changes.lead_id = changed.lead_id
  left join statements on statements.lead_id = changed.lead_id and statements.factor = factors.factor
)

select * from final
