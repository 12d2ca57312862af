"""One request and its answer as two WARC/1.1 records, each a gzip member of its own."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

GZIP_LEVEL = 1  # 0.37 ms a page against 1.04 ms at level 6, for a fifth more space
_GZIP = 31  # zlib: a gzip header, the largest window
_PIECE = 16 * 1024
_ENCODINGS = {"content-encoding", "transfer-encoding", "content-length"}
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


def response_member(exchange: Exchange) -> bytes:
    """The response record, compressed."""
    headers = [
        (f"{_ORIGINAL}{name}" if name.lower() in _ENCODINGS else name, value) for name, value in exchange.headers
    ]
    headers.append(("Content-Length", str(len(exchange.body))))
    status = StatusAndHeaders(str(exchange.status), headers, protocol="HTTP/1.1")
    fields = {
        "WARC-Record-ID": f"<urn:uuid:{exchange.fetch_id}>",
        "Leadhouse-Source": exchange.source_key,
        "Leadhouse-Purpose": exchange.purpose,
    }
    return _member(exchange, "response", status, exchange.body, fields)


def request_member(exchange: Exchange) -> bytes:
    """The request record, compressed; it names the response it belongs to."""
    parts = urlsplit(exchange.url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = [("Host", parts.netloc), *exchange.request_headers]
    status = StatusAndHeaders(f"GET {target} HTTP/1.1", headers, is_http_request=True)
    return _member(exchange, "request", status, b"", {"WARC-Concurrent-To": f"<urn:uuid:{exchange.fetch_id}>"})


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


def _member(exchange: Exchange, kind: str, http: Any, body: bytes, extra: dict[str, str]) -> bytes:
    writer = BufferWARCWriter(gzip=False, warc_version="WARC/1.1")
    date = exchange.requested_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    record = writer.create_warc_record(
        exchange.url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict={"WARC-Date": date, **extra}
    )
    writer.write_record(record)
    return _compressed(writer.get_contents())


def _compressed(record: bytes) -> bytes:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP)
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
