-- Joining, changing roles and leaving; API keys made, used and revoked
-- depends: 0024_create_quotas

-- migrate: apply

-- Revokes what a person is signed in with: everywhere, in one organization, or everywhere but in one session.
create function identity.end_sessions(of_user uuid, reason text, of_organization uuid default null, except_session uuid default null)
returns integer
language sql volatile security definer set search_path = '' as $$
  with ended as (
    update identity.sessions as session set revoked_at = clock_timestamp(), revoked_reason = reason
     where session.user_id = of_user and session.revoked_at is null and session.session_id is distinct from except_session
       and (of_organization is null or session.active_organization_id = of_organization)
    returning session.session_id),
  families as (
    update identity.refresh_families as family set revoked_at = clock_timestamp()
     where family.revoked_at is null
       and family.session_id in (select session.session_id from identity.sessions as session
                                  where session.user_id = of_user and session.session_id is distinct from except_session
                                    and (of_organization is null or session.active_organization_id = of_organization)))
  select count(*)::integer from ended
$$;

-- A person ends one of the own sessions.
create function identity.revoke_session(of_session uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not identity.is_signed_in_person() then
    raise exception 'sessions are ended by the person they belong to' using errcode = 'insufficient_privilege';
  end if;
  update identity.sessions as session set revoked_at = clock_timestamp(), revoked_reason = 'revoked'
   where session.session_id = of_session and session.user_id = identity.current_user_id() and session.revoked_at is null;
  if not found then
    return false;
  end if;
  update identity.refresh_families set revoked_at = clock_timestamp() where session_id = of_session and revoked_at is null;
  return true;
end $$;

-- An organization with its first admin. The sign-up calls it; members never become one by themselves.
create function identity.create_organization(of_user uuid, of_slug text, of_name text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
begin
  insert into identity.organizations (slug, name, created_by) values (of_slug, of_name, of_user) returning organization_id into made;
  insert into identity.members (organization_id, user_id, role, created_by) values (made, of_user, 'organization_admin', of_user);
  return made;
end $$;

-- Whether somebody may (still) bring a member of this role into an organization.
create function identity.can_grant_role(of_organization uuid, of_user uuid, of_role identity.member_role) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from identity.members as inviter
      join identity.users as person on person.user_id = inviter.user_id and person.deleted_at is null
      join identity.roles as his on his.role = inviter.role
      join identity.roles as given on given.role = of_role
     where inviter.user_id = of_user and inviter.deleted_at is null
       and (inviter.organization_id = of_organization or inviter.role = 'super_admin')
       and given.rank <= his.rank and (of_role <> 'super_admin' or inviter.role = 'super_admin')
       and exists (select from identity.role_permissions as permission
                    where permission.role = inviter.role and permission.resource = 'members' and permission.action = 'create'))
$$;

-- The open invitation of an address is replaced by a newer one.
create function identity.invite_member(of_email text, of_role identity.member_role, of_token_hash bytea, valid_until timestamptz,
  of_client uuid default null, of_team uuid default null) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  mine uuid := identity.current_organization_id();
  made uuid;
begin
  if mine is null then
    raise exception 'members are invited by a member' using errcode = 'insufficient_privilege';
  end if;
  perform identity.require('members', 'create');
  perform identity.require_rank(of_role);
  perform identity.require_within_key(of_role);
  if exists (select from identity.members as member join identity.users as person using (user_id)
              where member.organization_id = mine and person.email_normalized = of_email
                and member.deleted_at is null and person.deleted_at is null) then
    raise exception 'this address belongs to a member already' using errcode = 'unique_violation',
      hint = 'Change the role of the member instead.';
  end if;
  update identity.invitations set revoked_at = clock_timestamp()
   where organization_id = mine and email_normalized = of_email and accepted_at is null and revoked_at is null;
  insert into identity.invitations (organization_id, email_normalized, role, client_id, team_id, token_hash, created_by, expires_at)
  values (mine, of_email, of_role, of_client, of_team, of_token_hash, identity.current_user_id(), valid_until)
  returning invitation_id into made;
  return made;
end $$;

create function identity.revoke_invitation(of_invitation uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require('members', 'create');
  update identity.invitations set revoked_at = clock_timestamp()
   where invitation_id = of_invitation and organization_id = identity.current_organization_id()
     and accepted_at is null and revoked_at is null
     and (identity.reaches_all('members', 'create') or created_by = any (identity.reach('members', 'create')));
  return found;
end $$;

-- `accepted`, `unknown`, `revoked`, `spent`, `expired`, `other_address`, or `not_granted` when the inviter may no more. Two at
-- once take turns on the invitation. A member who had left comes back; a live member's role stays.
create function identity.accept_invitation(of_token_hash bytea, of_user uuid, out outcome text, out organization_id uuid,
  out role identity.member_role)
language plpgsql volatile security definer set search_path = '' as $$
declare
  invitation identity.invitations;
  accepter identity.users;
begin
  select * into invitation from identity.invitations as every where every.token_hash = of_token_hash for update;
  select * into accepter from identity.users as person where person.user_id = of_user and person.deleted_at is null;
  outcome := case
    when invitation.invitation_id is null then 'unknown'
    when invitation.revoked_at is not null then 'revoked'
    when invitation.accepted_at is not null then 'spent'
    when invitation.expires_at <= clock_timestamp() then 'expired'
    when accepter.email_normalized is distinct from invitation.email_normalized then 'other_address'
    when not identity.can_grant_role(invitation.organization_id, invitation.created_by, invitation.role) then 'not_granted'
    else 'accepted' end;
  if outcome <> 'accepted' then
    return;
  end if;
  insert into identity.members as member (organization_id, user_id, role, client_id, created_by)
  values (invitation.organization_id, of_user, invitation.role, invitation.client_id, invitation.created_by)
  on conflict on constraint members_pkey do update
     set role = excluded.role, client_id = excluded.client_id, deleted_at = null where member.deleted_at is not null;
  if invitation.team_id is not null then
    insert into identity.team_members (organization_id, team_id, user_id, created_by)
    values (invitation.organization_id, invitation.team_id, of_user, invitation.created_by) on conflict do nothing;
  end if;
  update identity.invitations as every set accepted_at = clock_timestamp(), accepted_by = of_user
   where every.invitation_id = invitation.invitation_id;
  update identity.users as person set email_confirmed_at = coalesce(person.email_confirmed_at, clock_timestamp())
   where person.user_id = of_user; -- the token went to this address
  select member.organization_id, member.role into organization_id, role from identity.members as member
   where member.organization_id = invitation.organization_id and member.user_id = of_user;
end $$;

-- The role of a live member; false when there is none. The rank of both roles and the last admin are the triggers' matter.
create function identity.change_member_role(of_user uuid, new_role identity.member_role, new_client uuid default null) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require('members', 'update');
  if (new_role = 'client') <> (new_client is not null) then
    raise exception 'a member of role client belongs to a client, and no other member does' using errcode = 'check_violation';
  end if;
  update identity.members set role = new_role, client_id = new_client
   where organization_id = identity.current_organization_id() and user_id = of_user and deleted_at is null
     and (identity.reaches_all('members', 'update') or user_id = any (identity.reach('members', 'update')));
  return found;
end $$;

-- What a member held in an organization goes with the membership: keys, sessions, teams.
create function identity.end_membership(of_organization uuid, of_user uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.members set deleted_at = now()
   where organization_id = of_organization and user_id = of_user and deleted_at is null;
  if not found then
    return false;
  end if;
  update identity.api_keys set revoked_at = clock_timestamp()
   where organization_id = of_organization and user_id = of_user and revoked_at is null;
  delete from identity.team_members where organization_id = of_organization and user_id = of_user;
  perform identity.end_sessions(of_user, 'member_removed', of_organization);
  return true;
end $$;

create function identity.remove_member(of_user uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require('members', 'delete');
  if not (identity.reaches_all('members', 'delete') or of_user = any (identity.reach('members', 'delete'))) then
    return false;
  end if;
  return identity.end_membership(identity.current_organization_id(), of_user);
end $$;

create function identity.restore_member(of_user uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require('members', 'delete');
  update identity.members set deleted_at = null
   where organization_id = identity.current_organization_id() and user_id = of_user
     and deleted_at > now() - interval '30 days' and identity.reaches_all('members', 'delete');
  return found;
end $$;

create function identity.leave_organization() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not identity.is_signed_in_person() then
    raise exception 'an organization is left by the member in person' using errcode = 'insufficient_privilege';
  end if;
  return identity.end_membership(identity.current_organization_id(), identity.current_user_id());
end $$;

-- Deletes a user, who may come back within 30 days; the last admin of an organization has to hand it over first.
create function identity.delete_user(of_user uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  membership record;
begin
  perform from identity.users where user_id = of_user and deleted_at is null for update;
  if not found then
    return false;
  end if;
  for membership in select organization_id from identity.members where user_id = of_user and deleted_at is null order by 1 loop
    perform identity.end_membership(membership.organization_id, of_user);
  end loop;
  update identity.users set deleted_at = now() where user_id = of_user;
  perform identity.end_sessions(of_user, 'user_deleted');
  return true;
end $$;

-- Brings a user back with the memberships that ended with the account; refused by uniqueness when the address is taken.
create function identity.restore_user(of_user uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  moment timestamptz;
begin
  select deleted_at into moment from identity.users
   where user_id = of_user and deleted_at > now() - interval '30 days' for update;
  if moment is null then
    return false;
  end if;
  update identity.users set deleted_at = null where user_id = of_user;
  update identity.members set deleted_at = null where user_id = of_user and deleted_at = moment;
  return true;
end $$;

-- A key of the caller's own, in the caller's organization. A key makes no keys.
create function identity.create_api_key(of_name text, of_prefix text, of_hash bytea, of_permissions text[], valid_until timestamptz)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
begin
  perform identity.require('api_keys', 'create');
  if not identity.is_signed_in_person() then
    raise exception 'an API key cannot make another' using errcode = 'insufficient_privilege', hint = 'Sign in to make one.';
  end if;
  insert into identity.api_keys (organization_id, user_id, name, prefix, key_hash, permissions, created_by, expires_at)
  values (identity.current_organization_id(), identity.current_user_id(), of_name, of_prefix, of_hash, of_permissions,
    identity.current_user_id(), valid_until)
  returning api_key_id into made;
  return made;
end $$;

create function identity.revoke_api_key(of_key uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require('api_keys', 'delete');
  update identity.api_keys set revoked_at = clock_timestamp()
   where api_key_id = of_key and organization_id = identity.current_organization_id() and revoked_at is null
     and (identity.reaches_all('api_keys', 'delete') or user_id = any (identity.reach('api_keys', 'delete')));
  return found;
end $$;

do $$
declare
  routine record;
begin
  for routine in
    select oid::regprocedure as signature, roles from pg_proc
      join (values ('end_sessions', 'leadhouse_identity'), ('revoke_session', 'authenticated'), ('create_organization', 'leadhouse_identity'),
        ('can_grant_role', null), ('invite_member', 'authenticated'), ('revoke_invitation', 'authenticated'),
        ('accept_invitation', 'leadhouse_identity'), ('change_member_role', 'authenticated'), ('end_membership', null),
        ('remove_member', 'authenticated'), ('restore_member', 'authenticated'), ('leave_organization', 'authenticated'),
        ('delete_user', 'leadhouse_identity'), ('restore_user', 'leadhouse_identity'), ('create_api_key', 'authenticated'),
        ('revoke_api_key', 'authenticated')) as given (name, roles) on given.name = proname
     where pronamespace = 'identity'::regnamespace loop
    execute format('alter function %s owner to leadhouse_owner', routine.signature);
    execute format('revoke execute on function %s from public', routine.signature);
    if routine.roles is not null then
      execute format('grant execute on function %s to %I', routine.signature, routine.roles);
    end if;
  end loop;
end $$;

-- migrate: rollback

drop function identity.revoke_api_key;
drop function identity.create_api_key;
drop function identity.restore_user;
drop function identity.delete_user;
drop function identity.leave_organization;
drop function identity.restore_member;
drop function identity.remove_member;
drop function identity.end_membership;
drop function identity.change_member_role;
drop function identity.accept_invitation;
drop function identity.revoke_invitation;
drop function identity.invite_member;
drop function identity.can_grant_role;
drop function identity.create_organization;
drop function identity.revoke_session;
drop function identity.end_sessions;
