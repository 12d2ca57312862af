"""Who may read and run what in `identity`: secrets by one component, functions by whom they are for."""

from __future__ import annotations

import psycopg
import pytest

from leadhouse.database import connect
from leadhouse.identity.sign_in import sign_in

SECRET_TABLES = [
    "password_credentials", "refresh_families", "refresh_tokens", "one_time_tokens", "recovery_codes", "signing_keys",
    "throttles",
]  # fmt: skip
SECRET_COLUMNS = [
    ("totp_factors", "secret_sealed"), ("api_keys", "key_hash"), ("invitations", "token_hash"),
]  # fmt: skip
FUNCTIONS = {
    "authenticated": {
        "revoke_session", "invite_member", "revoke_invitation", "change_member_role", "remove_member", "restore_member",
        "leave_organization", "create_api_key", "revoke_api_key", "record_act", "is_time_zone",
    },
    "leadhouse_identity": {
        "end_sessions", "create_organization", "accept_invitation", "prove_address", "delete_user", "restore_user",
        "export_account",
        "rotate_refresh_token", "take_attempt", "expand_permissions", "standing_permissions",
        "wants_email", "record_act", "is_time_zone",
    },
    "leadhouse_maintenance": {"purge_sign_ins", "ensure_audit_partitions", "retire_audit_partitions", "record_act"},
    "leadhouse_events": {"wants_email", "record_act"},
    "leadhouse_leads": {"record_act"},
    "leadhouse_analyst": set(),
    "anon": set(),
}  # fmt: skip
NOBODYS = {
    "can_grant_role", "end_membership", "require_rank", "acting", "change_expression", "audit_statement", "is_masked",
    "is_unaudited",
}  # fmt: skip


@pytest.mark.parametrize("table", SECRET_TABLES)
def test_hashes_are_granted_to_the_component_and_the_eraser_alone(world, table):
    grantees = world.rows(
        "select distinct grantee.rolname from pg_class as rel cross join lateral aclexplode(rel.relacl) as acl"
        " join pg_roles as grantee on grantee.oid = acl.grantee"
        " where rel.oid = %s::regclass and acl.grantee <> rel.relowner", f"identity.{table}",
    )  # fmt: skip
    assert {each["rolname"] for each in grantees} - {"leadhouse_privacy"} == {"leadhouse_identity"}
    for person in (world.member("super_admin"), world.member("organization_admin")):
        with world.acting(person) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select 1 from identity.{table}")  # noqa: S608


@pytest.mark.parametrize(("table", "column"), SECRET_COLUMNS)
def test_secret_columns_are_read_by_no_member(world, table, column):
    person = world.member("super_admin")
    with world.acting(person) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select {column} from identity.{table}")  # noqa: S608


def test_functions_are_run_by_those_they_are_for(world):
    every = set().union(*FUNCTIONS.values()) | NOBODYS
    for role, allowed in FUNCTIONS.items():
        rows = world.rows(
            "select proname from pg_proc where pronamespace = 'identity'::regnamespace and proname = any (%s)"
            " and has_function_privilege(%s, oid, 'execute')", list(every), role,
        )  # fmt: skip
        assert {row["proname"] for row in rows} == allowed, role
    known = world.rows("select proname from pg_proc where pronamespace = 'identity'::regnamespace")
    assert every <= {row["proname"] for row in known}


@pytest.mark.parametrize("component", ["leads", "delivery", "events", "billing", "campaigns", "landing"])
def test_other_components_reach_no_account(world, component):
    reached = world.rows(
        "select rel::regclass::text as name from unnest(%s::regclass[]) as rel"
        " where has_any_column_privilege(%s, rel, 'select, insert, update')",
        [f"identity.{table}" for table, _ in SECRET_COLUMNS] + ["identity.sessions", "identity.external_identities"],
        f"leadhouse_{component}",
    )
    assert reached == []
    with connect(component) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select password_hash from identity.password_credentials")


def test_the_component_writes_no_member_and_no_key_directly(world):
    person = world.member()
    for statement in (
        "update identity.members set role = 'super_admin'",
        "insert into identity.members (organization_id, user_id, role) select organization_id, user_id, 'super_admin'"
        " from identity.members limit 1",
        "update identity.api_keys set permissions = '{members:write}'",
        "update identity.invitations set role = 'super_admin'",
        "update identity.users set deleted_at = now()",
        "update identity.role_permissions set scope = 'all'",
    ):
        with connect("identity") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    assert world.value("select role from identity.members where user_id = %s", person.user) == "sales_rep"


@pytest.mark.parametrize("role", ["organization_admin", "sales_manager", "sales_rep", "read_only"])
def test_what_is_personal_stays_so_in_every_role(world, origin, password, role):
    owner = world.member("sales_rep")
    sign_in(owner.email, password, origin)
    world.rows("insert into identity.user_preferences (user_id) values (%s)", owner.user)
    world.rows("insert into identity.totp_factors (user_id, secret_sealed) values (%s, 'x'::bytea)", owner.user)
    world.rows(
        "insert into identity.external_identities (user_id, provider, subject)"
        " values (%s, 'p', gen_random_uuid()::text)",
        owner.user,
    )
    tables = ("sessions", "user_preferences", "totp_factors", "external_identities")
    for viewer, sees in ((owner, 1), (world.member(role, owner.organization), 0), (world.member(role), 0)):
        with world.acting(viewer) as connection:
            for table in tables:
                rows = connection.execute(f"select user_id from identity.{table}").fetchall()  # noqa: S608
                assert [row["user_id"] for row in rows] == [owner.user] * sees
    with world.acting(owner, permissions=["leads:read", "members:read"]) as connection:
        for table in tables:
            assert connection.execute(f"select user_id from identity.{table}").fetchall() == []  # noqa: S608


def test_anonymous_and_claimless_callers_see_no_row(world):
    world.member()
    with psycopg.connect(world.database.api_url) as connection:
        connection.execute("set role anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select 1 from identity.users")
    for claims in ({}, {"sub": "6b1d0a52-6b1c-4a57-9d3c-000000000000"}):
        with world.as_claims(claims) as connection:
            for table in ("users", "members", "sessions", "user_preferences", "audit_log", "teams", "clients"):
                assert connection.execute(f"select 1 from identity.{table}").fetchall() == []  # noqa: S608


def test_live_addresses_are_unique_and_deleted_ones_free(world):
    user, email = world.user()
    insert = "insert into identity.users (email_normalized) values (%s)"
    with pytest.raises(psycopg.errors.UniqueViolation):
        world.rows(insert, email)
    world.rows("update identity.users set deleted_at = now() where user_id = %s", user)
    world.rows(insert, email)
    with pytest.raises(psycopg.errors.UniqueViolation):
        world.rows("update identity.users set deleted_at = null where user_id = %s", user)
