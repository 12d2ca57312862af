"""API keys: shown once, narrowed to permissions, never above their owner, at creation and at use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from leadhouse.database import connect
from leadhouse.identity.api_keys import authenticate_api_key, create_api_key, list_api_keys, revoke_api_key
from leadhouse.identity.errors import IdentityError, RefusedError, WrongCredentialsError
from leadhouse.identity.members import change_role, remove_member
from leadhouse.identity.teams import create_team


@pytest.fixture
def component(world):
    with connect("identity", autocommit=True) as connection:
        yield connection


def make(world, person, *permissions, **options):
    with world.acting(person) as connection:
        return create_api_key(connection, "Zapier", permissions, **options)


def may(connection, resource, action):
    return connection.execute("select identity.may(%s, %s) as may", (resource, action)).fetchone()["may"]


def test_key_is_stored_as_a_hash_and_known_by_its_prefix(world):
    person = world.member("organization_admin")
    made = make(world, person, "leads:read", "campaigns:write")
    row = world.rows("select * from identity.api_keys where api_key_id = %s", made.api_key_id)[0]
    assert made.key.startswith(row["prefix"] + "_")
    assert made.key not in str(row)
    assert (row["user_id"], row["organization_id"], row["created_by"]) == (
        person.user,
        person.organization,
        person.user,
    )
    assert row["permissions"] == ["campaigns:write", "leads:read"]


def test_use_gives_the_owner_narrowed_to_the_permissions(world, component, origin):
    person = world.member("organization_admin")
    made = make(world, person, "leads:read", "campaigns:write")
    claims = authenticate_api_key(component, made.key, origin)
    assert claims["permissions"] == ["campaigns:create", "campaigns:delete", "campaigns:update", "leads:read"]
    with world.as_claims(claims) as connection:
        allowed = {
            f"{resource}:{action}"
            for resource in ("leads", "campaigns", "members", "api_keys")
            for action in ("create", "read", "update", "delete")
            if may(connection, resource, action)
        }
    assert allowed == set(claims["permissions"])


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("sales_rep", "members:write"),
        ("sales_rep", "leads:write"),
        ("sales_rep", "billing:read"),
        ("client", "leads:read"),
    ],
)
def test_no_key_is_made_above_its_owner(world, role, permission):
    organization = world.organization()
    person = world.member(role, organization)
    with pytest.raises(RefusedError):
        make(world, person, permission)
    assert world.rows("select 1 from identity.api_keys where user_id = %s", person.user) == []


def test_the_table_itself_refuses_a_key_above_its_owner(world):
    person = world.member("sales_rep")
    made = make(world, person, "leads:create", "leads:read")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="leads:delete"):
        world.rows("update identity.api_keys set permissions = '{leads:write}' where api_key_id = %s", made.api_key_id)


def test_a_demoted_owner_demotes_the_key(world, component, origin):
    admin, person = world.team_of("organization_admin", "organization_admin")
    made = make(world, person, "members:write", "leads:write", "api_keys:read")
    before = authenticate_api_key(component, made.key, origin)
    with world.acting(admin) as connection:
        assert change_role(connection, person.user, "sales_rep")
    with world.as_claims(before) as connection:  # claims from before the demotion
        assert not may(connection, "members", "create")
        assert not may(connection, "leads", "delete")
        assert may(connection, "leads", "create")
    after = authenticate_api_key(component, made.key, origin)
    assert after["permissions"] == ["api_keys:read", "leads:create", "leads:update"]


def test_key_ends_with_its_owners_membership(world, component, origin):
    admin, person = world.team_of("organization_admin", "sales_rep")
    made = make(world, person, "leads:read")
    with world.acting(admin) as connection:
        assert remove_member(connection, person.user)
    with pytest.raises(WrongCredentialsError, match="revoked"):
        authenticate_api_key(component, made.key, origin)
    world.rows("update identity.api_keys set revoked_at = null where api_key_id = %s", made.api_key_id)
    with pytest.raises(WrongCredentialsError, match="owner gone"):
        authenticate_api_key(component, made.key, origin)


def test_expired_and_unknown_keys_are_refused(world, component, origin):
    person = world.member()
    made = make(world, person, "leads:read", expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert authenticate_api_key(component, made.key, origin)["sub"] == str(person.user)
    world.rows("update identity.api_keys set expires_at = now() where api_key_id = %s", made.api_key_id)
    with pytest.raises(WrongCredentialsError, match="expired"):
        authenticate_api_key(component, made.key, origin)
    with pytest.raises(WrongCredentialsError, match="no such"):
        authenticate_api_key(component, made.key + "x", origin)


def test_owner_lists_and_revokes_the_own_keys_an_admin_all(world, component, origin):
    admin, one, other = world.team_of("organization_admin", "sales_rep", "sales_rep")
    first, second = make(world, one, "leads:read"), make(world, other, "leads:read")
    with world.acting(one) as connection:
        assert [each.api_key_id for each in list_api_keys(connection)] == [first.api_key_id]
        assert not revoke_api_key(connection, second.api_key_id)
    with world.acting(admin) as connection:
        assert {each.api_key_id for each in list_api_keys(connection)} == {first.api_key_id, second.api_key_id}
        assert revoke_api_key(connection, second.api_key_id)
        assert not revoke_api_key(connection, second.api_key_id)
    with world.acting(world.member("organization_admin")) as connection:
        assert list_api_keys(connection) == []
        assert not revoke_api_key(connection, first.api_key_id)
    with pytest.raises(WrongCredentialsError, match="revoked"):
        authenticate_api_key(component, second.key, origin)
    assert authenticate_api_key(component, first.key, origin)


def test_a_key_makes_no_keys(world, component, origin):
    person = world.member("organization_admin")
    claims = authenticate_api_key(component, make(world, person, "api_keys:write").key, origin)
    with world.as_claims(claims) as connection, pytest.raises(RefusedError, match="another"):
        create_api_key(connection, "child", ["api_keys:read"])


@pytest.mark.parametrize("permissions", [[], ["leads"], ["leads:*"], ["leads:read,members:write"], ["LEADS:read"]])
def test_what_is_no_permission_is_refused(world, permissions):
    with pytest.raises(IdentityError, match="form"):
        make(world, world.member("organization_admin"), *permissions)


def test_a_resource_that_there_is_not_is_refused(world):
    with pytest.raises(RefusedError, match="wallets:read"):
        make(world, world.member("organization_admin"), "wallets:read")


def test_use_is_recorded_once_an_hour_and_refusals_always(world, component, origin):
    person = world.member()
    made = make(world, person, "leads:read")
    for _ in range(3):
        authenticate_api_key(component, made.key, origin)
    with world.acting(person) as connection:
        revoke_api_key(connection, made.api_key_id)
    for _ in range(2):
        with pytest.raises(WrongCredentialsError):
            authenticate_api_key(component, made.key, origin)
    acts = world.acts(verb="use", resource="api_keys", resource_id=str(made.api_key_id))
    assert [(act["outcome"], act["details"]) for act in acts] == [
        ("succeeded", {}), ("refused", {"reason": "revoked"}), ("refused", {"reason": "revoked"}),
    ]  # fmt: skip
    assert all(act["actor_user_id"] == person.user and str(act["address"]) == origin.address for act in acts)
    assert world.value("select last_used_at from identity.api_keys where api_key_id = %s", made.api_key_id)


def test_changes_by_a_key_name_it_in_the_log(world, component, origin):
    person = world.member("sales_manager")
    world.rows("update identity.members set role = 'organization_admin' where user_id = %s", person.user)
    made = make(world, person, "teams:write", "teams:read")
    claims = authenticate_api_key(component, made.key, origin)
    with world.as_claims(claims) as connection:
        create_team(connection, "North")
    [act] = world.acts(resource="teams", organization_id=person.organization)
    assert (act["api_key_id"], act["actor_user_id"], act["component"]) == (made.api_key_id, person.user, "api")
