-- Signing in, joining, leaving, and the audit log. `get_…` and `list_…` of a member's own run as the caller, under policies.

-- name: set_request
-- What the audit log says of the request, until the transaction ends.
select set_config('leadhouse.request', %(request)s, true);

-- name: record_act
select identity.record_act(%(verb)s, %(resource)s, %(resource_id)s, %(outcome)s, %(details)s, %(organization_id)s, %(user_id)s) as audit_id;

-- name: list_acts
-- Newest first; the last row's (occurred_at, audit_id) asks for the next page.
select occurred_at, audit_id, verb, resource, resource_id, outcome, actor_user_id, api_key_id, component, session_id,
       host(address) as address, agent, details, change
  from identity.audit_log
 where (%(resource)s::text is null or resource = %(resource)s)
   and (%(resource_id)s::text is null or resource_id = %(resource_id)s)
   and (%(user_id)s::uuid is null or actor_user_id = %(user_id)s)
   and (%(verb)s::text is null or verb = %(verb)s)
   and (%(since)s::timestamptz is null or occurred_at >= %(since)s)
   and (%(before_time)s::timestamptz is null or (occurred_at, audit_id) < (%(before_time)s, %(before_id)s))
 order by occurred_at desc, audit_id desc
 limit %(limit)s;

-- name: take_attempt
select identity.take_attempt(%(kind)s, %(subject)s, %(free)s, %(first_seconds)s, %(longest_seconds)s) as seconds;

-- name: find_attempt
select last_attempt_at from identity.throttles where kind = %(kind)s and subject_hash = %(subject)s;

-- name: forget_attempts
delete from identity.throttles where kind = %(kind)s and subject_hash = %(subject)s;

-- name: return_attempt
-- A success gives back the one attempt that it took; a wait that stands since a later one is not its own.
update identity.throttles
   set attempts = greatest(0, attempts - 1), blocked_until = case when last_attempt_at > %(taken_at)s then blocked_until end
 where kind = %(kind)s and subject_hash = %(subject)s;

-- name: get_candidate
-- Always one row: the columns of an address that nobody has are null, and the same work follows.
select person.user_id, credential.password_hash, factor.factor_id,
       (select member.organization_id
          from identity.members as member
          join identity.organizations as organization
               on organization.organization_id = member.organization_id and organization.deleted_at is null
          left join identity.sessions as former
               on former.user_id = member.user_id and former.active_organization_id = member.organization_id
         where member.user_id = person.user_id and member.deleted_at is null
         order by former.created_at desc nulls last, member.created_at, member.organization_id
         limit 1) as organization_id
  from (select %(email)s::text as email_normalized) as asked
  left join identity.users as person on person.email_normalized = asked.email_normalized and person.deleted_at is null
  left join identity.password_credentials as credential on credential.user_id = person.user_id
  left join identity.totp_factors as factor
       on factor.user_id = person.user_id and factor.deleted_at is null and factor.confirmed_at is not null;

-- name: get_user
select user_id, email_normalized, full_name, email_confirmed_at from identity.users
 where user_id = %(user_id)s and deleted_at is null;

-- name: can_work_in
-- Members of a live organization; a super admin in every one.
select exists (
  select from identity.organizations as organization
    join identity.members as member on member.user_id = %(user_id)s and member.deleted_at is null
         and (member.organization_id = organization.organization_id or member.role = 'super_admin')
   where organization.organization_id = %(organization_id)s and organization.deleted_at is null) as may;

-- name: insert_user
insert into identity.users (email_normalized, full_name) values (%(email)s, %(full_name)s) returning user_id;

-- name: create_organization
select identity.create_organization(%(user_id)s, %(slug)s, %(name)s) as organization_id;

-- name: prove_address
select identity.prove_address(%(user_id)s, %(session_id)s) as is_first;

-- name: get_password_hash
select credential.password_hash, person.email_normalized from identity.password_credentials as credential
  join identity.users as person using (user_id)
 where credential.user_id = %(user_id)s and person.deleted_at is null;

-- name: put_password_hash
insert into identity.password_credentials (user_id, password_hash) values (%(user_id)s, %(password_hash)s)
on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now();

-- name: rehash_password
-- The same password under today's parameters, unless it was changed meanwhile.
update identity.password_credentials set password_hash = %(password_hash)s
 where user_id = %(user_id)s and password_hash = %(former_hash)s;

-- name: hold_user
select user_id from identity.users where user_id = %(user_id)s and deleted_at is null for no key update;

-- name: insert_session
insert into identity.sessions (user_id, active_organization_id, authenticated_by, device, address, agent, expires_at)
values (%(user_id)s, %(organization_id)s, %(authenticated_by)s, %(device)s, %(address)s, %(agent)s, %(expires_at)s)
returning session_id;

-- name: insert_family
with family as (
  insert into identity.refresh_families (session_id) values (%(session_id)s) returning family_id)
insert into identity.refresh_tokens (token_hash, family_id, expires_at)
select %(token_hash)s, family_id, %(expires_at)s from family;

-- name: rotate_token
select * from identity.rotate_refresh_token(%(spent_hash)s, %(next_hash)s, %(expires_at)s, %(address)s, %(agent)s);

-- name: end_session
with ended as (
  update identity.sessions set revoked_at = clock_timestamp(), revoked_reason = %(reason)s
   where session_id = %(session_id)s and user_id = %(user_id)s and revoked_at is null
  returning session_id, active_organization_id),
families as (
  update identity.refresh_families set revoked_at = clock_timestamp()
   where session_id in (select session_id from ended) and revoked_at is null)
select active_organization_id as organization_id from ended;

-- name: end_sessions
select identity.end_sessions(%(user_id)s, %(reason)s, null, %(except_session)s) as ended;

-- name: touch_session
-- No row when the session has ended; its last sight is written once a minute.
with live as (
  select session.session_id, session.last_seen_at from identity.sessions as session
    join identity.users as person on person.user_id = session.user_id and person.deleted_at is null
   where session.session_id = %(session_id)s and session.revoked_at is null and session.expires_at > now()),
seen as (
  update identity.sessions set last_seen_at = now()
   where session_id in (select session_id from live where last_seen_at < now() - interval '1 minute'))
select session_id from live;

-- name: switch_organization
update identity.sessions set active_organization_id = %(organization_id)s
 where session_id = %(session_id)s and user_id = %(user_id)s and revoked_at is null and expires_at > now()
returning session_id;

-- name: list_sessions
select session_id, active_organization_id as organization_id, authenticated_by, device, host(address) as address, agent,
       created_at, last_seen_at, expires_at
  from identity.sessions
 where user_id = identity.current_user_id() and revoked_at is null and expires_at > now()
 order by last_seen_at desc;

-- name: revoke_session
select identity.revoke_session(%(session_id)s) as done;

-- name: close_one_time_tokens
update identity.one_time_tokens set used_at = now()
 where user_id = %(user_id)s and purpose = %(purpose)s and used_at is null;

-- name: insert_one_time_token
insert into identity.one_time_tokens (token_hash, user_id, purpose, expires_at)
values (%(token_hash)s, %(user_id)s, %(purpose)s, %(expires_at)s);

-- name: get_one_time_token
select token.user_id from identity.one_time_tokens as token join identity.users as person using (user_id)
 where token.token_hash = %(token_hash)s and token.purpose = %(purpose)s and token.used_at is null
   and token.expires_at > clock_timestamp() and person.deleted_at is null;

-- name: spend_one_time_token
update identity.one_time_tokens as token set used_at = clock_timestamp()
  from identity.users as person
 where token.token_hash = %(token_hash)s and token.purpose = %(purpose)s and token.used_at is null
   and token.expires_at > clock_timestamp() and person.user_id = token.user_id and person.deleted_at is null
returning token.user_id;

-- name: get_live_factor
select factor_id, secret_sealed, confirmed_at from identity.totp_factors where user_id = %(user_id)s and deleted_at is null;

-- name: delete_factor
update identity.totp_factors set deleted_at = now() where user_id = %(user_id)s and deleted_at is null returning factor_id;

-- name: insert_factor
insert into identity.totp_factors (user_id, secret_sealed) values (%(user_id)s, %(secret_sealed)s) returning factor_id;

-- name: use_factor_step
-- No row when this code or a later one was used already.
update identity.totp_factors set last_used_step = %(step)s
 where factor_id = %(factor_id)s and deleted_at is null and coalesce(last_used_step, -1) < %(step)s
returning factor_id;

-- name: confirm_factor
-- With the recovery codes in one transaction: a factor without them locks its person out with the first lost device.
update identity.totp_factors set confirmed_at = now()
 where factor_id = %(factor_id)s and deleted_at is null and confirmed_at is null
returning factor_id;

-- name: insert_recovery_codes
insert into identity.recovery_codes (factor_id, code_hash) select %(factor_id)s, unnest(%(code_hashes)s::bytea[]);

-- name: use_recovery_code
update identity.recovery_codes set used_at = clock_timestamp()
 where factor_id = %(factor_id)s and code_hash = %(code_hash)s and used_at is null
returning factor_id;

-- name: count_recovery_codes
select count(*) filter (where code.used_at is null) as unused
  from identity.totp_factors as factor join identity.recovery_codes as code using (factor_id)
 where factor.user_id = %(user_id)s and factor.deleted_at is null;

-- name: link_external_identity
insert into identity.external_identities (user_id, provider, subject) values (%(user_id)s, %(provider)s, %(subject)s)
returning external_identity_id;

-- name: find_external_identity
update identity.external_identities as known set last_used_at = now()
  from identity.users as person
 where known.provider = %(provider)s and known.subject = %(subject)s and known.deleted_at is null
   and person.user_id = known.user_id and person.deleted_at is null
returning known.user_id;

-- name: unlink_external_identity
update identity.external_identities set deleted_at = now()
 where external_identity_id = %(external_identity_id)s and user_id = %(user_id)s and deleted_at is null
returning external_identity_id;

-- name: unlink_external_identities
update identity.external_identities set deleted_at = now() where user_id = %(user_id)s and deleted_at is null;

-- name: list_external_identities
select external_identity_id, provider, created_at, last_used_at from identity.external_identities
 where user_id = identity.current_user_id() and deleted_at is null order by provider, created_at;

-- name: get_active_signing_key
select key_id, private_key_sealed from identity.signing_keys where retired_at is null;

-- name: retire_signing_keys
update identity.signing_keys set retired_at = clock_timestamp() where retired_at is null;

-- name: insert_signing_key
insert into identity.signing_keys (key_id, public_key, private_key_sealed) values (%(key_id)s, %(public_key)s, %(private_key_sealed)s);

-- name: hold_signing_keys
select pg_advisory_xact_lock(hashtext('identity.signing_keys'));

-- name: list_public_keys
select key_id, public_key from identity.signing_keys
 where retired_at is null or retired_at > now() - make_interval(secs => %(seconds)s);

-- name: invite_member
select identity.invite_member(%(email)s, %(role)s, %(token_hash)s, %(expires_at)s, %(client_id)s, %(team_id)s) as invitation_id;

-- name: list_invitations
select invitation_id, email_normalized, role, client_id, team_id, created_by, created_at, expires_at
  from identity.invitations
 where organization_id = identity.current_organization_id() and accepted_at is null and revoked_at is null
 order by created_at desc;

-- name: revoke_invitation
select identity.revoke_invitation(%(invitation_id)s) as done;

-- name: get_invited_email
-- Whom an invitation was sent to, while it is open.
select email_normalized from identity.invitations
 where token_hash = %(token_hash)s and accepted_at is null and revoked_at is null and expires_at > clock_timestamp();

-- name: accept_invitation
select * from identity.accept_invitation(%(token_hash)s, %(user_id)s);

-- name: list_members
select member.user_id, person.email_normalized, person.full_name, member.role, member.client_id, member.created_at, member.deleted_at
  from identity.members as member join identity.users as person using (user_id)
 where member.organization_id = (select identity.current_organization_id()) and (%(with_removed)s or member.deleted_at is null)
 order by person.email_normalized;

-- name: change_member_role
select identity.change_member_role(%(user_id)s, %(role)s, %(client_id)s) as done;

-- name: remove_member
select identity.remove_member(%(user_id)s) as done;

-- name: restore_member
select identity.restore_member(%(user_id)s) as done;

-- name: leave_organization
select identity.leave_organization() as done;

-- name: export_account
select identity.export_account(%(user_id)s, %(at_most)s) as sections;

-- name: delete_user
select identity.delete_user(%(user_id)s) as done;

-- name: restore_user
select identity.restore_user(%(user_id)s) as done;

-- name: make_super_admin
insert into identity.members as member (organization_id, user_id, role)
select organization.organization_id, person.user_id, 'super_admin'
  from identity.users as person
  join identity.organizations as organization on organization.slug = %(slug)s and organization.deleted_at is null
 where person.email_normalized = %(email)s and person.deleted_at is null
on conflict on constraint members_pkey do update set role = 'super_admin', client_id = null, deleted_at = null
returning user_id;

-- name: rename_person
update identity.users set full_name = %(full_name)s where user_id = identity.current_user_id() and deleted_at is null returning user_id;

-- name: create_team
insert into identity.teams (organization_id, name) values (identity.current_organization_id(), %(name)s) returning team_id;

-- name: rename_team
update identity.teams set name = %(name)s where team_id = %(team_id)s and deleted_at is null returning team_id;

-- name: delete_team
update identity.teams set deleted_at = now() where team_id = %(team_id)s and deleted_at is null returning team_id;

-- name: restore_team
update identity.teams set deleted_at = null where team_id = %(team_id)s and deleted_at > now() - interval '30 days' returning team_id;

-- name: list_teams
select team.team_id, team.name, team.created_at,
       array(select mate.user_id from identity.team_members as mate
              where mate.organization_id = team.organization_id and mate.team_id = team.team_id order by mate.created_at, mate.user_id) as user_ids
  from identity.teams as team
 where team.organization_id = (select identity.current_organization_id()) and team.deleted_at is null
 order by lower(team.name);

-- name: add_team_member
-- Only live members of the organization, only live teams.
insert into identity.team_members (organization_id, team_id, user_id)
select team.organization_id, team.team_id, member.user_id
  from identity.teams as team
  join identity.members as member on member.organization_id = team.organization_id and member.deleted_at is null
 where team.team_id = %(team_id)s and team.deleted_at is null and member.user_id = %(user_id)s
on conflict do nothing
returning user_id;

-- name: remove_team_member
delete from identity.team_members where team_id = %(team_id)s and user_id = %(user_id)s returning user_id;

-- name: create_client
insert into identity.clients (organization_id, name) values (identity.current_organization_id(), %(name)s) returning client_id;

-- name: rename_client
update identity.clients set name = %(name)s where client_id = %(client_id)s and deleted_at is null returning client_id;

-- name: delete_client
update identity.clients set deleted_at = now() where client_id = %(client_id)s and deleted_at is null returning client_id;

-- name: restore_client
update identity.clients set deleted_at = null where client_id = %(client_id)s and deleted_at > now() - interval '30 days'
returning client_id;

-- name: list_clients
select client_id, name, created_at from identity.clients
 where organization_id = identity.current_organization_id() and deleted_at is null order by lower(name);

-- name: get_preferences
select theme, language, time_zone, email_notifications, other from identity.user_preferences
 where user_id = identity.current_user_id();

-- name: put_preferences
-- What is null stays as it is.
insert into identity.user_preferences as mine (user_id, theme, language, time_zone, email_notifications, other)
values (identity.current_user_id(), coalesce(%(theme)s, 'system'), coalesce(%(language)s, 'en'), coalesce(%(time_zone)s, 'UTC'),
        coalesce(%(email_notifications)s::jsonb, '{}'), coalesce(%(other)s::jsonb, '{}'))
on conflict (user_id) do update
   set theme = coalesce(%(theme)s, mine.theme), language = coalesce(%(language)s, mine.language),
       time_zone = coalesce(%(time_zone)s, mine.time_zone),
       email_notifications = mine.email_notifications || coalesce(%(email_notifications)s::jsonb, '{}'),
       other = mine.other || coalesce(%(other)s::jsonb, '{}')
returning theme, language, time_zone, email_notifications, other;

-- name: wants_email
select identity.wants_email(%(user_id)s, %(kind)s) as wants;

-- name: create_api_key
select identity.create_api_key(%(name)s, %(prefix)s, %(key_hash)s, %(permissions)s, %(expires_at)s) as api_key_id;

-- name: list_api_keys
select api_key_id, user_id, name, prefix, permissions, created_at, expires_at, last_used_at, revoked_at from identity.api_keys
 where organization_id = identity.current_organization_id() order by created_at desc, api_key_id;

-- name: revoke_api_key
select identity.revoke_api_key(%(api_key_id)s) as done;

-- name: find_api_key
-- What the key may do now: what it was given and its owner still may.
select key.api_key_id, key.user_id, key.organization_id, key.last_used_at,
       identity.standing_permissions(key.organization_id, key.user_id, key.permissions) as permissions,
       case when key.revoked_at is not null then 'revoked' when key.expires_at <= now() then 'expired'
            when person.deleted_at is not null or member.deleted_at is not null or organization.deleted_at is not null then 'owner_gone'
            else 'live' end as standing
  from identity.api_keys as key
  join identity.members as member on member.organization_id = key.organization_id and member.user_id = key.user_id
  join identity.users as person on person.user_id = key.user_id
  join identity.organizations as organization on organization.organization_id = key.organization_id
 where key.key_hash = %(key_hash)s;

-- name: touch_api_key
update identity.api_keys set last_used_at = now()
 where api_key_id = %(api_key_id)s and (last_used_at is null or last_used_at < now() - interval '1 minute');
