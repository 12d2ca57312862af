-- Data keys and secrets. No statement here takes or gives a plain value: Python seals before and opens after.

-- name: hold_active_key
-- A rotation waits for who seals, and who seals for a rotation (`hold_rotation`); a statement of its own, so that the next
-- one sees what the holder before it committed.
select pg_advisory_xact_lock_shared(hashtextextended(coalesce(%(organization_id)s::text, 'platform'), 14));

-- name: hold_rotation
select pg_advisory_xact_lock(hashtextextended(coalesce(%(organization_id)s::text, 'platform'), 14));

-- name: find_active_key
select data_key_id, organization_id, version, master_key_id, wrapped_key
  from credentials.data_keys
 where organization_id is not distinct from %(organization_id)s::uuid and retired_at is null;

-- name: find_data_key
select data_key_id, organization_id, version, master_key_id, wrapped_key
  from credentials.data_keys
 where organization_id is not distinct from %(organization_id)s::uuid and data_key_id = %(data_key_id)s;

-- name: insert_data_key
insert into credentials.data_keys (data_key_id, organization_id, version, master_key_id, wrapped_key)
values (%(data_key_id)s, %(organization_id)s, %(version)s, %(master_key_id)s, %(wrapped_key)s)
on conflict do nothing;

-- name: retire_data_key
update credentials.data_keys set retired_at = clock_timestamp() where data_key_id = %(data_key_id)s;

-- name: find_last_version
select coalesce(max(version), 0) as version from credentials.data_keys
 where organization_id is not distinct from %(organization_id)s::uuid;

-- name: lock_foreign_keys
-- Some data keys that another master key than the current one wraps.
select data_key_id, organization_id, version, master_key_id, wrapped_key
  from credentials.data_keys
 where master_key_id <> %(master_key_id)s
 order by data_key_id limit %(batch)s
   for update;

-- name: update_wrapping
update credentials.data_keys set master_key_id = %(master_key_id)s, wrapped_key = %(wrapped_key)s
 where data_key_id = %(data_key_id)s;

-- name: lock_secret
-- One writer of a name at a time, also while no row of it exists.
select pg_advisory_xact_lock(hashtextextended(
  concat_ws(chr(31), coalesce(%(organization_id)s::text, ''), coalesce(%(user_id)s::text, ''), %(name)s::text), 15));

-- name: find_secret
-- The live secret with the key that seals it, in one statement: a rotation never shows one without the other.
select secret.secret_id, secret.organization_id, secret.user_id, secret.name, secret.kind, secret.ciphertext,
       secret.expires_at, secret.expires_at <= clock_timestamp() as has_expired,
       key.data_key_id, key.version, key.master_key_id, key.wrapped_key
  from credentials.secrets as secret
  join credentials.data_keys as key on key.data_key_id = secret.data_key_id
 where secret.organization_id is not distinct from %(organization_id)s::uuid
   and secret.user_id is not distinct from %(user_id)s::uuid and secret.name = %(name)s and secret.deleted_at is null;

-- name: find_secret_by_id
select secret.secret_id, secret.organization_id, secret.user_id, secret.name, secret.kind, secret.ciphertext,
       secret.expires_at, secret.expires_at <= clock_timestamp() as has_expired,
       key.data_key_id, key.version, key.master_key_id, key.wrapped_key
  from credentials.secrets as secret
  join credentials.data_keys as key on key.data_key_id = secret.data_key_id
 where secret.organization_id is not distinct from %(organization_id)s::uuid
   and secret.secret_id = %(secret_id)s and secret.deleted_at is null;

-- name: mark_used
-- Once a minute at most: a busy reader is no writer.
update credentials.secrets set last_used_at = clock_timestamp()
 where secret_id = %(secret_id)s
   and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute');

-- name: insert_secret
insert into credentials.secrets (secret_id, organization_id, user_id, name, kind, ciphertext, data_key_id, expires_at)
values (%(secret_id)s, %(organization_id)s, %(user_id)s, %(name)s, %(kind)s, %(ciphertext)s, %(data_key_id)s, %(expires_at)s);

-- name: update_secret
update credentials.secrets
   set kind = %(kind)s, ciphertext = %(ciphertext)s, data_key_id = %(data_key_id)s, expires_at = %(expires_at)s,
       last_used_at = null
 where secret_id = %(secret_id)s;

-- name: delete_secret
-- The ciphertext goes with it: what nobody may use again, nobody keeps.
update credentials.secrets set deleted_at = clock_timestamp(), ciphertext = null, data_key_id = null
 where organization_id is not distinct from %(organization_id)s::uuid
   and user_id is not distinct from %(user_id)s::uuid and name = %(name)s and deleted_at is null
returning secret_id;

-- name: list_secrets
-- Metadata alone; under a member's role the policies choose the rows.
select secret_id, organization_id, user_id, name, kind, last_used_at, expires_at, created_at, updated_at
  from credentials.secrets
 where organization_id is not distinct from %(organization_id)s::uuid and deleted_at is null
 order by user_id nulls first, name;

-- name: lock_outdated_secrets
-- Secrets that an older key seals; a writer that holds one is waited for.
select secret_id, organization_id, user_id, name, ciphertext, data_key_id
  from credentials.secrets
 where organization_id is not distinct from %(organization_id)s::uuid and data_key_id <> %(data_key_id)s
 order by secret_id limit %(batch)s
   for update;

-- name: update_ciphertext
update credentials.secrets set ciphertext = %(ciphertext)s, data_key_id = %(data_key_id)s where secret_id = %(secret_id)s;

-- name: require_reach
-- Raises insufficient_privilege unless the caller may do `action` to a secret of that organization or person.
select credentials.require_reach(%(organization_id)s, %(user_id)s, %(action)s);

-- name: find_member
select member.user_id from identity.members as member join identity.users as person using (user_id)
 where member.organization_id = %(organization_id)s and member.deleted_at is null
   and person.email_normalized = lower(%(email)s) and person.deleted_at is null;
