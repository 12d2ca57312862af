-- Privacy: erasures, what they look for, what they did. What erases is privacy.erase_tagged (see the migration).

-- name: insert_erasure
insert into privacy.erasures (kind, requested_by, organization_id, repeats_erasure_id, due_at)
values (%(kind)s, %(requested_by)s, %(organization_id)s, %(repeats)s, clock_timestamp() + make_interval(days => %(grace_days)s))
returning erasure_id

-- name: select_erasure
select * from privacy.erasures where erasure_id = %(erasure_id)s

-- name: lock_erasure
-- One process at a time works on an erasure; another finds the lock taken. Held by the session.
select pg_try_advisory_lock(hashtextextended('privacy ' || %(erasure_id)s::text, 0)) as is_mine

-- name: list_open_erasures
select erasure_id, kind from privacy.erasures
 where state in ('requested', 'running') and due_at <= clock_timestamp() order by requested_at

-- name: start_erasure
update privacy.erasures set state = 'running' where erasure_id = %(erasure_id)s and state = 'requested'

-- name: cancel_erasure
update privacy.erasures set state = 'cancelled' where erasure_id = %(erasure_id)s and state = 'requested'

-- name: finish_erasure
update privacy.erasures
   set state = 'done', finished_at = %(finished_at)s, certificate = %(certificate)s, certificate_text = %(text)s,
       certificate_hash = %(hash)s
 where erasure_id = %(erasure_id)s

-- name: insert_target
insert into privacy.erasure_targets (erasure_id, kind, value) values (%(erasure_id)s, %(kind)s, %(value)s) on conflict do nothing

-- name: insert_targets
insert into privacy.erasure_targets (erasure_id, kind, value)
select %(erasure_id)s, kind, value from unnest(%(kinds)s::text[], %(values)s::text[]) as new (kind, value) on conflict do nothing

-- name: replace_target
-- A pattern stands once.
with gone as (delete from privacy.erasure_targets where erasure_id = %(erasure_id)s and kind = %(kind)s and value <> %(value)s)
insert into privacy.erasure_targets (erasure_id, kind, value) values (%(erasure_id)s, %(kind)s, %(value)s) on conflict do nothing

-- name: select_targets
select kind, value from privacy.erasure_targets where erasure_id = %(erasure_id)s order by kind, value

-- name: delete_targets
delete from privacy.erasure_targets where erasure_id = %(erasure_id)s

-- name: select_steps
select step, counts, finished_at from privacy.erasure_steps where erasure_id = %(erasure_id)s order by finished_at

-- name: insert_step
insert into privacy.erasure_steps (erasure_id, step, counts) values (%(erasure_id)s, %(step)s, %(counts)s)

-- name: insert_keys
insert into privacy.erased_keys (key_hash, key_kind, erasure_id)
select key_hash, key_kind, erasure_id from unnest(%(hashes)s::bytea[], %(kinds)s::text[], %(erasures)s::uuid[])
       as new (key_hash, key_kind, erasure_id)
    on conflict do nothing

-- name: find_records
-- Person records that say a contact, or a name: who of them is meant is decided by their values.
select record_id, subject_id, company_record_id, extraction_id, run_on, organization_id, payload
  from raw.person_records
 where lower(payload::text) ~ %(pattern)s or lower(custom_fields::text) ~ %(contacts)s

-- name: find_records_of_subjects
select record_id, subject_id, company_record_id, extraction_id, run_on, organization_id, payload
  from raw.person_records where subject_id = any (%(ids)s)

-- name: find_subjects_of_entities
-- With those that were merged into them, for all or inside an organization.
with recursive joined (entity_id) as (
  select unnest(%(ids)s::uuid[])
  union
  select case when redirect.to_entity_id = joined.entity_id then redirect.from_entity_id else redirect.to_entity_id end
    from joined join resolution.redirects as redirect on joined.entity_id in (redirect.from_entity_id, redirect.to_entity_id)
   where redirect.reverted_batch_no is null)
select assignments.subject_id, joined.entity_id
  from joined
  join resolution.entities as entities on entities.entity_id = joined.entity_id and entities.entity_kind = 'person'
  left join resolution.assignments on assignments.entity_id = joined.entity_id or assignments.origin_entity_id = joined.entity_id

-- name: find_entities_of_subjects
select distinct unnest(array[entity_id, origin_entity_id]) as entity_id
  from resolution.assignments where subject_id = any (%(ids)s) and entity_kind = 'person'

-- name: find_units
-- The units that state the records, with the pages they stand on.
select distinct extractions.unit_id, extractions.extraction_id, extractions.unit_key, extractions.source_key,
       fetches.warc_uri, fetches.warc_offset, fetches.warc_length
  from raw.extractions
  left join raw.fetches on fetches.run_on = extractions.run_on and fetches.fetch_id = extractions.fetch_id
 where extractions.extraction_id = any (%(ids)s)

-- name: find_units_by_text
-- Extractions whose companies or refused candidates say a contact, or whose address does.
select distinct extractions.unit_id, extractions.extraction_id, extractions.unit_key, extractions.source_key,
       fetches.warc_uri, fetches.warc_offset, fetches.warc_length
  from raw.extractions
  left join raw.fetches on fetches.run_on = extractions.run_on and fetches.fetch_id = extractions.fetch_id
 where lower(extractions.rejections::text) ~ %(contacts)s
    or extractions.extraction_id in (select extraction_id from raw.company_records
                                      where lower(payload::text) ~ %(contacts)s or lower(custom_fields::text) ~ %(contacts)s)

-- name: find_company_values
select record_id, payload from raw.company_records where record_id = any (%(ids)s)

-- name: count_other_holders
-- How many records of others state a number.
select (select count(*) from raw.person_records as others
         where others.payload -> 'phone_e164' @> jsonb_build_array(jsonb_build_object('value', %(phone)s::text))
           and not others.record_id = any (%(ids)s))
     + (select count(*) from raw.company_records as others
         where others.payload -> 'phone_e164' @> jsonb_build_array(jsonb_build_object('value', %(phone)s::text))) as holders

-- name: find_dependents
-- What hangs on the person's entities: leads, audience members, messages, paid requests, redirected leads.
with leads as (
  select lead_id from app.leads where entity_id = any (%(ids)s)),
members as (
  select member_id, lead_id from quality.snapshot_members
   where lead_id in (select lead_id from leads) or person_id = any (%(ids)s) or lower(email_normalized) ~ %(contacts)s)
select lead_id as id from leads
union select member_id from members
union select message_id from app.messages
 where lead_id in (select lead_id from leads) or member_id in (select member_id from members) or lower(email_normalized) ~ %(contacts)s
union select request_id from app.enrichment_requests where entity_id = any (%(ids)s)

-- name: list_tagged_tables
select table_schema, table_name, array_agg(column_name order by column_name) as columns,
       array_agg(column_type order by column_name) as types
  from privacy.personal_columns
 where erased_by not like 'with the %%'
 group by table_schema, table_name order by 1, 2

-- name: erase_tagged
select table_name, column_name, changed from privacy.erase_tagged(%(erasure_id)s, %(schemas)s)

-- name: cancel_messages
select privacy.cancel_messages(%(erasure_id)s) as changed

-- name: close_leads
select privacy.close_leads(%(erasure_id)s) as changed

-- name: list_pages_due
select warc_uri, warc_offset, warc_length from privacy.pages_due order by warc_uri, warc_offset

-- name: delete_page_due
delete from privacy.pages_due where warc_uri = %(warc_uri)s and warc_offset = %(warc_offset)s

-- name: list_mart_tables
-- Tables that dbt owns, with their columns that may hold text, and those that name a person's rows.
select columns.table_schema, columns.table_name,
       array_agg(columns.column_name::text) filter (where columns.data_type in ('text', 'jsonb', 'ARRAY')) as texts,
       array_agg(columns.udt_name::text) filter (where columns.data_type in ('text', 'jsonb', 'ARRAY')) as types,
       array_agg(columns.column_name::text) filter (where columns.udt_name = 'uuid') as ids
  from information_schema.columns
  join information_schema.tables using (table_schema, table_name)
 where tables.table_type = 'BASE TABLE' and (columns.table_schema like 'mart\_%%' or columns.table_schema = 'intermediate')
 group by 1, 2 order by 1, 2

-- name: select_provenance
select jsonb_build_object('record_id', records.record_id, 'source', records.source_key, 'page_or_file', extractions.unit_key,
         'observed_at', extractions.observed_at, 'extractor', extractions.extractor, 'version', extractions.extractor_version,
         'organization_id', records.organization_id) as row
  from raw.person_records as records
  join raw.extractions using (run_on, extraction_id)
 where records.record_id = any (%(ids)s)
 order by extractions.observed_at

-- name: find_organization
select organization_id, slug from identity.organizations where slug = %(slug)s

-- name: close_organization
-- From here on nobody signs in; the rows go when the time of grace is over.
select privacy.shut_organization(%(organization_id)s)

-- name: reopen_organization
select privacy.reopen_organization(%(organization_id)s)

-- name: list_due_closings
select erasure_id from privacy.erasures
 where kind = 'organization' and state in ('requested', 'running') and due_at <= clock_timestamp() order by requested_at

-- name: find_closing
select erasure_id, due_at from privacy.erasures
 where kind = 'organization' and state in ('requested', 'running') and organization_id = %(organization_id)s

-- name: list_stored_files
select storage_name from files.objects where organization_id = %(organization_id)s
union select parts.storage_name from files.upload_parts as parts join files.uploads using (upload_id)
 where uploads.organization_id = %(organization_id)s

-- name: list_logins
select login::text as login from identity.sql_logins where organization_id = %(organization_id)s

-- name: delete_organization
select table_name, changed from privacy.delete_organization(%(organization_id)s)
