-- What keeps the database fit: reports, retention of partitions, purging of what people deleted
-- depends: 0020_extend_scores

-- migrate: apply

create schema operations authorization leadhouse_owner;
grant usage on schema operations to leadhouse_maintenance, leadhouse_console;

do $$
begin
  -- The statistics show other roles' statements to this one alone; a provider may keep the grant to itself.
  if current_setting('server_version_num')::integer >= 160000 then
    execute 'grant pg_read_all_stats to leadhouse_owner with inherit true';
  else
    grant pg_read_all_stats to leadhouse_owner;
    alter role leadhouse_owner inherit;
  end if;
exception when insufficient_privilege then
  raise notice 'pg_read_all_stats could not be granted: reports show no text of other roles'' statements';
end $$;

-- How long partitions are kept. A table that stands not here is kept for ever: raw is what everything is made of again.
create table operations.retention (
  parent text primary key check (parent ~ '^[a-z_]+\.[a-z0-9_]+$'), -- a table partitioned by time, as schema.name
  days integer not null check (days >= 31), -- after the last day of the partition
  retired_by text check (retired_by ~ '^[a-z_]+\.[a-z_]+$'), -- a function (date) of the table's own component; null: dropped
  reason text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid
);
insert into operations.retention (parent, days, retired_by, reason) values
  ('identity.audit_log', 730, 'identity.retire_audit_partitions', 'two years answer who did what'),
  ('app.usage_events', 400, null, 'a year''s use and the month before it'),
  ('app.job_logs', 90, null, 'a job''s outcome stands in its row'),
  ('raw.email_checks', 400, null, 'a check holds for thirty days and is made again; the newest of each address counts');
create trigger retention_touch before update on operations.retention for each row execute function identity.touch_row();
call identity.open_to_component('operations.retention', 'leadhouse_maintenance', 'select');
call identity.open_to_component('operations.retention', 'leadhouse_console', 'select');

-- Rows that go with what they belong to when that is purged, though their foreign key alone does not say so.
create table operations.purge_rules (
  child text not null check (child ~ '^[a-z_]+\.[a-z0-9_]+$'),
  parent text not null check (parent ~ '^[a-z_]+\.[a-z0-9_]+$'),
  reason text not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  primary key (child, parent)
);
insert into operations.purge_rules (child, parent, reason) values
  ('identity.password_credentials', 'identity.users', 'a way to sign in'),
  ('identity.sessions', 'identity.users', 'a way to sign in'),
  ('identity.one_time_tokens', 'identity.users', 'a way to sign in'),
  ('identity.totp_factors', 'identity.users', 'a way to sign in'),
  ('identity.external_identities', 'identity.users', 'a way to sign in'),
  ('identity.user_preferences', 'identity.users', 'a person''s own'),
  ('app.notifications', 'identity.users', 'a person''s own'),
  ('app.list_members', 'app.lists', 'membership says nothing without its list');
call identity.open_to_component('operations.purge_rules', 'leadhouse_maintenance', 'select');
call identity.open_to_component('operations.purge_rules', 'leadhouse_console', 'select');

-- The partitions whose last day is older than their retention, oldest first. Their bounds are dates or moments.
create function operations.expired_partitions(of_day date)
returns table (parent text, partition text, ends_on date, days integer)
language sql stable security definer set search_path = '' as $$
  select kept.parent, part.oid::regclass::text, upper.bound::date, kept.days
    from operations.retention as kept
    join pg_catalog.pg_inherits as tree on tree.inhparent = to_regclass(kept.parent)
    join pg_catalog.pg_class as part on part.oid = tree.inhrelid
   cross join lateral (select substring(pg_catalog.pg_get_expr(part.relpartbound, part.oid) from 'TO \(''([0-9]{4}-[0-9]{2}-[0-9]{2})') as bound) as upper
   where kept.retired_by is null and upper.bound is not null and upper.bound::date + kept.days <= of_day
   order by 3, 2
$$;

-- Detaches and drops one expired partition; returns its rows. Waits five seconds for the lock at most, and refuses what a
-- foreign key still points at.
create function operations.retire_partition(target text, of_day date) returns bigint
language plpgsql volatile security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  expired record;
  held bigint;
begin
  select * into expired from operations.expired_partitions(of_day) as found where found.partition = target;
  if not found then
    raise exception 'partition % has not expired by %', target, of_day using errcode = 'object_not_in_prerequisite_state',
      hint = 'operations.retention says how long the partitions of a table are kept.';
  end if;
  execute format('select count(*) from %s', target::regclass) into held;
  execute format('alter table %s detach partition %s', expired.parent::regclass, target::regclass);
  execute format('drop table %s', target::regclass);
  return held;
end $$;

-- Tables whose rows people delete and may restore for thirty days.
create function operations.purgeable_tables() returns table (target text)
language sql stable security definer set search_path = '' as $$
  select rel.oid::regclass::text
    from pg_catalog.pg_attribute as att
    join pg_catalog.pg_class as rel on rel.oid = att.attrelid
   where att.attname = 'deleted_at' and not att.attisdropped and rel.relkind in ('r', 'p') and not rel.relispartition
     and rel.relowner = 'leadhouse_owner'::regrole
     and rel.relnamespace::regnamespace::text <> 'files' -- its component sweeps rows and bytes together
     and rel.oid is distinct from to_regclass('app.leads') -- emptied, not removed: a search must not adopt again what somebody deleted
     and exists (select from pg_catalog.pg_constraint as con where con.conrelid = rel.oid and con.contype = 'p')
   order by 1
$$;

-- What refers to a table's rows, by foreign key or, where a ledger keeps a bare id, by a column named like its key.
-- `action`: keeps (the row stays), goes (a rule says so), cascades (the key does it).
create function operations.references_to(target text) returns table (child text, child_columns name[], columns name[], action text)
language sql stable security definer set search_path = '' as $$
  with keyed as (
    select con.conrelid, con.confrelid,
           array(select att.attname from unnest(con.conkey) with ordinality as at (number, place)
                   join pg_catalog.pg_attribute as att on att.attrelid = con.conrelid and att.attnum = at.number order by at.place) as child_columns,
           array(select att.attname from unnest(con.confkey) with ordinality as at (number, place)
                   join pg_catalog.pg_attribute as att on att.attrelid = con.confrelid and att.attnum = at.number order by at.place) as columns,
           con.confdeltype
      from pg_catalog.pg_constraint as con
     where con.contype = 'f' and con.conparentid = 0 and con.confrelid = target::regclass),
  named as (
    select rel.oid as conrelid, target::regclass::oid as confrelid, array[own.attname] as child_columns, array[own.attname] as columns, 'a'::"char"
      from pg_catalog.pg_index as ind
      join pg_catalog.pg_attribute as own on own.attrelid = ind.indrelid and own.attnum = ind.indkey[ind.indnkeyatts - 1]
      join pg_catalog.pg_attribute as att on att.attname = own.attname and att.atttypid = own.atttypid and not att.attisdropped
      join pg_catalog.pg_class as rel on rel.oid = att.attrelid and rel.relkind in ('r', 'p') and not rel.relispartition
     where ind.indrelid = target::regclass and ind.indisprimary and rel.oid <> ind.indrelid and own.attname not in ('organization_id', 'user_id')
       and rel.relowner = 'leadhouse_owner'::regrole
       and not exists (select from keyed where keyed.conrelid = rel.oid and own.attname = any (keyed.child_columns))),
  found as (
    select * from keyed union all select * from named)
  select found.conrelid::regclass::text, found.child_columns, found.columns,
         case when found.confdeltype in ('c', 'n', 'd') then 'cascades'
              when exists (select from operations.purge_rules as rule
                            where to_regclass(rule.child) = found.conrelid and to_regclass(rule.parent) = found.confrelid) then 'goes'
              else 'keeps' end
    from found
   where found.conrelid <> found.confrelid or found.confdeltype = 'a'
$$;

-- Deletes rows that were deleted before `deleted_before` and to which nothing refers that must stay; returns how many.
-- What people may still restore is refused. Rows of ledgers and messages keep what they name.
create function operations.purge_deleted(target text, deleted_before timestamptz, at_most integer default 1000) returns integer
language plpgsql volatile security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  relation regclass := target::regclass;
  reference record;
  kept text := '';
  matching text;
  guard name;
  purged integer;
  batch tid[];
begin
  if deleted_before > now() - interval '30 days' then
    raise exception 'rows deleted after % may still be restored', now() - interval '30 days' using errcode = 'object_not_in_prerequisite_state';
  end if;
  if not exists (select from operations.purgeable_tables() as purgeable where purgeable.target::regclass = relation) then
    raise exception '% is no table of ours with deleted_at', target using errcode = 'wrong_object_type';
  end if;
  for reference in select * from operations.references_to(target) where action = 'keeps' loop
    select string_agg(format('child.%I = victim.%I', child_column, own), ' and ') into matching
      from unnest(reference.child_columns, reference.columns) as pair (child_column, own);
    kept := kept || format(' and not exists (select from %s as child where %s)', reference.child::regclass, matching);
  end loop;
  execute format('select array(select victim.ctid from %s as victim where victim.deleted_at < $1%s limit $2 for update skip locked)',
    relation, kept) into batch using deleted_before, at_most;
  for reference in select * from operations.references_to(target) where action = 'goes' loop
    select string_agg(format('child.%I = victim.%I', child_column, own), ' and ') into matching
      from unnest(reference.child_columns, reference.columns) as pair (child_column, own);
    -- A history that is never changed goes as a whole with what it is about: its guard rests while nobody else writes there.
    select tgname into guard from pg_catalog.pg_trigger
     where tgrelid = reference.child::regclass and tgfoid = 'identity.refuse_change'::regproc and tgparentid = 0;
    if cardinality(batch) > 0 then
      if guard is not null then
        execute format('alter table %s disable trigger %I', reference.child::regclass, guard);
      end if;
      execute format('delete from %s as child using %s as victim where victim.ctid = any ($1) and %s', reference.child::regclass, relation, matching)
        using batch;
      if guard is not null then
        execute format('alter table %s enable trigger %I', reference.child::regclass, guard);
      end if;
    end if;
  end loop;
  execute format('delete from %s where ctid = any ($1)', relation) using batch;
  get diagnostics purged = row_count;
  return purged;
end $$;

-- The statements that took most time in this database since the statistics began, literals left out.
create function operations.slow_queries(at_most integer default 20)
returns table (query text, role_name name, calls bigint, total_ms double precision, mean_ms double precision, max_ms double precision,
  rows bigint, hit_percent double precision, counted_since timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare
  space text := (select nsp.nspname from pg_catalog.pg_extension as ext join pg_catalog.pg_namespace as nsp on nsp.oid = ext.extnamespace
                  where ext.extname = 'pg_stat_statements');
  remedy text := 'Set shared_preload_libraries = ''pg_stat_statements'', restart the server, then run `leadhouse migrate`.';
begin
  if space is null then
    raise exception 'pg_stat_statements is not installed: no statement is counted' using errcode = 'undefined_object', hint = remedy;
  end if;
  return query execute format($query$
    select stat.query, role.rolname, stat.calls, stat.total_exec_time, stat.mean_exec_time, stat.max_exec_time, stat.rows,
           100.0 * stat.shared_blks_hit / nullif(stat.shared_blks_hit + stat.shared_blks_read, 0)::double precision,
           info.stats_reset
      from %1$I.pg_stat_statements as stat
      join pg_catalog.pg_database as db on db.oid = stat.dbid and db.datname = current_database()
      left join pg_catalog.pg_roles as role on role.oid = stat.userid
     cross join %1$I.pg_stat_statements_info as info
     order by stat.total_exec_time desc limit $1 $query$, space) using at_most;
exception when object_not_in_prerequisite_state then
  raise exception 'pg_stat_statements is not loaded: no statement is counted' using errcode = 'undefined_object', hint = remedy;
end $$;

-- Bytes by table, partitions summed to their parent. Rows are the planner's estimate.
create function operations.table_sizes()
returns table (table_name text, partitions bigint, estimated_rows bigint, table_bytes bigint, index_bytes bigint, total_bytes bigint)
language sql stable security definer set search_path = '' as $$
  with recursive tree (root, relation) as (
    select rel.oid, rel.oid from pg_catalog.pg_class as rel
     where rel.relkind in ('r', 'p', 'm') and not rel.relispartition
       and rel.relnamespace::regnamespace::text !~ '^(pg_.*|information_schema)$'
    union all
    select tree.root, part.inhrelid from tree join pg_catalog.pg_inherits as part on part.inhparent = tree.relation)
  select tree.root::regclass::text, count(*) - 1, sum(greatest(rel.reltuples, 0))::bigint,
         sum(pg_catalog.pg_table_size(rel.oid))::bigint, sum(pg_catalog.pg_indexes_size(rel.oid))::bigint,
         sum(pg_catalog.pg_total_relation_size(rel.oid))::bigint
    from tree join pg_catalog.pg_class as rel on rel.oid = tree.relation
   group by tree.root
   order by 6 desc, 1
$$;

-- Indexes that no query has used; those of a partitioned table as one. Unique ones enforce a rule and are left out; one
-- that serves a foreign key makes deletes of the parent cheap, used or not.
create function operations.unused_indexes()
returns table (index_name text, table_name text, index_bytes bigint, serves_foreign_key boolean, counted_since timestamptz)
language sql stable security definer set search_path = '' as $$
  with recursive tree (root, relation) as (
    select ind.indexrelid, ind.indexrelid from pg_catalog.pg_index as ind
      join pg_catalog.pg_class as rel on rel.oid = ind.indexrelid
     where not rel.relispartition and not ind.indisunique and not ind.indisprimary and not ind.indisexclusion
       and rel.relnamespace::regnamespace::text !~ '^(pg_.*|information_schema)$'
    union all
    select tree.root, part.inhrelid from tree join pg_catalog.pg_inherits as part on part.inhparent = tree.relation),
  used as (
    select tree.root, coalesce(sum(stat.idx_scan), 0) as scans, sum(pg_catalog.pg_relation_size(tree.relation))::bigint as bytes
      from tree left join pg_catalog.pg_stat_all_indexes as stat on stat.indexrelid = tree.relation
     group by tree.root)
  select used.root::regclass::text, ind.indrelid::regclass::text, used.bytes,
         exists (select from pg_catalog.pg_constraint as con
                  where con.contype = 'f' and con.conrelid = ind.indrelid and con.conkey[1] = ind.indkey[0]),
         (select stats_reset from pg_catalog.pg_stat_database where datname = current_database())
    from used join pg_catalog.pg_index as ind on ind.indexrelid = used.root
   where used.scans = 0
   order by used.bytes desc, 1
$$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['operations.expired_partitions(date)', 'operations.retire_partition(text, date)',
      'operations.purgeable_tables()', 'operations.references_to(text)', 'operations.purge_deleted(text, timestamptz, integer)',
      'operations.slow_queries(integer)', 'operations.table_sizes()', 'operations.unused_indexes()']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to leadhouse_maintenance', routine);
  end loop;
  foreach routine in array array['operations.slow_queries(integer)', 'operations.table_sizes()', 'operations.unused_indexes()']::regprocedure[] loop
    execute format('grant execute on function %s to leadhouse_console', routine);
  end loop;
end $$;

-- migrate: rollback

drop function operations.unused_indexes;
drop function operations.table_sizes;
drop function operations.slow_queries;
drop function operations.purge_deleted;
drop function operations.references_to;
drop function operations.purgeable_tables;
drop function operations.retire_partition;
drop function operations.expired_partitions;
drop table operations.purge_rules;
drop table operations.retention;
drop schema operations;
