-- The HTTP API's own: a transaction is set up for its caller, requests are repeated safely. Login: leadhouse_api.

-- name: set_up_caller
-- Until the transaction ends; goes out together with its begin.
select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %(claims)s, true),
       set_config('leadhouse.request', %(request)s, true);

-- name: check_caller
select identity.is_live_caller() as is_live;

-- name: take_request_key
select * from identity.take_request_key(%(key_hash)s, %(request_hash)s);

-- name: keep_request_answer
select identity.keep_request_answer(%(key_hash)s, %(request_hash)s, %(status)s, %(answer)s) as done;

-- name: keep_request_effect
-- By the component that does it, last in its transaction.
select identity.keep_request_effect(%(user_id)s, %(key_hash)s, %(request_hash)s, %(effect)s);

-- name: find_request_effect
select request_hash, effect from identity.find_request_effect(%(key_hash)s);

-- name: check_server
select 1 as is_up;

-- name: require_permission
select identity.require(%(resource)s, %(action)s);

-- name: get_me
-- The caller: role, permissions as resource:action:scope, and where else the person works. One row; none for a deleted user.
select person.user_id, person.email_normalized as email, person.full_name, person.email_confirmed_at,
       identity.current_organization_id() as organization_id, identity.current_member_role()::text as role,
       identity.current_client_id() as client_id,
       exists (select from identity.totp_factors as factor
                where factor.user_id = person.user_id and factor.confirmed_at is not null and factor.deleted_at is null) as has_second_factor,
       array(select concat_ws(':', asked.resource, asked.action, scope.reached)
               from (select distinct resource, action from identity.role_permissions) as asked
              cross join lateral identity.my_scope(asked.resource, asked.action) as scope (reached)
              where scope.reached is not null order by 1) as permissions,
       coalesce((select jsonb_agg(jsonb_build_object('organization_id', organization.organization_id, 'name', organization.name,
                                                     'slug', organization.slug, 'role', member.role) order by organization.name)
                   from identity.members as member join identity.organizations as organization using (organization_id)
                  where member.user_id = person.user_id and member.deleted_at is null and organization.deleted_at is null), '[]') as organizations
  from identity.users as person
 where person.user_id = identity.current_user_id() and person.deleted_at is null;

-- name: get_organization
select organization_id, name, slug, time_zone, postal_address, created_at, xmin::text as version
  from identity.organizations where organization_id = identity.current_organization_id();

-- name: hold_organization
-- For a change: nobody else changes it until the transaction ends.
select xmin::text as version from identity.organizations where organization_id = identity.current_organization_id() for no key update;

-- name: change_organization
-- What is null stays; an empty postal address is none.
update identity.organizations
   set name = coalesce(%(name)s, name), time_zone = coalesce(%(time_zone)s, time_zone),
       postal_address = case when %(postal_address)s::text is null then postal_address else nullif(%(postal_address)s::text, '') end
 where organization_id = identity.current_organization_id()
returning organization_id;

-- name: count_notifications
select count(*) as total, count(*) filter (where read_at is null) as unread from app.notifications;
