-- Two more keys: a company's name with its place, a person's name with that of the company and its place
-- depends: 0077_keep_imported_files

-- migrate: apply

alter table resolution.subject_keys drop constraint subject_keys_key_kind_check;
alter table resolution.subject_keys add constraint subject_keys_key_kind_check
  check (key_kind in ('domain', 'vat_id', 'email', 'phone_name', 'name_company', 'social_url', 'block', 'name_place', 'name_employer'));

-- migrate: rollback

delete from resolution.subject_keys where key_kind in ('name_place', 'name_employer');
alter table resolution.subject_keys drop constraint subject_keys_key_kind_check;
alter table resolution.subject_keys add constraint subject_keys_key_kind_check
  check (key_kind in ('domain', 'vat_id', 'email', 'phone_name', 'name_company', 'social_url', 'block'));
