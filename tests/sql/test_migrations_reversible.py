"""All up, all down, all up: the catalog is the same, and nothing is left in between."""

from __future__ import annotations

from leadhouse.database import migrations

CATALOG = """
select 'relation' as kind, c.oid::regclass::text as name, concat_ws(' ', c.relkind, c.relrowsecurity,
         (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull, ',' order by a.attnum)
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
         (select array_agg(x::text order by x::text) from unnest(c.relacl) x)) as detail
  from pg_class c where c.relnamespace::regnamespace::text = any (%(schemas)s)
union all
select 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text = any (%(schemas)s)
union all
select 'function', oid::regprocedure::text, pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc where pronamespace::regnamespace::text = any (%(schemas)s) and prokind in ('f', 'p')
union all
select 'policy', polrelid::regclass || ' ' || polname, coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '') || polcmd::text from pg_policy
union all
select 'trigger', tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
"""
SCHEMAS = [
    "identity",
    "app",
    "billing",
    "raw",
    "resolution",
    "quality",
    "auth",
    "staging",
    "intermediate",
    "mart_companies",
    "mart_leads",
    "mart_analytics",
]


def catalog(database):
    with database.owner() as owner:
        return sorted(tuple(row.values()) for row in owner.execute(CATALOG, {"schemas": SCHEMAS}))


def test_all_up_all_down_all_up(database):
    before = catalog(database)
    assert len(before) > 300
    count = len(migrations.status(database.admin_url))
    assert len(migrations.rollback(database.admin_url, count)) == count
    assert catalog(database) == []
    with database.owner() as owner:
        left = {
            row["nspname"]
            for row in owner.execute("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'")
        }
    assert left == {"public", "migrations"}
    migrations.migrate(database.admin_url)
    assert catalog(database) == before
