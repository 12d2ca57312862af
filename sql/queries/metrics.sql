-- Figures of campaigns and organizations. Under the caller's policies, but for the nightly comparison with the marts.

-- name: find_performance
select * from app.get_campaign_performance(%(campaign_id)s)

-- name: select_top_campaigns
select * from app.get_top_campaigns(%(organization_id)s, %(at_most)s, %(metric)s)

-- name: find_overview
select app.get_agency_overview(%(organization_id)s) as overview

-- name: select_days
-- The days of a campaign in the organization's time zone, from the first to the last of the range.
select cohort_on, people, attempted, accepted, delivered, bounced, rejected, unknown, hard_bounced, policy_bounced,
       complained, people_delivered, people_replied, people_replied_positive, people_met, people_unsubscribed, reconciled_at
  from app.campaign_days
 where campaign_id = %(campaign_id)s and cohort_on between %(first_day)s and %(last_day)s and people > 0
 order by cohort_on

-- name: select_summaries
select * from app.campaign_summary
 where organization_id = %(organization_id)s and (%(status)s::app.campaign_status is null or status = %(status)s::app.campaign_status)
   and (%(client_id)s::uuid is null or client_id = %(client_id)s)
 order by created_at desc, campaign_id
 limit %(limit)s offset %(offset)s

-- name: read_cache
select payload, computed_at from app.read_analytics_cache(%(organization_id)s, %(cache_key)s) where cache_id is not null

-- name: find_snapshot
-- Before the figures are read: what commits meanwhile makes them stale.
select pg_current_snapshot()::text as snapshot

-- name: write_cache
select app.write_analytics_cache(%(organization_id)s, %(cache_key)s, %(payload)s, %(snapshot)s::pg_snapshot, %(seconds)s)

-- name: archive_cache
select app.archive_old_analytics_cache(%(days)s) as removed

-- name: list_campaigns_with_messages
select distinct campaign.campaign_id
  from app.campaigns as campaign
 where exists (select from app.messages as message where message.organization_id = campaign.organization_id
                  and message.campaign_id = campaign.campaign_id)
    or exists (select from app.campaign_counters as counter where counter.campaign_id = campaign.campaign_id)
 order by 1

-- name: recount_campaign
select app.recount_campaign(%(campaign_id)s) as wrong

-- name: select_drift
-- Closed days whose figures differ between the counters and the marts, by the one definition (metrics.yml).
with messages as (
  select message.organization_id, message.campaign_id, message.lead_id, message.final_state, message.attempted_at,
         message.bounce_class, message.first_reply_at, message.first_positive_reply_at, message.first_meeting_at,
         message.unsubscribed_at, message.complained_at,
         message.final_state = 'accepted' or (message.final_state = 'bounced'
           and coalesce(message.bounced_at > message.attempted_at + interval '7 days', false)) as was_delivered,
         (min(message.attempted_at) over (partition by message.campaign_id, message.lead_id)
            at time zone organization.time_zone)::date as cohort_on,
         (now() at time zone organization.time_zone)::date as today
    from mart_analytics.fct_messages as message
    join identity.organizations as organization on organization.organization_id = message.organization_id
   where message.is_attempted and message.attempted_at is not null),
people as (
  select campaign_id, lead_id, cohort_on, count(*) as attempted, count(*) filter (where was_delivered) as delivered,
         count(*) filter (where final_state = 'bounced' and not was_delivered) as bounced,
         count(*) filter (where final_state = 'rejected') as rejected, count(*) filter (where final_state = 'unknown') as unknown,
         count(*) filter (where bounce_class in ('policy', 'reputation') and not was_delivered) as policy_bounced,
         count(*) filter (where complained_at is not null) as complained, bool_or(was_delivered) as is_delivered,
         coalesce(bool_or(was_delivered and first_reply_at <= attempted_at + interval '14 days'), false) as has_replied,
         coalesce(bool_or(was_delivered and first_positive_reply_at <= attempted_at + interval '14 days'), false) as has_replied_positive,
         coalesce(bool_or(was_delivered and first_meeting_at <= attempted_at + interval '30 days'), false) as has_met,
         coalesce(bool_or(was_delivered and unsubscribed_at <= attempted_at + interval '14 days'), false) as has_unsubscribed
    from messages where cohort_on < today
   group by campaign_id, lead_id, cohort_on),
marts as (
  select campaign_id, cohort_on, count(*) as people, sum(attempted) as attempted, sum(delivered) as delivered, sum(bounced) as bounced,
         sum(rejected) as rejected, sum(unknown) as unknown, sum(policy_bounced) as policy_bounced, sum(complained) as complained,
         count(*) filter (where is_delivered) as people_delivered, count(*) filter (where has_replied) as people_replied,
         count(*) filter (where has_replied_positive) as people_replied_positive, count(*) filter (where has_met) as people_met,
         count(*) filter (where has_unsubscribed) as people_unsubscribed
    from people group by campaign_id, cohort_on),
counted as (
  select day.campaign_id, cohort_on, people, attempted, delivered, bounced, rejected, unknown, policy_bounced, complained,
         people_delivered, people_replied, people_replied_positive, people_met, people_unsubscribed
    from app.campaign_days as day
    join identity.organizations as organization using (organization_id)
   where people > 0 and cohort_on < (now() at time zone organization.time_zone)::date)
select coalesce(counted.campaign_id, marts.campaign_id) as campaign_id, coalesce(counted.cohort_on, marts.cohort_on) as cohort_on,
       figure.metric, figure.counted, figure.in_marts
  from counted full join marts on marts.campaign_id = counted.campaign_id and marts.cohort_on = counted.cohort_on
 cross join lateral (values
   ('people', coalesce(counted.people, 0)::bigint, coalesce(marts.people, 0)::bigint),
   ('attempted', coalesce(counted.attempted, 0), coalesce(marts.attempted, 0)),
   ('delivered', coalesce(counted.delivered, 0), coalesce(marts.delivered, 0)),
   ('bounced', coalesce(counted.bounced, 0), coalesce(marts.bounced, 0)),
   ('rejected', coalesce(counted.rejected, 0), coalesce(marts.rejected, 0)),
   ('unknown', coalesce(counted.unknown, 0), coalesce(marts.unknown, 0)),
   ('policy_bounced', coalesce(counted.policy_bounced, 0), coalesce(marts.policy_bounced, 0)),
   ('complained', coalesce(counted.complained, 0), coalesce(marts.complained, 0)),
   ('people_delivered', coalesce(counted.people_delivered, 0), coalesce(marts.people_delivered, 0)),
   ('people_replied', coalesce(counted.people_replied, 0), coalesce(marts.people_replied, 0)),
   ('people_replied_positive', coalesce(counted.people_replied_positive, 0), coalesce(marts.people_replied_positive, 0)),
   ('people_met', coalesce(counted.people_met, 0), coalesce(marts.people_met, 0)),
   ('people_unsubscribed', coalesce(counted.people_unsubscribed, 0), coalesce(marts.people_unsubscribed, 0))
 ) as figure (metric, counted, in_marts)
 where figure.counted <> figure.in_marts
 order by 1, 2, 3
