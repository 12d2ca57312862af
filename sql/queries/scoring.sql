-- Weights and ideal customer profiles: an organization's own rows, their versions, and who moves when they change.

-- name: get_weights
-- What counts for the organization: its own rows before the defaults.
select weight.factor, weight.input_value, weight.points,
       exists (select from app.score_weights as own
                where own.organization_id = %(organization_id)s and own.factor = weight.factor and own.input_value = weight.input_value)
         as is_own
  from app.weights_of(%(organization_id)s) as weight
 order by weight.factor, weight.input_value;

-- name: replace_weights
-- The organization's own rows become these; rows that stay the same are not written.
with wanted as (
  select factor, input_value, points from jsonb_to_recordset(%(rows)s) as stated (factor text, input_value text, points smallint)),
gone as (
  delete from app.score_weights as stored
   where stored.organization_id = %(organization_id)s
     and not exists (select from wanted where wanted.factor = stored.factor and wanted.input_value = stored.input_value))
insert into app.score_weights as stored (organization_id, factor, input_value, points)
select %(organization_id)s, wanted.factor, wanted.input_value, wanted.points from wanted
on conflict (organization_id, factor, input_value) do update set points = excluded.points where stored.points <> excluded.points;

-- name: get_profile
-- What counts for the organization: its own rows of a factor replace the default ones.
select profile.factor, profile.value, profile.points, profile.organization_id is not null as is_own
  from app.customer_profiles as profile
 where profile.organization_id = %(organization_id)s
    or (profile.organization_id is null
        and profile.factor not in (select own.factor from app.customer_profiles as own where own.organization_id = %(organization_id)s))
 order by profile.factor, profile.points desc, profile.value;

-- name: replace_profile
with wanted as (
  select factor, value, points from jsonb_to_recordset(%(rows)s) as stated (factor text, value text, points smallint)),
gone as (
  delete from app.customer_profiles as stored
   where stored.organization_id = %(organization_id)s
     and not exists (select from wanted where wanted.factor = stored.factor and wanted.value = stored.value))
insert into app.customer_profiles as stored (organization_id, factor, value, points)
select %(organization_id)s, wanted.factor, wanted.value, wanted.points from wanted
on conflict (organization_id, factor, value) do update set points = excluded.points where stored.points <> excluded.points;

-- name: get_rule_version
select app.score_rule_version(%(organization_id)s) as rule_version;

-- name: get_versions
-- How an organization's rows stood, the newest first.
select version_no, weights, profile, created_at, created_by
  from app.score_versions
 where organization_id = %(organization_id)s
 order by version_no desc;

-- name: calculate_lead_score
select app.calculate_lead_score(%(lead_id)s) as lead_score;

-- name: explain_lead_score
-- The factors of the score of now.
select factor.factor, factor.input_value, factor.points, factor.max_points, factor.reason
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id
  left join lateral app.last_activity(lead.organization_id, array[lead.lead_id]) as activity on true
 cross join lateral app.score_factors(lead.organization_id, lead.status, lead.rating_1_to_5, lead.priority,
    app.recency(greatest(lead.created_at, activity.last_activity_at), now()),
    facts.company_id is not null, facts.phone_e164 is not null, facts.email_normalized is not null) as factor
 where lead.lead_id = %(lead_id)s and lead.deleted_at is null;

-- name: preview_weights
select lead_id, score_now, score_then
  from app.preview_score_change(%(organization_id)s, %(rows)s)
 order by abs(score_then - score_now) desc, lead_id;

-- name: preview_profile
-- From the marts of now, as the caller sees them: one look a kind of prospect.
with leads as (
  select lead.lead_id, lead.country_code, company.industry_code, company.employee_band, lead.seniority, lead.department, lead.title_raw,
         company.technologies
    from mart_leads.dim_leads as lead
    left join lateral (
      select industry_code, employee_band, technologies from mart_companies.dim_companies as seen
       where seen.company_id = lead.company_id and (seen.organization_id = lead.organization_id or seen.organization_id is null)
       order by seen.organization_id nulls last limit 1) as company on true
   where lead.organization_id = %(organization_id)s),
kinds as (
  select distinct country_code, industry_code, employee_band, seniority, department, title_raw, technologies from leads),
scored as materialized (
  select kinds.*,
         (select round(100.0 * sum(fit.points) / nullif(sum(fit.max_points), 0))::integer
            from app.fit_factors(%(organization_id)s, country_code, industry_code, employee_band, seniority, department, title_raw,
              technologies) as fit) as score_now,
         (select round(100.0 * sum(fit.points) / nullif(sum(fit.max_points), 0))::integer
            from app.fit_factors(%(organization_id)s, country_code, industry_code, employee_band, seniority, department, title_raw,
              technologies, %(rows)s) as fit) as score_then
    from kinds)
select leads.lead_id, scored.score_now, scored.score_then
  from scored
  join leads on (leads.country_code, leads.industry_code, leads.employee_band, leads.seniority, leads.department, leads.title_raw,
         leads.technologies)
       is not distinct from (scored.country_code, scored.industry_code, scored.employee_band, scored.seniority, scored.department,
         scored.title_raw, scored.technologies)
 where scored.score_now is distinct from scored.score_then
 order by abs(coalesce(score_then, 0) - coalesce(score_now, 0)) desc, leads.lead_id;
