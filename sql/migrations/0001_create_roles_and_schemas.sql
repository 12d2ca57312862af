-- Roles of the components, schemas, and the three claim functions
-- depends:

-- migrate: apply

-- Roles belong to the cluster, not to a database: create what is missing, keep what is there.
do $$
declare
  component text;
begin
  foreach component in array array['leadhouse_owner', 'leadhouse_authenticator', 'leadhouse_analyst', 'anon', 'authenticated',
      'leadhouse_landing', 'leadhouse_imports', 'leadhouse_jobs', 'leadhouse_resolution', 'leadhouse_transform',
      'leadhouse_enrichment', 'leadhouse_quality', 'leadhouse_delivery', 'leadhouse_leads', 'leadhouse_campaigns',
      'leadhouse_maintenance', 'leadhouse_console'] loop
    if not exists (select from pg_roles where rolname = component) then
      execute format('create role %I nologin noinherit', component);
    end if;
  end loop;
  -- Logins: the application takes one component's role a connection, dbt one role, the API's claims count for it alone.
  foreach component in array array['leadhouse_app', 'leadhouse_dbt', 'leadhouse_api'] loop
    if not exists (select from pg_roles where rolname = component) then
      execute format('create role %I login noinherit', component);
    end if;
  end loop;
  grant leadhouse_landing, leadhouse_imports, leadhouse_jobs, leadhouse_resolution, leadhouse_enrichment,
    leadhouse_quality, leadhouse_delivery, leadhouse_leads, leadhouse_campaigns, leadhouse_maintenance,
    leadhouse_console to leadhouse_app;
  grant leadhouse_transform to leadhouse_dbt;
  grant anon, authenticated, leadhouse_authenticator to leadhouse_api;
  alter role leadhouse_dbt set role = 'leadhouse_transform';
end $$;

revoke create on schema public from public;

create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gin with schema public;
create extension if not exists unaccent with schema public;

create schema identity authorization leadhouse_owner;
create schema app authorization leadhouse_owner;
create schema billing authorization leadhouse_owner;
create schema raw authorization leadhouse_owner;
create schema resolution authorization leadhouse_owner;
create schema quality authorization leadhouse_owner;
create schema staging authorization leadhouse_transform;
create schema intermediate authorization leadhouse_transform;
create schema mart_companies authorization leadhouse_transform;
create schema mart_leads authorization leadhouse_transform;
create schema mart_analytics authorization leadhouse_transform;
create schema if not exists auth;

grant usage on schema identity, app, billing, raw, resolution, quality to
  leadhouse_landing, leadhouse_imports, leadhouse_jobs, leadhouse_resolution, leadhouse_transform, leadhouse_enrichment,
  leadhouse_quality, leadhouse_delivery, leadhouse_leads, leadhouse_campaigns, leadhouse_maintenance, leadhouse_console;
grant usage on schema identity, app, billing, quality, auth to authenticated, leadhouse_analyst;
grant usage on schema auth to anon;
grant usage on schema staging to leadhouse_resolution, leadhouse_console, leadhouse_enrichment;
grant usage on schema mart_companies, mart_leads, mart_analytics to
  authenticated, leadhouse_analyst, leadhouse_leads, leadhouse_campaigns, leadhouse_enrichment, leadhouse_console;

do $$
begin
  -- dbt makes schemas of its own in its dev and test targets.
  execute format('grant create on database %I to leadhouse_transform', current_database());
end $$;

-- Claims count for the API's login only: any session can set any setting.
create function identity.claims() returns jsonb
language sql stable security definer set search_path = '' as $$
  select case when pg_has_role(session_user, 'leadhouse_authenticator', 'member')
    then nullif(current_setting('request.jwt.claims', true), '')::jsonb end
$$;

create function identity.current_user_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select (identity.claims() ->> 'sub')::uuid
$$;

-- Supabase has these; elsewhere they are ours.
do $$
begin
  if to_regprocedure('auth.jwt()') is null then
    create function auth.jwt() returns jsonb language sql stable as 'select identity.claims()';
  end if;
  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid language sql stable as 'select identity.current_user_id()';
  end if;
  if to_regprocedure('auth.role()') is null then
    create function auth.role() returns text language sql stable as 'select identity.claims() ->> ''role''';
  end if;
end $$;

create function identity.touch_row() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  new.updated_by := coalesce(identity.current_user_id(), new.updated_by);
  return new;
end $$;

create function identity.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% on %.% is refused: rows there are never changed, add a new one', tg_op, tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- One component may do some verbs on one table, over all organizations. The policy says the component's name.
create procedure identity.open_to_component(target regclass, component name, verbs text)
language plpgsql set search_path = '' as $$
begin
  execute format('alter table %s owner to leadhouse_owner', target);
  execute format('alter table %s enable row level security', target);
  execute format('grant %s on %s to %I', verbs, target, component);
  execute format('create policy %I on %s to %I using (true) with check (true)',
    component || ' works across organizations', target, component);
end $$;

-- Members and analysts of an organization read its rows.
create procedure identity.open_to_tenants(target regclass)
language plpgsql set search_path = '' as $$
begin
  execute format('alter table %s owner to leadhouse_owner', target);
  execute format('alter table %s enable row level security', target);
  execute format('grant select on %s to authenticated, leadhouse_analyst', target);
  execute format('create policy %I on %s for select to authenticated, leadhouse_analyst '
    'using (organization_id = (select identity.current_organization_id()))', 'members read rows of their organization', target);
end $$;

revoke execute on procedure identity.open_to_component, identity.open_to_tenants from public;

-- migrate: rollback

drop procedure identity.open_to_tenants;
drop procedure identity.open_to_component;
do $$
begin
  if pg_get_functiondef('auth.jwt()'::regprocedure) like '%identity.claims()%' then
    drop function auth.uid();
    drop function auth.role();
    drop function auth.jwt();
    drop schema auth;
  end if;
  execute format('revoke create on database %I from leadhouse_transform', current_database());
end $$;
drop function identity.refuse_change;
drop function identity.touch_row;
drop function identity.current_user_id;
drop function identity.claims;
drop schema mart_analytics cascade;
drop schema mart_leads cascade;
drop schema mart_companies cascade;
drop schema intermediate cascade;
drop schema staging cascade;
drop schema quality;
drop schema resolution;
drop schema raw;
drop schema billing;
drop schema app;
drop schema identity;
drop extension unaccent;
drop extension btree_gin;
drop extension pg_trgm;
