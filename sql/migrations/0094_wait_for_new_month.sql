-- The first usage events or interactions of a month, written by two at once: who waits for the month's partition then sees it
-- depends: 0093_confirm_again

-- migrate: apply

create or replace function app.ensure_usage_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day)::date;
  partition_name text := 'usage_events' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass(format('app.%I', partition_name)) is not null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_usage_partitions'));
  -- to_regclass would answer from this session's cache, which an advisory lock does not make anew: a query of pg_class does
  if exists (select from pg_catalog.pg_class where relnamespace = 'app'::regnamespace and relname = partition_name) then
    return 0;
  end if;
  execute format('create table app.%I partition of app.usage_events for values from (%L) to (%L)', partition_name,
    first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
  execute format('alter table app.%I enable row level security', partition_name);
  return 1;
end $$;

create or replace function app.ensure_interaction_partitions(of_day date) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day::timestamp)::date;
  partition_name text := 'interactions' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass('app.' || partition_name) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_interaction_partitions'));
  if exists (select from pg_catalog.pg_class where relnamespace = 'app'::regnamespace and relname = partition_name) then
    return false;
  end if;
  execute format('create table app.%I partition of app.interactions for values from (%L) to (%L)',
    partition_name, first_day::text || ' 00:00+00', (first_day + interval '1 month')::date::text || ' 00:00+00');
  execute format('alter table app.%I enable row level security', partition_name);
  return true;
end $$;

-- migrate: rollback

create or replace function app.ensure_usage_partitions(of_day date) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day)::date;
  partition_name text := 'usage_events' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass(format('app.%I', partition_name)) is not null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_usage_partitions'));
  if to_regclass(format('app.%I', partition_name)) is not null then
    return 0;
  end if;
  execute format('create table app.%I partition of app.usage_events for values from (%L) to (%L)', partition_name,
    first_day::timestamp at time zone 'UTC', (first_day + interval '1 month')::timestamp at time zone 'UTC');
  execute format('alter table app.%I enable row level security', partition_name);
  return 1;
end $$;

create or replace function app.ensure_interaction_partitions(of_day date) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  first_day date := date_trunc('month', of_day::timestamp)::date;
  partition_name text := 'interactions' || to_char(first_day, '"_"YYYY"_"MM');
begin
  if to_regclass('app.' || partition_name) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.ensure_interaction_partitions'));
  if to_regclass('app.' || partition_name) is not null then
    return false;
  end if;
  execute format('create table app.%I partition of app.interactions for values from (%L) to (%L)',
    partition_name, first_day::text || ' 00:00+00', (first_day + interval '1 month')::date::text || ' 00:00+00');
  execute format('alter table app.%I enable row level security', partition_name);
  return true;
end $$;
