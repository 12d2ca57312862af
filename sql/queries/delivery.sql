-- Sending: what is claimed, what became of it, and the events that tell. All outcomes of a group land in one transaction.

-- name: find_sending
-- The campaign with its account and organization.
select campaign.campaign_id, campaign.organization_id, campaign.name as campaign_name, campaign.status::text,
       account.email_account_id, account.from_email, account.from_name, account.smtp_host, account.smtp_port,
       account.security, account.secret_id, account.price_eur, account.status as account_status, account.paused_reason,
       organization.name as organization_name, organization.postal_address
  from app.campaigns as campaign
  join app.email_accounts as account using (email_account_id)
  join identity.organizations as organization on organization.organization_id = campaign.organization_id
 where campaign.campaign_id = %(campaign_id)s;

-- name: find_account
select email_account_id, smtp_host from app.email_accounts
 where organization_id = %(organization_id)s and from_email = %(from_email)s and deleted_at is null;

-- name: set_account_secret
update app.email_accounts set secret_id = %(secret_id)s
 where organization_id = %(organization_id)s and from_email = %(from_email)s and deleted_at is null;

-- name: list_templates
select step_no, subject_template, body_template from app.campaign_steps where campaign_id = %(campaign_id)s;

-- name: lock_holder
-- Held by the session while the sender lives: nobody takes its messages for lost.
select pg_advisory_lock(hashtextextended(%(holder)s, 0));

-- name: unlock_holder
select pg_advisory_unlock(hashtextextended(%(holder)s, 0));

-- name: count_due
-- Messages that may be claimed now, and the seconds until the next one may.
select count(*) filter (where not_before <= clock_timestamp()) as due,
       extract(epoch from min(not_before) filter (where not_before > clock_timestamp()) - clock_timestamp())::float8
         as next_in_seconds
  from app.messages where campaign_id = %(campaign_id)s and state = 'queued';

-- name: count_queued
select count(*) as queued from app.messages where campaign_id = %(campaign_id)s and state = 'queued';

-- name: claim_messages
with claimed as materialized (
  select * from app.claim_messages(%(campaign_id)s, %(holder)s, %(wanted)s))
select claimed.message_id, claimed.organization_id, claimed.campaign_id, claimed.lead_id, claimed.step_no,
       claimed.email_normalized, claimed.attempts, claimed.rfc_message_id, claimed.claimed_at,
       member.full_name, member.title, member.company_name, member.country_code
  from claimed
  join quality.snapshot_members as member
    on member.snapshot_id = claimed.snapshot_id and member.member_id = claimed.member_id
 order by claimed.not_before, claimed.message_id;

-- name: mark_lost
select message_id, organization_id, campaign_id, lead_id, attempts, claimed_at
  from app.lost_messages(%(campaign_id)s, clock_timestamp() - %(lease)s);

-- name: settle_messages
-- What became of the claimed messages. A message that was taken for lost meanwhile learns only that it was accepted; one whose
-- bounce was faster than this row keeps it.
update app.messages as message
   set state = case when message.state = 'bounced' then 'bounced' else settled.state::app.message_state end,
       subject = coalesce(settled.subject, message.subject),
       attempted_at = coalesce(settled.attempted_at, message.attempted_at),
       finished_at = case when settled.state <> 'queued' then clock_timestamp() end,
       not_before = case when settled.state = 'queued' then clock_timestamp() + settled.wait_seconds * interval '1 second'
                         else message.not_before end,
       attempts = message.attempts - settled.is_untried::integer,
       claimed_at = case when settled.state <> 'queued' then message.claimed_at end,
       claimed_by = case when settled.state <> 'queued' then message.claimed_by end,
       smtp_code = settled.smtp_code, smtp_reply = settled.smtp_reply,
       reason_class = case when message.state = 'bounced' then message.reason_class else settled.reason_class end
  from unnest(%(message_id)s::uuid[], %(state)s::text[], %(subject)s::text[], %(attempted_at)s::timestamptz[],
              %(wait_seconds)s::float8[], %(is_untried)s::boolean[], %(smtp_code)s::integer[], %(smtp_reply)s::text[],
              %(reason_class)s::text[])
         as settled (message_id, state, subject, attempted_at, wait_seconds, is_untried, smtp_code, smtp_reply, reason_class)
 where message.message_id = settled.message_id and message.claimed_by = %(holder)s
   and (message.state = 'claimed' or (message.state in ('unknown', 'bounced') and settled.state = 'accepted'));

-- name: insert_events
insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind, reason_class, smtp_code,
                              dsn_status, occurred_at, is_machine, reply_kind, payload)
select %(run_on)s, event.event_id, %(landing_id)s, %(organization_id)s, event.message_id, event.event_kind,
       event.reason_class, event.smtp_code, event.dsn_status, event.occurred_at, event.is_machine, event.reply_kind, event.payload
  from unnest(%(event_id)s::uuid[], %(message_id)s::uuid[], %(event_kind)s::text[], %(reason_class)s::text[],
              %(smtp_code)s::integer[], %(dsn_status)s::text[], %(occurred_at)s::timestamptz[], %(is_machine)s::boolean[],
              %(reply_kind)s::text[], %(payload)s::jsonb[])
         as event (event_id, message_id, event_kind, reason_class, smtp_code, dsn_status, occurred_at, is_machine, reply_kind, payload);

-- name: insert_suppressions
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
select distinct %(organization_id)s::uuid, 'email', lower(address), 'hard_bounce', %(source)s
  from unnest(%(addresses)s::text[]) as address
on conflict (organization_id, scope, value_normalized) do nothing;

-- name: insert_costs
insert into billing.costs (organization_id, kind, provider, amount_eur, campaign_id, lead_id)
select %(organization_id)s, 'send', %(provider)s, %(price_eur)s, %(campaign_id)s, lead_id
  from unnest(%(lead_ids)s::uuid[]) as lead_id;

-- name: ensure_partitions
select raw.ensure_partitions(%(run_on)s);

-- name: insert_batch
-- The last statement before commit: numbers follow the order of commits.
insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, organization_id, received, landed, known, quarantined)
values (app.take_batch_number('raw'), %(landing_id)s, %(run_on)s, %(run_id)s, %(source_key)s, %(organization_id)s,
        %(landed)s, %(landed)s, 0, 0);

-- name: pause_poor_account
-- Bounces and refusals in attempts, complaints in accepted messages, over the last days; a small sample proves nothing.
with sent as (
  select count(*) as attempted,
         count(*) filter (where message.state in ('bounced', 'rejected')) as bounced,
         count(*) filter (where message.state = 'accepted') as delivered
    from app.messages as message
   where message.organization_id = %(organization_id)s and message.email_account_id = %(email_account_id)s
     and message.attempted_at > clock_timestamp() - %(window)s
     and message.state in ('accepted', 'bounced', 'rejected', 'unknown')),
complained as (
  select count(distinct event.message_id) as complaints
    from raw.email_events as event
    join app.messages as message on message.message_id = event.message_id
   where event.organization_id = %(organization_id)s and event.event_kind = 'complained'
     and event.occurred_at > clock_timestamp() - %(window)s
     and message.email_account_id = %(email_account_id)s)
update app.email_accounts as account
   set status = 'paused',
       paused_reason = case
         when sent.bounced >= %(bounce_limit)s * sent.attempted
         then format('%%s of %%s messages bounced or were refused in %%s days, limit %%s %%%%', sent.bounced, sent.attempted,
                     extract(day from %(window)s)::integer, trim_scale(%(bounce_limit)s * 100))
         else format('%%s complaints for %%s messages in %%s days, limit %%s %%%%', complained.complaints, sent.delivered,
                     extract(day from %(window)s)::integer, trim_scale(%(complaint_limit)s * 100)) end
  from sent, complained
 where account.organization_id = %(organization_id)s and account.email_account_id = %(email_account_id)s
   and account.status = 'active' and sent.attempted >= %(smallest_sample)s
   and (sent.bounced >= %(bounce_limit)s * sent.attempted
        or (complained.complaints > 0 and complained.complaints >= %(complaint_limit)s * sent.delivered))
returning account.paused_reason;

-- name: lock_message
-- One opt-out of a message at a time.
select pg_advisory_xact_lock(hashtextextended(%(message_id)s::text, 2));

-- name: find_message
select message.message_id, message.organization_id, message.campaign_id, message.lead_id, message.email_normalized,
       exists (select from raw.email_events as event
                where event.message_id = message.message_id and event.event_kind = 'unsubscribed') as has_unsubscribed
  from app.messages as message where message.message_id = %(message_id)s;

-- name: find_reported_message
-- A message by its own id or by the Message-ID it was sent with, of one organization; where the two name two, its own id counts.
select message_id, organization_id, campaign_id, lead_id, email_normalized, state::text as state
  from app.messages
 where organization_id = %(organization_id)s
   and (message_id = %(message_id)s::uuid or rfc_message_id = %(rfc_message_id)s::text)
 order by message_id = %(message_id)s::uuid desc nulls last limit 1;

-- name: has_event
select exists (select from raw.email_events where message_id = %(message_id)s and event_id = %(event_id)s) as has_event;

-- name: mark_bounced
-- What was taken, or may have been, and came back; also before its sender has written that it was taken.
update app.messages
   set state = 'bounced', reason_class = coalesce(%(reason_class)s, reason_class), attempted_at = coalesce(attempted_at, claimed_at)
 where message_id = %(message_id)s and state in ('accepted', 'unknown', 'claimed');

-- name: stop_after_reply
select app.stop_after_reply(%(message_id)s) as is_stopped;
