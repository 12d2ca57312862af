-- Keys go with their subject by one statement, not by a foreign key whose check cost half of what writing a key does
-- depends: 0099_grant_by_period

-- migrate: apply

-- A subject's keys are written right after the subject, by the one component that writes either: the check that the subject is
-- there, once for each of the six keys of a record, took as much as the row and its two indexes.
alter table resolution.subject_keys drop constraint subject_keys_subject_id_fkey;

create function resolution.delete_keys_of_subjects() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from resolution.subject_keys using gone where subject_keys.subject_id = gone.subject_id;
  return null;
end $$;
alter function resolution.delete_keys_of_subjects owner to leadhouse_owner;
revoke execute on function resolution.delete_keys_of_subjects from public;
create trigger keys_go_with_subjects after delete on resolution.subjects
  referencing old table as gone for each statement execute function resolution.delete_keys_of_subjects();

-- migrate: rollback

drop trigger keys_go_with_subjects on resolution.subjects;
drop function resolution.delete_keys_of_subjects;
delete from resolution.subject_keys where subject_id not in (select subject_id from resolution.subjects);
alter table resolution.subject_keys
  add constraint subject_keys_subject_id_fkey foreign key (subject_id) references resolution.subjects on delete cascade;
