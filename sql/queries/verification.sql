-- Verification: which addresses are checked again, and what became of mail to those that were checked.

-- name: select_decayed_emails
-- Stale checks of addresses that live leads have, by age × use: one for the lead, one for each active campaign of it.
with used as (
  select facts.email_normalized, 1 + count(distinct member.campaign_id) as uses
    from app.lead_facts as facts
    join app.leads as lead using (organization_id, lead_id)
    left join (app.campaign_members as member
               join app.campaigns as campaign
                 on campaign.organization_id = member.organization_id and campaign.campaign_id = member.campaign_id
                and campaign.status = 'active' and campaign.deleted_at is null)
      on member.organization_id = lead.organization_id and member.lead_id = lead.lead_id and member.stopped_at is null
   where lead.deleted_at is null and facts.email_normalized is not null
   group by facts.email_normalized)
select used.email_normalized
  from used
 cross join lateral (
   select email_check.checked_at
     from raw.email_checks as email_check
    where email_check.email_normalized = used.email_normalized
    order by email_check.checked_at desc
    limit 1) as newest
 where newest.checked_at < now() - make_interval(days => %(days)s)
 order by extract(epoch from now() - newest.checked_at) * used.uses desc, used.email_normalized
 limit %(budget)s

-- name: count_outcomes
-- Messages that left, by domain and what the newest check before said of the address; bounced: a lasting failure came back.
select split_part(message.email_normalized, '@', 2) as domain, checked.status, checked.reason, checked.is_free, checked.is_role, checked.is_catch_all,
       count(*)::integer as sent,
       count(*) filter (where message.state = 'rejected' and message.smtp_code >= 500 or exists (
         select from raw.email_events as event
          where event.message_id = message.message_id and event.event_kind = 'bounced'
            and coalesce(event.dsn_status, '5') like '5%%'))::integer as bounced
  from app.messages as message
 cross join lateral (
   select email_check.status, email_check.reason, email_check.is_free, email_check.is_role, email_check.is_catch_all
     from raw.email_checks as email_check
    where email_check.email_normalized = message.email_normalized and email_check.checked_at <= message.attempted_at
    order by email_check.checked_at desc
    limit 1) as checked
 where message.attempted_at > now() - make_interval(days => %(days)s)
   and message.state in ('accepted', 'bounced', 'rejected')
 group by split_part(message.email_normalized, '@', 2), checked.status, checked.reason, checked.is_free, checked.is_role, checked.is_catch_all
