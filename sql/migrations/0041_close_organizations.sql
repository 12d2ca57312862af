-- Closing an organization: at once nobody works in it; when its time of grace is over, its rows are deleted
-- depends: 0040_complete_documents

-- migrate: apply

-- Ends sign-in, sending and crawling. Undone by privacy.reopen_organization while the time of grace lasts.
create function privacy.shut_organization(of_organization uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.organizations set deleted_at = clock_timestamp() where organization_id = of_organization and deleted_at is null;
  update app.campaigns set status = 'paused' where organization_id = of_organization and status = 'active';
  update app.sources set is_active = false where organization_id = of_organization and is_active;
end $$;

create function privacy.reopen_organization(of_organization uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update identity.organizations set deleted_at = null where organization_id = of_organization
$$;

-- Deletes every row of an organization, whatever table it is in, and the users who belong to no other. Shared rows stay.
-- The order follows from the foreign keys: what is still referred to is tried again after what refers to it.
create function privacy.delete_organization(of_organization uuid) returns table (table_name text, changed bigint)
language plpgsql volatile security definer set search_path = '' as $$
declare
  waiting text[];
  left_over text[];
  statement text;
  target regclass;
  hits bigint;
  users uuid[] := array(select member.user_id from identity.members as member
    where member.organization_id = of_organization and not exists (select from identity.members as other
      where other.user_id = member.user_id and other.organization_id <> of_organization and other.deleted_at is null));
begin
  with spaces as (
    select oid from pg_namespace where nspname in ('identity', 'app', 'raw', 'resolution', 'quality', 'billing', 'files', 'credentials')),
  tables as (
    select relation.oid, relation.oid::regclass::text as name,
           exists (select from pg_attribute where attrelid = relation.oid and attname = 'organization_id' and not attisdropped) as is_of_one,
           exists (select from pg_attribute where attrelid = relation.oid and attname = 'user_id' and not attisdropped) as is_of_user
      from pg_class as relation where relkind in ('r', 'p') and not relispartition and relnamespace in (select oid from spaces)),
  keys as (
    select child.name as child, parent.name as parent, string_agg(format('child.%I = parent.%I', its.attname, theirs.attname), ' and ') as match
      from pg_constraint as key
      join tables as child on child.oid = key.conrelid and not child.is_of_one
      join tables as parent on parent.oid = key.confrelid and parent.is_of_one
     cross join unnest(key.conkey, key.confkey) as pair (its_no, their_no)
      join pg_attribute as its on its.attrelid = key.conrelid and its.attnum = pair.its_no
      join pg_attribute as theirs on theirs.attrelid = key.confrelid and theirs.attnum = pair.their_no
     where key.contype = 'f' and key.conparentid = 0 group by key.oid, child.name, parent.name)
  select array_agg(step order by place, step) into waiting from (
    select 1, 'delete from billing.stripe_events as child using billing.customers as parent '
      || 'where child.stripe_customer_id = parent.stripe_customer_id and parent.organization_id = $1'
    union select 2, format('delete from %s as child using %s as parent where %s and parent.organization_id = $1', child, parent, match) from keys
    union select 3, format('delete from %s as child where child.organization_id = $1', name) from tables where is_of_one
    union select 4, format('delete from %s as child where child.user_id = any ($2)', name) from tables where is_of_user
      and not is_of_one) as steps (place, step);
  foreach statement in array waiting loop
    target := substring(statement from 'delete from (\S+) ')::regclass;
    if exists (select from pg_trigger where tgrelid = target and not tgisinternal and tgenabled <> 'D') then
      execute format('alter table %s disable trigger user', target);
    end if;
  end loop;
  loop
    left_over := '{}';
    foreach statement in array waiting loop
      begin
        execute statement using of_organization, users;
        get diagnostics hits = row_count;
        if hits > 0 then
          return query select substring(statement from 'delete from (\S+) '), hits;
        end if;
      exception when foreign_key_violation then
        left_over := left_over || statement;
      end;
    end loop;
    exit when left_over = '{}';
    if left_over = waiting then
      raise exception 'rows of the organization are referred to by others: %', array_to_string(left_over, '; ')
        using errcode = 'foreign_key_violation';
    end if;
    waiting := left_over;
  end loop;
  for target in select distinct tgrelid::regclass from pg_trigger join pg_class on pg_class.oid = tgrelid
                 where not tgisinternal and tgenabled = 'D' and not relispartition loop
    execute format('alter table %s enable trigger user', target);
  end loop;
end $$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['privacy.shut_organization(uuid)', 'privacy.reopen_organization(uuid)', 'privacy.delete_organization(uuid)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to leadhouse_privacy', routine);
  end loop;
end $$;

-- migrate: rollback

drop function privacy.delete_organization, privacy.reopen_organization, privacy.shut_organization;
