-- Steps that are due, frozen audiences, decisions and waves. Facts are read from the marts, work from app.

-- name: find_step
-- The step with its campaign, account and organization.
select campaign.campaign_id, campaign.organization_id, campaign.name, campaign.status::text, campaign.suite_name,
       campaign.config, step.step_no, step.subject_template, step.body_template, step.delay_days, step.send_at,
       account.email_account_id, account.from_email, account.from_name, account.daily_limit, account.price_eur,
       account.status as account_status, account.paused_reason,
       organization.name as organization_name, organization.postal_address, organization.time_zone
  from app.campaigns as campaign
  join app.campaign_steps as step using (campaign_id)
  join app.email_accounts as account using (email_account_id)
  join identity.organizations as organization on organization.organization_id = campaign.organization_id
 where campaign.campaign_id = %(campaign_id)s and step.step_no = %(step_no)s and step.channel = 'email'
   and campaign.deleted_at is null;

-- name: list_active_steps
-- Steps that may send now: campaign and account active, time reached, the organization not locked.
select campaign.campaign_id, campaign.name, campaign.suite_name, step.step_no
  from app.campaigns as campaign
  join app.campaign_steps as step using (campaign_id)
  join app.email_accounts as account using (email_account_id)
 where campaign.status = 'active' and campaign.deleted_at is null and step.channel = 'email'
   and account.status = 'active' and account.deleted_at is null and billing.has_access(campaign.organization_id)
   and (step.send_at is null or step.send_at <= %(now)s)
 order by campaign.campaign_id, step.step_no;

-- name: list_open_waves
-- Snapshots with work left: a message whose time has come, one whose sender is gone, an override nothing was made of, or
-- members whom nobody decided on, since the run was killed between freezing and the outbox or the gate had no answer.
select snapshot.campaign_id, snapshot.step_no, snapshot.wave_at
  from quality.snapshots as snapshot
 where snapshot.campaign_id = %(campaign_id)s and snapshot.step_no = %(step_no)s
   and (exists (select from app.messages as message
                 where message.campaign_id = snapshot.campaign_id and message.snapshot_id = snapshot.snapshot_id
                   and (message.state = 'claimed' or (message.state = 'queued' and message.not_before <= %(now)s)))
     or exists (select from quality.gate_results as result
                 where result.organization_id = snapshot.organization_id and result.snapshot_id = snapshot.snapshot_id
                   and result.verdict = 'overridden' and result.expires_at > %(now)s
                   and not exists (select from quality.gate_revocations as revocation
                                    where revocation.gate_run_id = result.gate_run_id)
                   and exists (select from quality.snapshot_members as member
                                where member.snapshot_id = snapshot.snapshot_id and member.is_sendable
                                  and not exists (select from app.campaign_decisions as decided
                                                   where decided.snapshot_id = member.snapshot_id
                                                     and decided.member_id = member.member_id
                                                     and decided.decision <> 'gate_failed')))
     or snapshot.created_at > %(now)s - interval '8 days'
        and exists (select from quality.snapshot_members as member
                     where member.snapshot_id = snapshot.snapshot_id and member.is_sendable
                       and not exists (select from app.campaign_decisions as decided
                                        where decided.snapshot_id = member.snapshot_id and decided.member_id = member.member_id)))
 order by snapshot.wave_at;

-- name: find_snapshot
select snapshot_id from quality.snapshots
 where campaign_id = %(campaign_id)s and step_no = %(step_no)s and wave_at = %(wave_at)s;

-- name: count_news
-- Candidates about whom a new wave would decide something that the newest decision does not say already.
select count(*) filter (where newest.decision is null
                           or (newest.decision = 'gate_failed' and (candidate.rule_id is not null or newest.has_changed))
                           or (newest.decision <> 'gate_failed' and newest.rule_id is distinct from candidate.rule_id)) as news
  from pg_temp.candidates as candidate
  left join lateral (
    select decision.decision, decision.rule_id,
           (member.email_normalized, member.email_status, member.is_role, member.is_disposable, member.has_mx,
            member.person_key, member.person_id, member.full_name, member.company_name, member.legal_basis)
           is distinct from
           (candidate.email_normalized, candidate.email_status, candidate.is_role, candidate.is_disposable, candidate.has_mx,
            candidate.person_key, candidate.person_id, candidate.full_name, candidate.company_name, candidate.legal_basis)
             as has_changed
      from app.campaign_decisions as decision
      join quality.snapshot_members as member using (snapshot_id, member_id)
     where decision.campaign_id = %(campaign_id)s and decision.step_no = %(step_no)s
       and decision.lead_id = candidate.lead_id
     order by decision.decided_at desc limit 1) as newest on true;

-- name: insert_snapshot
insert into quality.snapshots (organization_id, campaign_id, step_no, wave_at)
values (%(organization_id)s, %(campaign_id)s, %(step_no)s, %(wave_at)s)
on conflict (campaign_id, step_no, wave_at) do nothing
returning snapshot_id;

-- name: insert_members
insert into quality.snapshot_members (snapshot_id, organization_id, member_id, is_sendable, lead_id, person_id, person_key,
    company_id, full_name, title, email_normalized, email_status, is_role, is_disposable, has_mx, is_suppressed,
    company_name, country_code, legal_basis, last_verified_at, lead_score, lead_status)
select %(snapshot_id)s, organization_id, member_id, rule_id is null, lead_id, person_id, person_key,
       company_id, full_name, title, email_normalized, email_status, is_role, is_disposable, has_mx, is_suppressed,
       company_name, country_code, legal_basis, last_verified_at, lead_score, lead_status
  from pg_temp.candidates;

-- name: insert_held_decisions
insert into app.campaign_decisions (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id, decision,
                                    rule_id, evidence, held_until)
select %(snapshot_id)s, organization_id, %(campaign_id)s, %(step_no)s, lead_id, member_id,
       case rule_id when 'member_stopped' then 'sequence_stopped' when 'opted_out' then 'suppressed'
                    when 'address_already_mailed' then 'duplicate' when 'outside_send_window' then 'outside_send_window'
                    when 'over_cap' then 'over_cap' else 'held' end,
       rule_id, evidence, held_until
  from pg_temp.candidates where rule_id is not null;

-- name: find_wave
-- The snapshot with its step, and the gate result that is to be used.
select snapshot.snapshot_id, snapshot.organization_id, snapshot.campaign_id, snapshot.step_no, snapshot.wave_at,
       campaign.name, campaign.config, campaign.email_account_id, account.from_email, account.daily_limit,
       result.gate_run_id, result.verdict
  from quality.snapshots as snapshot
  join app.campaigns as campaign on campaign.campaign_id = snapshot.campaign_id
  join app.email_accounts as account on account.email_account_id = campaign.email_account_id
  left join quality.gate_results as result
    on result.snapshot_id = snapshot.snapshot_id and result.gate_run_id = %(gate_run_id)s
 where snapshot.snapshot_id = %(snapshot_id)s;

-- name: lock_outbox
-- One wave of an organization makes its messages at a time: what the caps count stands still meanwhile.
select pg_advisory_xact_lock(hashtextextended('outbox of ' || %(organization_id)s::text, 0));

-- name: hold_overtaken
-- Freezing foresees, this decides: another wave may have used up the day's messages, or written to an address, since the
-- audience was frozen; a member may have been stopped. The best leads go first; days are UTC.
insert into app.campaign_decisions as decided (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id,
                                               decision, rule_id, evidence, gate_run_id, held_until)
with used as (
  select count(*) filter (where message.email_account_id = %(email_account_id)s) as by_account,
         count(*) filter (where message.campaign_id = %(campaign_id)s) as by_campaign,
         billing.quota_room(%(organization_id)s, 'messages_a_day') as tier_left
    from app.messages as message
   where message.organization_id = %(organization_id)s and message.created_at >= date_trunc('day', %(now)s, 'UTC') - interval '8 days'
     and (message.created_at >= date_trunc('day', %(now)s, 'UTC') or message.attempted_at >= date_trunc('day', %(now)s, 'UTC')
       or message.state in ('queued', 'claimed'))
     and message.state not in ('cancelled', 'suppressed')),
undecided as (
  select member.member_id, member.lead_id, member.lead_score, listed.stopped_at, listed.stopped_reason, recent.contacted_at
    from quality.snapshots as snapshot
    join quality.snapshot_members as member on member.snapshot_id = snapshot.snapshot_id and member.is_sendable
    join app.campaign_members as listed on listed.campaign_id = snapshot.campaign_id and listed.lead_id = member.lead_id
    left join lateral (
      select max(coalesce(message.attempted_at, message.created_at)) as contacted_at from app.messages as message
       where message.organization_id = snapshot.organization_id and message.email_normalized = member.email_normalized
         and message.campaign_id <> snapshot.campaign_id and message.created_at > %(now)s - %(contact_gap)s - interval '7 days'
         and message.state not in ('cancelled', 'suppressed', 'rejected')) as recent on true
   where snapshot.snapshot_id = %(snapshot_id)s
     and not exists (select from app.messages as message
                      where message.campaign_id = snapshot.campaign_id and message.step_no = snapshot.step_no
                        and (message.lead_id = member.lead_id or message.email_normalized = member.email_normalized)
                        and (message.state <> 'cancelled' or message.attempts > 0 or message.reason_class is distinct from 'gate_does_not_stand'))
     and not exists (select from app.campaign_decisions as former
                      where former.snapshot_id = member.snapshot_id and former.member_id = member.member_id
                        and former.decision <> 'gate_failed')),
ruled as (
  select undecided.*, case when stopped_at is not null then 'member_stopped'
                           when contacted_at > %(now)s - %(contact_gap)s then 'contacted_recently' end as rule_id
    from undecided),
ranked as (
  select ruled.*, row_number() over (partition by rule_id is null order by lead_score desc nulls last, lead_id) as place from ruled),
held as (
  select ranked.*, used.*, coalesce(rule_id, 'over_cap') as held_by
    from ranked, used
   where rule_id is not null
      or place > least(%(daily_limit)s - used.by_account, %(daily_cap)s - used.by_campaign, used.tier_left))
select %(snapshot_id)s, %(organization_id)s, %(campaign_id)s, %(step_no)s, lead_id, member_id,
       case held_by when 'member_stopped' then 'sequence_stopped' when 'over_cap' then 'over_cap' else 'held' end, held_by,
       jsonb_strip_nulls(case held_by
         when 'member_stopped' then jsonb_build_object('stopped_at', stopped_at, 'reason', stopped_reason)
         when 'contacted_recently' then jsonb_build_object('contacted_at', contacted_at)
         else jsonb_build_object('place', place, 'account_limit', %(daily_limit)s::integer, 'campaign_limit', %(daily_cap)s::integer,
                                 'used_today', by_account, 'tier_left', tier_left) end),
       %(gate_run_id)s,
       case held_by when 'contacted_recently' then contacted_at + %(contact_gap)s
                    when 'over_cap' then date_trunc('day', %(now)s, 'UTC') + interval '1 day' end
  from held
on conflict (snapshot_id, member_id) do update
   set decision = excluded.decision, rule_id = excluded.rule_id, evidence = excluded.evidence, gate_run_id = excluded.gate_run_id,
       held_until = excluded.held_until, decided_at = clock_timestamp()
 where decided.decision = 'gate_failed';

-- name: queue_messages
-- One message a sendable member that nothing holds. Who has one in this step already, by lead or by address, gets no second.
insert into app.messages (message_id, organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id,
                          email_normalized, gate_run_id, gate_verdict, email_account_id, score_at_send, rfc_message_id)
select made.message_id, member.organization_id, %(campaign_id)s, %(step_no)s, member.lead_id, member.snapshot_id,
       member.member_id, member.email_normalized, %(gate_run_id)s, %(verdict)s, %(email_account_id)s, member.lead_score,
       '<' || made.message_id || '@' || split_part(%(from_email)s, '@', 2) || '>'
  from quality.snapshot_members as member
 cross join lateral (select gen_random_uuid() as message_id where member.member_id is not null) as made
 where member.snapshot_id = %(snapshot_id)s and member.is_sendable and member.email_normalized is not null
   and not exists (select from app.campaign_decisions as held
                    where held.snapshot_id = member.snapshot_id and held.member_id = member.member_id
                      and held.decision not in ('gate_failed', 'sent'))
 order by member.lead_score desc nulls last, member.lead_id
on conflict do nothing;

-- name: decide_sent
-- For every sendable member: sent where this snapshot has its message, duplicate where another message was first.
insert into app.campaign_decisions as decided (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id,
                                               decision, rule_id, evidence, gate_run_id)
select member.snapshot_id, member.organization_id, %(campaign_id)s, %(step_no)s, member.lead_id, member.member_id,
       case when message.message_id is null then 'duplicate' else 'sent' end,
       case when message.message_id is null then 'address_already_mailed' else 'gate_' || %(verdict)s::text end,
       case when message.message_id is null then '{}' else jsonb_build_object('message_id', message.message_id) end,
       %(gate_run_id)s
  from quality.snapshot_members as member
  left join app.messages as message
    on message.campaign_id = %(campaign_id)s and message.step_no = %(step_no)s and message.lead_id = member.lead_id
   and message.snapshot_id = member.snapshot_id and message.member_id = member.member_id
 where member.snapshot_id = %(snapshot_id)s and member.is_sendable
on conflict (snapshot_id, member_id) do update
   set decision = excluded.decision, rule_id = excluded.rule_id, evidence = excluded.evidence,
       gate_run_id = excluded.gate_run_id, decided_at = clock_timestamp()
 where decided.decision = 'gate_failed';

-- name: decide_gate_failed
-- For every sendable member, with the rules that its own row broke.
insert into app.campaign_decisions (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id, decision,
                                    rule_id, evidence, gate_run_id)
select member.snapshot_id, member.organization_id, %(campaign_id)s, %(step_no)s, member.lead_id, member.member_id,
       'gate_failed', coalesce(broken.rule_ids[1], 'audience_blocked'),
       jsonb_build_object('rules', coalesce(broken.rule_ids, '{}')), %(gate_run_id)s
  from quality.snapshot_members as member
  left join lateral (
    select array_agg(rule.rule_id order by rule.rule_id) as rule_ids from quality.gate_expectations as rule
     where rule.gate_run_id = %(gate_run_id)s and rule.severity = 'critical' and not rule.passed
       and member.member_id = any (rule.unexpected_members)) as broken on true
 where member.snapshot_id = %(snapshot_id)s and member.is_sendable
on conflict (snapshot_id, member_id) do nothing;

-- name: cancel_fallen
-- What waits behind a result that ended or was revoked is claimed by nobody where the wave is refused before.
update app.messages as message
   set state = 'cancelled', finished_at = clock_timestamp(), reason_class = 'gate_does_not_stand'
 where message.campaign_id = %(campaign_id)s and message.snapshot_id = %(snapshot_id)s and message.state = 'queued'
   and (not exists (select from quality.gate_results as gate
                     where gate.gate_run_id = message.gate_run_id and gate.expires_at > clock_timestamp())
     or exists (select from quality.gate_revocations as revocation where revocation.gate_run_id = message.gate_run_id));

-- name: hold_refused
-- Whom nobody decided on waits for the next wave.
insert into app.campaign_decisions (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id, decision,
                                    rule_id, evidence)
select member.snapshot_id, member.organization_id, %(campaign_id)s, %(step_no)s, member.lead_id, member.member_id,
       'held', 'audience_refused', jsonb_build_object('reason', %(reason)s::text)
  from quality.snapshot_members as member
 where member.snapshot_id = %(snapshot_id)s and member.is_sendable
on conflict (snapshot_id, member_id) do nothing;

-- name: count_sendable
select count(*) filter (where is_sendable) as sendable, count(*) as candidates
  from quality.snapshot_members where snapshot_id = %(snapshot_id)s;

-- name: count_decisions
select decision, count(*) as rows from app.campaign_decisions where snapshot_id = %(snapshot_id)s
 group by decision order by decision;

-- name: count_messages
select message.state::text, count(*) as rows
  from app.messages as message
  join quality.snapshots as snapshot
    on snapshot.snapshot_id = message.snapshot_id and snapshot.organization_id = message.organization_id
   and snapshot.campaign_id = message.campaign_id
 where snapshot.snapshot_id = %(snapshot_id)s
 group by message.state order by message.state;

-- name: stop_members
update app.campaign_members set stopped_at = clock_timestamp(), stopped_reason = %(reason)s
 where campaign_id = %(campaign_id)s and lead_id = any (%(lead_ids)s) and stopped_at is null;
