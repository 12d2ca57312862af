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
       is_free, is_disposable, reason, checked_at)
select %(run_on)s, email_normalized, %(landing_id)s, domain, status, is_syntax_valid, has_mx, is_role,
       is_free, is_disposable, reason, %(checked_at)s
  from new_checks
    on conflict do nothing

-- name: insert_wanted_requests
-- One per organization, entity, attribute, provider and window. A call that failed without a charge may be asked again.
insert into app.enrichment_requests
       (organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, max_price_eur)
select distinct on (leads.organization_id, leads.entity_id, wanted.attribute)
       leads.organization_id, leads.entity_id, leads.entity_kind, wanted.attribute, %(provider)s,
       case when former.has_failed then %(today)s::date else %(window_on)s::date end,
       'campaign:' || campaigns.campaign_id, %(price)s
  from app.campaigns
 cross join lateral jsonb_array_elements_text(
         case jsonb_typeof(campaigns.config -> 'wanted_attributes')
           when 'array' then campaigns.config -> 'wanted_attributes' else '[]' end) as wanted (attribute)
  join app.campaign_members using (organization_id, campaign_id)
  join app.leads using (organization_id, lead_id)
  join app.lead_facts using (organization_id, lead_id)
 cross join lateral (
   select coalesce(bool_or(failed.free_of_charge), false) as has_failed,
          coalesce(bool_or(not failed.free_of_charge), false) as is_asked
     from app.enrichment_requests as requests
    cross join lateral (
      select requests.state in ('error', 'refused') and coalesce(sum(costs.amount_eur), 0) = 0 as free_of_charge
        from billing.costs where costs.request_id = requests.request_id) as failed
    where requests.organization_id = leads.organization_id and requests.entity_id = leads.entity_id
      and requests.attribute = wanted.attribute and requests.provider = %(provider)s
      and requests.window_on >= %(window_on)s) as former
 where campaigns.status = 'active' and campaigns.deleted_at is null
   and campaign_members.stopped_at is null and leads.deleted_at is null and leads.entity_kind = 'person'
   and wanted.attribute = any (%(attributes)s)
   and (lead_facts.email_normalized is null or lead_facts.email_status = 'invalid')
   and lead_facts.full_name is not null
   and not former.is_asked
   and leads.organization_id in (select organization_id from identity.organizations where billing.has_access(organization_id))
   and exists (select from billing.budgets
                where budgets.organization_id = leads.organization_id and budgets.kind = 'provider'
                  and %(today)s between budgets.starts_on and budgets.ends_on
                  and budgets.spent_eur + %(price)s <= budgets.ceiling_eur)
   and (lead_facts.domain is not null
        or exists (select from resolution.assignments
                     join resolution.subject_keys as keys using (subject_id)
                    where assignments.entity_id = leads.entity_id and keys.key_kind = 'name_company'
                      and (keys.organization_id is null or keys.organization_id = leads.organization_id)))
 order by leads.organization_id, leads.entity_id, wanted.attribute, campaigns.campaign_id
    on conflict on constraint one_request_a_window do nothing

-- name: count_pending
select count(*) as requests from app.enrichment_requests where state = 'pending' and provider = %(provider)s

-- name: claim_request
-- The next request that a current budget could pay for, locked by this session for as long as its call lasts. The domain
-- is the one under which the entity's own records know the person, so that the answer finds its way back.
update app.enrichment_requests as claimed
   set state = 'claimed', claimed_at = clock_timestamp(), updated_at = clock_timestamp()
  from (
    select requests.request_id, budgets.budget_id, facts.full_name,
           coalesce(own.company_domain, facts.domain) as company_domain
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
     where requests.state = 'pending' and requests.provider = %(provider)s
       and not requests.organization_id = any (%(exhausted)s::uuid[])
       and requests.organization_id in (select organization_id from identity.organizations where billing.has_access(organization_id))
       and facts.full_name is not null and coalesce(own.company_domain, facts.domain) is not null
     order by requests.created_at, requests.request_id
     limit 1
       for update of requests skip locked) as next
 where claimed.request_id = next.request_id
   and pg_try_advisory_lock(hashtextextended('enrichment ' || next.request_id::text, 0))
returning claimed.request_id, claimed.organization_id, claimed.entity_id, claimed.attribute, claimed.provider,
          claimed.max_price_eur as reserved_eur, next.budget_id, next.full_name, next.company_domain

-- name: unlock_request
select pg_advisory_unlock(hashtextextended('enrichment ' || %(request_id)s::uuid::text, 0))

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
       status_code, payload, price_eur, latency_ms, received_at)
values (%(run_on)s, %(response_id)s, %(landing_id)s, %(organization_id)s, %(request_id)s, %(provider)s, %(outcome)s,
        %(status_code)s, %(payload)s, %(price_eur)s, %(latency_ms)s, %(received_at)s)

-- name: finish_request
-- An answer that arrives after its claim was given up still counts.
update app.enrichment_requests
   set state = %(state)s, error = %(error)s, finished_at = %(finished_at)s, updated_at = clock_timestamp()
 where request_id = %(request_id)s and state in ('claimed', 'unknown')
