-- A person takes along what is held about the own account, over all organizations
-- depends: 0074_share_deliveries

-- migrate: apply

-- Section → rows, times as ISO 8601. No hash and no sealed value; what others are in the same tables is not in it. Notifications,
-- usage and acts: the newest `at_most`. Invitations to the address, once it is proved to be the person's.
create function identity.export_account(of_user uuid, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'account', coalesce((select jsonb_agg(to_jsonb(row)) from (
      select user_id, email_normalized as email, full_name, email_confirmed_at, created_at, updated_at, deleted_at
        from identity.users where user_id = of_user) as row), '[]'),
    'preferences', coalesce((select jsonb_agg(to_jsonb(row)) from (
      select theme, language, time_zone, email_notifications, other, created_at, updated_at
        from identity.user_preferences where user_id = of_user) as row), '[]'),
    'memberships', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select member.organization_id, organization.name as organization_name, member.role, member.client_id, member.created_at, member.deleted_at
        from identity.members as member join identity.organizations as organization using (organization_id)
       where member.user_id = of_user) as row), '[]'),
    'teams', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select mate.team_id, mate.organization_id, team.name, mate.created_at
        from identity.team_members as mate join identity.teams as team using (team_id)
       where mate.user_id = of_user) as row), '[]'),
    'sessions', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select session_id, active_organization_id, authenticated_by, device, host(address) as address, agent, created_at, last_seen_at,
             expires_at, revoked_at, revoked_reason
        from identity.sessions where user_id = of_user) as row), '[]'),
    'linked_accounts', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select external_identity_id, provider, subject, created_at, last_used_at, deleted_at
        from identity.external_identities where user_id = of_user) as row), '[]'),
    'second_factors', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select factor.factor_id, factor.created_at, factor.confirmed_at, factor.deleted_at,
             (select count(*) from identity.recovery_codes as code where code.factor_id = factor.factor_id and code.used_at is null)
               as recovery_codes_left
        from identity.totp_factors as factor where factor.user_id = of_user) as row), '[]'),
    'api_keys', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select api_key_id, organization_id, name, prefix, permissions, created_at, expires_at, last_used_at, revoked_at
        from identity.api_keys where user_id = of_user) as row), '[]'),
    'secrets', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select secret_id, organization_id, name, kind, created_at, last_used_at, expires_at, deleted_at
        from credentials.secrets where user_id = of_user) as row), '[]'),
    'invitations', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select invitation.invitation_id, invitation.organization_id, invitation.role, invitation.created_at, invitation.expires_at,
             invitation.accepted_at, invitation.revoked_at
        from identity.invitations as invitation
        join identity.users as person on person.user_id = of_user
       where invitation.accepted_by = of_user
          or person.email_confirmed_at is not null and invitation.email_normalized = person.email_normalized) as row), '[]'),
    'mails', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select mail_id, kind, state, created_at, expires_at from identity.mails where user_id = of_user) as row), '[]'),
    'notifications', coalesce((select jsonb_agg(to_jsonb(row) order by row.created_at) from (
      select notification_id, organization_id, kind, title, message, link, read_at, created_at
        from app.notifications where user_id = of_user order by created_at desc limit at_most) as row), '[]'),
    'usage_events', coalesce((select jsonb_agg(to_jsonb(row) order by row.occurred_at) from (
      select usage_event_id, organization_id, event_type, event_name, properties, occurred_at, received_at, session_id, user_agent,
             host(ip_address) as ip_address
        from app.usage_events where user_id = of_user order by occurred_at desc limit at_most) as row), '[]'),
    'acts', coalesce((select jsonb_agg(to_jsonb(row) order by row.occurred_at) from (
      select audit_id, occurred_at, organization_id, verb, resource, resource_id, outcome, api_key_id, session_id,
             host(address) as address, agent, details
        from identity.audit_log where actor_user_id = of_user order by occurred_at desc limit at_most) as row), '[]'))
$$;
alter function identity.export_account(uuid, integer) owner to leadhouse_owner;
revoke execute on function identity.export_account(uuid, integer) from public;
grant execute on function identity.export_account(uuid, integer) to leadhouse_identity;

-- migrate: rollback

drop function identity.export_account(uuid, integer);
