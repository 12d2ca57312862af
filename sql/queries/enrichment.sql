-- Enrichment: checks of addresses, requests to providers, their answers.

-- name: select_newest_batch
select max(batch_no) as batch_no from resolution.batches

-- name: select_due_emails
-- Addresses that changed entities carry, or that a check got no answer about, without a check that still holds.
with carried as (
  select keys.key_value as email_normalized
    from resolution.changes
    join resolution.assignments on assignments.entity_id = changes.entity_id
    join resolution.subject_keys as keys on keys.subject_id = assignments.subject_id and keys.key_kind = 'email'
   where changes.batch_no > %(after)s and changes.batch_no <= %(upto)s
  union
  select lower(corrections.value)
    from resolution.changes
    join app.corrections on corrections.entity_id = changes.entity_id and corrections.attribute = 'email'
   where changes.batch_no > %(after)s and changes.batch_no <= %(upto)s
     and corrections.reverted_at is null and corrections.value is not null
  union
  select email_normalized
    from raw.email_checks
   where run_on > current_date - 14 and status = 'unknown')
select carried.email_normalized
  from carried
  left join lateral (
    select email_checks.status, email_checks.checked_at
      from raw.email_checks
     where email_checks.email_normalized = carried.email_normalized
     order by email_checks.checked_at desc
     limit 1) as newest on true
 where newest.checked_at is null
    or newest.checked_at < now() - make_interval(days => %(days)s)
    or newest.status = 'unknown'
 order by carried.email_normalized

-- name: insert_checks
insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid, has_mx, is_role,
       is_free, is_disposable, reason, is_catch_all, smtp_code, bounce_probability, bounce_model, checked_at)
select %(run_on)s, email_normalized, %(landing_id)s, domain, status, is_syntax_valid, has_mx, is_role,
       is_free, is_disposable, reason, is_catch_all, smtp_code, bounce_probability, bounce_model, %(checked_at)s
  from new_checks
    on conflict do nothing

-- name: insert_wanted_requests
-- The next request of each waterfall that is wanted and may go on: what active campaigns want of their members and the facts lack.
-- It goes on when nothing of the window is open, no answer is good, and none was lost (unless the waterfall says otherwise). An address
-- that was bought and proved invalid is no good answer. One per organization, entity, attribute, provider and window; a call that failed
-- without a charge may be made again on a later day. What was asked about an entity that has become this one was asked about it.
with wishes as (
  select distinct on (leads.organization_id, leads.entity_id, wanted.attribute)
         leads.organization_id, leads.entity_id, leads.entity_kind, wanted.attribute, campaigns.campaign_id,
         lead_facts.email_normalized, lead_facts.email_status
    from app.campaigns
   cross join lateral jsonb_array_elements_text(
           case jsonb_typeof(campaigns.config -> 'wanted_attributes')
             when 'array' then campaigns.config -> 'wanted_attributes' else '[]' end) as wanted (attribute)
    join app.campaign_members using (organization_id, campaign_id)
    join app.leads using (organization_id, lead_id)
    join app.lead_facts using (organization_id, lead_id)
   where campaigns.status = 'active' and campaigns.deleted_at is null
     and campaign_members.stopped_at is null and leads.deleted_at is null
     and (%(organization_id)s::uuid is null or leads.organization_id = %(organization_id)s)
     and case leads.entity_kind::text || '.' || wanted.attribute
           when 'person.email' then lead_facts.email_normalized is null or lead_facts.email_status = 'invalid'
           when 'person.phone_e164' then lead_facts.phone_e164 is null
           when 'company.phone_e164' then lead_facts.phone_e164 is null and lead_facts.domain is not null
           when 'company.domain' then lead_facts.domain is null and lead_facts.company_name is not null
           else false end
     and (leads.entity_kind = 'company' or (
       lead_facts.full_name is not null
       and (lead_facts.domain is not null
            or exists (select from resolution.assignments
                         join resolution.subject_keys as keys using (subject_id)
                        where assignments.entity_id = leads.entity_id and keys.key_kind = 'name_company'
                          and (keys.organization_id is null or keys.organization_id = leads.organization_id)))))
   order by leads.organization_id, leads.entity_id, wanted.attribute, campaigns.campaign_id),
known_as as materialized (
  select wished.organization_id, wished.entity_id, app.entities_as_one(wished.organization_id, wished.entity_id) as entity_ids
    from (select distinct organization_id, entity_id from wishes) as wished),
steps as (
  select wishing.organization_id, step.*
    from (select distinct organization_id from wishes) as wishing
   cross join lateral app.waterfall_steps(wishing.organization_id, %(settings_provider)s, %(settings_price)s::numeric) as step
   where wishing.organization_id in (select organization_id from identity.organizations where billing.has_access(organization_id))),
next_steps as (
  select distinct on (wishes.organization_id, wishes.entity_id, wishes.attribute)
         wishes.organization_id, wishes.entity_id, wishes.entity_kind, wishes.attribute, wishes.campaign_id,
         steps.provider, steps.provider_id, steps.price_eur, former.has_failed
    from wishes
    join known_as using (organization_id, entity_id)
    join steps on steps.organization_id = wishes.organization_id and steps.entity_kind = wishes.entity_kind
     and steps.attribute = wishes.attribute
   cross join lateral (
     select coalesce(bool_or(failed.free_of_charge), false) as has_failed,
            coalesce(bool_or(not failed.free_of_charge or requests.claimed_on >= %(today)s), false) as is_asked
       from app.enrichment_requests as requests
      cross join lateral (
        -- charge and refund apart: each has an index of its own
        select requests.state in ('error', 'refused')
               and coalesce((select amount_eur from billing.costs where request_id = requests.request_id and not is_refund), 0)
                 + coalesce((select amount_eur from billing.costs where request_id = requests.request_id and is_refund), 0) = 0
                 as free_of_charge) as failed
      where requests.organization_id = wishes.organization_id and requests.entity_id = any (known_as.entity_ids)
        and requests.attribute = wishes.attribute and requests.provider = steps.provider
        and requests.window_on >= %(window_on)s) as former
   where not former.is_asked
     and not exists (
       select from app.enrichment_requests as requests
        where requests.organization_id = wishes.organization_id and requests.entity_id = any (known_as.entity_ids)
          and requests.attribute = wishes.attribute
          and (requests.state in ('pending', 'claimed')
               or requests.window_on >= %(window_on)s and requests.state = 'unknown' and not steps.goes_on_after_unknown
               or requests.window_on >= %(window_on)s and requests.state = 'hit' and requests.is_good is not false
                  and not (wishes.attribute = 'email' and wishes.email_status = 'invalid' and exists (
                    select from raw.provider_responses as answers
                      join raw.person_records as records
                        on records.run_on = answers.run_on and records.landing_id = answers.landing_id
                       and records.source_key like 'provider/%%'
                     where answers.run_on = requests.claimed_on and answers.request_id = requests.request_id
                       and records.payload @> jsonb_build_object('email',
                             jsonb_build_array(jsonb_build_object('value', wishes.email_normalized)))))))
   order by wishes.organization_id, wishes.entity_id, wishes.attribute, steps.position)
insert into app.enrichment_requests
       (organization_id, entity_id, entity_kind, attribute, provider, provider_id, window_on, wanted_by, max_price_eur)
select organization_id, entity_id, entity_kind, attribute, provider, provider_id,
       case when has_failed then %(today)s::date else %(window_on)s::date end, 'campaign:' || campaign_id, price_eur
  from next_steps
 where exists (select from billing.budgets
                where budgets.organization_id = next_steps.organization_id and budgets.kind = 'provider'
                  and %(today)s between budgets.starts_on and budgets.ends_on
                  and budgets.spent_eur + next_steps.price_eur <= budgets.ceiling_eur)
    on conflict do nothing

-- name: withdraw_requests
-- Whoever is not asked any more answers nothing: what waits for it goes on to the next.
update app.enrichment_requests as requests
   set state = 'refused', finished_at = clock_timestamp(), updated_at = clock_timestamp(),
       error = 'The provider was taken out of use before it was asked.'
  from app.providers
 where requests.state = 'pending' and providers.provider_id = requests.provider_id and not providers.is_active

-- name: withdraw_requests_without_lead
-- Nobody waits for an answer any more: the lead was closed, or its entity has become one with another, whose lead asks for itself.
update app.enrichment_requests as requests
   set state = 'refused', finished_at = clock_timestamp(), updated_at = clock_timestamp(),
       error = 'No live lead stands for it any more: it was closed, or has become one with another.'
 where requests.state = 'pending'
   and not exists (select from app.leads
                    where leads.organization_id = requests.organization_id and leads.entity_id = requests.entity_id
                      and leads.deleted_at is null)

-- name: find_any_provider
select provider_id from app.providers where is_active limit 1

-- name: select_pending_providers
-- Whom open requests wait for, in the order of their first request.
select requests.provider as name, requests.provider_id, providers.organization_id, providers.api, providers.base_url,
       providers.timeout_seconds, providers.secret_id
  from app.enrichment_requests as requests
  left join app.providers using (provider_id)
 where requests.state = 'pending'
 group by requests.provider, requests.provider_id, providers.provider_id
 order by min(requests.created_at), requests.provider

-- name: claim_request
-- The next request that a current budget could pay for, locked by this session for as long as its call lasts; none while the provider
-- has put one off: Retry-After speaks of the account, not of one question. What was put off has its price reserved. The domain is the
-- one under which the entity's own records know the person, so that the answer finds its way back.
update app.enrichment_requests as claimed
   set state = 'claimed', claimed_on = %(run_on)s, claimed_at = clock_timestamp(), updated_at = clock_timestamp()
  from (
    select requests.request_id, budgets.budget_id, facts.full_name, facts.company_name,
           case when requests.entity_kind = 'company' then facts.domain else coalesce(own.company_domain, facts.domain) end
             as company_domain,
           coalesce(step.least_confidence, 0) as least_confidence, coalesce(step.cached_days, 30) as cached_days
      from app.enrichment_requests as requests
      join app.leads on leads.organization_id = requests.organization_id and leads.entity_id = requests.entity_id
       and leads.deleted_at is null
      join app.lead_facts as facts on facts.lead_id = leads.lead_id
     cross join lateral (
       select budget_id from billing.budgets
        where organization_id = requests.organization_id and kind = 'provider'
          and %(run_on)s between starts_on and ends_on
        order by ends_on, budget_id
        limit 1) as budgets
      left join lateral (
        select split_part(keys.key_value, '|', 2) as company_domain
          from resolution.assignments
          join resolution.subject_keys as keys using (subject_id)
         where assignments.entity_id = requests.entity_id and keys.key_kind = 'name_company'
           and (keys.organization_id is null or keys.organization_id = requests.organization_id)
         order by split_part(keys.key_value, '|', 2) <> facts.domain, keys.key_value
         limit 1) as own on true
      left join lateral (
        select waterfalls.least_confidence, waterfalls.cached_days
          from app.waterfalls
         where waterfalls.entity_kind = requests.entity_kind and waterfalls.attribute = requests.attribute
           and (waterfalls.organization_id is null or waterfalls.organization_id = requests.organization_id)
         order by waterfalls.organization_id nulls last
         limit 1) as step on true
     where requests.state = 'pending' and requests.provider = %(provider)s
       and requests.provider_id is not distinct from %(provider_id)s::uuid
       and not exists (select from app.enrichment_requests as put_off
                        where put_off.state = 'pending' and put_off.provider = %(provider)s
                          and put_off.provider_id is not distinct from %(provider_id)s::uuid
                          and put_off.not_before > clock_timestamp())
       and not exists (select from unnest(%(exhausted)s::uuid[], %(refused_eur)s::numeric[]) as exhausted (organization_id, price_eur)
                        where exhausted.organization_id = requests.organization_id and requests.max_price_eur >= exhausted.price_eur
                          and requests.not_before is null)
       and requests.organization_id in (select organization_id from identity.organizations where billing.has_access(organization_id))
       and case when requests.entity_kind = 'company' then coalesce(facts.domain, facts.company_name) is not null
                else facts.full_name is not null and coalesce(own.company_domain, facts.domain) is not null end
     order by requests.created_at, requests.request_id
     limit 1
       for update of requests skip locked) as next
 where claimed.request_id = next.request_id
   and pg_try_advisory_lock(hashtextextended('enrichment ' || next.request_id::text, 0))
returning claimed.request_id, claimed.organization_id, claimed.entity_id, claimed.entity_kind::text as entity_kind, claimed.attribute,
          claimed.provider, claimed.max_price_eur as reserved_eur, next.budget_id, next.full_name, next.company_name,
          next.company_domain, next.least_confidence, next.cached_days, claimed.not_before is not null as was_put_off

-- name: find_cached_answer
-- What the provider answered to the same organization about the same, also under another id, in an earlier window; it is not
-- asked again that soon.
select former.state, former.request_id
  from app.enrichment_requests as requests
  join app.enrichment_requests as former
    on former.organization_id = requests.organization_id and former.attribute = requests.attribute
   and former.provider = requests.provider
   and former.entity_id = any (app.entities_as_one(requests.organization_id, requests.entity_id))
 where requests.request_id = %(request_id)s and former.request_id <> requests.request_id
   and former.state in ('hit', 'miss') and not former.from_cache
   and former.finished_at > clock_timestamp() - make_interval(days => %(cached_days)s)
 order by former.finished_at desc
 limit 1

-- name: unlock_request
select pg_advisory_unlock(hashtextextended('enrichment ' || %(request_id)s::uuid::text, 0))

-- name: put_off_request
-- The provider has not processed it, and says when it will: back into the queue, its price reserved.
update app.enrichment_requests
   set state = 'pending', claimed_at = null, claimed_on = null, updated_at = clock_timestamp(), error = %(error)s,
       not_before = clock_timestamp() + make_interval(secs => %(pause)s)
 where request_id = %(request_id)s and state = 'claimed'

-- name: select_waiting_providers
-- Who has put questions off, until when, and how many wait for it.
select provider as name, max(not_before) as not_before, count(*) as requests,
       extract(epoch from max(not_before) - clock_timestamp())::double precision as seconds
  from app.enrichment_requests
 where state = 'pending'
 group by provider, provider_id
having max(not_before) > clock_timestamp()
 order by max(not_before), provider

-- name: find_reservation
-- What is reserved for a request that was put off.
select charge.amount_eur, charge.credits, charge.budget_id
  from billing.costs as charge
 where charge.request_id = %(request_id)s and not charge.is_refund
   and not exists (select from billing.costs as refund where refund.request_id = charge.request_id and refund.is_refund)

-- name: select_withdrawn_reservations
-- What was put off and is not asked any more: its price is to be given back.
select charge.request_id, charge.organization_id, charge.provider, charge.amount_eur, charge.credits, charge.budget_id, charge.job_id,
       charge.source_key
  from app.enrichment_requests as requests
  join billing.costs as charge on charge.request_id = requests.request_id and not charge.is_refund
 where requests.state = 'refused' and requests.not_before is not null and requests.claimed_at is null
   and not exists (select from billing.costs as refund where refund.request_id = charge.request_id and refund.is_refund)

-- name: mark_lost_claims
-- The lock of a claim is free: its worker is gone, and with it the answer.
update app.enrichment_requests
   set state = 'unknown', finished_at = clock_timestamp(), updated_at = clock_timestamp(),
       error = 'The worker ended before the answer was kept; found by ' || %(run_id)s
                || '. The provider may have charged: ask it with the request''s id.'
 where request_id in (
         select request_id from app.enrichment_requests where state = 'claimed'
           for update skip locked)
   and state = 'claimed'
   and pg_try_advisory_xact_lock(hashtextextended('enrichment ' || request_id::text, 0))

-- name: insert_response
insert into raw.provider_responses (run_on, response_id, landing_id, organization_id, request_id, provider, outcome,
       status_code, payload, price_eur, latency_ms, received_at, from_cache)
values (%(run_on)s, %(response_id)s, %(landing_id)s, %(organization_id)s, %(request_id)s, %(provider)s, %(outcome)s,
        %(status_code)s, %(payload)s, %(price_eur)s, %(latency_ms)s, %(received_at)s, %(from_cache)s)

-- name: finish_request
-- An answer that arrives after its claim was given up still counts.
update app.enrichment_requests
   set state = %(state)s, error = %(error)s, finished_at = %(finished_at)s, from_cache = %(from_cache)s, is_good = %(is_good)s,
       updated_at = clock_timestamp()
 where request_id = %(request_id)s and state in ('claimed', 'unknown')

-- name: upsert_provider
insert into app.providers (organization_id, name, api, base_url, prices, secret_id, timeout_seconds, is_active)
values (%(organization_id)s, %(name)s, %(api)s, %(base_url)s, %(prices)s, %(secret_id)s, %(timeout_seconds)s, %(is_active)s)
    on conflict (organization_id, name) do update
   set api = excluded.api, base_url = excluded.base_url, prices = excluded.prices, secret_id = excluded.secret_id,
       timeout_seconds = excluded.timeout_seconds, is_active = excluded.is_active
returning provider_id

-- name: upsert_waterfall
insert into app.waterfalls (organization_id, entity_kind, attribute, provider_names, least_confidence, cached_days,
       goes_on_after_unknown)
values (%(organization_id)s, %(entity_kind)s::resolution.entity_kind, %(attribute)s, %(provider_names)s, %(least_confidence)s,
        %(cached_days)s, %(goes_on_after_unknown)s)
    on conflict (organization_id, entity_kind, attribute) do update
   set provider_names = excluded.provider_names, least_confidence = excluded.least_confidence,
       cached_days = excluded.cached_days, goes_on_after_unknown = excluded.goes_on_after_unknown

-- name: select_waterfall_steps
select step.entity_kind || '.' || step.attribute as wanted, step.position, step.provider, step.provider_id, step.price_eur,
       step.charges, step.least_confidence, step.cached_days, step.goes_on_after_unknown
  from app.waterfall_steps(%(organization_id)s::uuid, %(settings_provider)s, %(settings_price)s::numeric) as step
 order by 1, 2

-- name: count_waiting_requests
select entity_kind || '.' || attribute as wanted, provider, count(*) as requests
  from app.enrichment_requests
 where organization_id = %(organization_id)s and state = 'pending'
 group by 1, 2
 order by 1, 2

-- name: count_answers
-- Settled answers within a year, those from the cache left out: nobody was asked.
select entity_kind || '.' || attribute as wanted, provider, count(*) as calls, count(*) filter (where state = 'hit') as hits
  from app.enrichment_requests
 where organization_id = %(organization_id)s and state in ('hit', 'miss') and not from_cache
   and finished_at > now() - interval '365 days'
 group by 1, 2

-- name: find_room
-- What is left of the budget that a claim would take, of its day, and of a job that has spent nothing yet.
select least(budget.ceiling_eur - budget.spent_eur,
             budget.ceiling_eur_a_day - coalesce(share.spent_eur, 0),
             budget.ceiling_eur_a_job) as room_eur
  from billing.budgets as budget
  left join billing.budget_shares as share
    on share.budget_id = budget.budget_id and share.share = 'day ' || (now() at time zone 'UTC')::date
 where budget.organization_id = %(organization_id)s and budget.kind = 'provider'
   and %(today)s between budget.starts_on and budget.ends_on
 order by budget.ends_on, budget.budget_id
 limit 1

-- name: price_call_in_credits
select billing.price_credits('provider', null) as credits

-- name: select_logged_answers
-- Every call that was made, with what it was charged; one whose answer was lost counts at its reserved price. Entities that are one
-- today are one question: whoever was asked about both was asked about it twice.
select request.organization_id, one.entity_id, date_trunc('month', request.window_on)::date as window_starts_on, request.provider,
       request.state as outcome, request.is_good, coalesce(answer.price_eur, booked.price_eur) as price_eur
  from app.enrichment_requests as request
  left join raw.provider_responses as answer
    on answer.run_on = request.claimed_on and answer.request_id = request.request_id
 cross join lateral (
   select coalesce((select amount_eur from billing.costs where request_id = request.request_id and not is_refund), 0)
        + coalesce((select amount_eur from billing.costs where request_id = request.request_id and is_refund), 0) as price_eur
   ) as booked
 cross join lateral (
   select alike.entity_id from unnest(app.entities_as_one(request.organization_id, request.entity_id)) as alike (entity_id)
    order by 1 limit 1) as one
 where (%(organization_id)s::uuid is null or request.organization_id = %(organization_id)s)
   and request.entity_kind::text = %(entity_kind)s
   and request.attribute = %(attribute)s and request.state in ('hit', 'miss', 'error', 'refused', 'unknown')
   and request.claimed_at is not null and not request.from_cache
   and (%(first)s::date is null or (request.claimed_at at time zone 'UTC')::date >= %(first)s)
   and (%(last)s::date is null or (request.claimed_at at time zone 'UTC')::date <= %(last)s)
 order by request.claimed_at, request.request_id

-- name: list_providers
select provider_id, organization_id, name, api, base_url, prices, is_active, secret_id is not null as has_key
  from app.providers
 where organization_id is null or organization_id = %(organization_id)s::uuid
 order by organization_id nulls first, name
