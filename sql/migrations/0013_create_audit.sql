-- The audit log: who did what, with what outcome, and what changed
-- depends: 0012_extend_identity

-- migrate: apply

-- Personal values and secrets never enter `change`: of those it says that they changed. By month, appended, then dropped.
create table identity.audit_log (
  occurred_at timestamptz not null default clock_timestamp(),
  audit_id uuid not null default gen_random_uuid(),
  organization_id uuid, -- null: of no organization, e.g. a sign-in of somebody without one
  verb text not null check (verb ~ '^[a-z]+(_[a-z]+)*$'),
  resource text not null,
  resource_id text,
  outcome text not null default 'succeeded' check (outcome in ('succeeded', 'failed', 'refused')),
  actor_user_id uuid,
  api_key_id uuid,
  component text not null, -- which part of the platform: api, a component's name, administrator
  session_id uuid,
  address inet,
  agent text,
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  change jsonb check (jsonb_typeof(change) = 'object'), -- column → {"old", "new"} or {"masked": true}
  primary key (occurred_at, audit_id)
) partition by range (occurred_at);
create index audit_log_by_organization on identity.audit_log (organization_id, occurred_at desc);
create index audit_log_by_resource on identity.audit_log (organization_id, resource, resource_id, occurred_at desc);
create index audit_log_by_actor on identity.audit_log (actor_user_id, occurred_at desc);
create trigger rows_are_appended before update or delete on identity.audit_log
  for each row execute function identity.refuse_change();

-- Makes the month's partition where it is missing; returns how many it made. Months are of UTC.
create function identity.ensure_audit_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day)::date;
  partition_name text := 'audit_log_' || to_char(first_day, 'YYYY_MM');
begin
  if to_regclass('identity.' || partition_name) is not null then -- takes no lock: acts must not wait for one another
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('identity.ensure_audit_partitions'));
  -- a query: the name was looked up in vain before the wait, and that may still be remembered
  if exists (select from pg_catalog.pg_class where relnamespace = 'identity'::regnamespace and relname = partition_name) then
    return 0;
  end if;
  execute format('create table identity.%I partition of identity.audit_log for values from (%L) to (%L)', partition_name,
    first_day::timestamp at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
  execute format('alter table identity.%I enable row level security', partition_name);
  return 1;
end $$;

-- Drops the months that end on `before` or earlier, and returns their names.
create function identity.retire_audit_partitions(before date) returns setof text
language plpgsql volatile security definer set search_path = '' as $$
declare
  old text;
begin
  for old in select relname from pg_catalog.pg_inherits join pg_catalog.pg_class on oid = inhrelid
              where inhparent = 'identity.audit_log'::regclass
                and to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= before
              order by relname loop
    execute format('drop table identity.%I', old);
    return next old;
  end loop;
end $$;

-- Who acts: the API's claims, or for a component the person it says it works for; `leadhouse.request` holds what the
-- process knows of the request: {"address", "agent", "user_id", "session_id"}. It counts for the platform's own logins alone.
create function identity.acting(out user_id uuid, out api_key_id uuid, out session_id uuid, out component text, out address inet,
  out agent text)
language plpgsql stable security definer set search_path = '' as $$
declare
  claims jsonb := identity.claims();
  is_platform boolean := pg_has_role(session_user, 'leadhouse_app', 'member');
  request jsonb;
begin
  if is_platform or pg_has_role(session_user, 'leadhouse_authenticator', 'member') then
    request := nullif(current_setting('leadhouse.request', true), '')::jsonb;
  end if;
  user_id := coalesce((claims ->> 'sub')::uuid, case when is_platform then (request ->> 'user_id')::uuid end);
  api_key_id := (claims ->> 'api_key_id')::uuid;
  session_id := coalesce((claims ->> 'session_id')::uuid, case when is_platform then (request ->> 'session_id')::uuid end);
  component := case when current_setting('role') in ('authenticated', 'anon') then 'api'
                    when current_setting('role') like 'leadhouse\_%' then substr(current_setting('role'), 11)
                    when session_user like 'leadhouse\_%' then substr(session_user, 11)
                    else 'administrator' end;
  address := (request ->> 'address')::inet;
  agent := left(request ->> 'agent', 400);
end $$;

-- One act. A member's is of the own organization and in the own name; a component says whose it is.
create function identity.record_act(of_verb text, of_resource text, of_resource_id text default null, of_outcome text default 'succeeded',
  of_details jsonb default '{}', of_organization uuid default null, of_user uuid default null) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor record := identity.acting();
  moment timestamptz := clock_timestamp();
  made uuid;
begin
  if not pg_has_role(session_user, 'leadhouse_app', 'member') then
    of_organization := identity.current_organization_id();
    of_user := null;
  end if;
  perform identity.ensure_audit_partitions((moment at time zone 'UTC')::date);
  insert into identity.audit_log (occurred_at, organization_id, verb, resource, resource_id, outcome, actor_user_id, api_key_id,
    component, session_id, address, agent, details)
  values (moment, of_organization, of_verb, of_resource, of_resource_id, of_outcome, coalesce(actor.user_id, of_user), actor.api_key_id,
    actor.component, actor.session_id, actor.address, actor.agent, of_details)
  returning audit_id into made;
  return made;
end $$;

-- Columns that are noise (stamps, counters, what a machine saw last), and those whose values never enter the log. Without a
-- search_path of their own they are inlined.
create function identity.is_unaudited(column_name text) returns boolean
language sql immutable as $$
  select column_name ~ '^(created_at|created_by|updated_at|updated_by|last_used_at|last_seen_at|search_document)$|_count$|_total$|^metrics?$'
$$;
create function identity.is_masked(column_name text) returns boolean
language sql immutable as $$
  select column_name ~ '(hash|sealed|secret|password|token|ciphertext|email|phone|full_name|first_name|last_name|address|notes|custom_fields)'
$$;

-- What changed in a row, as an expression over `o` (before) and `n` (after): column → {"old", "new"}, null when nothing did. Columns
-- are compared as they are and only those that differ are written: 20 us a row where two rows as jsonb took 1,000.
create function identity.change_expression(target regclass, operation text, masked text[]) returns text
language sql stable set search_path = '' as $$
  select 'nullif(' || string_agg(format(case operation
             when 'UPDATE' then 'case when o.%1$I%4$s is distinct from n.%1$I%4$s then jsonb_build_object(%2$L, %3$s) else ''{}'' end'
             when 'INSERT' then 'case when n.%1$I is not null then jsonb_build_object(%2$L, %3$s) else ''{}'' end'
             else 'case when o.%1$I is not null then jsonb_build_object(%2$L, %3$s) else ''{}'' end' end,
           att.attname, att.attname,
           case when att.attname = any (masked) or identity.is_masked(att.attname) then '''{"masked": true}''::jsonb'
                else format(case operation when 'UPDATE' then 'jsonb_build_object(''old'', o.%1$I, ''new'', n.%1$I)'
                  when 'INSERT' then 'jsonb_build_object(''new'', n.%1$I)' else 'jsonb_build_object(''old'', o.%1$I)' end, att.attname) end,
           case when att.atttypid = 'json'::regtype then '::text' else '' end), ' || ' order by att.attnum) || ', ''{}'')'
    from pg_catalog.pg_attribute as att
   where att.attrelid = target and att.attnum > 0 and not att.attisdropped and att.attgenerated = ''
     and not identity.is_unaudited(att.attname)
$$;

-- The statement that writes the entries of one trigger: $1 time, $2 the caller's organization, $3 resource, $4 to $9 who acts. A
-- soft delete is a deletion to people, and its end a restoration.
create function identity.audit_statement(target regclass, operation text, keys text[], masked text[], is_mass boolean) returns text
language sql stable set search_path = '' as $$
  with shape as (
    select case operation when 'INSERT' then 'n' else 'o' end as one,
           case operation when 'INSERT' then 'new_rows as n' when 'DELETE' then 'old_rows as o'
             else format('old_rows as o join new_rows as n using (%s)', (select string_agg(quote_ident(key), ', ') from unnest(keys) as key))
             end as rows,
           exists (select from pg_catalog.pg_attribute where attrelid = target and attname = 'organization_id' and not attisdropped) as is_tenant,
           exists (select from pg_catalog.pg_attribute where attrelid = target and attname = 'deleted_at' and not attisdropped) as is_soft),
  parts as (
    select shape.rows, case when is_tenant then format('coalesce(%s.organization_id, $2)', one) else '$2' end as organization,
           case when operation = 'UPDATE' and is_soft then
                  'case when o.deleted_at is null and n.deleted_at is not null then ''delete'' '
                  'when o.deleted_at is not null and n.deleted_at is null then ''restore'' else ''update'' end'
                else quote_literal(case operation when 'INSERT' then 'create' else lower(operation) end) end as verb,
           (select format('concat_ws(''/'', %s)', string_agg(format('%s.%I', one, key), ', ' order by place))
              from unnest(keys) with ordinality as each (key, place)) as id
      from shape)
  select format('insert into identity.audit_log (occurred_at, resource, actor_user_id, api_key_id, component, session_id, address, agent, '
      'organization_id, verb, resource_id, details, change) select $1, $3, $4, $5, $6, $7, $8, $9, ')
    || case when is_mass then format('%s, %L, null, jsonb_build_object(''rows'', count(*)), null from %s group by 9',
                 organization, case operation when 'INSERT' then 'create' else 'delete' end, parts.rows)
            else format('%s, %s, %s, ''{}'', told.change from %s cross join lateral (select %s as change) as told '
                 'where told.change is not null', organization, verb, id, parts.rows,
                 identity.change_expression(target, operation, masked)) end
    from parts
$$;

-- Once a statement. Arguments: resource, key columns, masked columns, 'people' when only what a person does counts. Rows that
-- a component inserts or deletes by itself are one entry a statement and organization, with their number.
create function identity.record_change() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor record := identity.acting();
  moment timestamptz := clock_timestamp();
begin
  if tg_argv[3] = 'people' and actor.user_id is null then
    return null;
  end if;
  perform identity.ensure_audit_partitions((moment at time zone 'UTC')::date);
  execute identity.audit_statement(tg_relid, tg_op, string_to_array(tg_argv[1], ','), string_to_array(tg_argv[2], ','),
    actor.user_id is null and tg_op <> 'UPDATE')
  using moment, identity.current_organization_id(), tg_argv[0], actor.user_id, actor.api_key_id, actor.component, actor.session_id,
    actor.address, actor.agent;
  return null;
end $$;

-- Puts a table under audit; `masked` names columns with personal values beyond those that `identity.is_masked` knows.
create procedure identity.audit_changes(target regclass, masked text[] default '{}', of_people_only boolean default false,
  resource text default null, key_columns text[] default null)
language plpgsql set search_path = '' as $$
declare
  keys text := coalesce(array_to_string(key_columns, ','),
    (select string_agg(att.attname, ',' order by place) from pg_catalog.pg_constraint as con
      cross join lateral unnest(con.conkey) with ordinality as key (attnum, place)
       join pg_catalog.pg_attribute as att on att.attrelid = con.conrelid and att.attnum = key.attnum
      where con.conrelid = target and con.contype = 'p'));
  verb text;
begin
  if keys is null then
    raise exception 'table % has no primary key to name its rows by', target using errcode = 'invalid_table_definition';
  end if;
  foreach verb in array array['insert', 'update', 'delete'] loop
    execute format('create trigger %I after %s on %s referencing %s for each statement execute function identity.record_change(%L, %L, %L, %L)',
      verb || 's_are_audited', verb, target,
      case verb when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
                else 'old table as old_rows new table as new_rows' end,
      coalesce(resource, (select relname from pg_catalog.pg_class where oid = target)), keys, array_to_string(masked, ','),
      case when of_people_only then 'people' else 'all' end);
  end loop;
end $$;

alter table identity.audit_log owner to leadhouse_owner;
alter table identity.audit_log enable row level security;
grant select on identity.audit_log to authenticated;
create policy "members read audit in their scope" on identity.audit_log for select to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.reaches_all('audit', 'read')));
create policy "people read their own acts" on identity.audit_log for select to authenticated
  using (actor_user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person())
         and (organization_id is null or organization_id = (select identity.current_organization_id())));
call identity.open_to_component('identity.audit_log', 'leadhouse_identity', 'select');
do $$
declare
  routine regprocedure;
  component text;
begin
  foreach routine in array array['identity.ensure_audit_partitions(date)', 'identity.retire_audit_partitions(date)', 'identity.acting()',
      'identity.record_act(text, text, text, text, jsonb, uuid, uuid)', 'identity.is_unaudited(text)', 'identity.is_masked(text)',
      'identity.change_expression(regclass, text, text[])', 'identity.record_change()',
      'identity.audit_statement(regclass, text, text[], text[], boolean)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
  foreach component in array array['landing', 'imports', 'jobs', 'resolution', 'enrichment', 'quality', 'delivery', 'leads', 'campaigns',
      'maintenance', 'console', 'identity', 'billing', 'credentials', 'files', 'events', 'privacy'] loop
    execute format('grant execute on function identity.record_act(text, text, text, text, jsonb, uuid, uuid) to leadhouse_%s', component);
  end loop;
end $$;
grant execute on function identity.record_act to authenticated;
grant execute on function identity.ensure_audit_partitions, identity.retire_audit_partitions to leadhouse_maintenance;
revoke execute on procedure identity.audit_changes from public;

-- What people work on. Of jobs, sources, budgets, campaign members and suppressions the platform's own changes have ledgers of their own.
call identity.audit_changes('identity.organizations', '{postal_address}');
call identity.audit_changes('identity.users');
call identity.audit_changes('identity.members');
call identity.audit_changes('identity.invitations');
call identity.audit_changes('identity.api_keys');
call identity.audit_changes('identity.clients');
call identity.audit_changes('identity.teams');
call identity.audit_changes('identity.team_members');
call identity.audit_changes('identity.external_identities', '{subject}');
call identity.audit_changes('identity.role_permissions');
call identity.audit_changes('app.leads');
call identity.audit_changes('app.lead_searches');
call identity.audit_changes('app.corrections', '{value,reason}');
call identity.audit_changes('app.score_weights', key_columns => '{organization_id,factor,input_value}');
call identity.audit_changes('app.campaigns');
call identity.audit_changes('app.campaign_steps', '{subject_template,body_template}');
call identity.audit_changes('app.campaign_members', of_people_only => true);
call identity.audit_changes('app.email_accounts', '{from_name}');
call identity.audit_changes('app.suppressions', '{value_normalized}', of_people_only => true);
call identity.audit_changes('app.sources', '{config}', of_people_only => true);
call identity.audit_changes('app.jobs', of_people_only => true);
call identity.audit_changes('billing.budgets', of_people_only => true);

-- migrate: rollback

do $$
declare
  standing record;
begin
  for standing in select tgname, tgrelid::regclass as target from pg_trigger where tgfoid = 'identity.record_change()'::regprocedure loop
    execute format('drop trigger %I on %s', standing.tgname, standing.target);
  end loop;
end $$;
drop procedure identity.audit_changes;
drop function identity.record_change;
drop function identity.audit_statement;
drop function identity.change_expression;
drop function identity.is_masked;
drop function identity.is_unaudited;
drop function identity.record_act;
drop function identity.acting;
drop function identity.retire_audit_partitions;
drop function identity.ensure_audit_partitions;
drop table identity.audit_log;
