"""New keys for old, with readers and writers at work."""

from __future__ import annotations

import os
import threading

import psycopg
import pytest
from pydantic import SecretBytes

from leadhouse.credentials import (
    CredentialError,
    MasterKeyError,
    finish_rotation,
    get_secret,
    new_master_key,
    put_secret,
    rotate_data_key,
    rotate_master_key,
)

NAMES = [f"secret {number}" for number in range(30)]


class Crowd:
    """Threads that read (or write) until they are told to stop; `errors` and `rounds` tell how it went."""

    def __init__(self, database, work, threads=2):
        self.database, self.work = database, work
        self.errors, self.rounds = [], 0
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def _run(self):
        with self.database.connect("credentials", autocommit=True) as connection:
            while not self.stopped.is_set():
                try:
                    self.work(connection)
                    self.rounds += 1
                except Exception as error:
                    self.errors.append(error)
                    return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture
def filled(tenants, component):
    for organization in tenants.organizations.values():
        for name in NAMES:
            put_secret(component, organization, name, SecretBytes(name.encode()))
    return tenants


def keys(database, organization):
    with database.owner() as owner:
        return owner.execute(
            "select version, retired_at is null as is_active,"
            " (select count(*) from credentials.secrets as s where s.data_key_id = k.data_key_id) as secrets"
            "  from credentials.data_keys as k where organization_id = %s order by version",
            [organization],
        ).fetchall()


def test_readers_and_writers_go_on_during_a_rotation(filled, component, database):
    north, south = filled.organizations.values()

    def read(connection):
        for name in NAMES:
            assert get_secret(connection, north, name).get_secret_value() == name.encode()

    def write(connection):
        for name in NAMES[::7]:
            put_secret(connection, north, name, SecretBytes(name.encode()))

    with Crowd(database, read) as readers, Crowd(database, write) as writers:
        for _ in range(4):
            before = readers.rounds
            rotate_data_key(component, north, batch=3)
            while readers.rounds < before + 2 and not readers.errors:
                pass
    assert (readers.errors, writers.errors) == ([], [])
    assert readers.rounds >= 8
    assert writers.rounds >= 1
    found = [tuple(row.values()) for row in keys(database, north)]
    assert found == [(1, False, 0), (2, False, 0), (3, False, 0), (4, False, 0), (5, True, len(NAMES))]
    assert [tuple(row.values()) for row in keys(database, south)] == [(1, True, len(NAMES))]


def test_half_done_rotation_is_readable_and_is_finished(filled, component, database, monkeypatch):
    north = filled.organizations["north"]
    with monkeypatch.context() as patch:  # killed after the new key was made
        patch.setattr("leadhouse.credentials.rotation.finish_rotation", lambda *_, **__: 0)
        rotate_data_key(component, north)
    assert [row["secrets"] for row in keys(database, north)] == [len(NAMES), 0]
    for name in NAMES:
        assert get_secret(component, north, name).get_secret_value() == name.encode()
    assert finish_rotation(component, north, batch=7) == len(NAMES)
    assert finish_rotation(component, north) == 0
    assert [row["secrets"] for row in keys(database, north)] == [0, len(NAMES)]


def test_two_rotations_at_once_leave_one_active_key(filled, database):
    north = filled.organizations["north"]
    errors = []

    def rotate():
        try:
            with database.connect("credentials", autocommit=True) as connection:
                rotate_data_key(connection, north, batch=2)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=rotate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    found = keys(database, north)
    assert [row["is_active"] for row in found] == [False, False, False, True]
    assert found[-1]["secrets"] == len(NAMES)


def test_first_key_is_made_once(tenants, database):
    north, errors = tenants.organizations["north"], []

    def put(number):
        try:
            with database.connect("credentials", autocommit=True) as connection:
                put_secret(connection, north, f"n{number}", SecretBytes(b"x"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=put, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert [tuple(row.values()) for row in keys(database, north)] == [(1, True, 6)]


def test_master_key_is_changed_while_readers_go_on(filled, component, database, master_keys):
    """The documented order: old,new everywhere; new,old; rewrap; new."""
    north, old, new = filled.organizations["north"], new_master_key(), new_master_key()
    master_keys(old, os.environ["LEADHOUSE_MASTER_KEYS"])
    assert rotate_master_key(component) == 2
    master_keys(old, new)

    def read(connection):
        for name in NAMES[:5]:
            assert get_secret(connection, north, name).get_secret_value() == name.encode()

    with Crowd(database, read) as readers:
        while readers.rounds < 2 and not readers.errors:
            pass
        master_keys(new, old)
        assert rotate_master_key(component, batch=1) == 2
        done = readers.rounds
        while readers.rounds < done + 4 and not readers.errors:
            pass
    assert readers.errors == []
    assert rotate_master_key(component) == 0
    master_keys(new)
    assert get_secret(component, north, NAMES[0]).get_secret_value() == NAMES[0].encode()
    master_keys(old)
    with pytest.raises(MasterKeyError, match=f"{new[:8]}.*does not name"):
        get_secret(component, north, NAMES[0])


def test_key_that_does_not_open_is_not_retired(filled, component, database, master_keys):
    north = filled.organizations["north"]
    master_keys(new_master_key())
    with pytest.raises(MasterKeyError):
        rotate_data_key(component, north)
    with pytest.raises(MasterKeyError):
        rotate_master_key(component)
    assert [tuple(row.values()) for row in keys(database, north)] == [(1, True, len(NAMES))]


def test_rotation_in_one_long_transaction_is_refused(tenants, database):
    with database.connect("credentials") as connection:
        for rotate in (lambda: rotate_data_key(connection, None), lambda: rotate_master_key(connection)):
            with pytest.raises(CredentialError, match="autocommit"):
                rotate()


def test_one_data_key_is_active(filled, database):
    second = (
        "insert into credentials.data_keys (organization_id, version, master_key_id, wrapped_key)"
        " select organization_id, 99, master_key_id, wrapped_key from credentials.data_keys"
    )
    with database.owner() as owner, pytest.raises(psycopg.errors.UniqueViolation, match="data_keys_one_is_active"):
        owner.execute(second)
