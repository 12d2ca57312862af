-- The Figures page: what the marts say of one organization. Ratios are made by leadhouse.transform.metrics, of the sums here.

-- name: list_organizations_by_name
select organization_id, name from identity.organizations where deleted_at is null order by name, organization_id;

-- name: find_busiest_organization
-- The one that has written to the most leads: what is shown where nobody has chosen.
select organization_id
  from mart_analytics.agg_funnel_weekly
  join identity.organizations using (organization_id)
 where deleted_at is null
 group by organization_id
 order by sum(contacted) desc, sum(leads) desc, min(name), organization_id
 limit 1;

-- name: list_cohorts
-- The twelve newest weeks in which leads were made, oldest first.
select *
  from (select created_week_on, sum(leads)::integer as leads, sum(contactable)::integer as contactable, sum(contacted)::integer as contacted,
               sum(delivered)::integer as delivered, sum(replied)::integer as replied, sum(positive)::integer as positive,
               sum(meetings)::integer as meetings, sum(converted)::integer as converted, sum(cost_eur) as cost_eur
          from mart_analytics.agg_funnel_weekly
         where organization_id = %(organization_id)s
         group by created_week_on
         order by created_week_on desc
         limit 12) as newest
 order by created_week_on;

-- name: list_runs_of_sources
-- The newest fourteen runs of each source that the organization reads, its own and the operator's; who does badly first.
with runs as (
  select source_key, organization_id, run_on, started_at, outcome, reason, pages, blocked, broken, received, expected_least, expected_most,
         outcome in ('blocked', 'broken', 'empty') or coalesce(received < expected_least, false) as is_suspicious,
         row_number() over (partition by source_key, organization_id order by started_at desc, run_id) as age
    from mart_analytics.fct_source_runs
   where organization_id = %(organization_id)s or organization_id is null)
select source_key, array_agg(outcome order by age desc) as outcomes, array_agg(run_on order by age desc) as days,
       array_agg(is_suspicious order by age desc) as suspicious, max(reason) filter (where age = 1) as reason,
       max(received) filter (where age = 1) as received, max(expected_least) filter (where age = 1) as expected_least,
       max(expected_most) filter (where age = 1) as expected_most, bool_or(is_suspicious) filter (where age = 1) as is_suspicious
  from runs where age <= 14
 group by source_key, organization_id
 order by is_suspicious desc, source_key
 limit 40;

-- name: sum_costs_of_no_lead
select coalesce(sum(amount_eur), 0) as cost_eur
  from mart_analytics.fct_costs where organization_id = %(organization_id)s and lead_id is null;

-- name: list_freshness
select entity_kind, attribute, min(slo_days) as slo_days, sum(winners - replaced_winners)::integer as winners,
       sum(within_slo - replaced_within_slo)::integer as within_slo
  from mart_analytics.agg_field_freshness
 where organization_id = %(organization_id)s or organization_id is null
 group by entity_kind, attribute
having sum(winners - replaced_winners) > 0
 order by entity_kind, attribute;

-- name: list_providers
select attribute, provider, sum(calls)::integer as calls, sum(hits)::integer as hits, sum(judged)::integer as judged,
       sum(correct)::integer as correct, sum(cost_eur) as cost_eur
  from mart_analytics.agg_provider_quality
 where organization_id = %(organization_id)s
 group by attribute, provider
 order by attribute, provider;
