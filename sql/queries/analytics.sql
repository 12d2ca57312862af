-- Analytics by the figures of sql/metrics.yml: `{figures}` is their select list, `{period}` the start of a day, week or
-- month. Days are the organization's; `first_day` and `last_day` are both included. Under the caller's policies.

-- name: live_message_days
select day.campaign_id, day.cohort_on as on_day, day.people, day.attempted, day.delivered, day.bounced, day.rejected, day.unknown,
       day.hard_bounced, day.policy_bounced, day.complained, day.people_delivered, day.people_replied, day.people_replied_positive,
       day.people_met, day.people_unsubscribed
  from app.campaign_days as day
  join app.campaigns as campaign on campaign.organization_id = day.organization_id and campaign.campaign_id = day.campaign_id
       and campaign.deleted_at is null
 where day.organization_id = %(organization_id)s and day.cohort_on between %(first_day)s and %(last_day)s
   and (%(campaign_id)s::uuid is null or day.campaign_id = %(campaign_id)s)

-- name: mart_message_days
-- What the counters keep, from the mart of messages alone.
with messages as (
  select message.campaign_id, message.lead_id, message.final_state, message.attempted_at, message.bounce_class, message.first_reply_at,
         message.first_positive_reply_at, message.first_meeting_at, message.unsubscribed_at, message.complained_at,
         message.final_state = 'accepted' or (message.final_state = 'bounced'
           and coalesce(message.bounced_at > message.attempted_at + interval '7 days', false)) as was_delivered,
         (min(message.attempted_at) over (partition by message.campaign_id, message.lead_id)
            at time zone organization.time_zone)::date as on_day
    from mart_analytics.fct_messages as message
    join mart_analytics.dim_campaigns as campaign on campaign.campaign_id = message.campaign_id and not campaign.is_deleted
    join identity.organizations as organization on organization.organization_id = message.organization_id
   where message.organization_id = %(organization_id)s and message.is_attempted and message.attempted_at is not null
     and (%(campaign_id)s::uuid is null or message.campaign_id = %(campaign_id)s)),
per_person as (
  select campaign_id, lead_id, on_day, count(*) as attempted, count(*) filter (where was_delivered) as delivered,
         count(*) filter (where final_state = 'bounced' and not was_delivered) as bounced,
         count(*) filter (where final_state = 'rejected') as rejected, count(*) filter (where final_state = 'unknown') as unknown,
         count(*) filter (where bounce_class in ('mailbox_unknown', 'mailbox_disabled', 'domain_unknown') and not was_delivered) as hard_bounced,
         count(*) filter (where bounce_class in ('policy', 'reputation') and not was_delivered) as policy_bounced,
         count(*) filter (where complained_at is not null) as complained, bool_or(was_delivered) as is_delivered,
         coalesce(bool_or(was_delivered and first_reply_at <= attempted_at + interval '14 days'), false) as has_replied,
         coalesce(bool_or(was_delivered and first_positive_reply_at <= attempted_at + interval '14 days'), false) as has_replied_positive,
         coalesce(bool_or(was_delivered and first_meeting_at <= attempted_at + interval '30 days'), false) as has_met,
         coalesce(bool_or(was_delivered and unsubscribed_at <= attempted_at + interval '14 days'), false) as has_unsubscribed
    from messages group by campaign_id, lead_id, on_day)
select campaign_id, on_day, count(*) as people, sum(attempted) as attempted, sum(delivered) as delivered, sum(bounced) as bounced,
       sum(rejected) as rejected, sum(unknown) as unknown, sum(hard_bounced) as hard_bounced, sum(policy_bounced) as policy_bounced,
       sum(complained) as complained,
       count(*) filter (where is_delivered) as people_delivered, count(*) filter (where has_replied) as people_replied,
       count(*) filter (where has_replied_positive) as people_replied_positive, count(*) filter (where has_met) as people_met,
       count(*) filter (where has_unsubscribed) as people_unsubscribed
  from per_person
 where on_day between %(first_day)s and %(last_day)s
 group by campaign_id, on_day

-- name: live_leads
select lead.lead_id, lead.campaign_id, lead.status::text as status, lead.priority, lead.rating_1_to_5, lead.first_source,
       lead.created_at, (lead.created_at at time zone organization.time_zone)::date as on_day,
       reached.qualified_at, reached.contacted_at, reached.converted_at
  from app.leads as lead
  join identity.organizations as organization on organization.organization_id = lead.organization_id
 cross join lateral (
   select min(changed_at) filter (where to_status = 'qualified') as qualified_at,
          min(changed_at) filter (where to_status = 'contacted') as contacted_at,
          min(changed_at) filter (where to_status = 'converted') as converted_at
     from app.lead_status_changes as change
    where change.organization_id = lead.organization_id and change.lead_id = lead.lead_id) as reached
 where lead.organization_id = %(organization_id)s and lead.deleted_at is null
   and (%(campaign_id)s::uuid is null or lead.campaign_id = %(campaign_id)s)
   and lead.created_at >= (%(first_day)s::date)::timestamp at time zone organization.time_zone
   and lead.created_at < (%(last_day)s::date + 1)::timestamp at time zone organization.time_zone

-- name: mart_leads
select lead.lead_id, lead.campaign_id, lead.status, lead.priority, lead.rating_1_to_5, lead.first_source,
       lead.created_at, (lead.created_at at time zone organization.time_zone)::date as on_day,
       reached.qualified_at, reached.contacted_at, reached.converted_at
  from mart_leads.dim_leads as lead
  join identity.organizations as organization on organization.organization_id = lead.organization_id
 cross join lateral (
   select min(changed_at) filter (where to_status = 'qualified') as qualified_at,
          min(changed_at) filter (where to_status = 'contacted') as contacted_at,
          min(changed_at) filter (where to_status = 'converted') as converted_at
     from mart_leads.fct_status_changes as change where change.lead_id = lead.lead_id) as reached
 where lead.organization_id = %(organization_id)s
   and (%(campaign_id)s::uuid is null or lead.campaign_id = %(campaign_id)s)
   and lead.created_at >= (%(first_day)s::date)::timestamp at time zone organization.time_zone
   and lead.created_at < (%(last_day)s::date + 1)::timestamp at time zone organization.time_zone

-- name: live_decisions
select decided.campaign_id, decided.decision, (decided.decided_at at time zone organization.time_zone)::date as on_day
  from app.campaign_decisions as decided
  join app.campaigns as campaign on campaign.campaign_id = decided.campaign_id and campaign.deleted_at is null
  join identity.organizations as organization on organization.organization_id = decided.organization_id
 where decided.organization_id = %(organization_id)s
   and (%(campaign_id)s::uuid is null or decided.campaign_id = %(campaign_id)s)
   and decided.decided_at >= (%(first_day)s::date)::timestamp at time zone organization.time_zone
   and decided.decided_at < (%(last_day)s::date + 1)::timestamp at time zone organization.time_zone

-- name: mart_decisions
select decided.campaign_id, decided.decision, (decided.decided_at at time zone organization.time_zone)::date as on_day
  from mart_analytics.fct_campaign_decisions as decided
  join mart_analytics.dim_campaigns as campaign on campaign.campaign_id = decided.campaign_id and not campaign.is_deleted
  join identity.organizations as organization on organization.organization_id = decided.organization_id
 where decided.organization_id = %(organization_id)s
   and (%(campaign_id)s::uuid is null or decided.campaign_id = %(campaign_id)s)
   and decided.decided_at >= (%(first_day)s::date)::timestamp at time zone organization.time_zone
   and decided.decided_at < (%(last_day)s::date + 1)::timestamp at time zone organization.time_zone

-- name: mart_funnel
-- Cohorts by the week in which leads were made: those whose week begins in the period.
select campaign_id, created_week_on as on_day, leads, contactable, qualified, replied, positive, meetings, converted, cost_eur
  from mart_analytics.agg_funnel_weekly
 where organization_id = %(organization_id)s and (%(campaign_id)s::uuid is null or campaign_id = %(campaign_id)s)
   and created_week_on between %(first_day)s and %(last_day)s

-- name: mart_company_fields
-- As it stands, whatever the period: a company that the organization knows better is counted as the organization sees it.
select filled_count, fillable_count from mart_companies.dim_companies as company
 where organization_id = %(organization_id)s
    or organization_id is null and not exists (
       select from mart_companies.dim_companies as own
        where own.organization_id = %(organization_id)s and own.company_id = company.company_id)

-- name: mart_field_freshness
-- As the marts were last built, whatever the period.
-- An organization's own value stands in place of everybody's.
select winners - replaced_winners as winners, within_slo - replaced_within_slo as within_slo from mart_analytics.agg_field_freshness
 where organization_id is null or organization_id = %(organization_id)s

-- name: mart_provider_answers
select month_starts_on as on_day, calls, hits, judged, correct from mart_analytics.agg_provider_quality
 where organization_id = %(organization_id)s and month_starts_on between %(first_day)s and %(last_day)s

-- name: mart_costs
select cost.campaign_id, (cost.occurred_at at time zone organization.time_zone)::date as on_day, cost.lead_id, cost.amount_eur
  from mart_analytics.fct_costs as cost
  join identity.organizations as organization on organization.organization_id = cost.organization_id
 where cost.organization_id = %(organization_id)s and (%(campaign_id)s::uuid is null or cost.campaign_id = %(campaign_id)s)
   and cost.occurred_at >= (%(first_day)s::date)::timestamp at time zone organization.time_zone
   and cost.occurred_at < (%(last_day)s::date + 1)::timestamp at time zone organization.time_zone

-- name: count_figures
select {figures} from ({relation}) as counted

-- name: count_by_period
select date_trunc({period}, on_day)::date as starts_on, {figures}
  from ({relation}) as counted group by 1 order by 1

-- name: count_by_campaign
select counted.campaign_id, {figures} from ({relation}) as counted where campaign_id is not null group by counted.campaign_id

-- name: count_leads_by
-- Of the leads of a period: how many there are of each value of a column.
select {column}::text as value, count(*) as leads from ({relation}) as counted group by 1 order by 2 desc, 1

-- name: find_today
-- The organization's day.
select (clock_timestamp() at time zone time_zone)::date as today, time_zone from identity.organizations
 where organization_id = %(organization_id)s

-- name: settle_figures
select app.settle_figures(%(organization_id)s, %(campaign_id)s)

-- name: require_analytics
select identity.require('analytics', 'read')

-- name: count_standing
-- What there is now, whatever the period: campaigns, leads, sources and jobs that the caller may read.
select (select count(*) from app.campaigns where organization_id = %(organization_id)s and deleted_at is null) as campaigns,
       (select count(*) from app.campaigns where organization_id = %(organization_id)s and deleted_at is null and status = 'active')
         as active_campaigns,
       (select coalesce(sum(leads), 0) from app.lead_pipeline where organization_id = %(organization_id)s) as total_leads,
       (select count(*) from app.sources where organization_id = %(organization_id)s and deleted_at is null) as sources,
       (select count(*) from app.sources where organization_id = %(organization_id)s and deleted_at is null and status = 'active')
         as active_sources,
       (select count(*) from app.jobs where organization_id = %(organization_id)s and status in ('pending', 'running', 'paused'))
         as open_jobs

-- name: list_campaign_names
select campaign_id, name, status::text as status, type::text as type from app.campaigns
 where organization_id = %(organization_id)s and campaign_id = any (%(campaign_ids)s) and deleted_at is null
