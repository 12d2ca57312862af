"""Reads exchanges back: one by its position, or all of a shard in the order they came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import fsspec

from leadhouse.archive.records import Exchange, Position, decompressed, is_tombstone, parse_member

GONE = 410  # RFC 9110, 15.5.11


class ArchiveError(OSError):
    """A position does not hold a response record: the file is gone, or was damaged."""


def read_exchange(uri: str, offset: int, length: int) -> Exchange:
    """The exchange at a position; one that was erased says so (`is_erased`, status 410, no body).

    Raises:
        ArchiveError: nothing readable is there.
    """
    fs, path = fsspec.core.url_to_fs(uri)
    try:
        member = fs.cat_file(path, start=offset, end=offset + length)
    except FileNotFoundError as error:
        raise ArchiveError(f"The archive file {uri} is gone; fetch the page again.") from error
    unpacked = decompressed(member)
    if unpacked and is_tombstone(unpacked[0]):
        return Exchange(UUID(int=0), "", datetime.fromtimestamp(0, UTC), GONE, is_erased=True)
    exchange = parse_member(unpacked[0]) if unpacked else None
    if exchange is None:
        raise ArchiveError(f"{uri} holds no response record at {offset} (+{length}): it was damaged.")
    return exchange


def read_exchanges(root: str, name: str) -> Iterator[tuple[Exchange, Position]]:
    """All exchanges of the files ``<root>/<name>*.warc.gz``, oldest file first.

    `name` is a prefix and may lie in a folder. What was erased is left out: a crawl that goes on fetches it again. A
    tail that a killed writer left half written ends its file quietly.
    """
    fs, base = fsspec.core.url_to_fs(root)
    for path in sorted(fs.glob(f"{base.rstrip('/')}/{name}*.warc.gz")):
        data, offset = fs.cat_file(path), 0
        uri = fs.unstrip_protocol(path)
        while offset < len(data):
            unpacked = decompressed(data, offset)
            if unpacked is None:
                break
            record, length = unpacked
            exchange = parse_member(record)
            if exchange is not None:
                yield exchange, Position(uri, offset, length)
            offset += length
