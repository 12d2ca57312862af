-- Whoever proves an address first is rid of what was made under it before
-- depends: 0069_mask_literals

-- migrate: apply

-- Who signed up with an address need not be whose it is ("Pre-hijacked accounts", USENIX Security 2022): sessions, keys, second
-- factor and linked accounts of that time end when it is proved, but for the session by which it is. True: it was not proved yet.
create function identity.prove_address(of_user uuid, except_session uuid default null) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- what refers to these rows and is being written is waited for, and ends with the rest
  perform from identity.users where user_id = of_user and deleted_at is null and email_confirmed_at is null for update;
  if not found then
    return false;
  end if;
  perform from identity.members where user_id = of_user order by organization_id for update;
  update identity.users set email_confirmed_at = clock_timestamp() where user_id = of_user;
  update identity.api_keys set revoked_at = clock_timestamp() where user_id = of_user and revoked_at is null;
  update identity.totp_factors set deleted_at = clock_timestamp() where user_id = of_user and deleted_at is null;
  update identity.external_identities set deleted_at = clock_timestamp() where user_id = of_user and deleted_at is null;
  update identity.one_time_tokens set used_at = clock_timestamp()
   where user_id = of_user and purpose = 'second_factor' and used_at is null; -- a sign-in that was begun
  perform identity.end_sessions(of_user, 'revoked', null, except_session);
  return true;
end $$;
alter function identity.prove_address(uuid, uuid) owner to leadhouse_owner;
revoke execute on function identity.prove_address(uuid, uuid) from public;
grant execute on function identity.prove_address(uuid, uuid) to leadhouse_identity;

-- Joining is one thing, and what it proves another: the component calls `prove_address` beside it.
create or replace function identity.accept_invitation(of_token_hash bytea, of_user uuid, out outcome text, out organization_id uuid,
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
  select member.organization_id, member.role into organization_id, role from identity.members as member
   where member.organization_id = invitation.organization_id and member.user_id = of_user;
end $$;

-- migrate: rollback

create or replace function identity.accept_invitation(of_token_hash bytea, of_user uuid, out outcome text, out organization_id uuid,
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

drop function identity.prove_address(uuid, uuid);
