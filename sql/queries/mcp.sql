-- What tools of the MCP server ask beside the components' own queries. As the caller, under the policies.

-- name: search_companies
-- Every word in the name or the domain.
select company_id, name, domain, country_code, industry_code, employee_band, phone_e164, email_generic, source_count,
       completeness_ratio, last_verified_at, is_private
  from mart_companies.dim_companies as company
 where (%(country_code)s::text is null or country_code = %(country_code)s)
   and not exists (
     select from unnest(%(words)s::text[]) as word
      where coalesce(company.name, '') not ilike '%%' || word || '%%' and coalesce(company.domain, '') not ilike '%%' || word || '%%')
 order by source_count desc, name, company_id
 limit %(limit)s

-- name: find_company
select * from mart_companies.dim_companies where company_id = %(company_id)s order by is_private desc limit 1

-- name: find_job
select job_id, kind::text as kind, status::text as status, parameters, run_on, requested_at, started_at, finished_at, counts,
       progress_total, progress_done, progress_failed, error
  from app.jobs where job_id = %(job_id)s

-- name: find_me
select person.user_id, person.full_name, person.email_normalized as email, member.role::text as role,
       organization.organization_id, organization.name as organization_name
  from identity.users as person
  join identity.members as member on member.user_id = person.user_id and member.deleted_at is null
  join identity.organizations as organization on organization.organization_id = member.organization_id
 where person.user_id = identity.current_user_id() and organization.organization_id = identity.current_organization_id()
