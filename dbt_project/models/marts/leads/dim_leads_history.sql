-- Grain: lead and validity. What was known of a lead from one build to another; closed rows are never touched again.
-- As of an instant: valid_from <= it and (valid_to is null or valid_to > it) are the rows that dim_leads had after the build before it.
{{ config(
  meta={'tenant': 'organization', 'access': 'lead', 'rows': 'stored.valid_to is null'},
  indexes=[{'columns': ['lead_id', 'valid_from']}, {'columns': ['organization_id', 'lead_id']}]
) }}

{%- set known = [
  'person_id', 'company_id', 'status', 'owner_id', 'lead_score', 'fit_score', 'engagement_score', 'data_confidence', 'rule_version',
  'email_status', 'legal_basis', 'is_contactable'
] %}
{%- set stored = load_relation(this) %}

with leads as (
  select organization_id, lead_id, {{ known | join(', ') }} from {{ ref('dim_leads') }}
),

{%- if stored is not none %}

open_rows as (
  select * from {{ this }} where valid_to is null
),

-- a lead that was deleted or merged and comes back
told_before as (
  select distinct lead_id from {{ this }}
),
{%- else %}

open_rows as (
  select *, null::timestamptz as valid_from, null::timestamptz as valid_to, null::text as change_reason from leads where false
),

told_before as (
  select lead_id from leads where false
),
{%- endif %}

compared as (
  select
    coalesce(leads.organization_id, open_rows.organization_id) as organization_id,
    coalesce(leads.lead_id, open_rows.lead_id) as lead_id,
    leads.lead_id is not null as is_live,
    open_rows.lead_id is not null as is_open,
    {%- for column in known %}
    leads.{{ column }} as {{ column }}_now,
    open_rows.{{ column }} as {{ column }}_before,
    {%- endfor %}
    nullif(concat_ws(', '
      {%- for column in known %}, case when leads.{{ column }} is distinct from open_rows.{{ column }} then '{{ column }}' end
      {%- endfor %}), '') as changed_columns,
    open_rows.valid_from,
    open_rows.change_reason,
    -- a clock that went back must not turn a validity around
    greatest({{ built_at() }}, open_rows.valid_from + interval '1 microsecond') as changed_at
  from leads
  full join open_rows on open_rows.lead_id = leads.lead_id
),

former as (
  select
    organization_id, lead_id,
    {%- for column in known %} {{ column }}_before as {{ column }}, {%- endfor %}
    valid_from,
    case when changed_columns is not null or not is_live then changed_at end as valid_to,
    change_reason
  from compared
  where is_open
),

began as (
  select
    compared.organization_id, compared.lead_id,
    {%- for column in known %} {{ column }}_now as {{ column }}, {%- endfor %}
    compared.changed_at as valid_from,
    null::timestamptz as valid_to,
    case
      when compared.is_open then compared.changed_columns
      when told_before.lead_id is not null then 'reopened'
      else 'created'
    end as change_reason
  from compared
  left join told_before on told_before.lead_id = compared.lead_id
  where compared.is_live and (compared.changed_columns is not null or not compared.is_open)
),

final as (
  select * from former
  union all
  select * from began
)

select * from final
