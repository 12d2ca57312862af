-- Organizations, users, members, and logins of analysts
-- depends: 0001_create_roles_and_schemas

-- migrate: apply

create table identity.organizations (
  organization_id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9-]{2,40}$'),
  name text not null,
  time_zone text not null default 'UTC',
  postal_address text, -- stands in every commercial message
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz
);

create table identity.users (
  user_id uuid primary key default gen_random_uuid(),
  email_normalized text not null check (email_normalized = lower(email_normalized)),
  full_name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz
);
create unique index users_email_is_unique on identity.users (email_normalized) where deleted_at is null;

create type identity.member_role as enum
  ('super_admin', 'organization_admin', 'sales_manager', 'sales_rep', 'read_only', 'client');

create table identity.members (
  organization_id uuid not null references identity.organizations,
  user_id uuid not null references identity.users,
  role identity.member_role not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  primary key (organization_id, user_id)
);
create index members_by_user on identity.members (user_id);

-- A person with SQL is known by session_user, never by a setting.
create table identity.sql_logins (
  login name primary key,
  organization_id uuid not null references identity.organizations,
  created_at timestamptz not null default now(),
  created_by uuid
);
create index sql_logins_by_organization on identity.sql_logins (organization_id);

create function identity.current_organization_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select member.organization_id
       from identity.members as member
      where member.user_id = identity.current_user_id()
        and member.organization_id = (identity.claims() ->> 'organization_id')::uuid
        and member.deleted_at is null),
    (select login.organization_id from identity.sql_logins as login where login.login = session_user))
$$;

create function identity.current_member_role() returns identity.member_role
language sql stable security definer set search_path = '' as $$
  select member.role
    from identity.members as member
   where member.user_id = identity.current_user_id()
     and member.organization_id = identity.current_organization_id()
     and member.deleted_at is null
$$;

create trigger organizations_touch before update on identity.organizations for each row execute function identity.touch_row();
create trigger users_touch before update on identity.users for each row execute function identity.touch_row();
create trigger members_touch before update on identity.members for each row execute function identity.touch_row();

call identity.open_to_tenants('identity.organizations');
call identity.open_to_tenants('identity.members');
alter table identity.users owner to leadhouse_owner;
alter table identity.users enable row level security;
grant select (user_id, email_normalized, full_name, created_at) on identity.users to authenticated;
create policy "members read the users of their organization" on identity.users for select to authenticated
  using (user_id in (select member.user_id from identity.members as member
                      where member.organization_id = (select identity.current_organization_id())));
alter table identity.sql_logins owner to leadhouse_owner;
alter table identity.sql_logins enable row level security;
do $$
declare
  component name;
begin
  foreach component in array array['leadhouse_imports', 'leadhouse_jobs', 'leadhouse_transform', 'leadhouse_leads',
      'leadhouse_campaigns', 'leadhouse_delivery', 'leadhouse_quality', 'leadhouse_console', 'leadhouse_enrichment',
      'leadhouse_resolution', 'leadhouse_landing'] loop
    call identity.open_to_component('identity.organizations', component, 'select');
  end loop;
end $$;
call identity.open_to_component('identity.users', 'leadhouse_console', 'select');
call identity.open_to_component('identity.members', 'leadhouse_console', 'select');
call identity.open_to_component('identity.sql_logins', 'leadhouse_console', 'select');

-- migrate: rollback

drop function identity.current_member_role;
drop policy "members read the users of their organization" on identity.users;
drop table identity.sql_logins cascade;
drop table identity.members cascade;
drop type identity.member_role;
drop table identity.users;
drop table identity.organizations cascade;
drop function identity.current_organization_id;
