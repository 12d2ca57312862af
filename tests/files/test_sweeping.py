"""The sweep: rows first, then bytes; nothing that may still be committed."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from leadhouse.files import FileMissingError, delete, find, put, restore, start_upload, sweep_expired, upload_part
from leadhouse.files.store import Store
from leadhouse.settings import settings

CSV = b"a,b\n"
NOW = timedelta(0)


def put_file(offices, key="k"):
    with offices.acting() as connection:
        return put(connection, offices.north, "imports", key, CSV, "text/csv")


def make_old(name, hours=7):
    moment = time.time() - hours * 3600
    os.utime(Path(settings().files_root, name), (moment, moment))


def test_file_whose_row_never_committed_is_removed_after_the_grace(offices, component):
    kept = put_file(offices)
    with offices.acting() as connection:
        lost = put(connection, offices.north, "imports", "lost", CSV, "text/csv")
        connection.rollback()
    assert offices.stored() == {kept.storage_name, lost.storage_name}
    make_old(kept.storage_name)
    assert sweep_expired(component)["removed"] == 0
    make_old(lost.storage_name)
    assert sweep_expired(component)["removed"] == 1
    assert offices.stored() == {kept.storage_name}


def test_temporary_file_of_a_killed_writer_is_removed(offices, component):
    kept = put_file(offices)
    partial = f"{kept.storage_name}.0123456789abcdef.partial"
    Path(settings().files_root, partial).write_bytes(b"half")
    foreign = Path(settings().files_root, "README")
    foreign.write_text("not ours")
    make_old(partial)
    make_old("README")
    assert sweep_expired(component)["removed"] == 1
    assert offices.stored() == {kept.storage_name, "README"}


def test_expired_file_goes_with_its_bytes(offices, component, database):
    file, other = put_file(offices), put_file(offices, "other")
    with database.owner() as owner:
        owner.execute(
            "update files.objects set expires_at = now() - interval '1 second' where object_id = %s", [file.object_id]
        )
    with offices.acting() as connection, pytest.raises(FileMissingError):
        find(connection, offices.north, file.object_id)  # before any sweep
    assert sweep_expired(component) == {"expired": 1, "purged": 1, "aborted": 0, "removed": 1}
    assert offices.stored() == {other.storage_name}
    assert sweep_expired(component) == {"expired": 0, "purged": 0, "aborted": 0, "removed": 0}
    with offices.acting() as connection:
        assert not restore(connection, offices.north, file.object_id)


def test_deleted_file_can_be_restored_until_it_is_purged(offices, component):
    file = put_file(offices)
    with offices.acting() as connection:
        assert delete(connection, offices.north, file.object_id)
    assert sweep_expired(component)["purged"] == 0
    with offices.acting() as connection:
        assert restore(connection, offices.north, file.object_id)
        assert delete(connection, offices.north, file.object_id)
    assert sweep_expired(component, keep_deleted=NOW) == {"expired": 0, "purged": 1, "aborted": 0, "removed": 1}
    with offices.acting() as connection:
        assert not restore(connection, offices.north, file.object_id)
    assert offices.stored() == set()


def test_abandoned_upload_is_aborted_and_its_parts_go(offices, component):
    with offices.acting() as connection:
        old = start_upload(connection, offices.north, "imports", "old", "text/csv", lifetime=NOW)
        upload_part(connection, offices.north, old, 1, CSV)
        live = start_upload(connection, offices.north, "imports", "live", "text/csv")
        upload_part(connection, offices.north, live, 1, CSV)
    assert sweep_expired(component) == {"expired": 0, "purged": 0, "aborted": 1, "removed": 1}
    rows = component.execute("select upload_id, state::text from files.uploads").fetchall()
    assert {row["upload_id"]: row["state"] for row in rows} == {old: "aborted", live: "open"}
    assert len(offices.stored()) == 1


def test_sweep_that_was_killed_between_row_and_bytes_is_taken_up(offices, component, monkeypatch):
    file = put_file(offices)
    with offices.acting() as connection:
        delete(connection, offices.north, file.object_id)

    def killed(self, names):
        raise KeyboardInterrupt(list(names))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep_expired(component, keep_deleted=NOW)
    assert offices.stored() == {file.storage_name}
    make_old(file.storage_name)
    assert sweep_expired(component)["removed"] == 1
    assert offices.stored() == set()


def test_failed_write_leaves_nothing(offices):
    class Broken:
        def read(self, size):
            raise OSError("the sender went away")

    with offices.acting() as connection, pytest.raises(OSError, match="went away"):
        put(connection, offices.north, "imports", "k", Broken(), "text/csv")
    assert offices.stored() == set()


def test_sweep_in_one_transaction_is_refused(database, offices):
    with database.connect("files") as connection, pytest.raises(ValueError, match="autocommit"):
        sweep_expired(connection)


def test_store_that_is_no_disk(offices, component, monkeypatch):
    """Any fsspec address: here its own memory, which has no fsync and no folders."""
    monkeypatch.setenv("LEADHOUSE_FILES_URL", "memory://leadhouse-files")
    settings.cache_clear()
    file = put_file(offices)
    with Store().open(file.storage_name) as opened:
        assert opened.read() == CSV
    with offices.acting() as connection:
        delete(connection, offices.north, file.object_id)
    assert sweep_expired(component, keep_deleted=NOW)["removed"] == 1
    assert Store().size(file.storage_name) is None
