-- Reads of the operations component: what the database holds, and what of it has had its time.

-- name: list_tables
-- Every table with its columns; a partitioned table stands for its partitions. Migrations' own records are left out, and
-- tables of extensions.
select rel.relnamespace::regnamespace::text as schema, rel.relname::text as name,
       (select array_agg(att.attname::text order by att.attnum) from pg_attribute as att
         where att.attrelid = rel.oid and att.attnum > 0 and not att.attisdropped) as columns
  from pg_class as rel
 where rel.relkind in ('r', 'p') and not rel.relispartition
   and rel.relnamespace::regnamespace::text !~ '^(pg_.*|information_schema|migrations)$'
   and (rel.relnamespace::regnamespace::text, rel.relname::text) not in (('public', '_pogo_migration'), ('public', '_pogo_version'))
   and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = rel.oid and deptype = 'e')
   and exists (select from pg_attribute as att where att.attrelid = rel.oid and att.attnum > 0 and not att.attisdropped)
 order by 1, 2;

-- name: list_catalog
-- Everything that a migration may make, one row each: equal before and after means that nothing was left or lost.
-- Extensions' own objects and the migrations' records are left out; column numbers are not compared.
with ours as (
  select oid, nspname from pg_namespace where nspname !~ '^(pg_.*|information_schema|migrations)$'),
extended as (
  select classid, objid from pg_depend where deptype = 'e')
select 'schema' as kind, quote_ident(nspname) as name,
       concat_ws(' ', nspowner::regrole, (select array_agg(acl::text order by acl::text) from unnest(coalesce(nspacl, acldefault('n', nspowner))) as acl)) as detail
  from pg_namespace where oid in (select oid from ours)
union all
select 'relation', rel.oid::regclass::text, concat_ws(' ', rel.relkind, rel.relowner::regrole, rel.relrowsecurity,
       rel.relforcerowsecurity, rel.relreplident, rel.relpersistence, array_to_string(rel.reloptions, ','),
       pg_get_partkeydef(rel.oid), pg_get_expr(rel.relpartbound, rel.oid),
       (select array_agg(acl::text order by acl::text) from unnest(coalesce(rel.relacl, acldefault(case rel.relkind when 'S' then 's' else 'r' end::"char", rel.relowner))) as acl),
       case when rel.relkind in ('v', 'm') then md5(pg_get_viewdef(rel.oid)) end)
  from pg_class as rel
 where rel.relnamespace in (select oid from ours) and rel.relkind <> 'i' and rel.relkind <> 'I' and rel.relname !~ '^_pogo_'
   and ('pg_class'::regclass, rel.oid) not in (select classid, objid from extended)
union all
select 'column', att.attrelid::regclass || '.' || quote_ident(att.attname), concat_ws(' ', format_type(att.atttypid, att.atttypmod),
       att.attnotnull, att.attidentity, att.attgenerated, pg_get_expr(def.adbin, def.adrelid),
       (select array_agg(acl::text order by acl::text) from unnest(att.attacl) as acl))
  from pg_attribute as att
  join pg_class as rel on rel.oid = att.attrelid
  left join pg_attrdef as def on def.adrelid = att.attrelid and def.adnum = att.attnum
 where rel.relnamespace in (select oid from ours) and rel.relkind in ('r', 'p', 'v', 'm', 'c') and att.attnum > 0
   and not att.attisdropped and rel.relname !~ '^_pogo_'
   and ('pg_class'::regclass, rel.oid) not in (select classid, objid from extended)
union all
select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  from pg_index join pg_class as rel on rel.oid = indexrelid
 where rel.relnamespace in (select oid from ours) and rel.relname !~ '^_pogo_'
union all
select 'constraint', conrelid::regclass || ' ' || quote_ident(conname), pg_get_constraintdef(oid)
  from pg_constraint where connamespace in (select oid from ours) and conrelid <> 0 and conrelid::regclass::text !~ '_pogo_'
union all
select 'function', fn.oid::regprocedure::text, concat_ws(' ', fn.proowner::regrole,
       case when fn.prokind in ('f', 'p') then md5(pg_get_functiondef(fn.oid)) end,
       (select array_agg(acl::text order by acl::text) from unnest(coalesce(fn.proacl, acldefault('f', fn.proowner))) as acl))
  from pg_proc as fn
 where fn.pronamespace in (select oid from ours)
   and ('pg_proc'::regclass, fn.oid) not in (select classid, objid from extended)
union all
select 'policy', polrelid::regclass || ' ' || quote_ident(polname), concat_ws(' ', polcmd, polpermissive,
       array(select case when role = 0 then 'public' else role::regrole::text end from unnest(polroles) as role order by 1),
       'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
  from pg_policy join pg_class as rel on rel.oid = polrelid where rel.relnamespace in (select oid from ours)
union all
select 'trigger', tgrelid::regclass || ' ' || quote_ident(tgname), concat_ws(' ', tgenabled, pg_get_triggerdef(trg.oid))
  from pg_trigger as trg join pg_class as rel on rel.oid = tgrelid
 where not tgisinternal and rel.relnamespace in (select oid from ours)
union all
select 'type', typ.oid::regtype::text, concat_ws(' ', typtype, typowner::regrole, format_type(typbasetype, typtypmod),
       (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = typ.oid))
  from pg_type as typ
 where typ.typnamespace in (select oid from ours) and typtype in ('d', 'e', 'r', 'm')
   and ('pg_type'::regclass, typ.oid) not in (select classid, objid from extended)
union all
select 'comment', concat_ws(' ', item.type, item.identity), des.description
  from pg_description as des
 cross join lateral pg_identify_object(des.classoid, des.objoid, des.objsubid) as item
 where (item.schema in (select nspname from ours)
        or (item.type = 'schema' and item.name <> 'public' and item.name in (select quote_ident(nspname) from ours)))
   and (des.classoid, des.objoid) not in (select classid, objid from extended)
union all
select 'sequence', seqrelid::regclass::text, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcycle)
  from pg_sequence join pg_class as rel on rel.oid = seqrelid where rel.relnamespace in (select oid from ours)
union all
select 'default privileges', concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
       (select string_agg(acl::text, ',' order by acl::text) from unnest(defaclacl) as acl) from pg_default_acl
union all
select 'database privilege', grantee::regrole::text, privilege_type
  from pg_database cross join lateral aclexplode(datacl) where datname = current_database() and grantee not in (0, datdba)
union all
select 'extension', extname, extnamespace::regnamespace::text from pg_extension
union all
select 'publication', pub.pubname, concat_ws(' ', pub.puballtables, pub.pubinsert, pub.pubupdate, pub.pubdelete,
       array(select prrelid::regclass::text from pg_publication_rel where prpubid = pub.oid order by 1)) from pg_publication as pub
order by 1, 2;

-- name: list_partition_makers
-- Every function `ensure_…partitions(date)` (or `…partition`) of ours. Component: maintenance.
select fn.oid::regproc::text as name, has_function_privilege(fn.oid, 'execute') as is_granted
  from pg_proc as fn
 where fn.proname ~ '^ensure_(.+_)?partitions?$' and fn.pronargs = 1 and fn.proargtypes[0] = 'date'::regtype
   and fn.proowner = 'leadhouse_owner'::regrole
 order by 1;

-- name: list_expired_partitions
-- Component: maintenance.
select parent, partition, ends_on, days from operations.expired_partitions(%(day)s);

-- name: retire_partition
-- Component: maintenance.
select operations.retire_partition(%(partition)s, %(day)s) as rows;

-- name: list_own_retirements
-- Tables whose component retires their partitions itself. Component: maintenance.
select parent, retired_by, %(day)s::date - days as before
  from operations.retention
 where retired_by is not null and to_regclass(parent) is not null
 order by parent;

-- name: list_purgeable_tables
-- Component: maintenance.
select target from operations.purgeable_tables();

-- name: list_purge_order
-- Which purgeable table refers to which: children are purged first. Component: maintenance.
select distinct found.child, purgeable.target
  from operations.purgeable_tables() as purgeable
 cross join lateral operations.references_to(purgeable.target) as found
 where found.child <> purgeable.target;

-- name: purge_deleted
-- Component: maintenance.
select operations.purge_deleted(%(target)s, %(before)s, %(at_most)s) as purged;

-- name: purge_sign_ins
-- Component: maintenance.
select identity.purge_sign_ins(%(before)s) as purged;

-- name: list_slow_queries
-- Component: maintenance.
select * from operations.slow_queries(%(at_most)s);

-- name: list_table_sizes
-- Component: maintenance.
select * from operations.table_sizes() limit %(at_most)s;

-- name: list_unused_indexes
-- Component: maintenance.
select * from operations.unused_indexes() limit %(at_most)s;
