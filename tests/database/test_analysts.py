"""Analysts' logins: made, rotated, revoked, and what they reach: generated from the catalog, tried as the login."""

from __future__ import annotations

import json
import threading
import time

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from typer.testing import CliRunner

from leadhouse.commands.analyst import app
from leadhouse.database.analysts import (
    AnalystError,
    cancel_overlong_statements,
    create_analyst,
    ensure_analyst,
    login_name,
    revoke_analyst,
    rotate_analyst,
)

# They say who the caller is, and nothing of anybody else.
ABOUT_THE_CALLER = {
    "auth.uid()", "auth.jwt()", "auth.role()", "identity.claims()", "identity.current_user_id()",
    "identity.current_organization_id()", "identity.current_member_role()", "identity.current_client_id()",
    "identity.standing()", "identity.my_scope(text,text)", "identity.may(text,text)", "identity.reaches_all(text,text)",
    "identity.reach(text,text)", "identity.my_organization_ids()", "identity.my_campaign_ids()",
    "identity.is_signed_in_person()", "identity.require_organization(uuid)", "identity.require(text,text)",
    "identity.action_of(text)", "identity.my_enrolled_lead_ids()", "resolution.my_overlays(resolution.entity_kind)",
}  # fmt: skip


def organization(database, slug):
    with database.owner() as connection:
        connection.execute("insert into identity.organizations (slug, name) values (%s, %s)", [slug, slug])


@pytest.fixture(scope="module")
def login(module_database):
    """URL of an analyst of north, in a database with partitions and an organization beside."""
    organization(module_database, "north")
    organization(module_database, "south")
    with module_database.connect("landing") as connection:
        connection.execute("select raw.ensure_partitions(date '2026-11-20')")
    with module_database.connect("maintenance") as connection:
        connection.execute("select app.ensure_usage_partitions(date '2026-11-20')")
    with module_database.owner(autocommit=True) as owner:
        yield create_analyst(owner, module_database.admin_url, "north")
        revoke_analyst(owner, "north")


def tried(connection, statement):
    """None when it ran, else the SQL state."""
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def test_every_relation_outside_the_marts_is_refused(module_database, login):
    with module_database.owner() as owner:
        relations = owner.execute(
            "select nspname as schema, relname as name from pg_class"
            " join pg_namespace on pg_namespace.oid = relnamespace"
            " where relkind in ('r', 'p', 'v', 'm', 'f', 'S')"
            " and nspname !~ '^(pg_|information_schema$|mart_)'"
        ).fetchall()
    assert len(relations) > 100
    with psycopg.connect(login) as connection:
        open_ones = [
            f"{each['schema']}.{each['name']}"
            for each in relations
            if tried(connection, sql.SQL("select * from {}.{} limit 1").format(*map(sql.Identifier, each.values())))
            != "42501"
        ]
    assert open_ones == []


def test_every_function_outside_the_marts_is_refused(module_database, login):
    with module_database.owner() as owner:
        functions = owner.execute(
            "select pg_proc.oid::regprocedure::text as signature, prokind::text as kind, nspname, proname,"
            " array(select format_type(kind, null) from unnest(proargtypes::oid[]) as kind) as arguments"
            " from pg_proc join pg_namespace on pg_namespace.oid = pronamespace"
            " where nspname !~ '^(pg_|information_schema$)' and prokind in ('f', 'p')"
            " and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)"
            " and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')"
        ).fetchall()
    assert len(functions) > 50
    reached = set()
    with psycopg.connect(login) as connection:
        for each in functions:
            call = sql.SQL("{} {}.{}({})").format(
                sql.SQL("call" if each["kind"] == "p" else "select"),
                sql.Identifier(each["nspname"]),
                sql.Identifier(each["proname"]),
                sql.SQL(", ").join(sql.SQL(f"null::{argument}") for argument in each["arguments"]),
            )
            if tried(connection, call) != "42501":
                reached.add(each["signature"])
    assert reached - ABOUT_THE_CALLER == set()


def test_settings_do_not_widen(module_database, login):
    claims = json.dumps({"sub": None, "organization_id": "x", "role": "service_role"})
    with psycopg.connect(login, row_factory=dict_row, autocommit=True) as connection:
        before = connection.execute("select identity.current_organization_id() as id").fetchone()
        for name, value in [
            ("request.jwt.claims", claims), ("default_transaction_read_only", "off"), ("transaction_read_only", "off"),
            ("row_security", "off"), ("search_path", "app, raw, identity, public"), ("statement_timeout", "0"),
        ]:  # fmt: skip
            connection.execute("select set_config(%s, %s, false)", [name, value])
        assert connection.execute("select identity.current_organization_id() as id").fetchone() == before
        for statement in (
            "select * from leads", "create table public.mine (a int)", "create schema mine", "set role leadhouse_owner",
            "set role leadhouse_transform", "set session authorization leadhouse_api", "set temp_file_limit = '9GB'",
            "copy (select 1) to program 'true'", "alter role current_user connection limit 100", "create role other",
            "select pg_read_file('/etc/hostname')",
        ):  # fmt: skip
            assert tried(connection, statement) in {"42501", "42P01"}, statement


def test_sessions_start_read_only_with_a_time_limit_on_the_marts(login):
    with psycopg.connect(login, row_factory=dict_row) as connection:
        shown = {
            name: connection.execute(sql.SQL("show {}").format(sql.Identifier(name))).fetchone()[name]
            for name in ("statement_timeout", "default_transaction_read_only", "search_path", "temp_file_limit")
        }
    assert shown == {
        "statement_timeout": "1min", "default_transaction_read_only": "on",
        "search_path": "mart_leads, mart_companies, mart_analytics", "temp_file_limit": "2GB",
    }  # fmt: skip


def test_five_connections_at_most(login):
    opened = [psycopg.connect(login) for _ in range(5)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(login)
    finally:
        for connection in opened:
            connection.close()


def test_overlong_statement_is_cancelled_whatever_the_session_set(module_database, login):
    ends = []

    def sleep():
        with psycopg.connect(login) as connection:
            connection.execute("set statement_timeout = 0")
            try:
                connection.execute("select pg_sleep(30)")
            except psycopg.errors.QueryCanceled as error:
                ends.append(error.sqlstate)

    thread = threading.Thread(target=sleep)
    thread.start()
    with module_database.owner(autocommit=True) as owner:
        assert cancel_overlong_statements(owner) == 0, "it has not run for a minute"
        deadline = time.monotonic() + 20
        while not cancel_overlong_statements(owner, 0.2) and time.monotonic() < deadline:
            time.sleep(0.1)
        thread.join()
    assert ends == ["57014"]


def test_rotating_ends_sessions_and_the_old_password(database):
    organization(database, "north")
    with database.owner(autocommit=True) as owner:
        old = create_analyst(owner, database.admin_url, "north", "kim")
        other = create_analyst(owner, database.admin_url, "north")
        with psycopg.connect(old) as session, psycopg.connect(other) as beside:
            new = rotate_analyst(owner, database.admin_url, "north", "kim")
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
            beside.execute("select 1")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(old)
        with psycopg.connect(new) as session:
            session.execute("select 1")
        with pytest.raises(AnalystError, match="there already"):
            create_analyst(owner, database.admin_url, "north", "kim")
        for name in ("kim", None):
            revoke_analyst(owner, "north", name)


def test_revoking_drops_the_login_and_ends_its_sessions(database):
    organization(database, "north")
    with database.owner(autocommit=True) as owner:
        url = create_analyst(owner, database.admin_url, "north", "kim")
        with psycopg.connect(url) as session:
            assert revoke_analyst(owner, "north", "kim") == 1
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        assert owner.execute("select * from identity.sql_logins").fetchall() == []
        for act in (revoke_analyst, lambda owner, slug: rotate_analyst(owner, database.admin_url, slug)):
            with pytest.raises(AnalystError, match="no login"):
                act(owner, "north")


def test_names():
    assert login_name("leadhouse", "north", "kim") == "leadhouse_analyst_north_kim"
    long = login_name("d" * 40, "s" * 40, "kim")
    assert len(long) == 63
    assert long != login_name("d" * 40, "s" * 40, "lee")
    for name in ("Kim", "a_b", "", 'x"; drop role y', "k" * 31):
        with pytest.raises(AnalystError, match="no name"):
            login_name("d", "s", name)


def test_commands(database):
    organization(database, "north")

    def call(*words):
        done = CliRunner().invoke(app, [*words, "--organization", "north"])
        return done.exit_code, done.output.strip()

    code, first = call("create", "--name", "kim")
    assert code == 0
    session = psycopg.connect(first)
    session.execute("select 1")
    code, listed = call("list")
    assert (code, "_analyst_north_kim" in listed, listed.endswith("open sessions: 1")) == (0, True, True)
    code, second = call("rotate", "--name", "kim")
    assert (code, second != first) == (0, True)
    session.close()
    assert call("create", "--name", "kim")[0] == 1
    assert call("revoke", "--name", "kim") == (0, "revoked; 0 open sessions were ended")
    assert call("revoke", "--name", "kim")[0] == 1


def test_without_an_organization_no_login_is_made(database):
    with database.owner(autocommit=True) as owner:
        with pytest.raises(LookupError, match="no organization 'west'"):
            ensure_analyst(owner, database.admin_url, "west")
        rows = owner.execute("select from pg_roles where rolname = %s", [login_name(database.name, "west")])
        assert rows.fetchall() == []
