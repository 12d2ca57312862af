-- Slow queries show no literal even where pg_stat_statements kept one
-- depends: 0068_weigh_matches

-- migrate: apply

-- pg_stat_statements keeps a statement with its literals when the entry made at its beginning was evicted or reset before
-- its end, and then for as long as the entry lives. So what stands from the first quote to the last is left out, and so is
-- every number that is not a parameter's: too much of a rare statement rather than one literal.
create or replace function operations.slow_queries(at_most integer default 20)
returns table (query text, role_name name, calls bigint, total_ms double precision, mean_ms double precision, max_ms double precision,
  rows bigint, hit_percent double precision, counted_since timestamptz)
language plpgsql stable security definer set search_path = '' as $function$
declare
  space text := (select nsp.nspname from pg_catalog.pg_extension as ext join pg_catalog.pg_namespace as nsp on nsp.oid = ext.extnamespace
                  where ext.extname = 'pg_stat_statements');
  remedy text := 'Set shared_preload_libraries = ''pg_stat_statements'', restart the server, then run `leadhouse migrate`.';
begin
  if space is null then
    raise exception 'pg_stat_statements is not installed: no statement is counted' using errcode = 'undefined_object', hint = remedy;
  end if;
  return query execute format($query$
    select regexp_replace(
             regexp_replace(stat.query, '(''|\$([[:alpha:]_][[:alnum:]_]*)?\$).*(''|\$[[:alpha:]_][[:alnum:]_]*\$|\$\$)', '…'),
             '(?<![$[:alnum:]_])[0-9][0-9.]*', '…', 'g'),
           role.rolname, stat.calls, stat.total_exec_time, stat.mean_exec_time, stat.max_exec_time, stat.rows,
           100.0 * stat.shared_blks_hit / nullif(stat.shared_blks_hit + stat.shared_blks_read, 0)::double precision,
           info.stats_reset
      from %1$I.pg_stat_statements as stat
      join pg_catalog.pg_database as db on db.oid = stat.dbid and db.datname = current_database()
      left join pg_catalog.pg_roles as role on role.oid = stat.userid
     cross join %1$I.pg_stat_statements_info as info
     order by stat.total_exec_time desc limit $1 $query$, space) using at_most;
exception when object_not_in_prerequisite_state then
  raise exception 'pg_stat_statements is not loaded: no statement is counted' using errcode = 'undefined_object', hint = remedy;
end $function$;

-- migrate: rollback

create or replace function operations.slow_queries(at_most integer default 20)
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
