-- Who may do what: roles as data, teams, clients, and policies by scope on every table a member works with
-- depends: 0010_create_enrichment

-- migrate: apply

do $$
declare
  component text;
begin
  foreach component in array array['leadhouse_identity', 'leadhouse_billing', 'leadhouse_credentials', 'leadhouse_files',
      'leadhouse_events', 'leadhouse_privacy'] loop
    if not exists (select from pg_roles where rolname = component) then
      execute format('create role %I nologin noinherit', component);
    end if;
    execute format('grant usage on schema identity, app, billing, raw, resolution, quality to %I', component);
    execute format('grant %I to leadhouse_app', component);
  end loop;
end $$;

-- An analyst reads marts and nothing else.
revoke usage on schema app, billing, quality from leadhouse_analyst;

-- Roles are data: what a role may do with a resource, and with whose rows. No row: it may not.
create type identity.access_scope as enum ('own', 'team', 'all');

create table identity.roles (
  role identity.member_role primary key,
  name text not null,
  description text not null,
  rank smallint not null unique -- a member gives others roles up to the own rank
);
insert into identity.roles (role, name, description, rank) values
  ('super_admin', 'Super admin', 'Operates the platform: every organization, every right', 100),
  ('organization_admin', 'Organization admin', 'Everything in the organization, members and billing included', 80),
  ('sales_manager', 'Sales manager', 'Campaigns, sources and all leads; assigns work', 60),
  ('sales_rep', 'Sales rep', 'The leads that are theirs or assigned to them', 40),
  ('read_only', 'Read only', 'Looks, changes nothing', 20),
  ('client', 'Client', 'A customer of the organization: its own campaigns and their leads, to read', 10);

create table identity.role_permissions (
  role identity.member_role not null references identity.roles,
  resource text not null check (resource in ('organization', 'members', 'teams', 'clients', 'leads', 'companies', 'people',
    'lists', 'segments', 'lead_searches', 'exports', 'interactions', 'campaigns', 'sources', 'jobs', 'email_accounts',
    'suppressions', 'files', 'integrations', 'api_keys', 'billing', 'analytics', 'audit', 'settings')),
  action text not null check (action in ('create', 'read', 'update', 'delete')),
  scope identity.access_scope not null,
  primary key (role, resource, action)
);
insert into identity.role_permissions (role, resource, action, scope)
with resources (resource) as (
  select unnest(array['organization', 'members', 'teams', 'clients', 'leads', 'companies', 'people', 'lists', 'segments',
    'lead_searches', 'exports', 'interactions', 'campaigns', 'sources', 'jobs', 'email_accounts', 'suppressions', 'files',
    'integrations', 'api_keys', 'billing', 'analytics', 'audit', 'settings'])),
actions (action) as (select unnest(array['create', 'read', 'update', 'delete']))
select admin.role, resource, action, 'all'::identity.access_scope
  from resources, actions, unnest(array['super_admin', 'organization_admin']::identity.member_role[]) as admin (role)
union all
select 'sales_manager', resource, action, 'all' from resources, actions
 where resource in ('leads', 'lists', 'segments', 'lead_searches', 'exports', 'interactions', 'campaigns', 'sources', 'jobs',
   'suppressions', 'files', 'teams')
    or (resource in ('organization', 'members', 'clients', 'companies', 'people', 'email_accounts', 'integrations', 'analytics',
          'settings') and action = 'read')
    or (resource in ('companies', 'people') and action = 'update')
union all
select 'sales_manager', 'api_keys', action, 'own' from actions where action <> 'update'
union all
select 'sales_rep', given.resource, given.action, given.scope::identity.access_scope
  from (values ('leads', 'create', 'own'), ('leads', 'read', 'own'), ('leads', 'update', 'own'),
          ('interactions', 'create', 'own'), ('interactions', 'read', 'own'), ('interactions', 'update', 'own'),
          ('lists', 'create', 'own'), ('lists', 'read', 'team'), ('lists', 'update', 'own'), ('lists', 'delete', 'own'),
          ('segments', 'create', 'own'), ('segments', 'read', 'all'), ('segments', 'update', 'own'), ('segments', 'delete', 'own'),
          ('lead_searches', 'create', 'own'), ('lead_searches', 'read', 'all'), ('lead_searches', 'update', 'own'),
          ('exports', 'create', 'own'), ('exports', 'read', 'own'),
          ('files', 'create', 'own'), ('files', 'read', 'own'), ('files', 'delete', 'own'),
          ('jobs', 'create', 'own'), ('jobs', 'read', 'own'), ('jobs', 'update', 'own'),
          ('api_keys', 'create', 'own'), ('api_keys', 'read', 'own'), ('api_keys', 'delete', 'own'),
          ('companies', 'read', 'all'), ('people', 'read', 'all'), ('campaigns', 'read', 'all'), ('sources', 'read', 'all'),
          ('members', 'read', 'all'), ('teams', 'read', 'all'), ('organization', 'read', 'all'), ('clients', 'read', 'all'),
          ('suppressions', 'create', 'all'), ('suppressions', 'read', 'all'), ('settings', 'read', 'all'))
       as given (resource, action, scope)
union all
select 'read_only', resource, 'read', 'all' from resources where resource not in ('billing', 'audit', 'api_keys', 'integrations')
union all
select 'client', resource, 'read', 'own'
  from resources where resource in ('campaigns', 'leads', 'companies', 'people', 'interactions', 'lists', 'exports');

create table identity.clients (
  client_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, client_id)
);
create unique index clients_live_name_is_unique on identity.clients (organization_id, lower(name)) where deleted_at is null;

create table identity.teams (
  team_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, team_id)
);
create unique index teams_live_name_is_unique on identity.teams (organization_id, lower(name)) where deleted_at is null;

create table identity.team_members (
  team_id uuid not null,
  organization_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  primary key (team_id, user_id),
  foreign key (organization_id, team_id) references identity.teams (organization_id, team_id) on delete cascade,
  foreign key (organization_id, user_id) references identity.members (organization_id, user_id) on delete cascade
);
create index team_members_by_team on identity.team_members (organization_id, team_id);
create index team_members_by_user on identity.team_members (organization_id, user_id);

alter table identity.members
  add column client_id uuid,
  add foreign key (organization_id, client_id) references identity.clients (organization_id, client_id),
  add constraint only_clients_have_a_client check (client_id is null or role = 'client');
create index members_by_client on identity.members (organization_id, client_id);
alter table app.campaigns
  add column client_id uuid,
  add foreign key (organization_id, client_id) references identity.clients (organization_id, client_id);
create index campaigns_by_client on app.campaigns (organization_id, client_id);

-- The caller's standing: the member of the claims (a super admin is one everywhere), or the SQL login's organization. Every
-- query of a member asks twice: hence plpgsql, which keeps its plans, and the claims read here (each level is 20 us).
create function identity.standing(out organization_id uuid, out user_id uuid, out role identity.member_role, out client_id uuid,
  out permissions jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare
  claims jsonb := case when pg_has_role(session_user, 'leadhouse_authenticator', 'member')
    then nullif(current_setting('request.jwt.claims', true), '')::jsonb end;
begin
  if claims is null then
    select login.organization_id into organization_id from identity.sql_logins as login
      join identity.organizations as organization on organization.organization_id = login.organization_id and organization.deleted_at is null
     where login.login = session_user;
    return;
  end if;
  user_id := (claims ->> 'sub')::uuid;
  organization_id := (claims ->> 'organization_id')::uuid;
  permissions := claims -> 'permissions';
  select member.role, member.client_id into role, client_id
    from identity.members as member
    join identity.organizations as organization on organization.organization_id = member.organization_id and organization.deleted_at is null
    join identity.users as person on person.user_id = member.user_id and person.deleted_at is null
   where member.organization_id = standing.organization_id and member.user_id = standing.user_id and member.deleted_at is null;
  if role is null then -- a condition with a query in it would run that query always
    perform from identity.members as member
      join identity.users as person on person.user_id = member.user_id and person.deleted_at is null
      join identity.organizations as organization on organization.organization_id = standing.organization_id
     where member.user_id = standing.user_id and member.role = 'super_admin' and member.deleted_at is null;
    if found then
      role := 'super_admin';
    else
      organization_id := null;
    end if;
  end if;
end $$;

create or replace function identity.current_organization_id() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return (identity.standing()).organization_id;
end $$;

-- The organization that the claims name, whether or not the caller is a member: a tenth of the price. Only for policies that
-- ask for the scope beside it, which nobody has who is no member.
create function identity.claimed_organization_id() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return case when pg_has_role(session_user, 'leadhouse_authenticator', 'member')
    then (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id')::uuid end;
end $$;

create or replace function identity.current_member_role() returns identity.member_role
language plpgsql stable security definer set search_path = '' as $$
begin
  return (identity.standing()).role;
end $$;

create function identity.current_client_id() returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return (identity.standing()).client_id;
end $$;

-- Whose rows of a resource the caller may act on; null: nobody's. An API key's permissions (`leads:read`, `leads:write`
-- for create, update and delete) narrow the owner's, they never widen them.
create function identity.my_scope(of_resource text, of_action text) returns identity.access_scope
language plpgsql stable security definer set search_path = '' as $$
declare
  claims jsonb := case when pg_has_role(session_user, 'leadhouse_authenticator', 'member')
    then nullif(current_setting('request.jwt.claims', true), '')::jsonb end;
  permissions jsonb := claims -> 'permissions';
  scope identity.access_scope;
begin
  if claims is null then -- a person with SQL
    return case when of_action = 'read' and identity.current_organization_id() is not null then 'all'::identity.access_scope end;
  elsif permissions is not null and not permissions ?| array[of_resource || ':' || of_action,
      of_resource || case of_action when 'read' then ':read' else ':write' end] then
    return null;
  end if;
  select permission.scope into scope -- the member of `standing` with the permission, in one query: it is asked most
    from identity.members as member
    join identity.organizations as organization on organization.organization_id = member.organization_id and organization.deleted_at is null
    join identity.users as person on person.user_id = member.user_id and person.deleted_at is null
    left join identity.role_permissions as permission
      on permission.role = member.role and permission.resource = of_resource and permission.action = of_action
   where member.organization_id = (claims ->> 'organization_id')::uuid and member.user_id = (claims ->> 'sub')::uuid
     and member.deleted_at is null;
  if not found and identity.current_member_role() is not null then -- a super admin elsewhere
    select permission.scope into scope from identity.role_permissions as permission
     where permission.role = 'super_admin' and permission.resource = of_resource and permission.action = of_action;
  end if;
  return scope;
end $$;

create function identity.may(of_resource text, of_action text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return identity.my_scope(of_resource, of_action) is not null;
end $$;

create function identity.reaches_all(of_resource text, of_action text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(identity.my_scope(of_resource, of_action) = 'all', false);
end $$;

-- The users whose rows of a resource the caller reaches without reaching all: the caller, and team mates for scope team.
create function identity.reach(of_resource text, of_action text) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
declare
  me record;
begin
  case identity.my_scope(of_resource, of_action)
    when 'own' then return array[identity.current_user_id()];
    when 'team' then
      me := identity.standing();
      return array(select me.user_id
                   union
                   select mate.user_id from identity.team_members as mine
                     join identity.teams as team on team.team_id = mine.team_id and team.deleted_at is null
                     join identity.team_members as mate on mate.team_id = mine.team_id
                    where mine.organization_id = me.organization_id and mine.user_id = me.user_id);
    else return '{}';
  end case;
end $$;

create function identity.my_organization_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return array(select member.organization_id from identity.members as member
                where member.user_id = identity.current_user_id() and member.deleted_at is null and identity.is_signed_in_person()
               union select identity.current_organization_id());
end $$;

-- The campaigns of the client that the caller belongs to; empty for everybody else.
create function identity.my_campaign_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return array(select campaign.campaign_id from identity.standing() as me
                 join app.campaigns as campaign on campaign.organization_id = me.organization_id and campaign.client_id = me.client_id
                where campaign.deleted_at is null);
end $$;

-- The leads of those campaigns: born there or members.
create function identity.my_client_lead_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  mine uuid := identity.claimed_organization_id();
  campaigns uuid[] := identity.my_campaign_ids();
begin
  if campaigns <> '{}' then
    return query
      select lead.lead_id from app.leads as lead where lead.organization_id = mine and lead.campaign_id = any (campaigns)
      union
      select member.lead_id from app.campaign_members as member where member.organization_id = mine and member.campaign_id = any (campaigns);
  end if;
end $$;

-- False for an API key: what is personal is its owner's alone. And for somebody whose account was deleted meanwhile.
create function identity.is_signed_in_person() returns boolean
language sql stable security definer set search_path = '' as $$
  select not coalesce(identity.claims() ? 'permissions', false)
     and exists (select from identity.users as person where person.user_id = identity.current_user_id() and person.deleted_at is null)
$$;

-- For definer functions, which no policy stops. The platform's own processes work for every organization.
create function identity.require_organization(of_organization uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization is not distinct from identity.current_organization_id()) then
    raise exception 'organization % is not yours', of_organization using errcode = 'insufficient_privilege';
  end if;
end $$;

create function identity.require(of_resource text, of_action text) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or identity.may(of_resource, of_action)) then
    raise exception 'your role does not % %', of_action, of_resource using errcode = 'insufficient_privilege',
      hint = 'An admin of the organization can give you a role that does.';
  end if;
end $$;

create function identity.stamp_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.created_by := coalesce(identity.current_user_id(), new.created_by);
  return new;
end $$;

-- What a member's verb on a table of a resource is called among the actions.
create function identity.action_of(verb text) returns text
language sql immutable set search_path = '' as $$
  select case verb when 'select' then 'read' when 'insert' then 'create' else verb end
$$;

-- Rows of the organization: all of them, or those with the caller or a team mate in one of `owners`, or what
-- `client_predicate` lets a client read. A read hides no deleted row, or a soft delete would fail.
create procedure identity.add_scope_policies(target regclass, resource text, owners name[], verbs text[], client_predicate text default null)
language plpgsql set search_path = '' as $$
declare
  verb text;
  reached text;
begin
  foreach verb in array verbs loop
    reached := format('organization_id = (select identity.claimed_organization_id()) and ((select identity.reaches_all(%1$L, %2$L))%3$s%4$s)',
      resource, identity.action_of(verb),
      (select string_agg(format(' or %I = any ((select identity.reach(%L, %L))::uuid[])', owner, resource, identity.action_of(verb)), '')
         from unnest(owners) as owner),
      case when verb = 'select' and client_predicate is not null then format(' or ((select identity.may(%L, ''read'')) and %s)', resource, client_predicate) end);
    execute format('create policy %I on %s for %s to authenticated %s', format('members %s %s in their scope', identity.action_of(verb), resource),
      target, verb, case verb when 'insert' then format('with check (%s)', reached)
                              when 'update' then format('using (%1$s) with check (%1$s)', reached) else format('using (%s)', reached) end);
  end loop;
end $$;

create procedure identity.open_by_scope(target regclass, resource text, owners name[], verbs text, client_predicate text default null)
language plpgsql set search_path = '' as $$
begin
  execute format('alter table %s owner to leadhouse_owner', target);
  execute format('alter table %s enable row level security', target);
  execute format('grant %s on %s to authenticated', verbs, target);
  call identity.add_scope_policies(target, resource, owners, regexp_split_to_array(verbs, '\s*,\s*'), client_predicate);
end $$;

-- Rows that hang on another row: read where the parent is seen, changed where the parent may be updated.
create procedure identity.open_by_parent(target regclass, resource text, parent regclass, key name, verbs text,
  parent_owners name[] default '{created_by}')
language plpgsql set search_path = '' as $$
declare
  verb text;
  action text;
  reached text;
begin
  execute format('alter table %s owner to leadhouse_owner', target);
  execute format('alter table %s enable row level security', target);
  execute format('grant %s on %s to authenticated', verbs, target);
  foreach verb in array regexp_split_to_array(verbs, '\s*,\s*') loop
    action := case verb when 'select' then 'read' else 'update' end;
    reached := format('organization_id = (select identity.claimed_organization_id()) and ((select identity.reaches_all(%1$L, %2$L)) '
      'or exists (select from %3$s as parent where parent.%4$I = %5$s.%4$I and parent.organization_id = %5$s.organization_id%6$s))',
      resource, action, parent, key, target,
      case when verb <> 'select' then
        ' and (' || coalesce((select string_agg(format('parent.%I = any ((select identity.reach(%L, %L))::uuid[])', owner, resource, action), ' or ')
                       from unnest(parent_owners) as owner), 'false') || ')' end);
    execute format('create policy %I on %s for %s to authenticated %s',
      format('members %s what hangs on %s they reach', identity.action_of(verb), resource), target, verb,
      case verb when 'insert' then format('with check (%s)', reached)
                when 'update' then format('using (%1$s) with check (%1$s)', reached) else format('using (%s)', reached) end);
  end loop;
end $$;

-- Rows of one person: nobody else's, whatever the role, and no API key's.
create procedure identity.open_to_person(target regclass, verbs text)
language plpgsql set search_path = '' as $$
declare
  mine text := 'user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person())';
  verb text;
  is_required boolean := (select attnotnull from pg_catalog.pg_attribute
                           where attrelid = target and attname = 'organization_id' and not attisdropped);
begin
  execute format('alter table %s owner to leadhouse_owner', target);
  execute format('alter table %s enable row level security', target);
  execute format('grant %s on %s to authenticated', verbs, target);
  if is_required then -- an `or` would keep the order of an index from being used
    mine := mine || ' and organization_id = (select identity.current_organization_id())';
  elsif not is_required then
    mine := mine || ' and (organization_id is null or organization_id = (select identity.current_organization_id()))';
  end if;
  foreach verb in array regexp_split_to_array(verbs, '\s*,\s*') loop
    execute format('create policy %I on %s for %s to authenticated %s', format('people %s their own', identity.action_of(verb)), target, verb,
      case verb when 'insert' then format('with check (%s)', mine)
                when 'update' then format('using (%1$s) with check (%1$s)', mine) else format('using (%s)', mine) end);
  end loop;
end $$;

do $$
declare
  routine record;
begin
  for routine in select oid::regprocedure as signature, prokind, prosecdef from pg_proc
                  where pronamespace = 'identity'::regnamespace and proname in ('standing', 'claimed_organization_id', 'current_client_id', 'my_scope', 'may',
                    'reaches_all', 'reach', 'my_organization_ids', 'my_campaign_ids', 'my_client_lead_ids', 'is_signed_in_person', 'require_organization',
                    'require', 'add_scope_policies', 'open_by_scope', 'open_by_parent', 'open_to_person') loop
    if routine.prokind = 'p' then
      execute format('revoke execute on procedure %s from public', routine.signature);
    else
      execute format('alter function %s owner to leadhouse_owner', routine.signature);
    end if;
  end loop;
end $$;
alter function identity.current_organization_id owner to leadhouse_owner;
alter function identity.current_member_role owner to leadhouse_owner;
revoke execute on function identity.claimed_organization_id from public;
grant execute on function identity.claimed_organization_id to authenticated;

-- The tables that are there: from "a member reads the organization's rows" to scopes, writing included.
do $$
declare
  target regclass;
begin
  for target in select polrelid::regclass from pg_policy where polname = 'members read rows of their organization' loop
    execute format('drop policy "members read rows of their organization" on %s', target);
    execute format('revoke select on %s from authenticated, leadhouse_analyst', target);
  end loop;
end $$;
drop policy "members read operators' sources" on app.sources;
drop policy "members read the users of their organization" on identity.users;

create policy "members read their organizations" on identity.organizations for select to authenticated
  using (organization_id = any ((select identity.my_organization_ids())::uuid[]));
grant select, update (name, time_zone, postal_address) on identity.organizations to authenticated;
create policy "members update organization in their scope" on identity.organizations for update to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.reaches_all('organization', 'update')))
  with check (organization_id = (select identity.current_organization_id()) and (select identity.reaches_all('organization', 'update')));
call identity.open_by_scope('identity.members', 'members', '{user_id}', 'select');
create policy "members read their own membership" on identity.members for select to authenticated
  using (user_id = (select identity.current_user_id()) and organization_id = any ((select identity.my_organization_ids())::uuid[]));
create policy "members read the users they see as members" on identity.users for select to authenticated
  using (user_id = (select identity.current_user_id())
         or user_id in (select member.user_id from identity.members as member
                         where member.organization_id = (select identity.current_organization_id())));
call identity.open_by_scope('identity.clients', 'clients', '{}', 'select, insert, update, delete');
call identity.open_by_scope('identity.teams', 'teams', '{}', 'select, insert, update, delete');
call identity.open_by_scope('identity.team_members', 'teams', '{}', 'select, insert, delete');
alter table identity.roles owner to leadhouse_owner;
alter table identity.role_permissions owner to leadhouse_owner;
alter table identity.roles enable row level security;
alter table identity.role_permissions enable row level security;
grant select on identity.roles, identity.role_permissions to authenticated;
create policy "everybody reads what the roles may do" on identity.roles for select to authenticated using (true);
create policy "everybody reads what the roles may do" on identity.role_permissions for select to authenticated using (true);

call identity.open_by_scope('billing.budgets', 'billing', '{}', 'select');
call identity.open_by_scope('billing.costs', 'billing', '{}', 'select');
call identity.open_by_scope('quality.step_outcomes', 'jobs', '{}', 'select');
call identity.open_by_scope('quality.quarantine', 'sources', '{}', 'select');
call identity.open_by_scope('app.sources', 'sources', '{created_by}', 'select');
create policy "members read operators' sources" on app.sources for select to authenticated
  using (organization_id is null and (select identity.may('sources', 'read')));
call identity.open_by_scope('app.jobs', 'jobs', '{created_by}', 'select');
call identity.open_by_scope('app.lead_searches', 'lead_searches', '{created_by}', 'select, insert, update');
call identity.open_by_scope('app.score_weights', 'settings', '{}', 'select, insert, update, delete');
create policy "members read the defaults" on app.score_weights for select to authenticated
  using (organization_id is null and (select identity.may('settings', 'read')));
call identity.open_by_scope('app.email_accounts', 'email_accounts', '{created_by}', 'select');
call identity.open_by_scope('app.suppressions', 'suppressions', '{}', 'select, insert');
call identity.open_by_scope('app.campaigns', 'campaigns', '{created_by}', 'select, insert, update',
  'campaign_id = any ((select identity.my_campaign_ids())::uuid[])');
call identity.open_by_parent('app.campaign_steps', 'campaigns', 'app.campaigns', 'campaign_id', 'select, insert, update, delete');
call identity.open_by_parent('app.campaign_members', 'campaigns', 'app.campaigns', 'campaign_id', 'select, insert, update');

-- A lead: the organization's, the owner's or maker's, the client's whose campaign it is in.
call identity.open_by_scope('app.leads', 'leads', '{owner_id,created_by}', 'select',
  'lead_id in (select identity.my_client_lead_ids())');
grant update (status, owner_id, campaign_id, priority, rating_1_to_5, tags, notes, custom_fields, deleted_at) on app.leads to authenticated;
call identity.add_scope_policies('app.leads', 'leads', '{owner_id,created_by}', '{update}');
call identity.open_by_scope('app.lead_redirects', 'leads', '{}', 'select');
call identity.open_by_scope('app.corrections', 'leads', '{created_by}', 'select');
call identity.open_by_scope('app.enrichment_requests', 'leads', '{}', 'select');
call identity.open_by_parent('app.lead_facts', 'leads', 'app.leads', 'lead_id', 'select');
call identity.open_by_parent('app.messages', 'leads', 'app.leads', 'lead_id', 'select');
call identity.open_by_parent('app.campaign_decisions', 'leads', 'app.leads', 'lead_id', 'select');
create policy "clients read only what their campaigns sent" on app.messages as restrictive for select to authenticated
  using ((select identity.current_client_id()) is null or campaign_id = any ((select identity.my_campaign_ids())::uuid[]));
create policy "clients read only what their campaigns decided" on app.campaign_decisions as restrictive for select to authenticated
  using ((select identity.current_client_id()) is null or campaign_id = any ((select identity.my_campaign_ids())::uuid[]));
call identity.open_by_scope('quality.snapshots', 'campaigns', '{}', 'select');
call identity.open_by_scope('quality.snapshot_members', 'leads', '{}', 'select');
call identity.open_by_scope('quality.gate_results', 'campaigns', '{}', 'select');
call identity.open_by_scope('quality.gate_expectations', 'campaigns', '{}', 'select');
call identity.open_by_scope('quality.gate_revocations', 'campaigns', '{}', 'select');

do $$
declare
  target regclass;
begin
  foreach target in array array['identity.clients', 'identity.teams']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
  end loop;
  foreach target in array array['identity.clients', 'identity.teams', 'identity.team_members', 'app.campaigns', 'app.campaign_steps',
      'app.campaign_members', 'app.lead_searches', 'app.suppressions', 'app.score_weights']::regclass[] loop
    execute format('create trigger rows_are_stamped before insert on %s for each row execute function identity.stamp_row()', target);
  end loop;
end $$;

-- Adopting and correcting are acts of a member, too: the role decides, and a rep's new lead is the rep's.
create or replace function app.adopt_leads(of_organization uuid, entity_ids uuid[], source text, of_campaign uuid default null)
returns setof app.leads
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('leads', 'create');
  return query
    with wanted as (
      select distinct app.current_entity(wanted_id, of_organization) as entity_id from unnest(entity_ids) as wanted_id),
    held as (
      select app.current_entity(lead.entity_id, of_organization) as entity_id
        from app.leads as lead
       where lead.organization_id = of_organization and lead.deleted_at is null
         and exists (select from resolution.redirects as redirect
                      where redirect.from_entity_id = lead.entity_id and redirect.reverted_batch_no is null))
    insert into app.leads (organization_id, entity_id, entity_kind, first_source, campaign_id, owner_id, created_by)
    select of_organization, entity.entity_id, entity.entity_kind, source, of_campaign,
           case when identity.my_scope('leads', 'create') = 'own' then identity.current_user_id() end, identity.current_user_id()
      from wanted join resolution.entities as entity using (entity_id)
     where entity.status = 'active'
       and (entity.organization_id is null or entity.organization_id = of_organization)
       and entity.entity_id not in (select held.entity_id from held)
     order by entity.entity_id
    on conflict (organization_id, entity_id) where deleted_at is null do nothing
    returning *;
end $$;

-- Raises unless the caller may correct what is known about an entity: all, or the entities of leads in reach.
create function app.require_correction(of_organization uuid, of_entity uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('leads', 'update');
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or identity.reaches_all('leads', 'update')) then
    perform from app.leads as lead
      where lead.organization_id = of_organization and lead.entity_id = of_entity and lead.deleted_at is null
        and (lead.owner_id = any (identity.reach('leads', 'update')) or lead.created_by = any (identity.reach('leads', 'update')));
    if not found then
      raise exception 'you have no lead on entity %', of_entity using errcode = 'insufficient_privilege';
    end if;
  end if;
end $$;

create or replace function app.correct_value(of_organization uuid, of_entity uuid, of_attribute text, new_value text, why text)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
  batch bigint;
  kind resolution.entity_kind;
begin
  perform app.require_correction(of_organization, of_entity);
  select entity_kind into strict kind from resolution.entities
   where entity_id = of_entity and (organization_id is null or organization_id = of_organization);
  insert into app.corrections (organization_id, entity_id, entity_kind, attribute, value, reason, created_by)
  values (of_organization, of_entity, kind, of_attribute, new_value, why, identity.current_user_id())
  returning correction_id into made;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, of_entity, kind, of_organization, 'corrected');
  return made;
end $$;

create or replace function app.revert_correction(of_organization uuid, of_correction uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  batch bigint;
  reverted app.corrections;
begin
  perform identity.require_organization(of_organization);
  perform app.require_correction(of_organization, correction.entity_id) from app.corrections as correction
    where correction.correction_id = of_correction and correction.organization_id = of_organization;
  update app.corrections set reverted_at = clock_timestamp()
   where correction_id = of_correction and organization_id = of_organization and reverted_at is null
  returning * into reverted;
  if not found then
    return false;
  end if;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, reverted.entity_id, reverted.entity_kind, of_organization, 'corrected');
  return true;
end $$;
alter function app.require_correction owner to leadhouse_owner;
revoke execute on function app.require_correction from public;
-- Triggers of definers: on a table of the caller's own they would work with the owner's rights on rows the caller makes up.
revoke execute on function billing.charge_budget, quality.lock_revoked_result from public;

-- migrate: rollback

grant execute on function billing.charge_budget, quality.lock_revoked_result to public;
create or replace function app.revert_correction(of_organization uuid, of_correction uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  batch bigint;
  reverted app.corrections;
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id()) then
    raise exception 'organization % is not yours', of_organization using errcode = 'insufficient_privilege';
  end if;
  update app.corrections set reverted_at = clock_timestamp()
   where correction_id = of_correction and organization_id = of_organization and reverted_at is null
  returning * into reverted;
  if not found then
    return false;
  end if;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, reverted.entity_id, reverted.entity_kind, of_organization, 'corrected');
  return true;
end $$;
create or replace function app.correct_value(of_organization uuid, of_entity uuid, of_attribute text, new_value text, why text)
returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  made uuid;
  batch bigint;
  kind resolution.entity_kind;
begin
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id()) then
    raise exception 'organization % is not yours', of_organization using errcode = 'insufficient_privilege';
  end if;
  select entity_kind into strict kind from resolution.entities
   where entity_id = of_entity and (organization_id is null or organization_id = of_organization);
  insert into app.corrections (organization_id, entity_id, entity_kind, attribute, value, reason, created_by)
  values (of_organization, of_entity, kind, of_attribute, new_value, why, identity.current_user_id())
  returning correction_id into made;
  batch := app.take_batch_number('entities');
  insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (batch, 'correction', 'corrected', 1);
  insert into resolution.changes (batch_no, entity_id, entity_kind, organization_id, change_kind)
  values (batch, of_entity, kind, of_organization, 'corrected');
  return made;
end $$;
create or replace function app.adopt_leads(of_organization uuid, entity_ids uuid[], source text, of_campaign uuid default null)
returns setof app.leads
language sql volatile security definer set search_path = '' as $$
  with wanted as (
    select distinct app.current_entity(wanted_id, of_organization) as entity_id from unnest(entity_ids) as wanted_id),
  held as (
    select app.current_entity(lead.entity_id, of_organization) as entity_id
      from app.leads as lead
     where lead.organization_id = of_organization and lead.deleted_at is null
       and exists (select from resolution.redirects as redirect
                    where redirect.from_entity_id = lead.entity_id and redirect.reverted_batch_no is null))
  insert into app.leads (organization_id, entity_id, entity_kind, first_source, campaign_id, created_by)
  select of_organization, entity.entity_id, entity.entity_kind, source, of_campaign, identity.current_user_id()
    from wanted join resolution.entities as entity using (entity_id)
   where entity.status = 'active'
     and (entity.organization_id is null or entity.organization_id = of_organization)
     and entity.entity_id not in (select held.entity_id from held)
     and (pg_has_role(session_user, 'leadhouse_app', 'member') or of_organization = identity.current_organization_id())
   order by entity.entity_id
  on conflict (organization_id, entity_id) where deleted_at is null do nothing
  returning *
$$;
create or replace function identity.current_organization_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select member.organization_id
       from identity.members as member
      where member.user_id = identity.current_user_id()
        and member.organization_id = (identity.claims() ->> 'organization_id')::uuid
        and member.deleted_at is null),
    (select login.organization_id from identity.sql_logins as login where login.login = session_user))
$$;
create or replace function identity.current_member_role() returns identity.member_role
language sql stable security definer set search_path = '' as $$
  select member.role
    from identity.members as member
   where member.user_id = identity.current_user_id()
     and member.organization_id = identity.current_organization_id()
     and member.deleted_at is null
$$;
alter function identity.current_organization_id() owner to current_user;
alter function identity.current_member_role() owner to current_user;
drop function app.require_correction;
do $$
declare
  standing record;
begin
  for standing in select polrelid::regclass as target, polname from pg_policy
                   where 'authenticated'::regrole = any (polroles) and polrelid::regclass::text ~ '^(identity|app|billing|quality)\.' loop
    execute format('drop policy %I on %s', standing.polname, standing.target);
    if standing.target <> 'identity.users'::regclass then
      execute format('revoke all on %s from authenticated', standing.target);
    end if;
  end loop;
  for standing in select tgrelid::regclass as target from pg_trigger where tgfoid = 'identity.stamp_row()'::regprocedure loop
    execute format('drop trigger rows_are_stamped on %s', standing.target);
  end loop;
end $$;
revoke update (name, time_zone, postal_address) on identity.organizations from authenticated;
revoke update (status, owner_id, campaign_id, priority, rating_1_to_5, tags, notes, custom_fields, deleted_at) on app.leads from authenticated;
drop procedure identity.open_to_person;
drop procedure identity.open_by_parent;
drop procedure identity.open_by_scope;
drop procedure identity.add_scope_policies;
drop function identity.action_of;
drop function identity.stamp_row;
drop function identity.require;
drop function identity.require_organization;
drop function identity.is_signed_in_person;
drop function identity.my_client_lead_ids;
drop function identity.my_campaign_ids;
drop function identity.my_organization_ids;
drop function identity.reach;
drop function identity.reaches_all;
drop function identity.may;
drop function identity.my_scope;
drop function identity.current_client_id;
drop function identity.claimed_organization_id;
drop function identity.standing;
drop index app.campaigns_by_client;
alter table app.campaigns drop column client_id;
drop index identity.members_by_client;
alter table identity.members drop column client_id;
drop table identity.team_members;
drop table identity.teams;
drop table identity.clients;
drop table identity.role_permissions;
drop table identity.roles;
drop type identity.access_scope;
grant usage on schema app, billing, quality to leadhouse_analyst;
do $$
declare
  target regclass;
  component text;
begin
  foreach target in array array['identity.organizations', 'identity.members', 'billing.budgets', 'billing.costs', 'quality.step_outcomes',
      'app.sources', 'app.jobs', 'app.lead_searches', 'app.leads', 'app.lead_redirects', 'app.corrections', 'app.lead_facts',
      'app.score_weights', 'quality.snapshots', 'quality.snapshot_members', 'quality.gate_results', 'quality.gate_expectations',
      'quality.gate_revocations', 'quality.quarantine', 'app.email_accounts', 'app.campaigns', 'app.campaign_steps',
      'app.campaign_members', 'app.suppressions', 'app.messages', 'app.campaign_decisions', 'app.enrichment_requests']::regclass[] loop
    call identity.open_to_tenants(target);
  end loop;
  foreach component in array array['leadhouse_identity', 'leadhouse_billing', 'leadhouse_credentials', 'leadhouse_files',
      'leadhouse_events', 'leadhouse_privacy'] loop
    execute format('revoke usage on schema identity, app, billing, raw, resolution, quality from %I', component);
  end loop;
end $$;
create policy "members read operators' sources" on app.sources for select to authenticated, leadhouse_analyst
  using (organization_id is null);
create policy "members read the users of their organization" on identity.users for select to authenticated
  using (user_id in (select member.user_id from identity.members as member
                      where member.organization_id = (select identity.current_organization_id())));
