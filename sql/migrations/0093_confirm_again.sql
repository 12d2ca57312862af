-- Who lost the mail that confirms an address asks for another; how often is counted apart from forgotten passwords
-- depends: 0091_count_small_amounts

-- migrate: apply

alter table identity.throttles drop constraint throttles_kind_check,
  add constraint throttles_kind_check check (kind in ('email', 'address', 'factor', 'password_reset', 'email_confirmation'));

-- migrate: rollback

delete from identity.throttles where kind = 'email_confirmation';
alter table identity.throttles drop constraint throttles_kind_check,
  add constraint throttles_kind_check check (kind in ('email', 'address', 'factor', 'password_reset'));
