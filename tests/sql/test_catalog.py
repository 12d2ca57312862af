"""Rules that hold for every table, function and role, read from the catalog of the migrated database."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

SCHEMAS = [
    "identity", "app", "billing", "raw", "resolution", "quality", "credentials", "files", "privacy", "operations",
]  # fmt: skip
MATRIX = Path(__file__).with_name("access_matrix.txt")

# Definer functions that anybody may call: they say who the caller is, and nothing of anybody else.
CALLABLE_BY_ALL = {
    "identity.claims()",
    "identity.standing()",
    "identity.current_user_id()",
    "identity.current_organization_id()",
    "identity.current_member_role()",
    "identity.current_client_id()",
    "identity.my_scope(text,text)",
    "identity.may(text,text)",
    "identity.reaches_all(text,text)",
    "identity.reach(text,text)",
    "identity.my_organization_ids()",
    "identity.my_campaign_ids()",
    "identity.my_enrolled_lead_ids()",
    "identity.is_signed_in_person()",
    "identity.require(text,text)",
    "identity.require_organization(uuid)",
    "resolution.my_overlays(resolution.entity_kind)",
}


@pytest.fixture(scope="module")
def catalog(module_database):
    with module_database.connect("landing") as connection:
        connection.execute("select raw.ensure_partitions(date '2026-11-20')")
    with module_database.owner() as connection:
        yield connection


def names(catalog, query, *parameters):
    return {row["name"] for row in catalog.execute(query, parameters)}


def test_every_table_has_row_level_security(catalog):
    open_tables = names(
        catalog,
        "select oid::regclass::text as name from pg_class where relkind in ('r', 'p') and not relrowsecurity"
        " and relnamespace::regnamespace::text = any (%s)",
        SCHEMAS,
    )
    assert open_tables == set()


def test_no_role_of_ours_bypasses_policies(catalog):
    rows = catalog.execute(
        "select rolname as name from pg_roles where (rolbypassrls or rolsuper) and rolname ~ '^(leadhouse|anon|authenticated)'"
    )
    assert [row["name"] for row in rows] == []


def test_no_partition_is_granted(catalog):
    partitions = catalog.execute(
        "select oid::regclass::text as name, relacl from pg_class where relispartition and relkind = 'r'"
    ).fetchall()
    assert len(partitions) >= 7
    granted = {
        row["name"] for row in partitions if any("leadhouse_owner=" not in str(item) for item in row["relacl"] or [])
    }
    assert granted == set()


def test_views_run_as_the_reader(catalog):
    definers = names(
        catalog,
        "select oid::regclass::text as name from pg_class where relkind = 'v' and relnamespace::regnamespace::text = any (%s)"
        " and not coalesce(array_to_string(reloptions, ',') ~ 'security_invoker=(true|on)', false)",
        [*SCHEMAS, "staging", "intermediate", "mart_companies", "mart_leads", "mart_analytics"],
    )
    assert definers == set()
    assert names(catalog, "select oid::regclass::text as name from pg_class where relkind = 'm'") == set()


def test_every_foreign_key_has_an_index(catalog):
    bare = names(
        catalog,
        """
        select format('%%s %%s', con.conrelid::regclass, con.conname) as name
          from pg_constraint as con
         where con.contype = 'f' and con.connamespace::regnamespace::text = any (%s) and con.conparentid = 0
           and not exists (select from pg_index as ind
                            where ind.indrelid = con.conrelid
                              and (ind.indkey::smallint[])[0:cardinality(con.conkey) - 1] @> con.conkey
                              and (ind.indpred is null or con.conkey <@ (ind.indkey::smallint[])))
        """,
        SCHEMAS,
    )
    assert bare == set()


def test_definer_functions_pin_the_search_path_and_are_not_public(catalog):
    rows = catalog.execute(
        "select oid::regprocedure::text as name, proconfig, has_function_privilege('anon', oid, 'execute') as is_public"
        " from pg_proc where prosecdef and pronamespace::regnamespace::text = any (%s) and prorettype <> 'trigger'::regtype",
        [SCHEMAS],
    ).fetchall()
    assert len(rows) >= 10
    assert {row["name"] for row in rows if 'search_path=""' not in (row["proconfig"] or [])} == set()
    assert {row["name"] for row in rows if row["is_public"]} == CALLABLE_BY_ALL


def test_nothing_outside_dbt_depends_on_a_mart(catalog):
    dependents = names(
        catalog,
        """
        select pg_describe_object(dep.classid, dep.objid, 0) as name
          from pg_depend as dep
          join pg_class as mart on mart.oid = dep.refobjid and dep.refclassid = 'pg_class'::regclass
         where mart.relnamespace::regnamespace::text like 'mart\\_%%' and dep.classid in ('pg_proc'::regclass, 'pg_publication_rel'::regclass)
        """,
    )
    assert dependents == set()


def grants(catalog):
    """One line a relation and role: what it may do, in one word a verb; columns where only some are granted."""
    rows = catalog.execute(
        """
        select rel.oid::regclass::text as relation, grantee.rolname as grantee,
               string_agg(lower(acl.privilege_type), ',' order by acl.privilege_type) as verbs
          from pg_class as rel
         cross join lateral aclexplode(rel.relacl) as acl
          join pg_roles as grantee on grantee.oid = acl.grantee
         where rel.relkind in ('r', 'p', 'v') and rel.relnamespace::regnamespace::text = any (%s)
           and acl.grantee <> rel.relowner
         group by 1, 2
        union all
        select att.attrelid::regclass::text, grantee.rolname,
               format('%%s(%%s)', lower(acl.privilege_type), string_agg(att.attname, ',' order by att.attname))
          from pg_attribute as att
          join pg_class as rel on rel.oid = att.attrelid
         cross join lateral aclexplode(att.attacl) as acl
          join pg_roles as grantee on grantee.oid = acl.grantee
         where rel.relnamespace::regnamespace::text = any (%s)
         group by 1, 2, acl.privilege_type
        """,
        [SCHEMAS, SCHEMAS],
    )
    functions = catalog.execute(
        """
        select fn.oid::regprocedure::text as relation, coalesce(grantee.rolname, 'public') as grantee, 'execute' as verbs
          from pg_proc as fn
         cross join lateral aclexplode(coalesce(fn.proacl, acldefault('f', fn.proowner))) as acl
          left join pg_roles as grantee on grantee.oid = acl.grantee
         where fn.pronamespace::regnamespace::text = any (%s) and acl.grantee <> fn.proowner
           and fn.prorettype <> 'trigger'::regtype
        """,
        [SCHEMAS],
    )
    return sorted(f"{row['relation']} {row['grantee']} {row['verbs']}" for row in [*rows, *functions])


def test_the_access_matrix_is_the_reviewed_one(catalog):
    """Every relation and function × every role. Accept a reviewed change with LEADHOUSE_ACCEPT=1."""
    found = "\n".join(grants(catalog)) + "\n"
    if os.environ.get("LEADHOUSE_ACCEPT"):
        MATRIX.write_text(found)
    assert found == MATRIX.read_text()


def test_policies_run_once_a_query_not_once_a_row(catalog):
    """A policy calls functions inside a sub-select only; a bare call runs for each row (10,000 ms a million rows)."""
    slow = names(
        catalog,
        "select format('%%s: %%s', polrelid::regclass, polname) as name from pg_policy"
        " where pg_get_expr(polqual, polrelid) ~ 'identity\\.\\w+\\(' and pg_get_expr(polqual, polrelid) !~* 'select'",
    )
    assert slow == set()


APPENDED = {
    "raw.batches", "raw.fetches", "raw.extractions", "raw.applications", "raw.company_records", "raw.person_records",
    "raw.provider_responses", "raw.email_checks", "raw.email_events", "billing.costs", "quality.suites",
    "quality.snapshots", "quality.snapshot_members", "quality.gate_results", "quality.gate_expectations",
    "quality.gate_revocations", "identity.audit_log", "billing.credit_transactions",
    "app.lead_status_changes", "app.lead_owner_changes", "app.lead_legal_basis", "app.export_rows",
}  # fmt: skip


def test_what_happened_is_never_changed(catalog):
    guarded = names(
        catalog,
        "select tgrelid::regclass::text as name from pg_trigger join pg_class on pg_class.oid = tgrelid"
        " where tgfoid = 'identity.refuse_change'::regproc and tgenabled in ('O', 'A') and not relispartition"
        " and tgtype & 1 = 1 and tgtype & 2 = 2 and tgtype & 8 = 8 and tgtype & 16 = 16",  # row, before, delete, update
    )
    assert guarded == APPENDED
    for statement in ("update billing.costs set amount_eur = 0", "delete from billing.costs"):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"), catalog.transaction():
            catalog.execute("insert into billing.costs (kind, amount_eur) values ('compute', 1)")
            catalog.execute(statement)
