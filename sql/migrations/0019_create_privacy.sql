-- Privacy: erasures with their certificates, hashes that keep erased people out, and the one function that may erase
-- depends: 0018_extend_sources_and_jobs

-- migrate: apply

create schema privacy authorization leadhouse_owner;
do $$
declare
  space name;
begin
  foreach space in array array['privacy', 'credentials', 'files', 'auth', 'staging', 'mart_companies', 'mart_leads', 'mart_analytics'] loop
    if to_regnamespace(space) is not null then
      execute format('grant usage on schema %I to leadhouse_privacy', space);
    end if;
  end loop;
end $$;
grant usage on schema privacy to leadhouse_landing, leadhouse_imports, leadhouse_enrichment, leadhouse_delivery,
  leadhouse_maintenance, leadhouse_console, leadhouse_transform;

-- An erasure and what it did. Nothing personal outlives it: what it looks for stands in the targets until it is done.
create table privacy.erasures (
  erasure_id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('person', 'organization')),
  state text not null default 'requested' check (state in ('requested', 'running', 'done', 'cancelled')),
  requested_by text not null, -- a role or a ticket, never a person's own data
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp(), -- the end of the time of grace of a closed organization
  organization_id uuid, -- of a closed organization: its row goes, this stays
  repeats_erasure_id uuid references privacy.erasures, -- done again after a restore
  finished_at timestamptz,
  certificate jsonb check (jsonb_typeof(certificate) = 'object'),
  certificate_text text,
  certificate_hash text,
  check ((state = 'done') = (finished_at is not null and certificate_hash is not null))
);
create index erasures_open on privacy.erasures (due_at) where state in ('requested', 'running');
create unique index erasures_one_closing on privacy.erasures (organization_id) where kind = 'organization' and state in ('requested', 'running');
create index erasures_by_repeated on privacy.erasures (repeats_erasure_id);

-- What an unfinished erasure looks for: identifiers, patterns, ids. Deleted in the transaction that finishes it.
create table privacy.erasure_targets (
  erasure_id uuid not null references privacy.erasures on delete cascade,
  kind text not null check (kind in ('email', 'phone', 'social_url', 'name', 'company', 'id', 'unit', 'page', 'host',
    'contact_pattern', 'name_pattern', 'company_pattern', 'salt')),
  value text not null,
  primary key (erasure_id, kind, value)
);

-- A step is done when its row stands; a killed erasure goes on with the first that lacks one.
create table privacy.erasure_steps (
  erasure_id uuid not null references privacy.erasures on delete cascade,
  step text not null,
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  finished_at timestamptz not null default clock_timestamp(),
  primary key (erasure_id, step)
);

create table privacy.erased_keys (
  key_hash bytea primary key check (length(key_hash) = 32), -- HMAC-SHA-256 under LEADHOUSE_ERASURE_KEY
  key_kind text not null check (key_kind in ('email', 'phone', 'social_url', 'name_company')),
  erasure_id uuid not null,
  created_at timestamptz not null default clock_timestamp()
);
create index erased_keys_by_erasure on privacy.erased_keys (erasure_id);

-- Archive members that state an erased person and were landed after the erasure.
create table privacy.pages_due (
  warc_uri text not null,
  warc_offset bigint not null,
  warc_length bigint not null,
  noted_at timestamptz not null default clock_timestamp(),
  primary key (warc_uri, warc_offset)
);

create function privacy.keeps_anyone_out() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from privacy.erased_keys)
$$;

create function privacy.find_erased(hashes bytea[]) returns setof bytea
language sql stable security definer set search_path = '' as $$
  select held.key_hash from unnest(hashes) as asked (key_hash) join privacy.erased_keys as held using (key_hash)
$$;

create function privacy.note_pages(uris text[], offsets bigint[], lengths bigint[]) returns void
language sql volatile security definer set search_path = '' as $$
  insert into privacy.pages_due (warc_uri, warc_offset, warc_length) select * from unnest(uris, offsets, lengths)
      on conflict do nothing
$$;

-- The tags: `personal: <category> (<found>; <erased>)` in a column's comment. Found: `by value`, or `by <column>[, …]` of
-- the same table, whose ids are looked up (and by value as well). Erased: delete row, set null, empty, redact, drop values,
-- pseudonym; or `with the user`, `with the organization`: not a prospect's, gone with whom it belongs to.
create view privacy.personal_columns with (security_invoker = true) as
select relation.oid as table_oid, relation.relnamespace::regnamespace::text as table_schema, relation.relname::text as table_name,
       attribute.attname::text as column_name, format_type(attribute.atttypid, null) as column_type,
       attribute.attnotnull as is_required, tag[1] as category, string_to_array(substr(tag[2], 4), ', ') as found_by,
       tag[3] as erased_by
  from pg_catalog.pg_class as relation
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
 cross join lateral regexp_match(pg_catalog.col_description(relation.oid, attribute.attnum),
   'personal: ([a-z ]+) \((by [a-z0-9_, ]+); ([a-z ]+)\)') as tag
 where relation.relkind in ('r', 'p') and not relation.relispartition and tag is not null;

-- JSON without what matches: members and list elements that say it go, whatever else stands in their element with them.
create function privacy.without(from_value jsonb, pattern text) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  if lower(from_value::text) !~ pattern then
    return from_value;
  end if;
  return case jsonb_typeof(from_value)
    when 'array' then
      (select coalesce(jsonb_agg(each.value order by each.ordinality), '[]') from jsonb_array_elements(from_value) with ordinality as each
        where lower(each.value::text) !~ pattern)
    when 'object' then
      (select coalesce(jsonb_object_agg(kept.key, kept.value), '{}')
         from (select member.key, case when jsonb_typeof(member.value) in ('array', 'object')
                      then privacy.without(member.value, pattern) else member.value end as value
                 from jsonb_each(from_value) as member
                where lower(member.key) !~ pattern
                  and (jsonb_typeof(member.value) in ('array', 'object') or lower(member.value::text) !~ pattern)) as kept
        where kept.value <> '[]')
    end;
end $$;

-- What becomes of one column in a row that is the person's (`is_theirs`) or says an identifier (`pattern`).
create function privacy.erasing_expression(column_name text, column_type text, action text, is_theirs text, pattern text, salt text)
returns text language plpgsql immutable set search_path = '' as $$
declare
  target text := format('%I', column_name);
  says text := format('coalesce(lower(%s::text) ~ (%s), false)', target, pattern);
  empty text := case column_type when 'jsonb' then format('case jsonb_typeof(%s) when ''array'' then ''[]'' else ''{}'' end::jsonb', target)
                  when 'text[]' then '''{}''::text[]' else '''''::text' end;
begin
  return case
    when action = 'set null' then format('case when %s or %s then null else %s end', is_theirs, says, target)
    when action = 'empty' then format('case when %s or %s then %s else %s end', is_theirs, says, empty, target)
    when action = 'pseudonym' then
      format('case when %s is not null and %1$s not like ''erased-%%'' and (%s or %s) then ''erased-'' || '
        || 'left(md5(%L || lower(%1$s)), 16) || ''@erased.invalid'' else %1$s end', target, is_theirs, says, salt)
    when action = 'drop values' and column_type = 'text[]' then
      format('case when %s then array(select each from unnest(%s) as each where lower(each) !~ (%s)) else %2$s end', says, target, pattern)
    when action = 'drop values' then format('case when %s then privacy.without(%s, %s) else %2$s end', says, target, pattern)
    else format('case when %s then regexp_replace(%s, %s, ''[erased]'', ''gi'') else %2$s end', says, target, pattern)
  end;
end $$;

-- Erases what the targets of an erasure name in the tagged columns of the given schemas; returns what was done, by column.
-- Rows that are never changed are changed here and nowhere else: the tables' own triggers rest for the transaction, those
-- that keep a history of changes among them. A table without a hit is not locked.
create function privacy.erase_tagged(of_erasure uuid, of_schemas text[])
returns table (table_name text, column_name text, changed bigint)
language plpgsql volatile security definer set search_path = '' as $$
declare
  ids text[] := array(select value from privacy.erasure_targets where erasure_id = of_erasure and kind = 'id');
  contact text := (select value from privacy.erasure_targets where erasure_id = of_erasure and kind = 'contact_pattern');
  names text := (select value from privacy.erasure_targets where erasure_id = of_erasure and kind = 'name_pattern');
  companies text := (select value from privacy.erasure_targets where erasure_id = of_erasure and kind = 'company_pattern');
  salt text := (select value from privacy.erasure_targets where erasure_id = of_erasure and kind = 'salt');
  target record;
  tag record;
  linked text;
  theirs text;
  pattern text;
  gone text;
  sets text[];
  counts text[];
  changes text[];
  labels text[];
  found bigint[];
  touched regclass[] := '{}';
  rested regclass;
begin
  set constraints all deferred;
  for target in
    select tagged.table_oid::regclass as name, tagged.table_oid,
           (select string_agg(format('%I::text', attribute.attname), ', ') from pg_catalog.pg_attribute as attribute
             where attribute.attrelid = tagged.table_oid and attribute.attnum > 0 and not attribute.attisdropped
               and format_type(attribute.atttypid, null) in ('text', 'jsonb', 'text[]', 'uuid', 'citext')) as texts
      from privacy.personal_columns as tagged
     where tagged.table_schema = any (of_schemas) and tagged.erased_by not like 'with the %'
     group by tagged.table_oid order by tagged.table_oid::regclass::text
  loop
    sets := '{}'; counts := '{}'; changes := '{}'; labels := '{}'; gone := null;
    for tag in select * from privacy.personal_columns as each
                where each.table_oid = target.table_oid and each.erased_by not like 'with the %' order by each.column_name loop
      -- a column of JSON names the resource that it points to
      select string_agg(format('coalesce(%s = any ($1), false)', case when attribute.atttypid = 'jsonb'::regtype
               then format('%I ->> ''id''', key) else format('%I::text', key) end), ' or ') into linked
        from unnest(tag.found_by) as key
        join pg_catalog.pg_attribute as attribute on attribute.attrelid = target.table_oid and attribute.attname = key;
      linked := format('(%s)', coalesce(linked, 'false'));
      -- a name counts where the row is the person's, or says the company as well
      theirs := format('(%s or lower(concat_ws('' '', %s)) ~ $2)', linked, target.texts);
      pattern := format('case when %s or lower(concat_ws('' '', %s)) ~ $4 then $2 || ''|'' || $3 else $2 end', theirs, target.texts);
      if tag.erased_by = 'delete row' then
        gone := concat_ws(' or ', gone, linked, format('coalesce(lower(%I::text) ~ $2, false)', tag.column_name));
      else
        sets := sets || format('%I = %s', tag.column_name,
          privacy.erasing_expression(tag.column_name, tag.column_type, tag.erased_by, linked, pattern, salt));
        changes := changes || format('%I is distinct from %s', tag.column_name,
          privacy.erasing_expression(tag.column_name, tag.column_type, tag.erased_by, linked, pattern, salt));
        counts := counts || format('count(*) filter (where %s)', changes[cardinality(changes)]);
        labels := labels || tag.column_name;
      end if;
    end loop;
    if gone is not null then
      counts := counts || format('count(*) filter (where %s)', gone);
      labels := labels || '*'::text;
    end if;
    execute format('select array[%s] from %s', array_to_string(counts, ', '), target.name) into found using ids, contact, names, companies;
    continue when not exists (select from unnest(found) as each where each > 0);
    execute format('alter table %s disable trigger user', target.name);
    touched := touched || target.name;
    if gone is not null then
      execute format('delete from %s where %s', target.name, gone) using ids, contact, names, companies;
    end if;
    if cardinality(sets) > 0 then
      execute format('update %s set %s where %s', target.name, array_to_string(sets, ', '), array_to_string(changes, ' or '))
        using ids, contact, names, companies;
    end if;
    return query select target.name::text, label, hits from unnest(labels, found) as done (label, hits) where hits > 0;
  end loop;
  set constraints all immediate;
  foreach rested in array touched loop
    execute format('alter table %s enable trigger user', rested);
  end loop;
end $$;

-- The keys of a message to the member it was made for are checked at the end: both lose the address together.
do $$
declare
  found record;
begin
  for found in select conrelid::regclass as target, conname from pg_constraint
                where contype = 'f' and conrelid = 'app.messages'::regclass and confrelid = 'quality.snapshot_members'::regclass loop
    execute format('alter table %s alter constraint %I deferrable initially immediate', found.target, found.conname);
  end loop;
end $$;

-- Nothing more goes out to an erased person: what waits is cancelled. What is being sent at this moment gets its end there.
create function privacy.cancel_messages(of_erasure uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  with ids as (select value::uuid as id from privacy.erasure_targets where erasure_id = of_erasure and kind = 'id'),
  cancelled as (
    update app.messages set state = 'cancelled', reason_class = 'erased', finished_at = clock_timestamp()
     where state = 'queued' and (lead_id in (select id from ids) or message_id in (select id from ids)) returning 1)
  select count(*) from cancelled
$$;

-- Ends the organizations' work on an erased person. After the erasing, so that a history of changes copies nothing.
create function privacy.close_leads(of_erasure uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  with ids as (select value::uuid as id from privacy.erasure_targets where erasure_id = of_erasure and kind = 'id'),
  stopped as (
    update app.campaign_members set stopped_at = coalesce(stopped_at, clock_timestamp()), stopped_reason = 'erased'
     where lead_id in (select id from ids)),
  closed as (
    update app.leads set deleted_at = clock_timestamp() where lead_id in (select id from ids) and deleted_at is null returning 1)
  select count(*) from closed
$$;

do $$
declare
  target regclass;
  routine regprocedure;
begin
  foreach target in array array['privacy.erasures', 'privacy.erasure_targets', 'privacy.erasure_steps', 'privacy.erased_keys',
      'privacy.pages_due']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_privacy', 'select, insert, update, delete');
  end loop;
  execute 'alter view privacy.personal_columns owner to leadhouse_owner';
  execute 'grant select on privacy.personal_columns to leadhouse_privacy, leadhouse_console';
  for routine in select oid::regprocedure from pg_proc where pronamespace = 'privacy'::regnamespace loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to leadhouse_privacy', routine);
  end loop;
end $$;
grant execute on function privacy.keeps_anyone_out, privacy.find_erased, privacy.note_pages
  to leadhouse_landing, leadhouse_imports, leadhouse_enrichment, leadhouse_delivery, leadhouse_maintenance, leadhouse_leads;
grant usage on schema privacy to leadhouse_leads;
grant execute on function privacy.without to leadhouse_transform;

-- migrate: rollback

do $$
declare
  found record;
begin
  for found in select conrelid::regclass as target, conname from pg_constraint
                where contype = 'f' and conrelid = 'app.messages'::regclass and confrelid = 'quality.snapshot_members'::regclass loop
    execute format('alter table %s alter constraint %I not deferrable', found.target, found.conname);
  end loop;
end $$;
drop function privacy.close_leads, privacy.cancel_messages, privacy.erase_tagged, privacy.erasing_expression, privacy.without, privacy.note_pages,
  privacy.find_erased, privacy.keeps_anyone_out;
drop view privacy.personal_columns;
drop table privacy.pages_due, privacy.erased_keys, privacy.erasure_steps, privacy.erasure_targets, privacy.erasures;
drop schema privacy;
do $$
declare
  space name;
begin
  foreach space in array array['credentials', 'files', 'auth', 'staging', 'mart_companies', 'mart_leads', 'mart_analytics'] loop
    if to_regnamespace(space) is not null then
      execute format('revoke usage on schema %I from leadhouse_privacy', space);
    end if;
  end loop;
end $$;
