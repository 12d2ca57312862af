-- A landed row writes half as many entries of indexes: nine in place of eighteen for an imported company with its person
-- depends: 0086_hold_overtaken_messages

-- migrate: apply

-- What is found by its id alone is found by its id within a day, too: one key led by the id serves both.
alter table raw.applications drop constraint applications_run_on_extraction_id_fkey;
alter table raw.extractions drop constraint extractions_pkey, add primary key (extraction_id, run_on);
drop index raw.extractions_by_id;
-- The units of a landing are those that it applied something to.
drop index raw.extractions_by_landing;
-- Which of a unit's statements is meant is told by its hash, and which one holds by raw.applications.
drop index raw.extractions_by_unit;
create index extractions_by_unit on raw.extractions (unit_id);

-- The newest one of a unit is read from the key backwards, without the table.
alter table raw.applications drop constraint applications_pkey,
  add primary key (unit_id, observed_at, extraction_id) include (applied_at, run_on);
drop index raw.applications_newest;
drop index raw.applications_by_extraction;
create index applications_by_extraction on raw.applications (extraction_id, run_on);
alter table raw.applications add foreign key (run_on, extraction_id) references raw.extractions (run_on, extraction_id);

-- A record is one of an extraction, and its id is made of that and of the record's key: the same record twice in one extraction has
-- the same id. So this key holds what the hashes held, and is what staging and resolution join on.
alter table raw.company_records drop constraint company_records_pkey, add primary key (extraction_id, record_id, run_on);
drop index raw.company_records_by_extraction;
drop index raw.company_records_by_landing;
alter table raw.person_records drop constraint person_records_pkey, add primary key (extraction_id, record_id, run_on);
drop index raw.person_records_by_extraction;
-- Asked for by landing are the answers of providers alone: those who paid are told what they got.
drop index raw.person_records_by_landing;
create index person_records_of_providers on raw.person_records (landing_id) where source_key like 'provider/%';
do $$
declare
  found record;
begin
  for found in select conrelid::regclass as target, conname from pg_constraint where contype = 'u' and conparentid = 0
                and conrelid in ('raw.company_records'::regclass, 'raw.person_records'::regclass) loop
    execute format('alter table %s drop constraint %I', found.target, found.conname);
  end loop;
end $$;

-- migrate: rollback

alter table raw.applications drop constraint applications_run_on_extraction_id_fkey;
alter table raw.person_records add unique (run_on, extraction_id, source_key, content_hash);
alter table raw.company_records add unique (run_on, extraction_id, source_key, content_hash);
drop index raw.person_records_of_providers;
create index person_records_by_landing on raw.person_records (landing_id);
create index person_records_by_extraction on raw.person_records (extraction_id);
alter table raw.person_records drop constraint person_records_pkey, add primary key (run_on, record_id);
create index company_records_by_landing on raw.company_records (landing_id);
create index company_records_by_extraction on raw.company_records (extraction_id);
alter table raw.company_records drop constraint company_records_pkey, add primary key (run_on, record_id);
drop index raw.applications_by_extraction;
create index applications_by_extraction on raw.applications (run_on, extraction_id);
create index applications_newest on raw.applications (unit_id, observed_at desc, applied_at desc) include (extraction_id, run_on);
alter table raw.applications drop constraint applications_pkey, add primary key (unit_id, extraction_id, observed_at);
drop index raw.extractions_by_unit;
create index extractions_by_unit on raw.extractions (unit_id, observed_at desc);
create index extractions_by_landing on raw.extractions (landing_id);
create index extractions_by_id on raw.extractions (extraction_id);
alter table raw.extractions drop constraint extractions_pkey, add primary key (run_on, extraction_id);
alter table raw.applications add foreign key (run_on, extraction_id) references raw.extractions (run_on, extraction_id);
