-- Sources that are read call by call. Component: imports.

-- name: list_due_sources
-- All that are due, or the named ones whether due or not; for an organization's job no other organization's. An
-- organization that is locked reads nothing.
select source_key, kind::text as kind, organization_id
  from app.sources
 where kind = any (%(kinds)s::app.source_kind[]) and is_active and deleted_at is null and organization_id is not null
   and (%(organization_id)s::uuid is null or organization_id = %(organization_id)s)
   and case when %(source_keys)s::text[] is null then next_due_at <= now() else source_key = any (%(source_keys)s::text[]) end
   and billing.has_access(organization_id)
 order by source_key

-- name: find_source
-- By key or id.
select source_key, source_id, kind::text as kind, organization_id, name, start_url, config, secret_id, is_active, read_state
  from app.sources
 where (source_key = %(source)s or source_id::text = %(source)s) and deleted_at is null

-- name: list_sources
select source.source_key, source.source_id, source.kind::text as kind, source.name, source.status, source.last_test_result,
       source.last_test_message, source.last_run_at, source.records_landed
  from app.sources as source
 where source.organization_id = %(organization_id)s and source.deleted_at is null
 order by source.kind::text, source.source_key

-- name: add_source
insert into app.sources (source_key, organization_id, kind, name, start_url, host, config, secret_id, is_active)
values (%(source_key)s, %(organization_id)s, %(kind)s::app.source_kind, %(name)s, %(start_url)s, %(host)s, %(config)s,
        %(secret_id)s, true)
returning source_key, source_id

-- name: lock_source
-- Held by the session for as long as the read lasts: two reads of one source would pay twice.
select pg_try_advisory_lock(hashtextextended('source ' || %(source_key)s::text, 0)) as is_mine

-- name: list_lost_calls
-- Calls whose reader died before their answer was settled, and whose answer may lie in the archive.
select call_id, call_key, run_on, reserved_eur, budget_id
  from app.source_calls
 where source_key = %(source_key)s and state = 'unknown' and reason = 'reader_died'
   and (run_on = %(run_on)s or created_at >= %(since)s)

-- name: find_former_count
-- How many a source named the last time that it did as before, or named more.
select (counts ->> 'named')::integer as named
  from quality.step_outcomes
 where stage = 'watch_source' and subject = %(source_key)s and counts ->> 'kind' in ('ordinary', 'too_many') and counts ? 'named'
 order by finished_at desc
 limit 1

-- name: claim_call
-- None where the call was made before on the run's day.
insert into app.source_calls (organization_id, source_key, run_on, call_key, run_id, operation, reserved_eur, budget_id)
values (%(organization_id)s, %(source_key)s, %(run_on)s, %(call_key)s, %(run_id)s, %(operation)s, %(reserved_eur)s,
        %(budget_id)s)
    on conflict on constraint one_call_a_day do update
   set state = 'claimed', run_id = excluded.run_id, reserved_eur = excluded.reserved_eur, budget_id = excluded.budget_id,
       price_eur = null, reason = null, status_code = null, finished_at = null, updated_at = clock_timestamp()
 where source_calls.state = 'refused'
returning call_id

-- name: find_call
select call_id, state, reason, fetch_id, warc_uri, warc_offset, warc_length, reserved_eur
  from app.source_calls
 where source_key = %(source_key)s and run_on = %(run_on)s and call_key = %(call_key)s

-- name: finish_call
update app.source_calls
   set state = %(state)s, reason = %(reason)s, status_code = %(status_code)s, price_eur = %(price_eur)s,
       fetch_id = %(fetch_id)s, warc_uri = %(warc_uri)s, warc_offset = %(warc_offset)s, warc_length = %(warc_length)s,
       finished_at = clock_timestamp(), updated_at = clock_timestamp()
 where call_id = %(call_id)s

-- name: mark_lost_calls
-- The source is locked by who asks this: nobody else is at work on a call that is claimed.
update app.source_calls
   set state = 'unknown', reason = 'reader_died', finished_at = clock_timestamp(), updated_at = clock_timestamp()
 where source_key = %(source_key)s and state = 'claimed'

-- name: find_budget
-- The organization's budget of paid calls on that day, if it has one.
select budget_id
  from billing.budgets
 where organization_id = %(organization_id)s and kind = 'provider' and %(run_on)s between starts_on and ends_on
 order by ends_on, budget_id
 limit 1

-- name: sum_day
-- What the source's calls of a day have cost, or may have.
select coalesce(sum(coalesce(price_eur, reserved_eur)), 0) as spent_eur
  from app.source_calls
 where source_key = %(source_key)s and run_on = %(run_on)s and state <> 'refused'

-- name: keep_cursor
update app.sources set read_state = read_state || %(read_state)s where source_key = %(source_key)s

-- name: keep_reading
-- What a run that has not come to its end leaves for the next one.
update app.sources set read_state = read_state || jsonb_build_object('reading', %(reading)s::jsonb) where source_key = %(source_key)s

-- name: end_reading
update app.sources set read_state = read_state - 'reading' where source_key = %(source_key)s

-- name: list_answers_since
-- What a source was answered since a moment, and where it lies, oldest first. An answer that says "later" is no answer.
select url, warc_uri, warc_offset, warc_length
  from raw.fetches
 where source_key = %(source_key)s and requested_at >= %(since)s and warc_uri is not null
   and (status_code = 200 or status_code >= 400) and fetch_id <> all (%(unread)s::uuid[])
 order by requested_at, fetch_id

-- name: move_due_time
update app.sources
   set next_due_at = greatest(next_due_at,
         (%(run_on)s::date + coalesce((config ->> 'interval_days')::integer, 1))::timestamp at time zone 'UTC')
 where source_key = %(source_key)s

-- name: select_standing_units
-- The units of a source that stand: whose newest statement says something. Found by the landings of the source.
select newest.unit_key
  from (select distinct application.unit_id
          from raw.batches as batch
          join raw.applications as application using (landing_id)
         where batch.organization_id = %(organization_id)s and batch.source_key = %(source_key)s) as units
 cross join lateral (
   select standing.unit_key, standing.statement_hash
     from raw.applications as application
     join raw.extractions as standing using (run_on, extraction_id)
    where application.unit_id = units.unit_id
    order by application.observed_at desc, application.applied_at desc
    limit 1) as newest
 where newest.statement_hash <> %(empty_hash)s

-- name: list_answers
-- The archived answers of a source within a period, oldest first: what is read again.
select fetch_id, url, requested_at, status_code, warc_uri, warc_offset, warc_length
  from raw.fetches
 where source_key = %(source_key)s and run_on between %(first)s and %(last)s and warc_uri is not null
   and status_code between 200 and 299
 order by requested_at, fetch_id

-- name: select_answered_sources
-- Sources that are read call by call and have archived answers of a period.
select source.source_key
  from app.sources as source
 where source.kind = any (%(kinds)s::app.source_kind[]) and source.organization_id is not null and source.deleted_at is null
   and (%(source_keys)s::text[] is null or source.source_key = any (%(source_keys)s::text[]))
   and exists (select from raw.fetches as answer
                where answer.source_key = source.source_key and answer.run_on between %(first)s and %(last)s
                  and answer.warc_uri is not null)
 order by source.source_key

-- name: select_new_sites
-- Of some domains those whose site nobody crawls yet, with or without www.
select domain
  from unnest(%(domains)s::text[]) as candidate (domain)
 where not exists (select from app.sources as known where known.source_key = 'web/' || candidate.domain)
 order by domain
