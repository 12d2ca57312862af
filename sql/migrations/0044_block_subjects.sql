-- Blocks: keys of a subject by which the match model finds whom to compare it with; they join nothing by themselves
-- depends: 0042_index_step_outcomes

-- migrate: apply

alter table resolution.subject_keys drop constraint subject_keys_key_kind_check;
alter table resolution.subject_keys add constraint subject_keys_key_kind_check
  check (key_kind in ('domain', 'vat_id', 'email', 'phone_name', 'name_company', 'social_url', 'block'));
alter table resolution.subject_keys add constraint subject_keys_block_joins_nothing check (key_kind <> 'block' or not is_joining);

-- migrate: rollback

delete from resolution.subject_keys where key_kind = 'block';
alter table resolution.subject_keys drop constraint subject_keys_block_joins_nothing;
alter table resolution.subject_keys drop constraint subject_keys_key_kind_check;
alter table resolution.subject_keys add constraint subject_keys_key_kind_check
  check (key_kind in ('domain', 'vat_id', 'email', 'phone_name', 'name_company', 'social_url'));
