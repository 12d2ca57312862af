-- Who could be written to by a step, and what is decided of each before the audience is frozen. One temporary table.

-- name: create_candidates
-- The audience while it is being decided; lives to the end of the transaction.
create temporary table candidates (
  member_id uuid not null default gen_random_uuid() primary key,
  organization_id uuid not null,
  lead_id uuid not null,
  lead_status text,
  lead_score smallint,
  person_id uuid,
  person_key text,
  company_id uuid,
  full_name text,
  title text,
  email_normalized text,
  email_status text,
  is_role boolean,
  is_disposable boolean,
  has_mx boolean,
  is_suppressed boolean not null,
  company_name text,
  country_code text,
  legal_basis text,
  last_verified_at timestamptz,
  is_defective boolean not null,
  rule_id text,
  evidence jsonb not null default '{}',
  held_until timestamptz
) on commit drop;

-- name: fill_candidates
-- Every open member: not stopped long ago, without a message in this step but one whose result had ended before anybody tried to
-- send it, and with an accepted one in the step before.
-- The first rule that holds a candidate is its rule. What is known to be wrong is not held but left for the gate.
insert into pg_temp.candidates (organization_id, lead_id, lead_status, lead_score, person_id, person_key, company_id,
    full_name, title, email_normalized, email_status, is_role, is_disposable, has_mx, is_suppressed, company_name,
    country_code, legal_basis, last_verified_at, is_defective, rule_id, evidence, held_until)
with members as (
  select member.organization_id, member.lead_id, member.stopped_at, member.stopped_reason, lead.status::text as lead_status
    from app.campaign_members as member
    join app.leads as lead on lead.lead_id = member.lead_id and lead.deleted_at is null
   where member.campaign_id = %(campaign_id)s
     and not exists (select from app.messages as message
                      where message.campaign_id = member.campaign_id and message.step_no = %(step_no)s
                        and message.lead_id = member.lead_id
                        and (message.state <> 'cancelled' or message.attempts > 0 or message.reason_class is distinct from 'gate_does_not_stand'))
     and (%(step_no)s = 1
          or exists (select from app.messages as former
                      where former.campaign_id = member.campaign_id and former.step_no = %(step_no)s - 1
                        and former.lead_id = member.lead_id and former.state = 'accepted'
                        and former.finished_at + make_interval(days => %(delay_days)s) <= %(now)s))),
facts as (
  select members.*, lead.lead_id is not null as is_in_marts, lead.lead_score, lead.person_id, person.full_name,
         person.title_raw, lower(person.email_normalized) as email, person.legal_basis,
         coalesce(person.company_id, lead.company_id) as company_id, company.name as company_name,
         coalesce(person.country_code, company.country_code) as country_code,
         coalesce(checked.status, person.email_status) as email_status, checked.is_role, checked.is_disposable,
         checked.has_mx, greatest(person.last_verified_at, checked.checked_at) as verified_at
    from members
    left join mart_leads.dim_leads as lead
      on lead.organization_id = members.organization_id and lead.lead_id = members.lead_id
    left join lateral (
      select mart.* from mart_leads.dim_people as mart
       where mart.person_id = lead.person_id
         and (mart.organization_id = members.organization_id or mart.organization_id is null)
       order by mart.organization_id nulls last limit 1) as person on true
    left join lateral (
      select mart.name, mart.country_code from mart_companies.dim_companies as mart
       where mart.company_id = coalesce(person.company_id, lead.company_id)
         and (mart.organization_id = members.organization_id or mart.organization_id is null)
       order by mart.organization_id nulls last limit 1) as company on true
    left join lateral (
      select email_check.status, email_check.is_role, email_check.is_disposable, email_check.has_mx, email_check.checked_at
        from raw.email_checks as email_check
       where email_check.email_normalized = lower(person.email_normalized)
       order by email_check.checked_at desc limit 1) as checked on true),
judged as (
  select facts.*, opt_out.reason as opt_out_reason, opt_out.scope as opt_out_scope, opt_out.source as opt_out_source,
         twin.message_id as twin_id, recent.attempted_at as contacted_at,
         facts.email is not null
           and (facts.email !~ %(address_pattern)s or facts.email_status = 'invalid' or facts.is_role
                or facts.is_disposable or not facts.has_mx) is true as is_defective,
         (%(now)s at time zone %(time_zone)s) as local_time
    from facts
    left join lateral (
      select suppression.reason, suppression.scope, suppression.source
        from app.find_suppressions(facts.organization_id, facts.email, facts.lead_id) as suppression
       order by suppression.created_at limit 1) as opt_out on true
    left join lateral (
      select message.message_id from app.messages as message
       where message.campaign_id = %(campaign_id)s and message.step_no = %(step_no)s
         and message.email_normalized = facts.email
         and (message.state <> 'cancelled' or message.attempts > 0 or message.reason_class is distinct from 'gate_does_not_stand') limit 1) as twin on true
    left join lateral (
      select max(coalesce(message.attempted_at, message.created_at)) as attempted_at from app.messages as message
       where message.organization_id = facts.organization_id and message.email_normalized = facts.email
         and message.campaign_id <> %(campaign_id)s and message.state not in ('cancelled', 'suppressed', 'rejected')
         and message.created_at > %(now)s - %(contact_gap)s - interval '7 days') as recent on true),
ruled as (
  select judged.*,
         case when stopped_at is not null then 'member_stopped'
              when opt_out_reason is not null then 'opted_out'
              when not is_in_marts then 'not_in_marts'
              when lead_status in ('converted', 'lost', 'rejected') then 'lead_is_closed'
              when person_id is null then 'no_person'
              when email is null then 'no_email'
              when twin_id is not null then 'address_already_mailed'
              when not is_defective and email_status is distinct from 'valid' then 'email_unverified'
              when not is_defective and (verified_at > %(now)s - %(verified_within)s) is not true then 'facts_are_stale'
              when contacted_at > %(now)s - %(contact_gap)s then 'contacted_recently'
              when not (extract(isodow from local_time)::integer = any (%(weekdays)s)
                        and local_time::time >= %(opens_at)s and local_time::time < %(closes_at)s) then 'outside_send_window'
         end as rule_id
    from judged)
select organization_id, lead_id, lead_status, lead_score, person_id,
       nullif(regexp_replace(lower(public.unaccent(coalesce(full_name, ''))), '[^[:alnum:]]+', '', 'g'), '')
         || '|' || coalesce(company_id::text, lower(company_name), split_part(email, '@', 2), ''),
       company_id, full_name, title_raw, email, email_status, is_role, is_disposable, has_mx,
       opt_out_reason is not null, company_name, country_code, nullif(trim(legal_basis), ''), verified_at, is_defective, rule_id,
       jsonb_strip_nulls(case rule_id
         when 'member_stopped' then jsonb_build_object('stopped_at', stopped_at, 'reason', stopped_reason)
         when 'opted_out' then jsonb_build_object('reason', opt_out_reason, 'scope', opt_out_scope, 'source', opt_out_source)
         when 'lead_is_closed' then jsonb_build_object('status', lead_status)
         when 'address_already_mailed' then jsonb_build_object('message_id', twin_id)
         when 'email_unverified' then jsonb_build_object('email_status', coalesce(email_status, 'not checked'))
         when 'facts_are_stale' then jsonb_build_object('verified_at', verified_at)
         when 'contacted_recently' then jsonb_build_object('contacted_at', contacted_at)
         else '{}' end),
       case when rule_id = 'contacted_recently' then contacted_at + %(contact_gap)s end
  from ruled;

-- name: list_to_render
-- Candidates that would go out: the template must have what it names.
select member_id, full_name, title, email_normalized, company_name, country_code
  from pg_temp.candidates where rule_id is null and not is_defective;

-- name: hold_unrendered
update pg_temp.candidates as candidate
   set rule_id = 'template_value_missing', evidence = jsonb_build_object('missing', missing.what)
  from unnest(%(member_ids)s::uuid[], %(missing)s::text[]) as missing (member_id, what)
 where candidate.member_id = missing.member_id;

-- name: hold_over_cap
-- The best leads go first; days are UTC. What was made before today, but is tried today or waits still, is of today's messages; a
-- result stands for eight days at most.
with used as (
  select count(*) filter (where message.email_account_id = %(email_account_id)s) as by_account,
         count(*) filter (where message.campaign_id = %(campaign_id)s) as by_campaign,
         billing.quota_room(%(organization_id)s, 'messages_a_day') as tier_left -- null: any number, which `least` leaves out
    from app.messages as message
   where message.organization_id = %(organization_id)s and message.created_at >= date_trunc('day', %(now)s, 'UTC') - interval '8 days'
     and (message.created_at >= date_trunc('day', %(now)s, 'UTC') or message.attempted_at >= date_trunc('day', %(now)s, 'UTC')
       or message.state in ('queued', 'claimed'))
     and message.state not in ('cancelled', 'suppressed')),
ranked as (
  select member_id, row_number() over (order by lead_score desc nulls last, lead_id) as place
    from pg_temp.candidates where rule_id is null)
update pg_temp.candidates as candidate
   set rule_id = 'over_cap',
       evidence = jsonb_build_object('place', ranked.place, 'account_limit', %(daily_limit)s::integer,
                                     'campaign_limit', %(daily_cap)s::integer, 'used_today', used.by_account)
                  || jsonb_strip_nulls(jsonb_build_object('tier_left', used.tier_left)),
       held_until = date_trunc('day', %(now)s, 'UTC') + interval '1 day'
  from ranked, used
 where ranked.member_id = candidate.member_id
   and ranked.place > least(%(daily_limit)s - used.by_account, %(daily_cap)s - used.by_campaign, used.tier_left);

-- name: list_candidates
select member_id, lead_id, full_name, email_normalized, company_name, lead_score, is_defective, rule_id, evidence, held_until
  from pg_temp.candidates order by rule_id nulls first, lead_score desc nulls last, lead_id;
