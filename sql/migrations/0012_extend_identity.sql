-- How people sign in: passwords, sessions, tokens, second factors, API keys; who joins, changes role and leaves
-- depends: 0011_scope_access

-- migrate: apply

alter table identity.users add column email_confirmed_at timestamptz;

-- Apart from the users, so that no grant on a user reaches a hash.
create table identity.password_credentials (
  user_id uuid primary key references identity.users,
  password_hash text not null check (password_hash like '$argon2id$%'),
  changed_at timestamptz not null default now()
);

create table identity.sessions (
  session_id uuid primary key default gen_random_uuid(),
  user_id uuid not null references identity.users,
  active_organization_id uuid references identity.organizations, -- the one it works in; null: the person has none yet
  authenticated_by text not null check (authenticated_by in ('password', 'totp', 'recovery_code', 'invitation', 'external')),
  device text,
  address inet,
  agent text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in ('signed_out', 'revoked', 'token_reused', 'password_changed', 'member_removed', 'user_deleted')),
  check ((revoked_at is null) = (revoked_reason is null))
);
create index sessions_by_user on identity.sessions (user_id, created_at desc);
create index sessions_by_organization on identity.sessions (active_organization_id);

-- A session's refresh tokens follow one another (RFC 9700 section 4.14.2): one is unspent at a time, and a spent one that
-- comes back revokes the family and the session, for it was stolen before or after it was spent.
create table identity.refresh_families (
  family_id uuid primary key default gen_random_uuid(),
  session_id uuid not null references identity.sessions on delete cascade,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index refresh_families_by_session on identity.refresh_families (session_id);
create unique index refresh_families_one_live on identity.refresh_families (session_id) where revoked_at is null;
create table identity.refresh_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  family_id uuid not null references identity.refresh_families on delete cascade,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  spent_at timestamptz
);
create index refresh_tokens_by_family on identity.refresh_tokens (family_id);
create unique index refresh_tokens_one_unspent on identity.refresh_tokens (family_id) where spent_at is null;

create table identity.one_time_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references identity.users,
  purpose text not null check (purpose in ('password_reset', 'email_confirmation', 'second_factor')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz -- also when a newer one of the purpose takes its place
);
create unique index one_time_tokens_one_open on identity.one_time_tokens (user_id, purpose) where used_at is null;
create index one_time_tokens_by_user on identity.one_time_tokens (user_id);

create table identity.totp_factors (
  factor_id uuid primary key default gen_random_uuid(),
  user_id uuid not null references identity.users,
  secret_sealed bytea not null,
  confirmed_at timestamptz,
  last_used_step bigint, -- RFC 6238 section 5.2: a code is accepted once, and none older than it
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index totp_factors_one_live on identity.totp_factors (user_id) where deleted_at is null;
create index totp_factors_by_user on identity.totp_factors (user_id);
create table identity.recovery_codes (
  factor_id uuid not null references identity.totp_factors on delete cascade,
  code_hash bytea not null check (octet_length(code_hash) = 32),
  used_at timestamptz,
  primary key (factor_id, code_hash)
);

create table identity.external_identities (
  external_identity_id uuid primary key default gen_random_uuid(),
  user_id uuid not null references identity.users,
  provider text not null check (provider ~ '^[a-z0-9_.-]{1,60}$'),
  subject text not null check (length(subject) between 1 and 255), -- the provider's own id: addresses change hands
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  deleted_at timestamptz
);
create unique index external_identities_live_are_unique on identity.external_identities (provider, subject) where deleted_at is null;
create index external_identities_by_user on identity.external_identities (user_id);

create table identity.signing_keys (
  key_id text primary key,
  public_key bytea not null check (octet_length(public_key) = 32), -- Ed25519, RFC 8032
  private_key_sealed bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz -- signs no more; what it has signed holds until it expires
);
create unique index signing_keys_one_signs on identity.signing_keys ((true)) where retired_at is null;

-- Attempts of one subject: an address, a person, who is known by a digest alone.
create table identity.throttles (
  kind text not null check (kind in ('email', 'address', 'factor', 'password_reset')),
  subject_hash bytea not null check (octet_length(subject_hash) = 32),
  attempts integer not null check (attempts >= 0),
  last_attempt_at timestamptz not null,
  blocked_until timestamptz,
  primary key (kind, subject_hash)
);

create function identity.is_time_zone(zone text) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  perform now() at time zone zone;
  return true;
exception when invalid_parameter_value then
  return false;
end $$;

-- Every night's figures are cut by it, of all organizations at once: a wrong one would stop them.
alter table identity.organizations add constraint time_zone_is_known check (identity.is_time_zone(time_zone));

create table identity.user_preferences (
  user_id uuid primary key references identity.users,
  theme text not null default 'system' check (theme in ('light', 'dark', 'system')),
  language text not null default 'en' check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'), -- BCP 47
  time_zone text not null default 'UTC' check (identity.is_time_zone(time_zone)),
  email_notifications jsonb not null default '{}' check (jsonb_typeof(email_notifications) = 'object'
    and not jsonb_path_exists(email_notifications, '$.* ? (@.type() != "boolean")')), -- kind of notification → by mail, too
  other jsonb not null default '{}' check (jsonb_typeof(other) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by uuid
);

create table identity.invitations (
  invitation_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  email_normalized text not null check (email_normalized = lower(email_normalized)),
  role identity.member_role not null,
  client_id uuid,
  team_id uuid,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid not null references identity.users,
  updated_by uuid,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references identity.users,
  revoked_at timestamptz,
  foreign key (organization_id, client_id) references identity.clients (organization_id, client_id),
  foreign key (organization_id, team_id) references identity.teams (organization_id, team_id),
  check ((client_id is not null) = (role = 'client')),
  check (accepted_at is null or revoked_at is null)
);
create unique index invitations_one_open on identity.invitations (organization_id, email_normalized)
  where accepted_at is null and revoked_at is null;
create index invitations_by_organization on identity.invitations (organization_id, created_at desc);
create index invitations_by_client on identity.invitations (organization_id, client_id);
create index invitations_by_team on identity.invitations (organization_id, team_id);
create index invitations_by_inviter on identity.invitations (created_by);
create index invitations_by_accepter on identity.invitations (accepted_by);

create table identity.api_keys (
  api_key_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  user_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  prefix text not null check (prefix ~ '^lh_[A-Za-z0-9]{8}$'), -- by which a person knows it again
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  permissions text[] not null check (array_to_string(permissions, ',') ~ '^[a-z_]+:(read|write|create|update|delete)(,[a-z_]+:(read|write|create|update|delete))*$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  foreign key (organization_id, user_id) references identity.members (organization_id, user_id)
);
create index api_keys_by_member on identity.api_keys (organization_id, user_id);

-- `campaigns:write` is create, update and delete.
create function identity.expand_permissions(permissions text[]) returns table (resource text, action text)
language sql immutable set search_path = '' as $$
  select distinct split_part(permission, ':', 1), each.action
    from unnest(permissions) as permission
   cross join lateral unnest(case split_part(permission, ':', 2) when 'write' then array['create', 'update', 'delete']
                             else array[split_part(permission, ':', 2)] end) as each (action)
$$;

-- What a key may do now, as `resource:action`: what it was given and its owner's role still does.
create function identity.standing_permissions(of_organization uuid, of_user uuid, permissions text[]) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(format('%s:%s', asked.resource, asked.action) order by asked.resource, asked.action), '{}')
    from identity.members as member
   cross join identity.expand_permissions(permissions) as asked
    join identity.role_permissions as given using (resource, action)
   where member.organization_id = of_organization and member.user_id = of_user and member.deleted_at is null
     and given.role = member.role
$$;

create function identity.check_api_key() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  beyond text;
begin
  select string_agg(asked.resource || ':' || asked.action, ', ' order by asked.resource, asked.action) into beyond
    from identity.expand_permissions(new.permissions) as asked
   where asked.resource || ':' || asked.action
         <> all (identity.standing_permissions(new.organization_id, new.user_id, new.permissions));
  if beyond is not null then
    raise exception 'an API key may not do what its owner may not: %', beyond using errcode = 'insufficient_privilege',
      hint = 'Ask for less; `resource:action` names one action, `resource:write` all three that change.';
  end if;
  return new;
end $$;
create trigger api_keys_stay_within_their_owner before insert or update of permissions, user_id, organization_id on identity.api_keys
  for each row execute function identity.check_api_key();

-- Nobody gives, changes or takes a role above the own; super admins are made by super admins alone.
create function identity.require_rank(of_role identity.member_role) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  mine identity.member_role := identity.current_member_role();
begin
  if pg_has_role(session_user, 'leadhouse_app', 'member') then
    return;
  elsif of_role = 'super_admin' and mine is distinct from 'super_admin'
     or not coalesce((select his.rank <= my.rank from identity.roles as his, identity.roles as my
                       where his.role = of_role and my.role = mine), false) then
    raise exception 'role % stands above yours', of_role using errcode = 'insufficient_privilege';
  end if;
end $$;

-- An API key makes nobody who may do more than the key: whoever holds it could be that somebody.
create function identity.require_within_key(of_role identity.member_role) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if identity.claims() ? 'permissions' and exists (
      select from identity.role_permissions as given where given.role = of_role and not identity.may(given.resource, given.action)) then
    raise exception 'an API key gives nobody role %, which may do more than the key', of_role using errcode = 'insufficient_privilege',
      hint = 'Sign in and do it in person.';
  end if;
end $$;

create function identity.check_member_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    perform identity.require_rank(old.role) where old.user_id is distinct from identity.current_user_id();
  end if;
  if tg_op <> 'DELETE' then
    perform identity.require_rank(new.role);
    if new.deleted_at is null then
      perform identity.require_within_key(new.role);
    end if;
    return new;
  end if;
  return old;
end $$;
create trigger members_keep_to_their_rank before insert or update of role, deleted_at or delete on identity.members
  for each row execute function identity.check_member_change();

-- The lock on the organization makes two admins who leave at once take turns.
create function identity.check_admin_is_left() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from identity.organizations where organization_id = old.organization_id and deleted_at is null for update;
  if found and not exists (
      select from identity.members as member join identity.users as person using (user_id)
       where member.organization_id = old.organization_id and member.role in ('organization_admin', 'super_admin')
         and member.deleted_at is null and person.deleted_at is null) then
    raise exception 'the last admin of organization % stays admin', old.organization_id
      using errcode = 'integrity_constraint_violation', hint = 'Make another member an admin first, or close the organization.';
  end if;
  return null;
end $$;
create trigger members_keep_an_admin after update of role, deleted_at or delete on identity.members
  for each row when (old.role in ('organization_admin', 'super_admin') and old.deleted_at is null)
  execute function identity.check_admin_is_left();

-- Spends a refresh token and puts the next in its place. Nothing is raised: what a reuse revokes has to stay revoked.
-- `rotated`, `unknown`, `expired`, `revoked` or `reused`; the family's lock lets one of several at once win.
create function identity.rotate_refresh_token(spent_hash bytea, next_hash bytea, next_expires_at timestamptz, from_address inet,
  from_agent text, out outcome text, out session_id uuid, out user_id uuid, out organization_id uuid)
language plpgsql volatile set search_path = '' as $$
declare
  family identity.refresh_families;
  token identity.refresh_tokens;
  used identity.sessions;
begin
  select every.* into family from identity.refresh_families as every
    join identity.refresh_tokens as known using (family_id) where known.token_hash = spent_hash for update of every;
  if not found then
    outcome := 'unknown';
    return;
  end if;
  select * into strict token from identity.refresh_tokens where token_hash = spent_hash;
  select * into strict used from identity.sessions as session where session.session_id = family.session_id for update;
  session_id := used.session_id;
  user_id := used.user_id;
  organization_id := used.active_organization_id;
  if token.spent_at is not null then
    outcome := 'reused';
    update identity.refresh_families set revoked_at = clock_timestamp() where family_id = family.family_id and revoked_at is null;
    update identity.sessions as session set revoked_at = clock_timestamp(), revoked_reason = 'token_reused'
     where session.session_id = used.session_id and session.revoked_at is null;
  elsif family.revoked_at is not null or used.revoked_at is not null
        or not exists (select from identity.users as person where person.user_id = used.user_id and person.deleted_at is null) then
    outcome := 'revoked';
  elsif least(token.expires_at, used.expires_at) <= clock_timestamp() then
    outcome := 'expired';
  else
    outcome := 'rotated';
    update identity.refresh_tokens set spent_at = clock_timestamp() where token_hash = spent_hash;
    insert into identity.refresh_tokens (token_hash, family_id, expires_at)
      values (next_hash, family.family_id, least(next_expires_at, used.expires_at));
    update identity.sessions as session
       set last_seen_at = clock_timestamp(), address = coalesce(from_address, session.address), agent = coalesce(from_agent, session.agent)
     where session.session_id = used.session_id;
  end if;
end $$;

-- Counts an attempt before it is judged, so that many at once are counted, too; returns the seconds to wait, 0 to go on.
-- After `free` attempts each further one doubles the wait; a day without one forgets them.
create function identity.take_attempt(of_kind text, of_subject bytea, free integer, first_seconds integer, longest_seconds integer)
returns integer
language plpgsql volatile set search_path = '' as $$
declare
  moment timestamptz := clock_timestamp();
begin
  insert into identity.throttles as throttle (kind, subject_hash, attempts, last_attempt_at) values (of_kind, of_subject, 1, moment)
  on conflict (kind, subject_hash) do update
     set attempts = case when throttle.last_attempt_at < moment - interval '1 day' then 1 else throttle.attempts + 1 end,
         last_attempt_at = moment,
         blocked_until = case when throttle.last_attempt_at >= moment - interval '1 day' and throttle.attempts >= free
           then moment + make_interval(secs => least(longest_seconds, first_seconds * 2 ^ least(throttle.attempts - free, 20))) end
   where coalesce(throttle.blocked_until, '-infinity') <= moment;
  if found then
    return 0;
  end if;
  return (select greatest(1, ceil(extract(epoch from throttle.blocked_until - moment)))::integer
            from identity.throttles as throttle where throttle.kind = of_kind and throttle.subject_hash = of_subject);
end $$;

-- What has ended and serves nobody any more; the audit log keeps that it was. Returns the rows removed.
create function identity.purge_sign_ins(ended_before timestamptz) returns bigint
language sql volatile security definer set search_path = '' as $$
  with tokens as (delete from identity.one_time_tokens where least(used_at, expires_at) < ended_before returning 1),
    throttles as (delete from identity.throttles
                   where greatest(last_attempt_at, blocked_until) < least(ended_before, now() - interval '1 day') returning 1),
    sessions as (delete from identity.sessions where least(revoked_at, expires_at) < ended_before returning 1)
  select (select count(*) from tokens) + (select count(*) from throttles) + (select count(*) from sessions)
$$;

-- Whether a notification of this kind goes out by mail, too; yes, where nothing was said.
create function identity.wants_email(of_user uuid, of_kind text) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce((select (preferences.email_notifications ->> of_kind)::boolean
                     from identity.user_preferences as preferences where preferences.user_id = of_user), true)
$$;

do $$
declare
  target regclass;
  routine regprocedure;
begin
  foreach target in array array['identity.password_credentials', 'identity.sessions', 'identity.refresh_families',
      'identity.refresh_tokens', 'identity.one_time_tokens', 'identity.totp_factors', 'identity.recovery_codes',
      'identity.external_identities', 'identity.signing_keys', 'identity.user_preferences', 'identity.api_keys',
      'identity.invitations']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_identity', 'select, insert, update');
  end loop;
  call identity.open_to_component('identity.throttles', 'leadhouse_identity', 'select, insert, update, delete');
  call identity.open_to_component('identity.users', 'leadhouse_identity', 'select, insert');
  foreach target in array array['identity.organizations', 'identity.members', 'identity.roles', 'identity.role_permissions']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_identity', 'select');
  end loop;
  foreach target in array array['identity.user_preferences', 'identity.invitations', 'identity.api_keys']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
  end loop;
  foreach routine in array array['identity.is_time_zone(text)', 'identity.expand_permissions(text[])',
      'identity.standing_permissions(uuid, uuid, text[])', 'identity.check_api_key()', 'identity.check_member_change()',
      'identity.check_admin_is_left()', 'identity.require_rank(identity.member_role)',
      'identity.require_within_key(identity.member_role)',
      'identity.rotate_refresh_token(bytea, bytea, timestamptz, inet, text)',
      'identity.take_attempt(text, bytea, integer, integer, integer)', 'identity.purge_sign_ins(timestamptz)',
      'identity.wants_email(uuid, text)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
-- the columns of the key and the token are granted to nobody, the component reads them to compare
revoke update on identity.api_keys, identity.invitations, identity.external_identities from leadhouse_identity;
revoke insert on identity.api_keys, identity.invitations from leadhouse_identity;
grant update (last_used_at) on identity.api_keys to leadhouse_identity;
grant update (last_used_at, deleted_at) on identity.external_identities to leadhouse_identity;
grant update (email_normalized, full_name, email_confirmed_at, updated_by) on identity.users to leadhouse_identity;
grant execute on function identity.is_time_zone to leadhouse_identity, authenticated;
grant execute on function identity.expand_permissions, identity.standing_permissions to leadhouse_identity;
grant execute on function identity.rotate_refresh_token, identity.take_attempt to leadhouse_identity;
grant execute on function identity.purge_sign_ins to leadhouse_maintenance;
grant execute on function identity.wants_email to leadhouse_identity, leadhouse_jobs, leadhouse_events, leadhouse_delivery;

-- What a person sees and changes of the own account; hashes and sealed secrets have no grant.
call identity.open_to_person('identity.sessions', 'select');
call identity.open_to_person('identity.user_preferences', 'select, insert, update');
call identity.open_to_person('identity.external_identities', 'select');
call identity.open_to_person('identity.totp_factors', 'select');
revoke select on identity.totp_factors from authenticated;
grant select (factor_id, user_id, confirmed_at, created_at, deleted_at) on identity.totp_factors to authenticated;
grant select (email_confirmed_at, deleted_at), update (full_name) on identity.users to authenticated;
create policy "people change their own name" on identity.users for update to authenticated
  using (user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person()))
  with check (user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person()));

grant select (invitation_id, organization_id, email_normalized, role, client_id, team_id, created_at, updated_at, created_by, updated_by,
  expires_at, accepted_at, accepted_by, revoked_at) on identity.invitations to authenticated;
create policy "members who invite read the invitations" on identity.invitations for select to authenticated
  using (organization_id = (select identity.current_organization_id())
         and ((select identity.reaches_all('members', 'create')) or created_by = any ((select identity.reach('members', 'create'))::uuid[])));
grant select (api_key_id, organization_id, user_id, name, prefix, permissions, created_at, updated_at, created_by, updated_by, expires_at,
  last_used_at, revoked_at) on identity.api_keys to authenticated;
call identity.add_scope_policies('identity.api_keys', 'api_keys', '{user_id}', '{select}');

-- migrate: rollback

drop policy "people change their own name" on identity.users;
revoke select (email_confirmed_at, deleted_at), update (full_name) on identity.users from authenticated;
revoke update (email_normalized, full_name, email_confirmed_at, updated_by) on identity.users from leadhouse_identity;
do $$
declare
  target regclass;
begin
  foreach target in array array['identity.users', 'identity.organizations', 'identity.members', 'identity.roles',
      'identity.role_permissions']::regclass[] loop
    execute format('drop policy "leadhouse_identity works across organizations" on %s', target);
    execute format('revoke select, insert on %s from leadhouse_identity', target);
  end loop;
end $$;
drop function identity.wants_email;
drop function identity.purge_sign_ins;
drop function identity.take_attempt;
drop function identity.rotate_refresh_token;
drop trigger members_keep_an_admin on identity.members;
drop function identity.check_admin_is_left;
drop trigger members_keep_to_their_rank on identity.members;
drop function identity.check_member_change;
drop function identity.require_within_key;
drop function identity.require_rank;
drop table identity.api_keys;
drop function identity.check_api_key;
drop function identity.standing_permissions;
drop function identity.expand_permissions;
drop table identity.invitations;
drop table identity.user_preferences;
alter table identity.organizations drop constraint time_zone_is_known;
drop function identity.is_time_zone;
drop table identity.throttles;
drop table identity.signing_keys;
drop table identity.external_identities;
drop table identity.recovery_codes;
drop table identity.totp_factors;
drop table identity.one_time_tokens;
drop table identity.refresh_tokens;
drop table identity.refresh_families;
drop table identity.sessions;
drop table identity.password_credentials;
alter table identity.users drop column email_confirmed_at;
