"""Erasing from the archive: a member is overwritten in place by a stub of the same length.

A WARC file is a chain of gzip members (RFC 1952), each found by its offset, so no offset may move. The stub is a
``metadata`` record (ISO 28500, 6.5) that says when the member was erased, and the comment field of its gzip header
fills it up to the old length. Every reader goes on behind it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from leadhouse.archive.records import ERASED, Position, decompressed, is_tombstone

_COMMENT = 0x10  # RFC 1952, 2.3.1: FLG.FCOMMENT, a text that ends with a zero
_REQUEST = b"WARC-Type: request"


def erase_exchange(position: Position) -> int:
    """Overwrite a response and the request that follows it; returns how many members became tombstones.

    Safe to repeat: a tombstone stays as it is, a half written one is written anew. Durable when it returns.

    Raises:
        FileNotFoundError: the archive file is gone.
    """
    fs, path = fsspec.core.url_to_fs(position.uri)
    stubs = _stubs(fs, path, position)
    _overwrite(fs, path, stubs)
    return len(stubs)


def _overwrite(fs: fsspec.AbstractFileSystem, path: str, stubs: list[tuple[int, bytes]]) -> None:
    if stubs and isinstance(fs, LocalFileSystem):
        with open(path, "r+b") as file:  # noqa: PTH123
            for offset, stub in stubs:
                os.pwrite(file.fileno(), stub, offset)
            os.fsync(file.fileno())
    elif stubs:  # an object store knows whole objects only
        data = bytearray(fs.cat_file(path))
        for offset, stub in stubs:
            data[offset : offset + len(stub)] = stub
        fs.pipe_file(path, bytes(data))


def _stubs(fs: fsspec.AbstractFileSystem, path: str, position: Position) -> list[tuple[int, bytes]]:
    stubs, end = [], position.offset + position.length
    tail = fs.cat_file(path, start=position.offset, end=end + 64 * 1024)
    own = decompressed(tail[: position.length])
    if own is None or not is_tombstone(own[0]):
        stubs.append((position.offset, tombstone(position.length)))
    following = decompressed(tail, position.length)
    if following is not None and _REQUEST in following[0][:200]:
        stubs.append((end, tombstone(following[1])))
    return stubs


def tombstone(length: int) -> bytes:
    """A gzip member of exactly `length` bytes that holds a record which says "erased".

    Raises ValueError below the shortest possible one (about 160 bytes; the shortest request takes 200).
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = ["WARC/1.1", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{uuid4()}>", f"WARC-Date: {now}"]
    record = "\r\n".join([*lines, f"{ERASED}: 1", "Content-Length: 0", "", "", "", ""]).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(record) + packer.flush()
    body += struct.pack("<II", zlib.crc32(record), len(record))
    room = length - 10 - len(body)
    if room < 0:
        raise ValueError(f"A member of {length} bytes is too short for a tombstone of {10 + len(body)}.")
    flags, comment = (_COMMENT, b"." * (room - 1) + b"\x00") if room else (0, b"")
    return struct.pack("<4BIBB", 0x1F, 0x8B, 8, flags, 0, 2, 255) + comment + body


def read_members(uri: str) -> Iterator[tuple[Position, bytes]]:
    """Every response and request of a file, decompressed, headers first; tombstones and other records are left out."""
    fs, path = fsspec.core.url_to_fs(uri)
    data, offset = fs.cat_file(path), 0
    while offset < len(data):
        unpacked = decompressed(data, offset)
        if unpacked is None:
            return
        record, length = unpacked
        if b"WARC-Type: re" in record[:200]:  # response, request
            yield Position(uri, offset, length), record
        offset += length


def list_files(root: str) -> list[str]:
    """The addresses of all archive files below a root, in order."""
    fs, base = fsspec.core.url_to_fs(root)
    return [fs.unstrip_protocol(path) for path in sorted(fs.glob(f"{base.rstrip('/')}/**/*.warc.gz"))]
