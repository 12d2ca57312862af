"""Every policy of every table, asked by every identity; and every policy broken in four ways, each of which must show."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from psycopg import sql

from tests.sql.access_world import SCHEMAS, AccessWorld
from tests.sql.policy_probe import Probe, identities, make_analyst, open_everything

MATRIX = Path(__file__).with_name("policy_matrix.txt")
MEMBERS_OF_HOME = {"admin", "manager", "rep", "mate", "loner", "reader", "guest", "key_leads_read", "analyst"}
PEOPLE = MEMBERS_OF_HOME | {"anon", "foreigner", "root", "intruder"}
COMPONENT_LOGINS = {"leadhouse_app", "leadhouse_dbt"}
POLICIES = """
select polrelid::regclass::text as target, polname as name, polcmd::text as verb, polpermissive as is_permissive,
       array(select case when role = 0 then 'public' else role::regrole::text end from unnest(polroles) as role) as roles,
       pg_get_expr(polqual, polrelid) as used, pg_get_expr(polwithcheck, polrelid) as checked
  from pg_policy join pg_class on pg_class.oid = polrelid
 where relnamespace::regnamespace::text = any (%s) and not relispartition order by 1, 2
"""
VERBS = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}


@pytest.fixture(scope="module")
def probe(module_database):
    with module_database.owner(autocommit=True) as connection:
        make_analyst(AccessWorld(connection))
    with module_database.owner(autocommit=True) as connection, connection.transaction(force_rollback=True):
        world = AccessWorld(connection)
        world.populate()
        open_everything(world)
        made = Probe(world)
        made.prepare()
        yield made


@pytest.fixture(scope="module")
def asked(probe):
    return identities(probe.world)


def ask_all(probe, asked):
    """Table → identity → cell."""
    tables = sorted(probe.world.rows)
    by_identity = {identity.name: probe.ask(identity, tables) for identity in asked}
    return {table: {name: cells[table] for name, cells in by_identity.items()} for table in tables}


@pytest.fixture(scope="module")
def matrix(probe, asked):
    """Of everybody but the components."""
    return ask_all(probe, [identity for identity in asked if identity.login not in COMPONENT_LOGINS])


def assert_reviewed(matrix, asked):
    """Accept a reviewed change of the identities that were asked with LEADHOUSE_ACCEPT=1."""
    found = {
        (table, name): f"{table} {name} {cell}"
        for table, cells in matrix.items() for name, cell in cells.items() if cell != "-"
    }  # fmt: skip
    reviewed = {tuple(line.split(" ", 2)[:2]): line for line in MATRIX.read_text().splitlines()}
    names = {name for cells in matrix.values() for name in cells}
    if os.environ.get("LEADHOUSE_ACCEPT"):
        order = [identity.name for identity in asked]
        kept = {key: line for key, line in reviewed.items() if key[1] in order and key[1] not in names} | found
        lines = [kept[key] for key in sorted(kept, key=lambda key: (key[0], order.index(key[1])))]
        MATRIX.write_text("\n".join(lines) + "\n")
    assert list(found.values()) == [line for (_, name), line in reviewed.items() if name in names]


def test_the_policies_for_people_are_the_reviewed_ones(matrix, asked):
    assert_reviewed(matrix, asked)


@pytest.mark.slow
def test_the_policies_for_components_are_the_reviewed_ones(probe, asked):
    components = [identity for identity in asked if identity.login in COMPONENT_LOGINS]
    assert_reviewed(ask_all(probe, components), asked)


def test_nobody_else_stands_in_the_reviewed_matrix(asked):
    assert {line.split(" ", 2)[1] for line in MATRIX.read_text().splitlines()} <= {identity.name for identity in asked}


def test_every_table_has_rows_of_both_organizations(matrix, probe):
    thin = [
        t
        for t, rows in probe.world.rows.items()
        if not rows or ("mine" in rows and len(rows) > 1 and "foreign" not in rows and "shared" not in rows)
    ]
    assert set(thin) <= {"identity.clients", "identity.teams"}


def test_nobody_touches_a_row_of_the_other_organization(matrix):
    crossed = {
        (table, name): cell
        for table, cells in matrix.items()
        for name, cell in cells.items()
        if (name in MEMBERS_OF_HOME and "foreign:" in cell)
        or (name == "foreigner" and re.search(r"(mine|mate|other|nobody|client):", cell))
    }
    assert crossed == {}


def test_the_anonymous_and_the_intruder_see_nothing_of_an_organization(matrix):
    seen = {
        (table, name): cells[name]
        for table, cells in matrix.items()
        for name in ("anon", "intruder")
        if re.search(r"(mine|mate|other|nobody|client):", cells[name])
    }
    assert {key for key in seen if key[0] not in ("identity.roles", "identity.role_permissions")} == set()


def test_no_member_moves_a_row_to_another_organization_or_makes_a_shared_one(matrix):
    moved = {
        (table, name): cell
        for table, cells in matrix.items()
        for name, cell in cells.items()
        if name in PEOPLE and (re.search(r":[rcud]*m", cell) or re.search(r"shared:r?[cumtgd]", cell))
    }
    assert moved == {}


def test_who_only_reads_changes_nothing(matrix):
    changed = {
        (table, name): cells[name]
        for table, cells in matrix.items()
        for name in ("client_reader", "reader", "guest", "analyst", "key_leads_read")
        if name in cells and re.search(r":r?[cumtgd]", cells[name])
    }
    personal = {
        table for table, _ in changed if not re.fullmatch(r"(mine|mate|other|nobody|client):\w+", changed[(table, _)])
    }
    assert personal == set(), changed


def mutants(policy, columns):
    """The policy dropped, widened, inverted, and with its first column replaced by another of the same type."""
    yield "dropped", None
    conditions = {clause: policy[clause] for clause in ("used", "checked") if policy[clause] is not None}
    for clause, expression in conditions.items():
        if expression != "true":
            yield f"{clause} widened", {**conditions, clause: "true"}
        yield f"{clause} inverted", {**conditions, clause: f"not coalesce(({expression}), false)"}
        for name, others in columns.items():
            found = re.search(rf"(?<![\w.]){name}(?= = )", expression)
            if found and others:
                yield (
                    f"{clause} by {others[0]} for {name}",
                    {**conditions, clause: f"{expression[: found.start()]}{others[0]}{expression[found.end() :]}"},
                )
                break


def uuid_columns(connection, table):
    """The tenant's key first, then the person's: the column that a careless policy would mix up."""
    query = (
        "select attname from pg_attribute where attrelid = %s::regclass and atttypid = 'uuid'::regtype and attnum > 0"
        " and not attisdropped order by attname <> 'organization_id', attname <> 'user_id', attnum desc"
    )
    names = [row["attname"] for row in connection.execute(query, [table])]
    return {name: [other for other in names if other not in (name, "created_by", "updated_by")] for name in names}


def replace_policy(connection, policy, conditions):
    target, name = sql.SQL(policy["target"]), sql.Identifier(policy["name"])
    connection.execute(sql.SQL("drop policy {} on {}").format(name, target))
    if conditions is None:
        return
    parts = [
        sql.SQL(f" {word} ({conditions[clause]})")
        for clause, word in (("used", "using"), ("checked", "with check"))
        if clause in conditions
    ]
    connection.execute(
        sql.SQL("create policy {} on {} as {} for {} to {}").format(
            name,
            target,
            sql.SQL("permissive" if policy["is_permissive"] else "restrictive"),
            sql.SQL(VERBS[policy["verb"]]),
            sql.SQL(", ".join(policy["roles"])),
        )
        + sql.Composed(parts)
    )


def open_reading(connection, table):
    """With every row seen, what a policy for writing says is seen by itself."""
    for policy in connection.execute(
        "select polname from pg_policy where polrelid = %s::regclass and polcmd = 'r'", [table]
    ).fetchall():
        connection.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(policy["polname"]), sql.SQL(table)))
    connection.execute(sql.SQL("create policy everything on {} for select using (true)").format(sql.SQL(table)))


def test_a_sample_of_broken_policies_shows_in_the_matrix(probe, asked):
    """Of each schema, kind and verb one policy."""
    kinds = {}
    for policy in probe.world.connection.execute(POLICIES, [SCHEMAS]).fetchall():
        kinds.setdefault((policy["target"].partition(".")[0], policy["is_permissive"], policy["verb"]), []).append(
            policy
        )
    assert len(kinds) > 10
    assert broken_policies_that_do_not_show(probe, asked, [found[0] for found in kinds.values()]) == []


@pytest.mark.prove
def test_every_broken_policy_shows_in_the_matrix(probe, asked):
    policies = probe.world.connection.execute(POLICIES, [SCHEMAS]).fetchall()
    assert broken_policies_that_do_not_show(probe, asked, policies) == []


def broken_policies_that_do_not_show(probe, asked, policies):
    connection, survivors, caught = probe.world.connection, [], 0
    for policy in policies:
        table = policy["target"]
        concerned = [i for i in asked if i.role in policy["roles"] or "public" in policy["roles"]]
        with connection.transaction(force_rollback=True):
            if policy["verb"] in "awd":
                open_reading(connection, table)
            expected = {identity.name: probe.ask(identity, [table]) for identity in concerned}
            for what, conditions in mutants(policy, uuid_columns(connection, table)):
                with connection.transaction(force_rollback=True):
                    replace_policy(connection, policy, conditions)
                    is_shown = any(probe.ask(identity, [table]) != expected[identity.name] for identity in concerned)
                caught += is_shown
                if not is_shown:
                    survivors.append(f"{table}: {policy['name']}: {what}")
    print(f"{caught} broken policies show, {len(survivors)} do not")
    return survivors
