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
