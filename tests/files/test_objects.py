"""Objects: stored, read, deleted, restored; within buckets' limits, and within the caller's scope."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from leadhouse.files import (
    FileMissingError,
    FileRefusedError,
    FileTooLargeError,
    delete,
    ensure_bucket,
    find,
    find_by_key,
    list_files,
    open_file,
    put,
    restore,
)
from leadhouse.settings import settings
from tests.files.conftest import Offices

CSV = b"name,email\nAda,ada@x.example\n"


@pytest.fixture
def offices(module_database, tmp_path, monkeypatch):
    """Organizations and a store of the test's own in the module's database: nobody sees another's rows."""
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    settings.cache_clear()
    yield Offices(module_database, prefix=f"{uuid4().hex[:12]}-")
    settings.cache_clear()


@pytest.fixture
def component(module_database):
    """A connection of the component `files`, in autocommit mode."""
    with module_database.connect("files", autocommit=True) as connection:
        yield connection


def read(file):
    with open_file(file) as opened:
        return opened.read()


def test_put_and_read(offices):
    with offices.acting() as connection:
        file = put(connection, offices.north, "imports", "2026/leads.csv", CSV, "text/csv")
        assert (file.original_name, file.size_bytes) == ("leads.csv", len(CSV))
        assert file.sha256 == hashlib.sha256(CSV).hexdigest()
        assert file.created_by == offices.users["north", "sales_rep"]
        assert timedelta(days=89) < file.expires_at - datetime.now(UTC) <= timedelta(days=90)
    with offices.acting() as connection:
        assert find(connection, offices.north, file.object_id) == file
        assert find_by_key(connection, offices.north, "imports", "2026/leads.csv") == file
    assert read(file) == CSV
    path = Path(settings().files_root, file.storage_name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert offices.stored() == {file.storage_name}


def test_file_of_several_chunks_from_a_stream(offices):
    content = os.urandom(3 * 1024 * 1024 + 17)
    with offices.acting() as connection:
        file = put(connection, offices.north, "imports", "x.gz", io.BytesIO(b"\x1f\x8b" + content), "application/gzip")
    assert read(file) == b"\x1f\x8b" + content


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "~root/x", "%2e%2e%2f", "a/../../../b", "file:///etc", "."],
)
def test_key_is_never_a_path(offices, key, tmp_path):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    with offices.acting() as connection:
        file = put(connection, offices.north, "imports", key, CSV, "text/csv", original_name=key)
        assert find_by_key(connection, offices.north, "imports", key).key == key
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {str(path.relative_to(settings().files_root)) for path in written} == {file.storage_name}
    assert file.storage_name == f"{offices.north}/{str(file.object_id)[:2]}/{file.object_id}"
    assert not set("/\\") & set(file.original_name)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a" * 36 + "/aa/../../../../etc/passwd", ""])
def test_store_opens_nothing_but_names_of_the_database(offices, name):
    from leadhouse.files.store import Store

    for attempt in (
        Store().open,
        Store().size,
        lambda each: Store().remove([each]),
        lambda each: Store().write(each, [], 1),
    ):
        with pytest.raises(ValueError, match="no name of a stored file"):
            attempt(name)


@pytest.mark.parametrize(("key", "content_type", "content", "told"), [
    ("", "text/csv", CSV, "A key has"), ("a\nb", "text/csv", CSV, "A key has"),
    ("k" * 1025, "text/csv", CSV, "A key has"),
    ("x", "text/html", b"<p>", "takes no text/html"),
    ("x", "text/csv", b"<!DOCTYPE html><script>", "something else"),
    ("x", "text/csv", b"\x7fELF\x02\x01", "something else"),
    ("x", "text/csv", b"PK\x03\x04", "something else"), ("x", "application/zip", b"PK no", "something else"),
    ("x", "application/gzip", CSV, "something else"), ("x", "application/json", b"\x00\x01", "something else"),
    ("x", "text/csv", b"MZ\x90\x00\x03", "something else"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_leaves_nothing(offices, key, content_type, content, told):
    with offices.acting() as connection:
        with pytest.raises(FileRefusedError, match=told):
            put(connection, offices.north, "imports", key, content, content_type)
        assert list_files(connection, offices.north, "imports") == []
    assert offices.stored() == set()


@pytest.mark.parametrize(("content_type", "content"), [
    ("application/pdf", b"%PDF-1.7\n"), ("image/png", b"\x89PNG\r\n\x1a\n\x00"), ("image/jpeg", b"\xff\xd8\xff\xe0"),
    ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8"), ("image/gif", b"GIF89a\x00"),
    ("text/plain", "Grüße".encode("latin-1")),
    ("text/csv", b""), ("text/csv", b"\xef\xbb\xbfMZ;Name\n1;a\n"), ("text/csv", "MZ;Name\n".encode("utf-16")),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04\x14\x00"),
])  # fmt: skip
def test_what_fits_is_taken(offices, content_type, content):
    with offices.acting() as connection:
        assert read(put(connection, offices.north, "attachments", "x", content, content_type)) == content


def test_bucket_of_the_organization_limits_and_shadows_the_platforms(offices, component):
    ensure_bucket(component, offices.north, "imports", max_bytes=10, allowed_types=["text/csv"], retention_days=1)
    ensure_bucket(component, offices.north, "imports", max_bytes=20, allowed_types=["text/csv"], retention_days=2)
    with offices.acting() as connection:
        file = put(connection, offices.north, "imports", "a", b"x" * 20, "text/csv")
        assert file.expires_at - file.created_at == timedelta(days=2)
        with pytest.raises(FileTooLargeError, match="more than 20 bytes"):
            put(connection, offices.north, "imports", "b", b"x" * 21, "text/csv")
        soon = datetime.now(UTC) + timedelta(hours=1)
        assert put(connection, offices.north, "imports", "c", b"x", "text/csv", expires_at=soon).expires_at == soon
    with offices.acting(slug="south") as connection:
        put(connection, offices.south, "imports", "b", b"x" * 21, "text/csv")
    assert len(offices.stored()) == 3


ROW = (
    "insert into files.objects (organization_id, object_id, bucket_id, key, original_name, content_type, size_bytes,"
    " sha256) values (%s, %s, %s, 'k', 'n', %s, %s, repeat('0', 64))"
)


def test_database_keeps_the_buckets_limits_by_itself(offices, component):
    mine = ensure_bucket(component, offices.north, "small", max_bytes=10, allowed_types=["text/csv"])
    for organization, content_type, size, told in (
        (offices.north, "text/csv", 11, "10 bytes at most"), (offices.north, "text/html", 1, "takes no text/html"),
        (offices.south, "text/csv", 1, "is not there for organization"),
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.IntegrityError, match=told):
            component.execute(ROW, [organization, uuid4(), mine, content_type, size])


def test_taken_key_replacement_delete_and_restore(offices):
    with offices.acting() as connection:
        first = put(connection, offices.north, "imports", "k", CSV, "text/csv")
        with pytest.raises(FileRefusedError, match="'k' is taken"):
            put(connection, offices.north, "imports", "k", CSV, "text/csv")
        assert len(offices.stored()) == 1
        second = put(connection, offices.north, "imports", "k", b"new", "text/csv", replace=True)
        assert find_by_key(connection, offices.north, "imports", "k") == second
        with pytest.raises(FileRefusedError, match="its key is another file's now"):
            restore(connection, offices.north, first.object_id)
        assert delete(connection, offices.north, second.object_id)
        assert not delete(connection, offices.north, second.object_id)
        with pytest.raises(FileMissingError):
            find(connection, offices.north, second.object_id)
        assert restore(connection, offices.north, first.object_id)
        assert not restore(connection, offices.north, first.object_id)
        assert read(find_by_key(connection, offices.north, "imports", "k")) == CSV


def test_pages_of_keys(offices):
    with offices.acting() as connection:
        for key in ("a/1", "a/2", "a/3", "a_b", "b/1"):
            put(connection, offices.north, "imports", key, CSV, "text/csv")
        first = list_files(connection, offices.north, "imports", prefix="a/", wanted=2)
        rest = list_files(connection, offices.north, "imports", prefix="a/", after=first[-1].key, wanted=2)
    assert [file.key for file in first + rest] == ["a/1", "a/2", "a/3"]


def test_missing_or_damaged_bytes_are_told(offices):
    with offices.acting() as connection:
        file = put(connection, offices.north, "imports", "k", CSV, "text/csv")
    path = Path(settings().files_root, file.storage_name)
    path.write_bytes(CSV[:-1])
    with pytest.raises(FileMissingError, match=f"damaged: the store has {len(CSV) - 1} of {len(CSV)}"):
        open_file(file)
    path.unlink()
    with pytest.raises(FileMissingError, match="are gone"):
        open_file(file)


@pytest.mark.parametrize(
    ("label", "slug", "sees", "deletes"),
    [
        ("sales_rep", "north", True, True), ("second_rep", "north", False, False),
        ("sales_manager", "north", True, True),
        ("organization_admin", "north", True, True), ("read_only", "north", True, False),
        ("client", "north", False, False),
        ("sales_rep", "south", False, False), ("organization_admin", "south", False, False),
    ],
)  # fmt: skip
def test_who_sees_and_deletes_a_reps_file(offices, label, slug, sees, deletes):
    with offices.acting() as connection:
        file = put(connection, offices.north, "attachments", "k", CSV, "text/csv")
    with offices.acting(label, slug) as connection:
        rows = connection.execute("select object_id from files.objects").fetchall()
        assert [row["object_id"] for row in rows] == ([file.object_id] if sees else [])
        if not sees:
            with pytest.raises(FileMissingError):
                find(connection, offices.north, file.object_id)
        assert delete(connection, offices.north, file.object_id) is deletes
        assert restore(connection, offices.north, file.object_id) is deletes


@pytest.mark.parametrize("label", ["client", "read_only"])
def test_who_may_not_store(offices, label):
    with offices.acting(label) as connection, pytest.raises((psycopg.errors.InsufficientPrivilege, FileMissingError)):
        put(connection, offices.north, "imports", "k", CSV, "text/csv")
    assert offices.stored() == set()


def test_nobody_stores_for_another_tenant_or_in_its_bucket(offices, component):
    theirs = ensure_bucket(component, offices.south, "private", max_bytes=10, allowed_types=["text/csv"])
    with offices.acting("organization_admin") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(connection, offices.south, "imports", "k", CSV, "text/csv")
    with offices.acting("organization_admin") as connection:
        with pytest.raises(FileMissingError, match="no bucket 'private'"):
            put(connection, offices.north, "private", "k", CSV, "text/csv")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(ROW, [offices.north, uuid4(), theirs, "text/csv", 1])
    assert offices.stored() == set()


@pytest.mark.parametrize("statement", [
    "update files.objects set sha256 = repeat('0', 64)",
    "update files.objects set created_by = null", "update files.objects set purged_at = now()",
    "delete from files.objects",
    "insert into files.buckets (name, max_bytes, allowed_types) values ('xx', 1, '{text/csv}')",
    "update files.buckets set max_bytes = 1",
])  # fmt: skip
def test_no_member_changes_what_a_file_is(offices, statement):
    with offices.acting("organization_admin") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_no_row_names_another_address(offices, module_database):
    with offices.acting() as connection:
        put(connection, offices.north, "imports", "k", CSV, "text/csv")
    with module_database.owner() as owner, pytest.raises(psycopg.errors.GeneratedAlways):
        owner.execute("update files.objects set storage_name = 'x'")
