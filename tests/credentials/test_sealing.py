"""Sealed values: they open where they were made and nowhere else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from leadhouse.credentials import MasterKeyError, SealError, new_master_key, open_sealed, reseal, rotate_data_key, seal
from leadhouse.settings import settings


@pytest.mark.parametrize("owner", ["north", None])
@pytest.mark.parametrize("value", [b"", b"JBSWY3DPEHPK3PXP", bytes(range(256)) * 40])
def test_what_was_sealed_opens(tenants, component, owner, value):
    organization = tenants.organizations.get(owner)
    sealed = seal(component, organization, value, "totp:1")
    assert value == b"" or value not in sealed
    assert open_sealed(component, organization, sealed, "totp:1") == value
    assert seal(component, organization, value, "totp:1") != sealed


def test_identity_seals_second_factors(tenants, database):
    with database.connect("identity") as connection:
        sealed = seal(connection, None, b"JBSWY3DP", "totp:1")
    with database.connect("identity") as connection:
        assert open_sealed(connection, None, sealed, "totp:1") == b"JBSWY3DP"


def test_another_purpose_organization_or_a_changed_byte_does_not_open(tenants, component):
    north, south = tenants.organizations["north"], tenants.organizations["south"]
    sealed = seal(component, north, b"value", "totp:1")
    seal(component, south, b"value", "totp:1")
    for organization, context in ((north, "totp:2"), (south, "totp:1"), (None, "totp:1")):
        with pytest.raises(SealError, match="belongs to another"):
            open_sealed(component, organization, sealed, context)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealError):
            open_sealed(component, north, bytes(changed), "totp:1")


@pytest.mark.parametrize(
    "bytes_", [b"", b"\x01", b"plain text that nobody has sealed, longer than a header is", b"\x01" * 30]
)
def test_bytes_that_were_never_sealed(tenants, component, bytes_):
    with pytest.raises(SealError, match="no sealed value"):
        open_sealed(component, None, bytes_, "totp:1")


def test_data_key_moved_to_another_organization_does_not_open(tenants, component, database):
    north, south = tenants.organizations["north"], tenants.organizations["south"]
    sealed = seal(component, north, b"value", "x")
    with database.owner() as owner:
        owner.execute("update credentials.data_keys set organization_id = %s", [south])
    with pytest.raises(MasterKeyError, match="did not wrap this data key, or the data key's row was changed"):
        open_sealed(component, south, sealed, "x")


def test_retired_keys_open_until_brought_over(tenants, component):
    north = tenants.organizations["north"]
    old = seal(component, north, b"value", "x")
    rotate_data_key(component, north)
    assert open_sealed(component, north, old, "x") == b"value"
    new = reseal(component, north, old, "x")
    assert new is not None
    assert new[1:17] != old[1:17]
    assert open_sealed(component, north, new, "x") == b"value"
    assert reseal(component, north, new, "x") is None


def test_organization_that_does_not_exist(tenants, component):
    with pytest.raises(Exception, match="data_keys_organization_id_fkey"):
        seal(component, uuid4(), b"value", "x")


def test_wrong_master_key_says_which_is_wanted(tenants, component, master_keys):
    first = new_master_key()
    master_keys(first)
    sealed = seal(component, None, b"value", "x")
    master_keys(new_master_key())
    with pytest.raises(MasterKeyError, match=f"{first[:8]}.*LEADHOUSE_MASTER_KEYS does not name"):
        open_sealed(component, None, sealed, "x")
    master_keys(first[:9] + new_master_key()[9:])
    with pytest.raises(MasterKeyError, match=f"{first[:8]}.*did not wrap this data key") as caught:
        open_sealed(component, None, sealed, "x")
    assert first[9:20] not in str(caught.value)
    master_keys(new_master_key(), first)
    assert open_sealed(component, None, sealed, "x") == b"value"


@pytest.mark.parametrize(
    "setting", ["nonsense", "id:AAAA", "id:not base64!", ":" + "A" * 43 + "=", "a b:" + "A" * 43 + "="]
)
def test_malformed_master_key_is_named_without_its_value(tenants, component, master_keys, setting):
    master_keys(setting)
    with pytest.raises(MasterKeyError, match="id:base64 of 32 bytes") as caught:
        seal(component, None, b"value", "x")
    assert setting not in str(caught.value)


def test_no_master_key(tenants, component, master_keys, monkeypatch):
    monkeypatch.delenv("LEADHOUSE_MASTER_KEYS")
    settings.cache_clear()
    with pytest.raises(MasterKeyError, match=r"LEADHOUSE_MASTER_KEYS is not set.*leadhouse up"):
        seal(component, None, b"value", "x")
    key = new_master_key()
    master_keys(key, key)
    with pytest.raises(MasterKeyError, match="an id twice"):
        seal(component, None, b"value", "x")
