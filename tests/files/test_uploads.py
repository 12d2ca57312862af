"""Uploads in parts: any order, again, checked, joined, or swept; in the scope of who began them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import psycopg
import pytest

from leadhouse.files import (
    FileMissingError,
    FileRefusedError,
    FileTooLargeError,
    abort_upload,
    complete_upload,
    ensure_bucket,
    find_by_key,
    list_parts,
    open_file,
    start_upload,
    sweep_expired,
    upload_part,
)
from leadhouse.settings import settings

PARTS = [b"\x1f\x8b" + os.urandom(70_000), os.urandom(1_500_000), os.urandom(3)]
WHOLE = b"".join(PARTS)


@pytest.fixture
def begun(offices):
    """An upload of the rep, with its parts sent in another order."""
    with offices.acting() as connection:
        upload_id = start_upload(connection, offices.north, "imports", "big.gz", "application/gzip")
        for number in (3, 1, 2):
            part = upload_part(connection, offices.north, upload_id, number, PARTS[number - 1])
            assert part.etag == hashlib.sha256(PARTS[number - 1]).hexdigest()
    return upload_id


def complete(connection, offices, upload_id, **changes):
    wanted = {"size_bytes": len(WHOLE), "sha256": hashlib.sha256(WHOLE).hexdigest(), **changes}
    return complete_upload(connection, offices.north, upload_id, **wanted)


def test_parts_become_the_file(offices, begun, component):
    with offices.acting() as connection:
        assert [part.part_number for part in list_parts(connection, offices.north, begun)] == [1, 2, 3]
        file = complete(connection, offices, begun)
        with pytest.raises(FileMissingError, match="is completed"):
            complete(connection, offices, begun)
    with (
        offices.acting() as connection,
        open_file(find_by_key(connection, offices.north, "imports", "big.gz")) as opened,
    ):
        assert opened.read() == WHOLE
    assert (file.size_bytes, file.sha256) == (len(WHOLE), hashlib.sha256(WHOLE).hexdigest())
    assert len(offices.stored()) == 4
    assert sweep_expired(component)["removed"] == 3
    assert offices.stored() == {file.storage_name}


def test_part_sent_again_counts_once(offices, begun):
    with offices.acting() as connection:
        upload_part(connection, offices.north, begun, 2, b"changed")
        with pytest.raises(FileRefusedError, match="bytes together, not"):
            complete(connection, offices, begun)
        upload_part(connection, offices.north, begun, 2, PARTS[1])
        assert complete(connection, offices, begun).size_bytes == len(WHOLE)


def test_gap_wrong_hash_and_wrong_size_are_refused(offices, begun):
    with offices.acting() as connection:
        with pytest.raises(FileRefusedError, match="another SHA-256"):
            complete(connection, offices, begun, sha256="0" * 64)
        with pytest.raises(FileRefusedError, match="not 5"):
            complete(connection, offices, begun, size_bytes=5)
        empty = start_upload(connection, offices.north, "imports", "y", "text/csv")
        with pytest.raises(FileRefusedError, match="lacks part 1"):
            complete_upload(connection, offices.north, empty, size_bytes=0)
        upload_part(connection, offices.north, begun, 5, b"x")
        with pytest.raises(FileRefusedError, match="lacks part 4"):
            complete(connection, offices, begun)
    assert len(offices.stored()) == 4


def test_damaged_and_lost_parts_are_named(offices, begun, component):
    [row] = component.execute("select storage_name from files.upload_parts where part_number = 2")
    path = Path(settings().files_root, row["storage_name"])
    path.write_bytes(PARTS[1][:-1] + b"x")
    with offices.acting() as connection:
        with pytest.raises(FileRefusedError, match="Part 2 was damaged"):
            complete(connection, offices, begun)
        path.unlink()
        with pytest.raises(FileMissingError, match="part 2 are gone"):
            complete(connection, offices, begun)
    assert len(offices.stored()) == 2


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_numbers_of_parts(offices, begun, number):
    with offices.acting() as connection, pytest.raises(FileRefusedError, match="from 1 to 10000"):
        upload_part(connection, offices.north, begun, number, b"x")


def test_parts_together_keep_the_buckets_limit(offices, component):
    ensure_bucket(component, offices.north, "small", max_bytes=10, allowed_types=["text/csv"])
    with offices.acting() as connection:
        upload_id = start_upload(connection, offices.north, "small", "k", "text/csv")
        upload_part(connection, offices.north, upload_id, 1, b"123456")
        with pytest.raises(FileTooLargeError):
            upload_part(connection, offices.north, upload_id, 2, b"12345")
        with pytest.raises(FileRefusedError, match="is empty"):
            upload_part(connection, offices.north, upload_id, 2, b"")
        upload_part(connection, offices.north, upload_id, 1, b"1234567890")
        assert complete_upload(connection, offices.north, upload_id, size_bytes=10).size_bytes == 10


def test_joined_content_of_another_type_is_refused(offices):
    with offices.acting() as connection:
        upload_id = start_upload(connection, offices.north, "imports", "k", "text/csv")
        upload_part(connection, offices.north, upload_id, 1, b"<ht")
        upload_part(connection, offices.north, upload_id, 2, b"ml><script>")
        with pytest.raises(FileRefusedError, match="something else"):
            complete_upload(connection, offices.north, upload_id, size_bytes=14)


def test_aborted_upload_takes_no_more(offices, begun):
    with offices.acting() as connection:
        abort_upload(connection, offices.north, begun)
        assert list_parts(connection, offices.north, begun) == []
        for attempt in (
            lambda: upload_part(connection, offices.north, begun, 1, b"x"),
            lambda: complete(connection, offices, begun),
        ):
            with pytest.raises(FileMissingError, match="is aborted"):
                attempt()


@pytest.mark.parametrize(
    ("label", "slug"),
    [("second_rep", "north"), ("read_only", "north"), ("client", "north"), ("sales_manager", "south")],
)
def test_others_do_not_go_on_with_it(offices, begun, label, slug):
    with offices.acting(label, slug) as connection:
        for attempt in (
            lambda: upload_part(connection, offices.north, begun, 4, b"x"),
            lambda: complete(connection, offices, begun),
            lambda: abort_upload(connection, offices.north, begun),
        ):
            with pytest.raises(FileMissingError, match="within your reach"):
                attempt()
        if label != "read_only":
            assert list_parts(connection, offices.north, begun) == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into files.upload_parts (organization_id, upload_id, part_number, size_bytes, etag)"
                " values (%s, %s, 4, 1, repeat('0', 64))",
                [offices.north, begun],
            )
    assert len(offices.stored()) == 3


def test_manager_finishes_what_a_rep_began(offices, begun):
    with offices.acting("sales_manager") as connection:
        assert complete(connection, offices, begun).size_bytes == len(WHOLE)
