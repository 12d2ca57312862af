-- Landing: what the transaction asks and writes. Bulk goes by COPY, see leadhouse.landing.transaction.

-- name: ensure_partitions
select raw.ensure_partitions(%(run_on)s)

-- name: keeps_anyone_out
-- Whether anybody was ever erased: where nobody was, a landing asks no more about it.
select privacy.keeps_anyone_out()

-- name: assert_lease
select app.assert_shard_lease(%(job_id)s, %(shard_no)s, %(token)s)

-- name: select_statements
-- The statement that stands for each unit: of its newest applied extraction.
select units.unit_id, newest.observed_at, newest.statement_hash
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select applications.observed_at, extractions.statement_hash
     from raw.applications
     join raw.extractions using (run_on, extraction_id)
    where applications.unit_id = units.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest

-- name: select_standing
-- Of units whose statement holds records: the extraction that stands, and as of when.
select units.unit_id, newest.observed_at, newest.extraction_id, newest.run_on
  from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
 cross join lateral (
   select applications.observed_at, applications.extraction_id, applications.run_on
     from raw.applications
    where applications.unit_id = units.unit_id
    order by applications.observed_at desc, applications.applied_at desc
    limit 1) as newest
 where exists (select from raw.company_records as records
                where records.run_on = newest.run_on and records.extraction_id = newest.extraction_id)
    or exists (select from raw.person_records as records
                where records.run_on = newest.run_on and records.extraction_id = newest.extraction_id)

-- name: select_former_extractions
-- Extractions that said the same of the same unit before, the newest of each.
select distinct on (wanted.unit_id, wanted.statement_hash)
       wanted.unit_id, wanted.statement_hash, extractions.run_on, extractions.extraction_id
  from unnest(%(unit_ids)s::uuid[], %(statement_hashes)s::text[]) as wanted (unit_id, statement_hash)
  join raw.extractions on extractions.unit_id = wanted.unit_id and extractions.statement_hash = wanted.statement_hash
 order by wanted.unit_id, wanted.statement_hash, extractions.run_on desc, extractions.extraction_id

-- name: insert_fetches
insert into raw.fetches (run_on, fetch_id, landing_id, job_id, shard_no, source_key, url, requested_at, outcome,
       purpose, status_code, reason, etag, last_modified, content_hash, content_type, body_bytes, elapsed_ms,
       warc_uri, warc_offset, warc_length)
select run_on, fetch_id, landing_id, job_id, shard_no, source_key, url, requested_at, outcome::raw.fetch_outcome,
       purpose, status_code, reason, etag, last_modified, content_hash, content_type, body_bytes, elapsed_ms,
       warc_uri, warc_offset, warc_length
  from new_fetches
    on conflict do nothing

-- name: insert_extractions
-- The row is also the lock of its records: a twin in another transaction waits here and then finds it taken.
insert into raw.extractions (run_on, extraction_id, landing_id, organization_id, source_key, unit_id, unit_key, fetch_id,
       extractor, extractor_version, content_hash, statement_hash, observed_at, rejections, not_read)
select run_on, extraction_id, landing_id, organization_id, source_key, unit_id, unit_key, fetch_id,
       extractor, extractor_version, content_hash, statement_hash, observed_at, rejections, not_read
  from new_extractions
    on conflict do nothing
returning extraction_id

-- name: insert_company_records
-- Records of the extractions just inserted: they conflict with no other transaction's.
insert into raw.company_records (run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields)
select run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields
  from new_company_records

-- name: insert_person_records
insert into raw.person_records (run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields, company_record_id)
select run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields, company_record_id
  from new_person_records

-- name: insert_applications
insert into raw.applications (unit_id, observed_at, extraction_id, run_on, landing_id)
select unit_id, observed_at, extraction_id, run_on, landing_id from new_applications order by position
    on conflict do nothing

-- name: insert_many_extractions
-- As insert_extractions, of one source: what all rows share is said once.
insert into raw.extractions (run_on, extraction_id, landing_id, organization_id, source_key, unit_id, unit_key, extractor,
       extractor_version, content_hash, statement_hash, observed_at)
select %(run_on)s, extraction_id, %(landing_id)s, %(organization_id)s, %(source_key)s, unit_id, unit_key, %(extractor)s,
       %(extractor_version)s, content_hash, statement_hash, observed_at
  from many_extractions
    on conflict do nothing
returning extraction_id

-- name: insert_first_extractions
-- Of a source of which nothing stands, under its lock: nobody else can have written them, and a conflict would be an error.
insert into raw.extractions (run_on, extraction_id, landing_id, organization_id, source_key, unit_id, unit_key, extractor,
       extractor_version, content_hash, statement_hash, observed_at)
select %(run_on)s, extraction_id, %(landing_id)s, %(organization_id)s, %(source_key)s, unit_id, unit_key, %(extractor)s,
       %(extractor_version)s, content_hash, statement_hash, observed_at
  from many_extractions

-- name: insert_first_applications
-- What is landed first of a unit is its statement.
insert into raw.applications (unit_id, observed_at, extraction_id, run_on, landing_id)
select unit_id, observed_at, extraction_id, %(run_on)s, %(landing_id)s from many_extractions

-- name: insert_many_company_records
insert into raw.company_records (run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields)
select %(run_on)s, record_id, subject_id, %(landing_id)s, %(organization_id)s, %(source_key)s, extraction_id,
       content_hash, record_key, payload, coalesce(custom_fields, '{}')
  from many_company_records

-- name: insert_many_person_records
insert into raw.person_records (run_on, record_id, subject_id, landing_id, organization_id, source_key, extraction_id,
       content_hash, record_key, payload, custom_fields, company_record_id)
select %(run_on)s, record_id, subject_id, %(landing_id)s, %(organization_id)s, %(source_key)s, extraction_id,
       content_hash, record_key, payload, coalesce(custom_fields, '{}'), company_record_id
  from many_person_records

-- name: insert_many_applications
insert into raw.applications (unit_id, observed_at, extraction_id, run_on, landing_id)
select unit_id, observed_at, extraction_id, run_on, %(landing_id)s from many_applications order by position
    on conflict do nothing

-- name: insert_quarantine
insert into quality.quarantine (landing_id, run_on, organization_id, source_key, unit_key, line, reason, detail, payload,
       content_hash)
select landing_id, run_on, organization_id, source_key, unit_key, line, reason, detail, payload, content_hash
  from new_quarantine
    on conflict do nothing

-- name: insert_batch
-- The number is taken in this last statement before the commit; the counter's row lock keeps the order.
insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, organization_id, job_id,
       received, landed, known, quarantined)
values (%(batch_no)s, %(landing_id)s, %(run_on)s, %(run_id)s, %(source_key)s, %(organization_id)s, %(job_id)s,
       %(received)s, %(landed)s, %(known)s, %(quarantined)s)

-- name: insert_batches
-- As insert_batch, of several landings of one transaction, their numbers in order; the last statement before the commit, too.
insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, organization_id, job_id,
       received, landed, known, quarantined)
select app.take_batch_number('raw'), landing_id, run_on, run_id, source_key, organization_id, job_id,
       received, landed, known, quarantined
  from (select * from new_batches order by position) as in_order
returning landing_id, batch_no

-- name: select_standing_records
-- What each unit says: the records of its newest applied extraction.
with newest as (
  select units.unit_id, found.run_on, found.extraction_id
    from unnest(%(unit_ids)s::uuid[]) as units (unit_id)
   cross join lateral (
     select applications.run_on, applications.extraction_id
       from raw.applications
      where applications.unit_id = units.unit_id
      order by applications.observed_at desc, applications.applied_at desc
      limit 1) as found)
select newest.unit_id, 'company' as kind, record.record_key, null as company_key, record.payload, record.custom_fields
  from newest
  join raw.company_records as record using (run_on, extraction_id)
 union all
select newest.unit_id, 'person', record.record_key, company.record_key, record.payload, record.custom_fields
  from newest
  join raw.person_records as record using (run_on, extraction_id)
  left join raw.company_records as company
    on company.run_on = record.run_on and company.extraction_id = record.extraction_id
   and company.record_id = record.company_record_id
 order by unit_id, kind, record_key

-- name: select_archived_sources
-- Sources with archived pages of a period, with what a crawl knows of them.
select source.source_key, source.start_url, source.host, source.organization_id, source.config
  from app.sources as source
 where source.kind = 'web_site' and (%(source_keys)s::text[] is null or source.source_key = any (%(source_keys)s::text[]))
   and exists (select from raw.fetches as page
                where page.source_key = source.source_key and page.run_on between %(first)s and %(last)s
                  and page.warc_uri is not null)
 order by source.source_key

-- name: select_archived_pages
-- Of each page of a source the newest answer of a period, and until when it was seen to be as it was. A guess that was
-- answered like another page is none.
with answered as (
  select distinct on (url) url, fetch_id, requested_at, status_code, content_type, content_hash, warc_uri, warc_offset, warc_length
    from raw.fetches
   where source_key = %(source_key)s and run_on between %(first)s and %(last)s and purpose = 'page'
     and status_code between 200 and 299 and warc_uri is not null and reason is distinct from 'too_large'
     and coalesce(reason, '') not like 'soft_404: same as %%'
   order by url, requested_at desc)
select answered.*, coalesce((
    select max(later.requested_at) from raw.fetches as later
     where later.source_key = %(source_key)s and later.url = answered.url and later.outcome = 'not_modified'
       and later.requested_at > answered.requested_at
       and not exists (
         select from raw.fetches as newer
          where newer.source_key = %(source_key)s and newer.url = answered.url
            and newer.outcome not in ('not_modified', 'blocked', 'broken')
            and newer.requested_at > answered.requested_at and newer.requested_at < later.requested_at)),
    answered.requested_at) as seen_at
  from answered
 order by url

-- name: select_applied_at
-- When the statements of an answer were applied as of: its own moment, and those right behind it of former replays.
select asked.unit_id, max(application.observed_at) as observed_at
  from unnest(%(unit_ids)s::uuid[], %(seen_at)s::timestamptz[]) as asked (unit_id, seen_at)
  join raw.applications as application
    on application.unit_id = asked.unit_id and application.observed_at >= asked.seen_at
   and application.observed_at < asked.seen_at + interval '1 second'
 group by asked.unit_id
