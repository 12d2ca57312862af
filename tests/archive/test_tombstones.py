"""A member becomes a tombstone of the same length: all that follows is read as before."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import fsspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from leadhouse.archive import ArchiveWriter, erase_exchange, list_files, read_exchange, read_exchanges, read_members
from leadhouse.archive.tombstones import tombstone
from tests.archive.test_archive import exchange


def write(root: str, count: int = 4) -> list:
    with ArchiveWriter(root, "run/0000-000001") as archive:
        return [archive.write(exchange(i)) for i in range(count)]


def test_what_follows_a_tombstone_is_read_on(tmp_path):
    positions = write(str(tmp_path))
    before = Path(positions[0].uri.removeprefix("file://")).stat().st_size
    assert erase_exchange(positions[1]) == 2
    path = Path(positions[0].uri.removeprefix("file://"))
    assert path.stat().st_size == before
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    one = ["response", "request"]
    assert kinds == ["warcinfo", *one, "metadata", "metadata", *one, *one]
    urls = [each.url for each, _ in read_exchanges(str(tmp_path), "run/")]
    assert urls == [exchange(i).url for i in (0, 2, 3)]
    assert read_exchange(*dataclasses.astuple(positions[2])).body == exchange(2).body


def test_an_erased_exchange_is_an_answer_and_no_error(tmp_path):
    positions = write(str(tmp_path))
    erase_exchange(positions[0])
    found = read_exchange(*dataclasses.astuple(positions[0]))
    assert (found.is_erased, found.status, found.body, found.url) == (True, 410, b"", "")


def test_nothing_of_the_page_is_left_in_its_file(tmp_path):
    positions = write(str(tmp_path))
    erase_exchange(positions[3])
    records = b"".join(record for uri in list_files(str(tmp_path)) for _, record in read_members(uri))
    assert exchange(2).url.encode() in records
    assert exchange(3).url.encode() not in records


def test_erasing_again_changes_nothing(tmp_path):
    positions = write(str(tmp_path))
    erase_exchange(positions[1])
    path = Path(positions[0].uri.removeprefix("file://"))
    once = path.read_bytes()
    assert erase_exchange(positions[1]) == 0
    assert path.read_bytes() == once


def test_a_half_written_tombstone_is_written_anew(tmp_path):
    positions = write(str(tmp_path))
    path = Path(positions[1].uri.removeprefix("file://"))
    with path.open("r+b") as file:
        file.seek(positions[1].offset)
        file.write(tombstone(positions[1].length)[:40])
    assert erase_exchange(positions[1]) == 2
    assert len(list(read_exchanges(str(tmp_path), "run/"))) == 3


@pytest.mark.parametrize("length", [180, 181, 200, 5_000, 70_000])
def test_a_tombstone_has_any_length(length):
    assert len(tombstone(length)) == length


def test_a_member_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="too short for a tombstone"):
        tombstone(100)


def test_object_stores_are_erased_as_well():
    root = "memory://tombstones"
    with ArchiveWriter(root, "a") as archive:
        positions = [archive.write(exchange(i)) for i in range(3)]
    assert erase_exchange(positions[1]) == 2
    assert [each.url for each, _ in read_exchanges(root, "a")] == [exchange(i).url for i in (0, 2)]
    fsspec.filesystem("memory").rm("/tombstones", recursive=True)
