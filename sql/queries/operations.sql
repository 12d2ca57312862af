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
