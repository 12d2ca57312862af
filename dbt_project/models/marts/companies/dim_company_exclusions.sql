-- Grain: organization and company. The companies that an organization does not write to, by the domain that it sees of them.
{{ config(
  meta={'tenant': 'organization', 'access': 'company'},
  indexes=[{'columns': ['organization_id', 'company_id']}]
) }}

with suppressions as (
  select * from {{ ref('stg_app__suppressions') }} where scope = 'domain'
),

organizations as (
  select organization_id from {{ ref('stg_identity__organizations') }}
),

-- what the platform suppresses counts for every organization
domains as (
  select organizations.organization_id, suppressions.value_normalized as domain, suppressions.reason, suppressions.created_at
  from suppressions
  join organizations on suppressions.organization_id is null or suppressions.organization_id = organizations.organization_id
),

-- a company below a suppressed domain is excluded by it
companies as (
  select companies.organization_id, companies.company_id, names.domain
  from {{ ref('dim_companies') }} as companies
  cross join lateral unnest(app.domains_over(companies.domain)) as names (domain)
),

overlays as (
  select organization_id, company_id from {{ ref('dim_companies') }} where organization_id is not null
),

seen as (
  select domains.organization_id, companies.company_id, domains.domain, domains.reason, domains.created_at
  from domains
  join companies on companies.domain = domains.domain
  left join overlays on overlays.organization_id = domains.organization_id and overlays.company_id = companies.company_id
  where companies.organization_id = domains.organization_id or (companies.organization_id is null and overlays.company_id is null)
),

final as (
  select distinct on (organization_id, company_id)
    organization_id,
    company_id,
    domain,
    reason as exclusion_reason,
    created_at as excluded_at
  from seen
  order by organization_id, company_id, created_at, reason, domain
)

select * from final
