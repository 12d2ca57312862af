"""WARC files: written once, read back by position, whole after a kill, valid for other readers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from leadhouse.archive import ArchiveWriter, Exchange, read_exchange, read_exchanges
from leadhouse.archive.reader import ArchiveError

AT = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)


def exchange(number: int = 0, body: bytes = b"<p>hello</p>", **fields: object) -> Exchange:
    values: dict[str, object] = {
        "fetch_id": uuid.uuid4(),
        "url": f"https://a.example/{number}?q=1",
        "requested_at": AT,
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"')),
        "body": body,
        "request_headers": (("User-Agent", "Leadhouse"),),
    }
    return Exchange(**(values | fields))  # type: ignore[arg-type]


@pytest.fixture(params=["local", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "archive") if request.param == "local" else f"memory://archive-{uuid.uuid4().hex}"


def test_what_is_written_is_read_back_by_position(root: str) -> None:
    with ArchiveWriter(root, "2026-11-20/job/0000-000001") as writer:
        written = [exchange(i, bytes([65 + i]) * 3000) for i in range(5)]
        positions = [writer.write(each) for each in written]
        writer.sync()
        for each, position in zip(written, positions, strict=True):
            read = read_exchange(position.uri, position.offset, position.length)
            assert (read.fetch_id, read.url, read.status, read.body) == (each.fetch_id, each.url, 200, each.body)
            assert read.requested_at == AT
            assert read.headers == each.headers
        writer.write(exchange(9))
    assert [each.url for each, _ in read_exchanges(root, "2026-11-20/job/0000-")][-1].endswith("/9?q=1")


def test_wire_encodings_do_not_come_back(root: str) -> None:
    """The body is kept decoded: a reader must not try to decode it again."""
    headers = (("Content-Encoding", "gzip"), ("Content-Length", "3"), ("Transfer-Encoding", "chunked"), ("X", "y"))
    with ArchiveWriter(root, "a") as writer:
        position = writer.write(exchange(headers=headers))
    assert read_exchange(position.uri, position.offset, position.length).headers == (("X", "y"),)


def test_a_retry_never_overwrites(root: str) -> None:
    for number in range(3):
        with ArchiveWriter(root, "a") as writer:
            writer.write(exchange(number))
    assert sorted(each.url for each, _ in read_exchanges(root, "a")) == [f"https://a.example/{i}?q=1" for i in range(3)]


def test_files_stay_below_the_limit(tmp_path: Path) -> None:
    with ArchiveWriter(str(tmp_path), "a", max_bytes=20_000) as writer:
        for number in range(10):
            writer.write(exchange(number, os.urandom(6_000)))
    files = sorted(tmp_path.glob("*.warc.gz"))
    assert len(files) == 5
    assert all(file.stat().st_size <= 20_000 for file in files)
    assert len(list(read_exchanges(str(tmp_path), "a"))) == 10


def test_other_readers_find_requests_and_valid_digests(tmp_path: Path) -> None:
    with ArchiveWriter(str(tmp_path), "a") as writer:
        writer.write(exchange())
    with next(tmp_path.glob("*.warc.gz")).open("rb") as stream:
        records = []
        for record in ArchiveIterator(stream, check_digests="raise"):
            record.content_stream().read()
            records.append(record)
    assert [record.rec_type for record in records] == ["warcinfo", "response", "request"]
    assert records[2].rec_headers.get_header("WARC-Concurrent-To") == records[1].rec_headers.get_header(
        "WARC-Record-ID"
    )


def test_a_torn_tail_ends_its_file_and_no_other(tmp_path: Path) -> None:
    for number in range(2):
        with ArchiveWriter(str(tmp_path), "a") as writer:
            writer.write(exchange(number))
            last = writer.write(exchange(10 + number))
    first = tmp_path / "a-00000.warc.gz"
    first.write_bytes(first.read_bytes()[: last.offset + last.length // 2])
    assert [each.url[18:20] for each, _ in read_exchanges(str(tmp_path), "a")] == ["0?", "1?", "11"]


def test_what_a_killed_writer_wrote_is_there(tmp_path: Path) -> None:
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[2])\n"
        "from tests.archive.test_archive import exchange\n"
        "from leadhouse.archive import ArchiveWriter\n"
        "writer = ArchiveWriter(sys.argv[1], 'a')\n"
        "for i in range(50): writer.write(exchange(i))\n"
        "print('written', flush=True); time.sleep(60)\n"
    )
    folder = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(list(read_exchanges(str(tmp_path), "a"))) == 50


@pytest.mark.parametrize("damage", ["gone", "shifted", "request"])
def test_a_position_without_a_response_says_so(tmp_path: Path, damage: str) -> None:
    with ArchiveWriter(str(tmp_path), "a") as writer:
        position = writer.write(exchange())
    offset = {"gone": 0, "shifted": position.offset + 3, "request": position.offset + position.length}[damage]
    uri = position.uri + ("x" if damage == "gone" else "")
    with pytest.raises(ArchiveError):
        read_exchange(uri, offset, 10_000)
