-- A new month of raw is made beside who reads: its partitions are attached, which no reader waits for
-- depends: 0099_grant_by_period

-- migrate: apply

-- `create table … partition of` locks the parent against everybody. Of nine parents one after the other, whoever reads two of them in the
-- other order and whoever makes the month wait for each other. A table that is attached locks its parent against other changes of its
-- form alone. What another has made meanwhile is looked for in pg_class: to_regclass may answer from before the lock.
create or replace function raw.ensure_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  parent regclass;
  first_day date := date_trunc('month', of_day)::date;
  partition_name text;
  made integer := 0;
begin
  -- The common case takes no lock: landings must not wait for one another.
  perform from pg_partitioned_table join pg_class on oid = partrelid
   where relnamespace = 'raw'::regnamespace
     and to_regclass(format('raw.%I', relname || to_char(first_day, '"_"YYYY"_"MM'))) is null;
  if not found then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('raw.ensure_partitions'));
  for parent in select partrelid::regclass from pg_partitioned_table join pg_class on oid = partrelid
                 where relnamespace = 'raw'::regnamespace order by 1 loop
    partition_name := (select relname from pg_class where oid = parent) || to_char(first_day, '"_"YYYY"_"MM');
    if not exists (select from pg_class where relnamespace = 'raw'::regnamespace and relname = partition_name) then
      execute format('create table raw.%I (like %s including defaults including constraints including generated including storage'
        ' including compression)', partition_name, parent);
      execute format('alter table raw.%I enable row level security', partition_name);
      execute format('alter table %s attach partition raw.%I for values from (%L) to (%L)',
        parent, partition_name, first_day, (first_day + interval '1 month')::date);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

-- migrate: rollback

create or replace function raw.ensure_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  parent regclass;
  first_day date := date_trunc('month', of_day)::date;
  partition_name text;
  made integer := 0;
begin
  -- The common case takes no lock: landings must not wait for one another.
  perform from pg_partitioned_table join pg_class on oid = partrelid
   where relnamespace = 'raw'::regnamespace
     and to_regclass(format('raw.%I', relname || to_char(first_day, '"_"YYYY"_"MM'))) is null;
  if not found then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('raw.ensure_partitions'));
  for parent in select partrelid::regclass from pg_partitioned_table join pg_class on oid = partrelid
                 where relnamespace = 'raw'::regnamespace order by 1 loop
    partition_name := (select relname from pg_class where oid = parent) || to_char(first_day, '"_"YYYY"_"MM');
    if to_regclass(format('raw.%I', partition_name)) is null then
      execute format('create table raw.%I partition of %s for values from (%L) to (%L)',
        partition_name, parent, first_day, (first_day + interval '1 month')::date);
      execute format('alter table raw.%I enable row level security', partition_name);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
