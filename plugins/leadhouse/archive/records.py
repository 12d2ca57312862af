"""One request and its answer as two WARC/1.1 records, each a gzip member of its own."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import BufferWARCWriter

GZIP_LEVEL = 1  # half the time of level 6 (0.24 against 0.47 ms a real page) for an eighth more space; 2, 3 save 4 %
_GZIP = 31  # zlib: a gzip header, the largest window
# (longest record, window, memory) of zlib: the largest tables take 80 us to clear, which is ten times what a record of
# a request or of a 304 takes to be packed; a window that is no shorter than its record loses no byte
_SMALL = ((1024, 26, 3), (4096, 28, 4))
_PIECE = 16 * 1024
_ENCODINGS = {"content-encoding", "transfer-encoding", "content-length"}
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # RFC 4648 6
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
_PLAIN = re.compile(r"https?://([^/?#\s]+)(/[^#\s]*)")  # of which urlsplit says the same, at five times the cost
_ORIGINAL = "X-Archive-Orig-"
ERASED = "Leadhouse-Erased"  # header of the record that stands where an erased one stood


@dataclass(frozen=True)
class Position:
    """Where a record lies: `length` bytes (compressed) from `offset` of the file at `uri`."""

    uri: str
    offset: int
    length: int


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    `body` is the decoded one (no content or transfer encoding); headers that spoke of the wire form are kept in the
    archive as ``X-Archive-Orig-*`` and left out here. `requested_at` has a time zone; the archive keeps microseconds.
    `is_erased`: the answer was erased, for the sake of a person whom it named; nothing of it is known any more.
    """

    fetch_id: UUID
    url: str
    requested_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    request_headers: tuple[tuple[str, str], ...] = ()
    source_key: str = ""
    purpose: str = "page"
    is_erased: bool = False

    def header(self, name: str) -> str | None:
        """The first header of that name (any case)."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def members(exchange: Exchange) -> tuple[bytes, bytes]:
    """The response's record and the request's, which names it, each compressed."""
    body, name = exchange.body, str(exchange.fetch_id)
    common = (
        f"WARC-Target-URI: {exchange.url}\r\n"
        f"WARC-Date: {exchange.requested_at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z\r\n"
    )
    response = _record(
        "response",
        f"{common}WARC-Record-ID: <urn:uuid:{name}>\r\n"
        f"WARC-Payload-Digest: {_digest(body) if body else _EMPTY}\r\n"
        f"Leadhouse-Source: {exchange.source_key}\r\n"
        f"Leadhouse-Purpose: {exchange.purpose}\r\n",
        f"HTTP/1.1 {exchange.status}\r\n{_lines(exchange.headers)}Content-Length: {len(body)}\r\n\r\n",
        body,
    )
    request = _record(
        "request",
        # an id of its own that needs no further random bytes: the response's with its last digit turned around
        f"{common}WARC-Record-ID: <urn:uuid:{name[:-1]}{15 - int(name[-1], 16):x}>\r\n"
        f"WARC-Concurrent-To: <urn:uuid:{name}>\r\n",
        f"{_request_line(exchange.url)}{_lines(exchange.request_headers)}\r\n",
    )
    return response, request


def _request_line(url: str) -> str:
    """The first line of a request for the URL, and its Host."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return f"GET {plain[2]} HTTP/1.1\r\nHost: {plain[1]}\r\n"
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"


def information_member(name: str, software: str) -> bytes:
    """The first record of a file: who wrote it, and how bodies are stored."""
    writer = BufferWARCWriter(gzip=False, warc_version="WARC/1.1")
    lines = {
        "software": software,
        "format": "WARC File Format 1.1",
        "description": "bodies decoded; wire headers as X-Archive-Orig-*",
    }
    writer.write_record(writer.create_warcinfo_record(name, lines))
    return _compressed(writer.get_contents())


def is_tombstone(record: bytes) -> bool:
    """Whether a decompressed record says that what stood there was erased."""
    head = record[:1024].partition(b"\r\n\r\n")[0]
    return f"\r\n{ERASED}: ".encode() in head


def parse_member(member: bytes) -> Exchange | None:
    """The exchange of a decompressed response record; None for any other record."""
    record = next(iter(ArchiveIterator(io.BytesIO(member), no_record_parse=False)), None)
    if record is None or record.rec_type != "response" or record.http_headers is None:
        return None
    warc, http = record.rec_headers, record.http_headers
    skipped = ("content-length", _ORIGINAL.lower())
    return Exchange(
        fetch_id=UUID(warc.get_header("WARC-Record-ID").strip("<>").rpartition(":")[2]),
        url=warc.get_header("WARC-Target-URI"),
        requested_at=datetime.fromisoformat(warc.get_header("WARC-Date").replace("Z", "+00:00")),
        status=int(http.get_statuscode()),
        headers=tuple((name, value) for name, value in http.headers if not name.lower().startswith(skipped)),
        body=record.raw_stream.read(),
        source_key=warc.get_header("Leadhouse-Source") or "",
        purpose=warc.get_header("Leadhouse-Purpose") or "page",
    )


def _lines(headers: tuple[tuple[str, str], ...]) -> str:
    """Headers as lines; those that speak of the wire's form by another name, since bodies are kept without it."""
    return "".join(
        [
            f"{_ORIGINAL}{name}: {value}\r\n" if name.lower() in _ENCODINGS else f"{name}: {value}\r\n"
            for name, value in headers
        ]
    )


def _record(kind: str, fields: str, head: str, body: bytes = b"") -> bytes:
    """One record of WARC/1.1 (ISO 28500:2017), put together here: warcio's way there costs twice the compression."""
    block = head.encode("utf-8", "replace") + body
    lines = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\n{fields}WARC-Block-Digest: {_digest(block)}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return _compressed(b"%b%b\r\n\r\n" % (lines.encode("utf-8", "replace"), block))


def _digest(data: bytes) -> str:
    """As archives write it: SHA-1 in base 32, whose 160 bits are sixteen pairs of characters."""
    number = int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest(), "big")
    return "sha1:" + "".join([_PAIRS[number >> shift & 1023] for shift in range(150, -1, -10)])


_EMPTY = _digest(b"")


def _compressed(record: bytes) -> bytes:
    window, memory = _GZIP, zlib.DEF_MEM_LEVEL
    for longest, *tables in _SMALL:
        if len(record) <= longest:
            window, memory = tables
            break
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, window, memory)
    return packer.compress(record) + packer.flush()


def decompressed(data: bytes, offset: int = 0) -> tuple[bytes, int] | None:
    """The gzip member at an offset and its compressed length; None when it is cut off or damaged."""
    unpacker, view, end = zlib.decompressobj(_GZIP), memoryview(data), offset
    pieces = []
    # piece by piece, because zlib copies all that lies behind the member's end
    while not unpacker.eof and end < len(data):
        try:
            pieces.append(unpacker.decompress(view[end : end + _PIECE]))
        except zlib.error:
            return None
        end += len(view[end : end + _PIECE])
    return (b"".join(pieces), end - len(unpacker.unused_data) - offset) if unpacker.eof else None
