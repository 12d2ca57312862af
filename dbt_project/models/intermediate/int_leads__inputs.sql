-- Grain: lead. What each of its scores is made of, as the functions of the scores take it; leads with the same key score the same.
{{ config(indexes=[{'columns': ['lead_id']}]) }}

with leads as (
  select
    *,
    app.recency(last_activity_at, {{ built_at() }}) as recency,
    app.verification_age(last_verified_at, {{ built_at() }}) as verified,
    company_id is not null as has_company,
    phone_e164 is not null as has_phone,
    email_normalized is not null as has_email
  from {{ ref('int_leads__facts') }}
),

final as (
  select
    organization_id,
    lead_id,
    status,
    rating_1_to_5,
    priority,
    recency,
    has_company,
    has_phone,
    has_email,
    (organization_id, status, rating_1_to_5, priority, recency, has_company, has_phone, has_email)::text as score_key,
    country_code,
    industry_code,
    employee_band,
    seniority,
    department,
    title_raw,
    technologies,
    (organization_id, country_code, industry_code, employee_band, seniority, department, title_raw, technologies)::text as fit_key,
    coalesce(source_count, 0) as source_count,
    coalesce(value_count, 0) as value_count,
    coalesce(agreed_value_count, 0) as agreed_value_count,
    verified,
    email_status,
    (organization_id, source_count, value_count, agreed_value_count, verified, email_status)::text as confidence_key
  from leads
)

select * from final
