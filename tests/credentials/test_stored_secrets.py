"""Secrets: who may see that they are there, who may read them, and where they do not open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pydantic import SecretBytes

from leadhouse.credentials import (
    MasterKeyError,
    SealError,
    SecretMissingError,
    delete_secret,
    get_secret,
    get_secret_by_id,
    list_secrets,
    put_secret,
    require_reach,
)

VALUE = SecretBytes(b"correct horse")


def read(connection, *arguments, **options):
    return get_secret(connection, *arguments, **options).get_secret_value()


def test_put_replace_use_delete_and_put_again(tenants, component):
    north = tenants.organizations["north"]
    first = put_secret(component, north, "hubspot", VALUE, kind="provider")
    [listed] = list_secrets(component, north)
    assert (listed.name, listed.kind, listed.last_used_at) == ("hubspot", "provider", None)
    assert read(component, north, "hubspot") == b"correct horse"
    assert list_secrets(component, north)[0].last_used_at is not None
    assert put_secret(component, north, "hubspot", SecretBytes(b"next"), kind="provider") == first
    assert read(component, north, "hubspot") == b"next"
    assert get_secret_by_id(component, north, first, "provider").get_secret_value() == b"next"
    with pytest.raises(SecretMissingError, match="of kind 'smtp'"):
        get_secret_by_id(component, north, first, "smtp")
    assert delete_secret(component, north, "hubspot")
    assert not delete_secret(component, north, "hubspot")
    assert component.execute("select ciphertext from credentials.secrets").fetchone()["ciphertext"] is None
    with pytest.raises(SecretMissingError, match=r"no secret 'hubspot'.*leadhouse secrets put"):
        read(component, north, "hubspot")
    assert put_secret(component, north, "hubspot", VALUE) != first


def test_one_name_for_organization_person_and_platform(tenants, component):
    north, rep = tenants.organizations["north"], tenants.users["north", "sales_rep"]
    put_secret(component, None, "key", SecretBytes(b"platform"))
    put_secret(component, north, "key", SecretBytes(b"north"))
    put_secret(component, north, "key", SecretBytes(b"rep"), user_id=rep)
    assert read(component, None, "key") == b"platform"
    assert read(component, north, "key") == b"north"
    assert read(component, north, "key", user_id=rep) == b"rep"
    with pytest.raises(SecretMissingError):
        read(component, tenants.organizations["south"], "key")


def test_expired_secret_is_refused(tenants, component):
    put_secret(component, None, "token", VALUE, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(SecretMissingError, match=r"expired at .* UTC"):
        read(component, None, "token")


def test_somebody_of_another_organization_owns_no_secret_here(tenants, component):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        put_secret(component, tenants.organizations["north"], "x", VALUE, user_id=tenants.users["south", "sales_rep"])


@pytest.mark.parametrize(
    ("name", "kind"), [("", "other"), ("line\nbreak", "other"), ("x" * 121, "other"), ("x", "Not A Word")]
)
def test_malformed_names_are_refused(tenants, component, name, kind):
    with pytest.raises(psycopg.errors.CheckViolation):
        put_secret(component, None, name, VALUE, kind=kind)


SWAP = """
update credentials.secrets as one set ciphertext = other.ciphertext, data_key_id = other.data_key_id
  from credentials.secrets as other where one.secret_id = %s and other.secret_id = %s
"""


@pytest.mark.parametrize("between", ["rows", "people", "tenants"])
def test_ciphertext_moved_to_another_row_does_not_open(tenants, component, database, between):
    """Whoever may write the table, but has no keys, cannot make one secret read as another."""
    north, south, rep = *tenants.organizations.values(), tenants.users["north", "sales_rep"]
    here = put_secret(component, north, "mine", SecretBytes(b"mine"))
    other = {
        "rows": lambda: put_secret(component, north, "other", SecretBytes(b"other")),
        "people": lambda: put_secret(component, north, "mine", SecretBytes(b"other"), user_id=rep),
        "tenants": lambda: put_secret(component, south, "mine", SecretBytes(b"other")),
    }[between]()
    with database.owner() as owner:
        owner.execute("alter table credentials.secrets disable trigger all")  # the foreign key would refuse a tenant's
        owner.execute(SWAP, [here, other])
    # another tenant's data key does not even unwrap for this one
    with pytest.raises(MasterKeyError if between == "tenants" else SealError):
        read(component, north, "mine")


def test_renamed_or_given_away_secret_does_not_open(tenants, component, database):
    north, rep = tenants.organizations["north"], tenants.users["north", "sales_rep"]
    put_secret(component, north, "low", VALUE)
    with database.owner() as owner:
        owner.execute("update credentials.secrets set name = 'high'")
    with pytest.raises(SealError):
        read(component, north, "high")
    with database.owner() as owner:
        owner.execute("update credentials.secrets set name = 'low', user_id = %s", [rep])
    with pytest.raises(SealError):
        read(component, north, "low", user_id=rep)


def test_foreign_key_and_check_refuse_another_tenants_ciphertext(tenants, component, database):
    north, south = tenants.organizations.values()
    here, other = put_secret(component, north, "a", VALUE), put_secret(component, south, "a", VALUE)
    with database.owner() as owner, pytest.raises(psycopg.errors.ForeignKeyViolation):
        owner.execute(SWAP, [here, other])
    with database.owner() as owner, pytest.raises(psycopg.errors.CheckViolation, match="ciphertext_names_its_key"):
        owner.execute("update credentials.secrets set ciphertext = '\\x0102'::bytea")


@pytest.fixture
def filled(tenants, component):
    """In each organization one shared secret and one of the rep."""
    for slug, organization in tenants.organizations.items():
        put_secret(component, organization, f"{slug} shared", VALUE)
        put_secret(component, organization, f"{slug} own", VALUE, user_id=tenants.users[slug, "sales_rep"])
    return tenants


@pytest.mark.parametrize(
    ("label", "seen"),
    [
        ("organization_admin", {"north shared"}), ("sales_manager", {"north shared"}), ("sales_rep", {"north own"}),
        ("second_rep", set()), ("read_only", set()), ("client", set()),
    ],
)  # fmt: skip
def test_members_see_names_in_their_scope(filled, label, seen):
    for slug in ("north", "south"):
        with filled.acting("north", label) as connection:
            found = {secret.name for secret in list_secrets(connection, filled.organizations[slug])}
        assert found == (seen if slug == "north" else set())


def test_api_key_does_not_see_its_owners_secrets(filled):
    with filled.acting("north", "sales_rep", permissions=["integrations:read"]) as connection:
        assert list_secrets(connection, filled.organizations["north"]) == []


@pytest.mark.parametrize("label", ["organization_admin", "sales_rep"])
@pytest.mark.parametrize(
    "statement",
    [
        "select ciphertext from credentials.secrets", "select * from credentials.secrets",
        "select wrapped_key from credentials.data_keys", "delete from credentials.secrets",
        "update credentials.secrets set name = 'x'",
        "insert into credentials.secrets (name, kind) values ('x', 'other')",
    ],
)  # fmt: skip
def test_members_reach_no_ciphertext_and_no_key(filled, label, statement):
    with filled.acting("north", label) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    "name", ["delivery", "enrichment", "console", "leads", "campaigns", "maintenance", "files", "identity"]
)
def test_no_other_component_reads_secrets(filled, database, name):
    with database.connect(name) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select ciphertext from credentials.secrets")


@pytest.mark.parametrize(
    ("label", "owner", "action", "may"),
    [
        ("organization_admin", None, "create", True), ("sales_manager", None, "read", True),
        ("sales_manager", None, "update", False), ("sales_rep", None, "read", False),
        ("sales_rep", "sales_rep", "update", True), ("second_rep", "sales_rep", "read", False),
        ("organization_admin", "sales_rep", "read", False), ("client", None, "read", False),
    ],
)  # fmt: skip
def test_who_may_change_which_secret(filled, label, owner, action, may):
    north, user = filled.organizations["north"], filled.users["north", owner] if owner else None
    with filled.acting("north", label) as connection:
        if may:
            require_reach(connection, north, user, action)
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                require_reach(connection, north, user, action)
    for refused in (filled.organizations["south"], None):
        with filled.acting("north", label) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            require_reach(connection, refused, user, action)


def test_api_key_is_not_its_owner(filled):
    north, user = filled.organizations["north"], filled.users["north", "sales_rep"]
    with (
        filled.acting("north", "sales_rep", permissions=["integrations:write"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="owner's alone"),
    ):
        require_reach(connection, north, user, "read")
